-- A case goes its way once: its days and number stand, nobody is witnessed by one, nothing is given that the family did
-- not decide. What is sealed may be sealed anew under other keys, and is emptied with the case's people.

-- Of a part of a case nothing changes but its keys (columns in the arguments), and that it is emptied with the case.
CREATE FUNCTION registries_case_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb;
    new_row jsonb;
    is_emptied boolean;
    is_kept boolean := true;
    sealed text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        old_row := to_jsonb(OLD);
        new_row := to_jsonb(NEW);
        SELECT c.destroyed_at IS NOT NULL INTO is_emptied FROM registries_case c WHERE c.id = OLD.case_id;
        FOREACH sealed IN ARRAY TG_ARGV LOOP
            is_kept := is_kept
                AND registries_stands((old_row ->> sealed)::bytea, (new_row ->> sealed)::bytea, is_emptied);
            old_row := old_row - sealed;
            new_row := new_row - sealed;
        END LOOP;
        IF is_kept AND old_row = new_row THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER casewitness_guard BEFORE UPDATE OR DELETE ON registries_casewitness
    FOR EACH ROW EXECUTE FUNCTION registries_case_part_guard('content');
CREATE TRIGGER caseuse_guard BEFORE UPDATE OR DELETE ON registries_caseuse
    FOR EACH ROW EXECUTE FUNCTION registries_case_part_guard('note');

-- Who it was may be put right (个人信息保护法 Art. 49), whose case it is may not; what was emptied stays empty.
CREATE FUNCTION registries_caseperson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER caseperson_guard BEFORE UPDATE OR DELETE ON registries_caseperson
    FOR EACH ROW EXECUTE FUNCTION registries_caseperson_guard();

-- Kin are listed or struck, once; whoever has decided is not struck any more, or a "no" could be made to vanish.
CREATE FUNCTION registries_casekin_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('name', NULL, 'phone', NULL, 'is_executor', NULL, 'struck_at', NULL,
        'struck_by_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND (NEW.struck_at IS NOT DISTINCT FROM OLD.struck_at
            OR (OLD.struck_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM registries_casedecision d WHERE d.kin_id = OLD.id)))
       AND ((NEW.name IS NULL AND NEW.phone IS NULL)
            OR NOT EXISTS (SELECT 1 FROM registries_case c WHERE c.id = OLD.case_id AND c.destroyed_at IS NOT NULL)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER casekin_guard BEFORE UPDATE OR DELETE ON registries_casekin
    FOR EACH ROW EXECUTE FUNCTION registries_casekin_guard();

CREATE FUNCTION registries_casedecision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER casedecision_guard BEFORE INSERT ON registries_casedecision
    FOR EACH ROW EXECUTE FUNCTION registries_casedecision_guard();

-- Whoever accompanies a case is released once, whoever was let into one is let out once.
CREATE FUNCTION registries_casecoordinator_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('released_on', NULL, 'released_by_id', NULL, 'released_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER casecoordinator_guard BEFORE UPDATE OR DELETE ON registries_casecoordinator
    FOR EACH ROW EXECUTE FUNCTION registries_casecoordinator_guard();

CREATE FUNCTION registries_casegrant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('ended_by_id', NULL, 'ended_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER casegrant_guard BEFORE UPDATE OR DELETE ON registries_casegrant
    FOR EACH ROW EXECUTE FUNCTION registries_casegrant_guard();

-- A unit is ended once; its name stands on what was handed over.
CREATE FUNCTION registries_receivingunit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL
       AND (to_jsonb(NEW) || '{"ended_at": null}') = (to_jsonb(OLD) || '{"ended_at": null}') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER receivingunit_guard BEFORE UPDATE OR DELETE ON registries_receivingunit
    FOR EACH ROW EXECUTE FUNCTION registries_receivingunit_guard();

-- A record is written and signed between the consent and the hand-over, signed by those who are assigned.
CREATE FUNCTION registries_casewitness_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_case c WHERE c.id = NEW.case_id AND c.status = 'consented') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a witness record follows the consent' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'casewitness_after_consent';
END
$$;
CREATE TRIGGER casewitness_new BEFORE INSERT ON registries_casewitness
    FOR EACH ROW EXECUTE FUNCTION registries_casewitness_new();

CREATE FUNCTION registries_casesignature_new() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER casesignature_new BEFORE INSERT ON registries_casesignature
    FOR EACH ROW EXECUTE FUNCTION registries_casesignature_new();

-- 人体器官捐献和移植条例 Art. 9, 民法典 Art. 1006: all who decide have agreed, and there is somebody who decides.
CREATE FUNCTION registries_kin_agree(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) > 0 AND coalesce(bool_and(d.decision = 'agree'), false)
           AND count(d.decision) = count(*)
      FROM registries_casekin k
      LEFT JOIN LATERAL (SELECT decision FROM registries_casedecision
                          WHERE kin_id = k.id ORDER BY id DESC LIMIT 1) d ON true
     WHERE k.case_id = one AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
$$;

-- Art. 19: two coordinators or more, and each who is assigned has signed the newest record.
CREATE FUNCTION registries_is_witnessed(one bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(*) >= 2 AND count(s.id) = count(*)
      FROM registries_casecoordinator o
      LEFT JOIN registries_casesignature s ON s.person_id = o.person_id
           AND s.witness_id = (SELECT max(n.id) FROM registries_casewitness n WHERE n.case_id = one)
     WHERE o.case_id = one AND o.released_at IS NULL
$$;

CREATE FUNCTION registries_case_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER case_guard BEFORE UPDATE OR DELETE ON registries_case
    FOR EACH ROW EXECUTE FUNCTION registries_case_guard();

CREATE FUNCTION registries_case_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'notified' OR NEW.consented_on IS NOT NULL OR NEW.witnessed_on IS NOT NULL THEN
        RAISE EXCEPTION 'a case begins with its notification' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'case_begins_notified';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER case_new BEFORE INSERT ON registries_case
    FOR EACH ROW EXECUTE FUNCTION registries_case_new();

SELECT core_make_append_only('registries_caseevent');
SELECT core_make_append_only('registries_casedecision');
SELECT core_make_append_only('registries_casesignature');
SELECT core_make_append_only('registries_casehandover');
SELECT core_make_append_only('registries_casecertificate');
SELECT core_make_append_only('registries_caseentitlement');
