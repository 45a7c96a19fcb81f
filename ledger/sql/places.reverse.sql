DROP FUNCTION ledger_places(bigint[]);
