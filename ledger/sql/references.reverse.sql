DROP TRIGGER references_hold ON ledger_movement;
DROP TRIGGER references_hold ON ledger_entry;
DROP FUNCTION ledger_movement_refer();
DROP FUNCTION ledger_entry_refer();
DROP FUNCTION ledger_refuse_delete_of_referenced() CASCADE;
DROP FUNCTION ledger_refer_as_sets(regclass);
