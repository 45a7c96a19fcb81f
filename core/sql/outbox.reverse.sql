DROP TRIGGER append_only_all ON core_publicrecord;
DROP TRIGGER publicrecord_guard_row ON core_publicrecord;
DROP FUNCTION core_publicrecord_guard();
DROP INDEX publicrecord_by_xid;
ALTER TABLE core_publicrecord DROP COLUMN xid;
