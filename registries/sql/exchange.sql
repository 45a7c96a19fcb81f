-- What a file is stands once it is: which way, whose, by whom; its bytes and counts come in once, with the end of
-- making or checking. The state moves.
CREATE FUNCTION registries_exchangefile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving jsonb := jsonb_build_object('status', NULL);
    made jsonb := jsonb_build_object('file_id', NULL, 'file_sha256', NULL, 'row_count', NULL, 'bad_count', NULL,
        'left_out', NULL, 'refusal', NULL);
    confirmed jsonb := jsonb_build_object('confirmed_by_id', NULL, 'confirmed_at', NULL);
    applied jsonb := jsonb_build_object('bad_count', NULL);
    free jsonb := CASE
        WHEN TG_OP <> 'UPDATE' THEN '{}'
        WHEN OLD.status = 'making' THEN moving || made
        WHEN OLD.status = 'checking' AND NEW.file_id = OLD.file_id AND NEW.file_sha256 = OLD.file_sha256
            THEN moving || made
        WHEN OLD.status = 'checked' THEN moving || confirmed
        WHEN OLD.status = 'applying' THEN moving || applied
        ELSE moving END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER exchangefile_guard BEFORE UPDATE OR DELETE ON registries_exchangefile
    FOR EACH ROW EXECUTE FUNCTION registries_exchangefile_guard();

-- A good row is done once, or found impossible; what it says stands, but for a number that is destroyed afterwards. Keys may be changed under it. Columns are compared
-- one by one, for files of hundreds of thousands of rows.
CREATE FUNCTION registries_exchangerow_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.id, NEW.row_key, NEW.exchange_file_id, NEW.line, NEW.result)
           = (OLD.id, OLD.row_key, OLD.exchange_file_id, OLD.line, OLD.result)
       AND NEW.donor_id IS NOT DISTINCT FROM OLD.donor_id
       AND NEW."on" IS NOT DISTINCT FROM OLD."on"
       AND registries_stands(OLD.reference, NEW.reference, OLD.outcome <> 'good')
       AND (OLD.outcome = 'good'
            OR (NEW.outcome, NEW.fault, NEW.field, NEW.from_status) = (OLD.outcome, OLD.fault, OLD.field, OLD.from_status)
               AND NEW.done_at IS NOT DISTINCT FROM OLD.done_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER exchangerow_guard BEFORE UPDATE OR DELETE ON registries_exchangerow
    FOR EACH ROW EXECUTE FUNCTION registries_exchangerow_guard();

SELECT core_make_append_only('registries_exchangefileevent');
SELECT core_make_append_only('registries_exchangesent');
