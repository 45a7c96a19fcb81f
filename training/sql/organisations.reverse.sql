DROP TRIGGER append_only_row ON training_organisationsize;
DROP TRIGGER append_only_all ON training_organisationsize;
DROP TRIGGER append_only_row ON training_organisationfact;
DROP TRIGGER append_only_all ON training_organisationfact;
DROP TRIGGER append_only_all ON training_organisation;
DROP TRIGGER organisation_guard ON training_organisation;
DROP FUNCTION training_organisation_guard();
DROP TRIGGER organisation_says ON training_organisationfact;
DROP FUNCTION training_organisation_says();
