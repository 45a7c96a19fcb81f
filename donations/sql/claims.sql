-- What the pool and the claims keep. Nothing in them is removed; what was said stands and is emptied after its time.

-- Whether a sealed value stayed, changed by a change of keys alone, or was emptied where it may be.
CREATE FUNCTION donations_sealed_kept(old bytea, new bytea, may_be_emptied boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT old IS NOT DISTINCT FROM new OR coalesce(core_is_resealed(old, new), false) OR (may_be_emptied AND new IS NULL)
$$;

CREATE FUNCTION donations_unidentified_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('state', NULL, 'ended_at', NULL, 'payer_name', NULL, 'payer_name_digest', NULL,
        'payer_name_digest_next', NULL, 'account', NULL, 'account_digest', NULL, 'account_digest_next', NULL);
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NOT EXISTS (
            SELECT 1 FROM donations_donation d WHERE d.id = NEW.donation_id AND d.amount = NEW.amount AND d.kind = 'money'
               AND d.received_on = NEW.received_on AND d.branch_id = NEW.branch_id AND d.donor_kind = 'anonymous') THEN
            RAISE EXCEPTION 'gift % is not one that waits for its giver', NEW.donation_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'unidentified_is_its_gift';
        END IF;
        RETURN NEW;
    END IF;
    -- What is not known yet may be told later; what is known stays while the gift waits.
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND (OLD.payer_name IS NULL OR donations_sealed_kept(OLD.payer_name, NEW.payer_name, OLD.state <> 'open'))
       AND (OLD.account IS NULL OR donations_sealed_kept(OLD.account, NEW.account, OLD.state <> 'open')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER unidentified_guard_row BEFORE INSERT OR UPDATE OR DELETE ON donations_unidentifiedgift
    FOR EACH ROW EXECUTE FUNCTION donations_unidentified_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_unidentifiedgift
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('donations_poolevent');

CREATE FUNCTION donations_claim_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('payer_name', NULL, 'payer_name_digest', NULL, 'payer_name_digest_next', NULL,
        'account', NULL, 'account_digest', NULL, 'account_digest_next', NULL,
        'phone', NULL, 'phone_digest', NULL, 'phone_digest_next', NULL);
    steps jsonb := jsonb_build_object('state', NULL, 'ended_at', NULL, 'due_on', NULL, 'pooled_id', NULL, 'giver_kind', NULL,
        'proposed_by_id', NULL, 'proposed_at', NULL, 'decided_by_id', NULL, 'decline_reason', NULL, 'photo_problem', NULL,
        'branch_id', NULL, 'province_id', NULL, 'city_id', NULL, 'county_id', NULL);
    is_over boolean;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'submitted' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        is_over := OLD.state IN ('confirmed', 'declined', 'withdrawn', 'undone');
        -- A photo is replaced only where a better one was asked for.
        IF OLD.state = 'incomplete' THEN
            steps := steps || jsonb_build_object('slip_id', NULL);
        END IF;
        -- What is over stands, but for a confirmation that is undone.
        IF is_over THEN
            steps := CASE WHEN OLD.state = 'confirmed' AND NEW.state = 'undone' THEN jsonb_build_object('state', NULL, 'ended_at', NULL)
                     ELSE '{}'::jsonb END;
        END IF;
        IF (to_jsonb(NEW) || sealed || steps) = (to_jsonb(OLD) || sealed || steps)
           AND donations_sealed_kept(OLD.payer_name, NEW.payer_name, is_over)
           AND donations_sealed_kept(OLD.account, NEW.account, is_over)
           AND donations_sealed_kept(OLD.phone, NEW.phone, is_over) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER claim_guard_row BEFORE INSERT OR UPDATE OR DELETE ON donations_giftclaim
    FOR EACH ROW EXECUTE FUNCTION donations_claim_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_giftclaim
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('donations_claimevent');

-- Who a giver turned out to be stands as two people found it; undone, it stays undone, and its name goes after its time.
CREATE FUNCTION donations_identity_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('name', NULL, 'name_digest', NULL, 'name_digest_next', NULL);
    undoing jsonb := jsonb_build_object('undo_asked_by_id', NULL, 'undo_asked_at', NULL, 'undo_note', NULL,
        'undo_is_public', NULL, 'undone_by_id', NULL, 'undone_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND donations_sealed_kept(OLD.name, NEW.name, OLD.undone_at IS NOT NULL) THEN
        IF OLD.undone_at IS NOT NULL THEN
            undoing := '{}'::jsonb;
        END IF;
        IF (to_jsonb(NEW) || sealed || undoing) = (to_jsonb(OLD) || sealed || undoing) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER identity_guard_row BEFORE UPDATE OR DELETE ON donations_giveridentity
    FOR EACH ROW EXECUTE FUNCTION donations_identity_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_giveridentity
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
