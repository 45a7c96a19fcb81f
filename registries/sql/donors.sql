-- What a donor joined with stands; who left stays gone; what is due for destruction is emptied as a whole.
CREATE FUNCTION registries_donor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'answers', NULL, 'deferral_reason', NULL, 'kin', NULL, 'destroyed_at', NULL);
    steps jsonb := jsonb_build_object('status', NULL, 'stepped_on', NULL, 'typed_on', NULL, 'deferred_until', NULL,
        'unreached_on', NULL, 'fit_on', NULL, 'follow_up_on', NULL, 'ended_at', NULL);
    free jsonb := sealed || CASE WHEN TG_OP = 'UPDATE' AND OLD.ended_at IS NULL THEN steps ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.answers, NEW.answers, is_emptied)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER donor_guard BEFORE UPDATE OR DELETE ON registries_donor
    FOR EACH ROW EXECUTE FUNCTION registries_donor_guard();

-- A week to think it over: no bag is older than that, and none is taken from who has left.
CREATE FUNCTION registries_sample_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM registries_donor d
                    WHERE d.id = NEW.donor_id AND d.ended_at IS NULL AND NEW.taken_on >= d.enrolled_on + 7) THEN
        RAISE EXCEPTION 'a sample is taken seven days after joining, from a donor in force'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sample_after_reflection';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER sample_taken BEFORE INSERT ON registries_sample
    FOR EACH ROW EXECUTE FUNCTION registries_sample_taken();

-- A bag goes into a box while that is open, or out of it; what the laboratory said once stands.
CREATE FUNCTION registries_sample_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    verdict jsonb := jsonb_build_object('verdict', NULL, 'verdict_on', NULL);
    box jsonb := jsonb_build_object('batch_id', NULL);
    free jsonb := CASE WHEN TG_OP = 'UPDATE' AND OLD.verdict = 'waiting' THEN verdict || box ELSE '{}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND (NEW.batch_id IS NOT DISTINCT FROM OLD.batch_id
            OR NOT EXISTS (SELECT 1 FROM registries_samplebatch b
                            WHERE b.id IN (NEW.batch_id, OLD.batch_id) AND b.status <> 'open')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER sample_guard BEFORE UPDATE OR DELETE ON registries_sample
    FOR EACH ROW EXECUTE FUNCTION registries_sample_guard();

CREATE FUNCTION registries_samplebatch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sent jsonb := jsonb_build_object('status', NULL, 'courier', NULL, 'waybill', NULL, 'sent_on', NULL);
    received jsonb := jsonb_build_object('status', NULL, 'receipt_number', NULL, 'received_on', NULL);
    free jsonb := CASE WHEN TG_OP <> 'UPDATE' THEN '{}'
        WHEN OLD.status = 'open' AND NEW.status = 'sent' THEN sent
        WHEN OLD.status = 'sent' AND NEW.status = 'received' THEN received ELSE '{}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER samplebatch_guard BEFORE UPDATE OR DELETE ON registries_samplebatch
    FOR EACH ROW EXECUTE FUNCTION registries_samplebatch_guard();

-- What was collected and called off stands, with its serial; whose and which round it is always.
CREATE FUNCTION registries_collection_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plans jsonb := jsonb_build_object('kind', NULL, 'fit_on', NULL, 'planned_on', NULL, 'hospital', NULL,
        'collected_on', NULL, 'serial', NULL, 'cases_of_id', NULL, 'called_off_on', NULL);
    free jsonb := CASE WHEN TG_OP = 'UPDATE' AND OLD.collected_on IS NULL AND OLD.called_off_on IS NULL
        THEN plans ELSE '{}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER collection_guard BEFORE UPDATE OR DELETE ON registries_collection
    FOR EACH ROW EXECUTE FUNCTION registries_collection_guard();

SELECT core_make_append_only('registries_donorevent');
SELECT core_make_append_only('registries_drugday');
SELECT core_make_append_only('registries_followup');
SELECT core_make_append_only('registries_donorexpense');
SELECT core_make_append_only('registries_honour');
