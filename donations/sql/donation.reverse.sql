DROP TRIGGER references_hold ON donations_donation;
DROP FUNCTION donations_donation_refer();
DROP TRIGGER staged_guard ON donations_stagedgift;
DROP FUNCTION donations_staged_guard();
DROP TRIGGER append_only_row ON donations_batchevent; DROP TRIGGER append_only_all ON donations_batchevent;
DROP TRIGGER append_only_all ON donations_donation;
DROP TRIGGER donation_guard_row ON donations_donation;
DROP FUNCTION donations_donation_guard();
ALTER TABLE donations_batch DROP CONSTRAINT batch_approver_is_no_maker;
