-- A file that goes out is released by another person before it is made, and fetched a few times. What was ready
-- without a release is closed, what was being made waits for one.
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE core_storedfile SET purge_on = current_date
 WHERE id IN (SELECT file_id FROM registries_exchangefile WHERE status = 'ready');
INSERT INTO registries_exchangefileevent (exchange_file_id, to_status, verb, count, actor_id, at)
SELECT id, 'expired', 'expired', row_count, NULL, now() FROM registries_exchangefile WHERE status = 'ready';
UPDATE registries_exchangefile SET status = 'expired' WHERE status = 'ready';
UPDATE registries_exchangefile SET status = 'asked' WHERE status = 'making';
SET CONSTRAINTS ALL IMMEDIATE;

CREATE OR REPLACE FUNCTION registries_exchangefile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving jsonb := jsonb_build_object('status', NULL);
    made jsonb := jsonb_build_object('file_id', NULL, 'file_sha256', NULL, 'row_count', NULL, 'bad_count', NULL,
        'left_out', NULL, 'refusal', NULL);
    released jsonb := jsonb_build_object('released_by_id', NULL, 'released_at', NULL);
    fetched jsonb := jsonb_build_object('download_count', NULL);
    confirmed jsonb := jsonb_build_object('confirmed_by_id', NULL, 'confirmed_at', NULL);
    applied jsonb := jsonb_build_object('bad_count', NULL);
    free jsonb := CASE
        WHEN TG_OP <> 'UPDATE' THEN '{}'
        WHEN OLD.status = 'asked' THEN moving || released
        WHEN OLD.status = 'making' THEN moving || made
        WHEN OLD.status = 'ready' AND NEW.download_count = OLD.download_count + 1 THEN moving || fetched
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
