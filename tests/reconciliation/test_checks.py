"""Each check finds what it is there for: rows are broken behind the services, with the triggers off."""

from __future__ import annotations

import pytest
from django.db import connection

from reconciliation.checks import QUERIES, all_checks
from reconciliation.services.deciding import decide_alike
from tests import databases
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import Ground

# Check → what somebody with all rights over the database did.
BROKEN = {
    "line_equals_its_gift": "UPDATE reconciliation_statementline SET amount = amount + 1 WHERE gift_id IS NOT NULL",
    "line_equals_its_batch": "UPDATE reconciliation_statementline SET outcome = 'batch', batch_id ="
    " (SELECT id FROM donations_batch LIMIT 1) WHERE outcome = 'open'",
    "line_equals_its_entry": "UPDATE reconciliation_statementline SET outcome = 'entry', gift_id = NULL, amount = 7"
    " WHERE gift_id IS NOT NULL",
    "line_outcome_is_its_last_event": "DELETE FROM reconciliation_lineevent",
    "line_in_batch_has_its_batch": "UPDATE reconciliation_statementline SET outcome = 'in_batch'"
    " WHERE outcome = 'open'",
    "statement_balances_meet": "UPDATE reconciliation_statement SET in_total = in_total + 1",
    "statement_has_its_lines": "UPDATE reconciliation_statement SET line_count = line_count + 1",
    "account_balance_goes_on": "UPDATE reconciliation_depositaccount SET opening_balance = opening_balance + 1",
    "settled_statement_has_no_open_line": "UPDATE reconciliation_statement SET status = 'settled'",
    "statement_state_is_its_last_event": "UPDATE reconciliation_statement SET status = 'dropped'",
    "statement_numbers_without_gap": "UPDATE reconciliation_statement"
    " SET number = replace(number, 'S0000000', 'S0000001')",
    "sheet_confirmed_by_two": "ALTER TABLE reconciliation_monthsheet DROP CONSTRAINT monthsheet_confirmed_by_another;"
    " INSERT INTO reconciliation_monthsheet (branch_id, month, status, figures, made_by_id, made_at, confirmed_by_id,"
    " confirmed_at) SELECT branch_id, '2026-01', 'approved', '{}', created_by_id, now(), created_by_id, now()"
    " FROM reconciliation_statement",
    "sheet_state_is_its_last_event": "INSERT INTO reconciliation_monthsheet (branch_id, month, status, figures,"
    " made_by_id, made_at) SELECT branch_id, '2026-01', 'returned', '{}', created_by_id, now()"
    " FROM reconciliation_statement",
}


def test_every_check_has_a_way_to_fail() -> None:
    assert BROKEN.keys() == QUERIES.keys()


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_check_finds_what_was_broken_and_nothing_before(committed_ground: Ground, name: str) -> None:
    committed_ground.posted(("示例甲乙", "500", "2026-01-05"))
    lines = [Made("2026-01-05", "500.00", "示例甲乙"), Made("2026-01-06", "3.17", "", "利息")]
    statement = committed_ground.read(icbc([*lines, Made("2026-01-07", "8.00", "示例丙丁")]))
    decide_alike(statement_id=statement.pk, actor=committed_ground.clerk)
    assert all_checks()[name] == []
    database = str(connection.settings_dict["NAME"])
    databases.as_superuser(f"SET session_replication_role = replica; {BROKEN[name]}", database=database)
    assert all_checks()[name] != []
