-- Nobody approves a batch that passed through their own hands.
ALTER TABLE donations_batch ADD CONSTRAINT batch_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));

-- A posted gift is never changed or removed, except for the way its giver's name is shown today.
CREATE FUNCTION donations_donation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shown jsonb := jsonb_build_object('name_choice', NULL, 'display_name', NULL, 'display_bigrams', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || shown) = (to_jsonb(OLD) || shown) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER donation_guard_row BEFORE UPDATE OR DELETE ON donations_donation
    FOR EACH ROW EXECUTE FUNCTION donations_donation_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_donation
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('donations_batchevent');

-- Rows of a batch stand still from submission on: what the second person approves is what is posted.
CREATE FUNCTION donations_staged_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER staged_guard BEFORE UPDATE OR DELETE ON donations_stagedgift
    FOR EACH ROW EXECUTE FUNCTION donations_staged_guard();

-- A file of gifts comes in at once: its references are checked for the statement (ledger/sql/references.sql).
SET CONSTRAINTS ALL IMMEDIATE;
SELECT ledger_refer_as_sets('donations_donation');
