DROP TRIGGER movements_4_narrow ON ledger_movement;
DROP FUNCTION ledger_movements_narrow();
