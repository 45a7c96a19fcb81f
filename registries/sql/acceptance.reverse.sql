DROP TRIGGER caseacceptance_guard ON registries_caseacceptance;
DROP FUNCTION registries_caseacceptance_guard();
DROP TRIGGER append_only_row ON registries_caseacceptance;
DROP TRIGGER append_only_all ON registries_caseacceptance;
