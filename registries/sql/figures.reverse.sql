DROP TRIGGER national_guard ON registries_nationalfigure;
DROP FUNCTION registries_national_guard();
DROP TRIGGER tally_guard ON registries_registrytally;
DROP FUNCTION registries_tally_guard();
DROP TRIGGER append_only_row ON registries_countedstep;
DROP TRIGGER append_only_all ON registries_countedstep;
DROP TRIGGER append_only_row ON registries_registryfigures;
DROP TRIGGER append_only_all ON registries_registryfigures;
