-- As it was before files were released: what waits for that is given up.
UPDATE registries_exchangefile SET status = 'dropped' WHERE status = 'asked';

CREATE OR REPLACE FUNCTION registries_exchangefile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
