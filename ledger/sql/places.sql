-- Accounts with what they are of, as rows of their tables: planned once for a connection. Asked for as a join, the
-- planning of five tables would take longer than all else of a short trail.
CREATE FUNCTION ledger_places(accounts bigint[])
RETURNS TABLE (account ledger_account, unit ledger_unit, fund ledger_fund, branch organizations_branch,
               site organizations_site)
LANGUAGE plpgsql STABLE ROWS 20 SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT a, u, f, b, s
      FROM ledger_account a
      JOIN ledger_unit u ON u.id = a.unit_id
      LEFT JOIN ledger_fund f ON f.id = a.fund_id
      LEFT JOIN organizations_branch b ON b.id = a.branch_id
      LEFT JOIN organizations_site s ON s.id = a.site_id
     WHERE a.id = ANY(accounts);
END
$$;
