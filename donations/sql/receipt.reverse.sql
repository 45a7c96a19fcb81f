DROP TRIGGER append_only_row ON donations_paperprint; DROP TRIGGER append_only_all ON donations_paperprint;
DROP TRIGGER append_only_all ON donations_receipt;
DROP TRIGGER receipt_guard_row ON donations_receipt;
DROP FUNCTION donations_receipt_guard();
