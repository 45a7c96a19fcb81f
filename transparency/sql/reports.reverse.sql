DROP TRIGGER append_only_row ON transparency_disclosureitem; DROP TRIGGER append_only_all ON transparency_disclosureitem;
DROP TRIGGER append_only_row ON transparency_reportfile; DROP TRIGGER append_only_all ON transparency_reportfile;
DROP TRIGGER append_only_row ON transparency_reportevent; DROP TRIGGER append_only_all ON transparency_reportevent;
DROP TRIGGER append_only_row ON transparency_logleaf; DROP TRIGGER append_only_all ON transparency_logleaf;
DROP TRIGGER append_only_all ON transparency_reportrun;
DROP TRIGGER run_guard ON transparency_reportrun;
DROP FUNCTION transparency_run_guard();
