-- A bag stands in one file that counts. Where nobody fetched a file before it was given up or its days were over, its
-- bags were reported to nobody: that is written down once, and nothing else of a row changes.
DROP TRIGGER append_only_row ON registries_exchangesent;
CREATE FUNCTION registries_exchangesent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.is_void AND NOT OLD.is_void
       AND (NEW.id, NEW.exchange_file_id, NEW.sample_id) = (OLD.id, OLD.exchange_file_id, OLD.sample_id)
       AND EXISTS (SELECT 1 FROM registries_exchangefile f
                    WHERE f.id = OLD.exchange_file_id AND f.download_count = 0 AND f.status IN ('dropped', 'expired'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER exchangesent_guard BEFORE UPDATE OR DELETE ON registries_exchangesent
    FOR EACH ROW EXECUTE FUNCTION registries_exchangesent_guard();
