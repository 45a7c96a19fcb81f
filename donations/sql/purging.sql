-- Rows of a submitted batch stand still; two years after its posting they may go (docs/personal-data.md): the gifts
-- themselves stand in donations_donation and in the books.
CREATE OR REPLACE FUNCTION donations_staged_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM donations_batch b WHERE b.id = OLD.batch_id AND b.status IN ('submitted', 'posting', 'posted')
                 AND NOT (TG_OP = 'DELETE' AND b.status = 'posted' AND b.posted_at < now() - interval '2 years')) THEN
        RAISE EXCEPTION 'rows of a submitted batch stand still: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
