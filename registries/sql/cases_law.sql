-- What stands of a case beside cases.sql: consent, document, doubts, who was there, and rows that put others right.

-- Of kin who lack full capacity nobody is asked (民法典 Arts. 20-22, 1006).
CREATE OR REPLACE FUNCTION registries_kin_agree(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) > 0 AND coalesce(bool_and(d.decision = 'agree'), false)
           AND count(d.decision) = count(*)
      FROM registries_casekin k
      LEFT JOIN LATERAL (SELECT decision FROM registries_casedecision
                          WHERE kin_id = k.id ORDER BY id DESC LIMIT 1) d ON true
     WHERE k.case_id = one AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
       AND NOT k.lacks_capacity
$$;

CREATE OR REPLACE FUNCTION registries_casedecision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_casekin k JOIN registries_case c ON c.id = k.case_id
                WHERE k.id = NEW.kin_id AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
                  AND NOT k.lacks_capacity AND c.status IN ('family_deciding', 'consented')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'spouse, adult children and parents decide, while they are asked' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'casedecision_is_asked';
END
$$;

-- After the consent who it was is no other any more: a consent is of one person.
CREATE OR REPLACE FUNCTION registries_caseperson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.row_key, NEW.case_id) = (OLD.id, OLD.row_key, OLD.case_id)
       AND ((NEW.name IS NULL AND NEW.document IS NULL AND NEW.registrant IS NULL AND NEW.caller IS NULL)
            -- What is kept until nobody is registered under it: the document alone, whose keys may be changed.
            OR (NEW.name IS NULL AND NEW.registrant IS NULL AND NEW.caller IS NULL
                AND registries_stands(OLD.document, NEW.document, true))
            OR NOT EXISTS (SELECT 1 FROM registries_case c WHERE c.id = OLD.case_id AND c.destroyed_at IS NOT NULL))
       AND (registries_stands(OLD.document, NEW.document, NEW.name IS NULL)
            OR NOT EXISTS (SELECT 1 FROM registries_case c
                            WHERE c.id = OLD.case_id AND c.consented_on IS NOT NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- 条例 Art. 47: who was not assigned when it was witnessed was not there. A form says the minute, not the second.
CREATE FUNCTION registries_was_there(one bigint, whom bigint, moment timestamptz) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM registries_casecoordinator o
                    WHERE o.case_id = one AND o.person_id = whom AND date_trunc('minute', o.assigned_at) <= moment
                      AND (o.released_at IS NULL OR o.released_at >= moment))
$$;

CREATE OR REPLACE FUNCTION registries_casesignature_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM registries_casewitness w
          JOIN registries_case c ON c.id = w.case_id AND c.status = 'consented'
          JOIN registries_casecoordinator o
            ON o.case_id = c.id AND o.person_id = NEW.person_id AND o.released_at IS NULL
         WHERE w.id = NEW.witness_id
           AND w.id = (SELECT max(n.id) FROM registries_casewitness n WHERE n.case_id = c.id)
           AND registries_was_there(c.id, NEW.person_id, w.witnessed_at)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an assigned coordinator who was there signs the newest record' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'casesignature_of_assigned';
END
$$;

-- Art. 19: two coordinators or more, and each who is assigned and was there has signed the newest record.
CREATE OR REPLACE FUNCTION registries_is_witnessed(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) >= 2 AND count(s.id) = count(*)
      FROM registries_casewitness w
      JOIN registries_casecoordinator o ON o.case_id = w.case_id AND o.released_at IS NULL
           AND registries_was_there(w.case_id, o.person_id, w.witnessed_at)
      LEFT JOIN registries_casesignature s ON s.person_id = o.person_id AND s.witness_id = w.id
     WHERE w.id = (SELECT max(n.id) FROM registries_casewitness n WHERE n.case_id = one)
$$;

-- Whether what was declared in life is still to be checked on paper.
CREATE FUNCTION registries_in_doubt(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT verb = 'doubt_found' FROM registries_caseevent
                      WHERE case_id = one AND verb IN ('doubt_found', 'doubt_settled')
                      ORDER BY id DESC LIMIT 1), false)
$$;

