DROP TRIGGER append_only_row ON training_rescueevent;
DROP TRIGGER append_only_all ON training_rescueevent;
DROP TRIGGER rescue_guard ON training_rescuecase;
DROP FUNCTION training_rescue_guard();
ALTER TABLE training_rescuecase DROP CONSTRAINT rescuecase_verified_by_another;
