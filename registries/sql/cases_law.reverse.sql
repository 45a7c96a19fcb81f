DROP TRIGGER casehandover_replaces ON registries_casehandover;
DROP TRIGGER casecertificate_replaces ON registries_casecertificate;
DROP TRIGGER caseuse_replaces ON registries_caseuse;
DROP FUNCTION registries_case_replaces();

CREATE OR REPLACE FUNCTION registries_kin_agree(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) > 0 AND coalesce(bool_and(d.decision = 'agree'), false)
           AND count(d.decision) = count(*)
      FROM registries_casekin k
      LEFT JOIN LATERAL (SELECT decision FROM registries_casedecision
                          WHERE kin_id = k.id ORDER BY id DESC LIMIT 1) d ON true
     WHERE k.case_id = one AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
$$;

CREATE OR REPLACE FUNCTION registries_casedecision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_casekin k JOIN registries_case c ON c.id = k.case_id
                WHERE k.id = NEW.kin_id AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
                  AND c.status IN ('family_deciding', 'consented')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'spouse, adult children and parents decide, while they are asked' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'casedecision_is_asked';
END
$$;

CREATE OR REPLACE FUNCTION registries_caseperson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.row_key, NEW.case_id) = (OLD.id, OLD.row_key, OLD.case_id)
       AND ((NEW.name IS NULL AND NEW.document IS NULL AND NEW.registrant IS NULL AND NEW.caller IS NULL)
            -- What is kept until nobody is registered under it: the document alone, whose keys may be changed.
            OR (NEW.name IS NULL AND NEW.registrant IS NULL AND NEW.caller IS NULL
                AND registries_stands(OLD.document, NEW.document, true))
            OR NOT EXISTS (SELECT 1 FROM registries_case c WHERE c.id = OLD.case_id AND c.destroyed_at IS NOT NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE OR REPLACE FUNCTION registries_casesignature_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM registries_casewitness w
          JOIN registries_case c ON c.id = w.case_id AND c.status = 'consented'
          JOIN registries_casecoordinator o
            ON o.case_id = c.id AND o.person_id = NEW.person_id AND o.released_at IS NULL
         WHERE w.id = NEW.witness_id
           AND w.id = (SELECT max(n.id) FROM registries_casewitness n WHERE n.case_id = c.id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an assigned coordinator signs the newest record' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'casesignature_of_assigned';
END
$$;

CREATE OR REPLACE FUNCTION registries_is_witnessed(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) >= 2 AND count(s.id) = count(*)
      FROM registries_casecoordinator o
      LEFT JOIN registries_casesignature s ON s.person_id = o.person_id
           AND s.witness_id = (SELECT max(n.id) FROM registries_casewitness n WHERE n.case_id = one)
     WHERE o.case_id = one AND o.released_at IS NULL
$$;

CREATE OR REPLACE FUNCTION registries_case_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'basis', NULL, 'exit_reason', NULL, 'died_on', NULL,
        'kinds', NULL, 'assigned_on', NULL, 'deciding_on', NULL, 'consented_on', NULL, 'witnessed_on', NULL,
        'handed_over_on', NULL, 'farewell_on', NULL, 'care_on', NULL, 'ended_on', NULL, 'note', NULL,
        'evidence', NULL, 'confirmed_by_id', NULL, 'destroyed_at', NULL);
    days text[] := ARRAY['assigned_on', 'deciding_on', 'consented_on', 'witnessed_on', 'handed_over_on',
        'farewell_on', 'care_on', 'ended_on', 'destroyed_at'];
    is_ended boolean;
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) || free) <> (to_jsonb(OLD) || free) THEN
        RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    is_ended := OLD.ended_on IS NOT NULL;
    IF EXISTS (SELECT 1 FROM unnest(days) d
                WHERE to_jsonb(OLD) ->> d IS NOT NULL AND to_jsonb(OLD) ->> d IS DISTINCT FROM to_jsonb(NEW) ->> d)
       OR (is_ended AND NEW.status <> OLD.status)
       -- What is given, on what it rests and when they died stands once it was witnessed or ended.
       OR ((is_ended OR OLD.witnessed_on IS NOT NULL)
           AND (NEW.kinds, NEW.basis, NEW.died_on, NEW.confirmed_by_id)
               IS DISTINCT FROM (OLD.kinds, OLD.basis, OLD.died_on, OLD.confirmed_by_id))
       OR (OLD.consented_on IS NOT NULL AND (NEW.kinds, NEW.basis) IS DISTINCT FROM (OLD.kinds, OLD.basis))
       OR (OLD.destroyed_at IS NOT NULL AND (NEW.note IS NOT NULL OR NEW.evidence IS NOT NULL)) THEN
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
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION registries_caseacceptance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_casehandover h
               WHERE h.case_id = NEW.case_id AND h.unit_id = NEW.unit_id AND h.kind = 'body')
       AND (NEW.replaces_id IS NULL
            OR EXISTS (SELECT 1 FROM registries_caseacceptance a
                       WHERE a.id = NEW.replaces_id AND a.case_id = NEW.case_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a certificate of acceptance is of a body' USING ERRCODE = 'restrict_violation';
END
$$;

DROP FUNCTION registries_was_there(bigint, bigint, timestamptz);
DROP FUNCTION registries_in_doubt(bigint);
