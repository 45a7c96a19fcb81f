DROP FUNCTION ledger_post(text, text, text, integer, jsonb, jsonb, jsonb, jsonb);
DROP FUNCTION ledger_lock_balances(bigint[]);
