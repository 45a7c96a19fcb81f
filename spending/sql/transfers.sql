-- Nobody approves a transfer that passed through their own hands.
ALTER TABLE spending_transfer ADD CONSTRAINT transfer_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));

-- A transfer is never removed. From the day it is sent, what was sent stands; once it has ended, nothing changes.
CREATE FUNCTION spending_transfer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    arrival jsonb := jsonb_build_object('status', NULL, 'counted_by_id', NULL, 'received_on', NULL, 'accepted', NULL, 'lost', NULL,
        'sent_back', NULL, 'receipt_note', NULL, 'evidence_id', NULL, 'to_fund_id', NULL, 'confirmed_by_id', NULL,
        'confirmed_at', NULL, 'in_entry_id', NULL, 'back_entry_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status NOT IN ('received', 'received_in_part', 'sent_back', 'cancelled') THEN
        IF OLD.status NOT IN ('sent', 'counted') OR (to_jsonb(NEW) || arrival) = (to_jsonb(OLD) || arrival) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER transfer_guard_row BEFORE UPDATE OR DELETE ON spending_transfer
    FOR EACH ROW EXECUTE FUNCTION spending_transfer_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON spending_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('spending_transferevent');