CREATE OR REPLACE FUNCTION registries_case_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'basis', NULL, 'exit_reason', NULL, 'died_on', NULL,
        'kinds', NULL, 'assigned_on', NULL, 'deciding_on', NULL, 'consented_on', NULL, 'witnessed_on', NULL,
        'handed_over_on', NULL, 'farewell_on', NULL, 'care_on', NULL, 'ended_on', NULL, 'note', NULL,
        'evidence', NULL, 'organs', NULL, 'confirmed_by_id', NULL, 'destroyed_at', NULL);
    days text[] := ARRAY['assigned_on', 'deciding_on', 'consented_on', 'witnessed_on', 'handed_over_on',
        'farewell_on', 'care_on', 'ended_on', 'destroyed_at'];
    is_ended boolean;
    is_given boolean;
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) || free) <> (to_jsonb(OLD) || free) THEN
        RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    is_ended := OLD.ended_on IS NOT NULL;
    is_given := OLD.handed_over_on IS NOT NULL;
    IF EXISTS (SELECT 1 FROM unnest(days) d
                WHERE to_jsonb(OLD) ->> d IS NOT NULL AND to_jsonb(OLD) ->> d IS DISTINCT FROM to_jsonb(NEW) ->> d)
       OR (is_ended AND NEW.status <> OLD.status)
       -- On what it rests and when they died stands once it was witnessed or ended.
       OR ((is_ended OR OLD.witnessed_on IS NOT NULL)
           AND (NEW.basis, NEW.died_on, NEW.confirmed_by_id)
               IS DISTINCT FROM (OLD.basis, OLD.died_on, OLD.confirmed_by_id))
       OR (OLD.consented_on IS NOT NULL AND NEW.basis IS DISTINCT FROM OLD.basis)
       -- What is given is never more than was consented to, and stands once it has left. A refusal in life that is
       -- found late makes it less.
       OR ((is_ended OR is_given) AND NEW.kinds IS DISTINCT FROM OLD.kinds)
       OR (OLD.consented_on IS NOT NULL AND NOT NEW.kinds <@ OLD.kinds)
       OR ((is_ended OR OLD.consented_on IS NOT NULL)
           AND NOT registries_stands(OLD.organs, NEW.organs, NEW.destroyed_at IS NOT NULL)
           AND (is_ended OR is_given OR OLD.organs IS NOT NULL))
       OR (OLD.destroyed_at IS NOT NULL
           AND (NEW.note IS NOT NULL OR NEW.evidence IS NOT NULL OR NEW.organs IS NOT NULL)) THEN
        RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.consented_on IS NOT NULL AND OLD.consented_on IS NULL THEN
        IF NEW.basis = 'joint_kin' AND NOT registries_kin_agree(NEW.id) THEN
            RAISE EXCEPTION 'all who decide together have agreed' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'case_kin_agree';
        END IF;
        IF NEW.basis = 'wish' AND NOT EXISTS (SELECT 1 FROM registries_casekin k WHERE k.case_id = NEW.id
                                               AND k.struck_at IS NULL AND k.is_executor) THEN
            RAISE EXCEPTION 'a wish in life has somebody who carries it out' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'case_has_an_executor';
        END IF;
    END IF;
    IF NEW.witnessed_on IS NOT NULL AND OLD.witnessed_on IS NULL AND NEW.basis = 'joint_kin'
       AND NOT registries_kin_agree(NEW.id) THEN
        -- Somebody who decides was found after the consent.
        RAISE EXCEPTION 'all who decide together have agreed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'case_kin_agree';
    END IF;
    IF NEW.witnessed_on IS NOT NULL AND OLD.witnessed_on IS NULL AND NOT registries_is_witnessed(NEW.id) THEN
        RAISE EXCEPTION 'two coordinators or more have signed, each who is assigned' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'case_witnessed_by_two';
    END IF;
    IF (NEW.consented_on, NEW.witnessed_on, NEW.handed_over_on)
           IS DISTINCT FROM (OLD.consented_on, OLD.witnessed_on, OLD.handed_over_on)
       AND registries_in_doubt(NEW.id) THEN
        RAISE EXCEPTION 'what was declared in life is checked first' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'case_not_in_doubt';
    END IF;
    RETURN NEW;
END
$$;

-- A row that puts another right is of the same case, and of the same kind of gift where it has one.
CREATE FUNCTION registries_case_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_own boolean;
BEGIN
    IF NEW.replaces_id IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I r WHERE r.id = $1 AND r.case_id = $2
                        AND to_jsonb(r) ->> ''kind'' IS NOT DISTINCT FROM $3)', TG_TABLE_NAME)
           INTO is_own USING NEW.replaces_id, NEW.case_id, to_jsonb(NEW) ->> 'kind';
        IF NOT is_own THEN
            RAISE EXCEPTION 'a correction is of the same case and kind' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER casehandover_replaces BEFORE INSERT ON registries_casehandover
    FOR EACH ROW EXECUTE FUNCTION registries_case_replaces();
CREATE TRIGGER casecertificate_replaces BEFORE INSERT ON registries_casecertificate
    FOR EACH ROW EXECUTE FUNCTION registries_case_replaces();
CREATE TRIGGER caseuse_replaces BEFORE INSERT ON registries_caseuse
    FOR EACH ROW EXECUTE FUNCTION registries_case_replaces();

-- A certificate of acceptance is of the unit that took the body as it stands now.
CREATE OR REPLACE FUNCTION registries_caseacceptance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_casehandover h
               WHERE h.case_id = NEW.case_id AND h.unit_id = NEW.unit_id AND h.kind = 'body'
                 AND NOT EXISTS (SELECT 1 FROM registries_casehandover r WHERE r.replaces_id = h.id))
       AND (NEW.replaces_id IS NULL
            OR EXISTS (SELECT 1 FROM registries_caseacceptance a
                       WHERE a.id = NEW.replaces_id AND a.case_id = NEW.case_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a certificate of acceptance is of a body' USING ERRCODE = 'restrict_violation';
END
$$;
