DROP TRIGGER append_only_row ON registries_contacthandover;
DROP TRIGGER append_only_all ON registries_contacthandover;
DROP TRIGGER dutyshift_guard ON registries_dutyshift;
DROP FUNCTION registries_dutyshift_guard();
DROP TRIGGER duecontact_guard ON registries_duecontact;
DROP FUNCTION registries_duecontact_guard();
DROP TRIGGER contact_guard ON registries_contact;
DROP FUNCTION registries_contact_guard();
