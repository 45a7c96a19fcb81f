DROP TRIGGER append_only_row ON spending_transferevent; DROP TRIGGER append_only_all ON spending_transferevent;
DROP TRIGGER append_only_all ON spending_transfer;
DROP TRIGGER transfer_guard_row ON spending_transfer;
DROP FUNCTION spending_transfer_guard();
ALTER TABLE spending_transfer DROP CONSTRAINT transfer_approver_is_no_maker;
