-- Posting one entry in one call, so that nobody waits for a lock while its holder talks to the database and back.

-- Takes the locks of some balances, in ascending id, and returns them; world accounts have none. Everybody who posts
-- comes through here. Posters of one account queue at an advisory lock first: where fifty wait for a row itself, each
-- change of hands wakes two of them, here one. The row's lock is what holds.
CREATE FUNCTION ledger_lock_balances(accounts bigint[])
RETURNS TABLE (account_id bigint, inflow_tail numeric, outflow_tail numeric, removed_total numeric)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock('ledger_accountbalance'::regclass::oid::integer, p.place)
       FROM (SELECT DISTINCT (b.account_id % 2147483647)::integer AS place FROM ledger_accountbalance b
              WHERE b.account_id = ANY(accounts) ORDER BY 1) p;
    RETURN QUERY SELECT b.account_id, b.inflow_tail, b.outflow_tail, b.removed_total FROM ledger_accountbalance b
                  WHERE b.account_id = ANY(accounts) ORDER BY b.account_id FOR UPDATE;
END
$$;

-- Posts an entry (services/writing.py): locks the balances of its lines, takes its idempotency key and the next serial of
-- a series, gives each line its places at the tails, and writes the posting group, the entry, its movements, its public
-- record and its audit row. Where the key is taken nothing is written and all that comes back is null.
--
-- `entry`, `lines`, `record` and `audit` hold columns by name. What is known here only is filled into the record's text:
-- `{number}`, and `{1.out_from}`, `{1.in_from}` of each line with `places` decimals; then its leaf is hashed (RFC 9162
-- section 2.1.1). Where an account would become negative nothing is written: the line comes back with what the account
-- holds.
CREATE FUNCTION ledger_post(group_key text, of_series text, prefix text, digits integer, entry jsonb, lines jsonb, record jsonb, audit jsonb)
RETURNS TABLE (posted_id bigint, posted_serial bigint, posted_number text, short_line integer, held numeric)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    accounts bigint[]; ins numeric[]; outs numeric[]; taken numeric[];
    out_places numeric[] := '{}'; in_places numeric[] := '{}';
    line record;
    place numeric;
    here integer;
    own_group bigint;
    body text := record ->> 'record';
BEGIN
    SELECT array_agg(b.account_id), array_agg(b.inflow_tail), array_agg(b.outflow_tail), array_agg(b.removed_total)
      INTO accounts, ins, outs, taken
      FROM ledger_lock_balances(ARRAY(
           SELECT l.source_id FROM jsonb_to_recordset(lines) l (source_id bigint)
           UNION SELECT l.destination_id FROM jsonb_to_recordset(lines) l (destination_id bigint))) b;

    -- Waits for whoever takes the same key now. Under the locks: fifty who take theirs beforehand all lock the branch's row.
    INSERT INTO ledger_postinggroup (idempotency_key, branch_id, entry_count, posted_at)
    SELECT group_key, e.branch_id, 1, e.posted_at FROM jsonb_populate_record(NULL::ledger_entry, entry) e
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING id INTO own_group;
    IF own_group IS NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;

    FOR line IN
        SELECT l.* FROM jsonb_to_recordset(lines) l (line integer, source_id bigint, destination_id bigint,
                                                     quantity numeric, hole_from numeric, places integer) ORDER BY l.line
    LOOP
        place := NULL;
        here := array_position(accounts, line.source_id);
        IF here IS NOT NULL THEN
            IF ins[here] - outs[here] - taken[here] < line.quantity THEN
                RETURN QUERY SELECT NULL::bigint, NULL::bigint, NULL::text, line.line, ins[here] - outs[here] - taken[here];
                RETURN;
            END IF;
            IF line.hole_from IS NULL THEN
                place := outs[here];
                outs[here] := place + line.quantity;
                body := replace(body, format('{%s.out_from}', line.line), round(place, line.places)::text);
            ELSE
                taken[here] := taken[here] + line.quantity;
            END IF;
        END IF;
        out_places[line.line] := place;
        place := NULL;
        here := array_position(accounts, line.destination_id);
        IF here IS NOT NULL THEN
            place := ins[here];
            ins[here] := place + line.quantity;
            body := replace(body, format('{%s.in_from}', line.line), round(place, line.places)::text);
        END IF;
        in_places[line.line] := place;
    END LOOP;

    -- The counter comes last: everybody takes the locks in this order.
    INSERT INTO core_numbercounter AS c (series, last) VALUES (of_series, 1)
        ON CONFLICT (series) DO UPDATE SET last = c.last + 1 RETURNING last INTO posted_serial;
    posted_id := nextval('ledger_entry_id_seq');
    posted_number := prefix || lpad(posted_serial::text, greatest(digits, length(posted_serial::text)), '0');
    body := replace(body, '{number}', posted_number);

    INSERT INTO ledger_entry
    SELECT e.* FROM jsonb_populate_record(
        NULL::ledger_entry, entry || jsonb_build_object('id', posted_id, 'group_id', own_group, 'serial', posted_serial,
                                                        'number', posted_number)) e;
    -- All movements in one statement: the triggers check and carry the balances for the set.
    INSERT INTO ledger_movement (entry_id, line, source_id, destination_id, unit_id, quantity, out_from, in_from, hole_from,
                                 back_from, value, reverses_id, answers_id)
    SELECT posted_id, l.line, l.source_id, l.destination_id, l.unit_id, l.quantity, out_places[l.line], in_places[l.line],
           l.hole_from, l.back_from, l.value, l.reverses_id, l.answers_id
      FROM jsonb_to_recordset(lines) l (line integer, source_id bigint, destination_id bigint, unit_id bigint,
                                        quantity numeric, hole_from numeric, back_from numeric, value numeric,
                                        reverses_id bigint, answers_id bigint)
     ORDER BY l.line;
    INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, sealed_salt, created_at)
    SELECT r.uuid, r.kind, posted_number, posted_id, r.branch_code, body,
           sha256('\x00'::bytea || convert_to(body, 'UTF8')), r.sealed_salt, r.created_at
      FROM jsonb_populate_record(NULL::core_publicrecord, record) r;
    INSERT INTO core_auditevent (at, actor_id, actor_login, verb, object_label, object_key, branch_code, changed_fields,
                                 reason, address)
    SELECT a.at, a.actor_id, a.actor_login, a.verb, a.object_label, posted_number, a.branch_code, a.changed_fields,
           a.reason, a.address
      FROM jsonb_populate_record(NULL::core_auditevent, audit) a;
    RETURN NEXT;
END
$$;
