-- A receipt is for the whole gift. It stands as it was recorded, except for the one step that cancels it.
CREATE FUNCTION donations_receipt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cancelling jsonb := jsonb_build_object(
        'state', NULL, 'was_state', NULL, 'cancelled_by_id', NULL, 'cancelled_at', NULL, 'cancel_reason', NULL);
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'cancelled' OR NEW.amount IS DISTINCT FROM (SELECT d.amount FROM donations_donation d WHERE d.id = NEW.donation_id) THEN
            RAISE EXCEPTION 'receipt of gift %: begins to stand, and is for the whole gift', NEW.donation_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_is_for_the_whole_gift';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'cancelled' AND NEW.state = 'cancelled' AND NEW.was_state = OLD.state
       AND (to_jsonb(NEW) || cancelling) = (to_jsonb(OLD) || cancelling) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER receipt_guard_row BEFORE INSERT OR UPDATE OR DELETE ON donations_receipt
    FOR EACH ROW EXECUTE FUNCTION donations_receipt_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('donations_paperprint');
