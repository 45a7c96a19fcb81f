-- A coordinator goes along with who is in force; who is never asked again stays so.
CREATE OR REPLACE FUNCTION registries_donor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'answers', NULL, 'deferral_reason', NULL, 'kin', NULL, 'destroyed_at', NULL);
    steps jsonb := jsonb_build_object('status', NULL, 'stepped_on', NULL, 'typed_on', NULL, 'deferred_until', NULL,
        'unreached_on', NULL, 'fit_on', NULL, 'follow_up_on', NULL, 'ended_at', NULL, 'is_called', NULL,
        'gives_no_more', NULL, 'coordinator_id', NULL);
    there jsonb := jsonb_build_object('is_known_there', NULL, 'told_there_on', NULL, 'removed_there_on', NULL);
    free jsonb := sealed
        || CASE WHEN TG_OP = 'UPDATE' AND OLD.ended_at IS NULL THEN steps ELSE '{}' END
        || CASE WHEN TG_OP = 'UPDATE' AND OLD.removed_there_on IS NULL THEN there ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.answers, NEW.answers, is_emptied)
       AND (NEW.is_known_there OR NOT OLD.is_known_there)
       AND (NEW.gives_no_more OR NOT OLD.gives_no_more)
       AND (OLD.told_there_on IS NULL OR NEW.told_there_on IS NOT DISTINCT FROM OLD.told_there_on)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- A box that was sent arrives, or is lost on the way.
CREATE OR REPLACE FUNCTION registries_samplebatch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sent jsonb := jsonb_build_object('status', NULL, 'courier', NULL, 'waybill', NULL, 'sent_on', NULL);
    received jsonb := jsonb_build_object('status', NULL, 'receipt_number', NULL, 'received_on', NULL);
    free jsonb := CASE WHEN TG_OP <> 'UPDATE' THEN '{}'
        WHEN OLD.status = 'open' AND NEW.status = 'sent' THEN sent
        WHEN OLD.status = 'sent' AND NEW.status = 'received' THEN received
        WHEN OLD.status = 'sent' AND NEW.status = 'lost' THEN jsonb_build_object('status', NULL) ELSE '{}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- What puts a row right is of the same donor.
CREATE FUNCTION registries_replaces_own() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint;
BEGIN
    IF NEW.replaces_id IS NOT NULL THEN
        EXECUTE format('SELECT donor_id FROM %I WHERE id = $1', TG_TABLE_NAME) INTO whose USING NEW.replaces_id;
        IF whose IS DISTINCT FROM NEW.donor_id THEN
            RAISE EXCEPTION 'a row replaces one of the same donor'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'replaces_of_the_same_donor';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER replaces_own BEFORE INSERT ON registries_donorexpense
    FOR EACH ROW EXECUTE FUNCTION registries_replaces_own();
CREATE TRIGGER replaces_own BEFORE INSERT ON registries_honour
    FOR EACH ROW EXECUTE FUNCTION registries_replaces_own();
CREATE TRIGGER replaces_own BEFORE INSERT ON registries_donorescort
    FOR EACH ROW EXECUTE FUNCTION registries_replaces_own();
SELECT core_make_append_only('registries_donorescort');
