DROP TRIGGER stays ON training_firstaidplace;
DROP TRIGGER stays ON training_aed;
DROP FUNCTION training_refuse_removal();
DROP TRIGGER append_only_row ON training_aedinspection;
DROP TRIGGER append_only_all ON training_aedinspection;
