-- What a bank said stands. Of a line only its decision may change, its look-up digests, and its sealed text by a change
-- of keys alone; a line goes only with a statement that was dropped, or when a draft is read again.
CREATE FUNCTION reconciliation_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided jsonb := jsonb_build_object('outcome', NULL, 'kind', NULL, 'reason', NULL, 'gift_id', NULL, 'entry_id', NULL,
        'details', NULL, 'details_digest', NULL, 'details_digest_next', NULL);
    state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.details = OLD.details OR core_is_resealed(OLD.details, NEW.details))
           AND (to_jsonb(NEW) || decided) = (to_jsonb(OLD) || decided) THEN
            RETURN NEW;
        END IF;
    ELSE
        SELECT status INTO state FROM reconciliation_statement WHERE id = OLD.statement_id;
        IF state IN ('reading', 'dropped') THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER statementline_guard_row BEFORE UPDATE OR DELETE ON reconciliation_statementline
    FOR EACH ROW EXECUTE FUNCTION reconciliation_line_guard();

-- A statement is never removed. Once its lines count, what it says stands.
CREATE FUNCTION reconciliation_statement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status NOT IN ('in_work', 'settled', 'dropped')
        OR (to_jsonb(NEW) || '{"status": null}') = (to_jsonb(OLD) || '{"status": null}')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER statement_guard_row BEFORE UPDATE OR DELETE ON reconciliation_statement
    FOR EACH ROW EXECUTE FUNCTION reconciliation_statement_guard();

-- A confirmed sheet keeps its figures; it may be given back, which is a step of its own.
CREATE FUNCTION reconciliation_sheet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'approved' OR (NEW.figures, NEW.made_by_id, NEW.made_at, NEW.month, NEW.branch_id)
            IS NOT DISTINCT FROM (OLD.figures, OLD.made_by_id, OLD.made_at, OLD.month, OLD.branch_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER monthsheet_guard_row BEFORE UPDATE OR DELETE ON reconciliation_monthsheet
    FOR EACH ROW EXECUTE FUNCTION reconciliation_sheet_guard();
SELECT core_make_append_only('reconciliation_statementevent');
SELECT core_make_append_only('reconciliation_lineevent');
SELECT core_make_append_only('reconciliation_sheetevent');
