DROP FUNCTION ledger_trail(bigint[], bigint, integer, integer);
DROP FUNCTION ledger_walk(bigint[], bigint, integer, integer);
