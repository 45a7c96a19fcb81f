CREATE OR REPLACE FUNCTION donations_staged_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM donations_batch b WHERE b.id = OLD.batch_id AND b.status IN ('submitted', 'posting', 'posted')) THEN
        RAISE EXCEPTION 'rows of a submitted batch stand still: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
