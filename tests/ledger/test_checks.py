"""Whoever goes past the triggers is found by the checks: each check can fail."""

import json
from collections.abc import Callable

import pytest
from django.core.management import call_command

from core.models import AuditEvent
from ledger.checks import QUERIES, all_checks
from ledger.choices import EntryKind
from ledger.services import money_holding
from ledger.tasks import verify_nightly
from tests.ledger.ground import Ground
from tests.ledger.superuser import superuser

# What somebody with every power does to the tables, and the checks that must see it.
TAMPERING: dict[str, tuple[str, set[str]]] = {
    "a gift made larger": (
        "UPDATE ledger_movement SET quantity = quantity + 1 WHERE id = (SELECT min(id) FROM ledger_movement)",
        {"inflows_are_contiguous", "balance_is_its_movements", "months_close", "the_tree_closes"},
    ),
    "a gift removed": (
        "DELETE FROM ledger_movement WHERE id = (SELECT min(id) FROM ledger_movement)",
        {"inflows_are_contiguous", "balance_is_its_movements", "entry_has_its_rows"},
    ),
    "an outflow moved": (
        "UPDATE ledger_movement SET out_from = out_from + 500"
        " WHERE id = (SELECT max(id) FROM ledger_movement WHERE out_from > 0)",
        {"outflows_are_contiguous"},
    ),
    "a balance made larger": (
        "UPDATE ledger_accountbalance SET inflow_tail = inflow_tail + 5 WHERE inflow_tail > 0",
        {"balance_is_its_movements", "months_close", "the_tree_closes"},
    ),
    "a balance removed": ("DELETE FROM ledger_accountbalance WHERE inflow_tail > 0", {"balance_is_its_movements"}),
    "more spent than there was": (
        "UPDATE ledger_movement SET quantity = 100000"
        " WHERE id = (SELECT min(id) FROM ledger_movement WHERE out_from = 0)",
        {"never_negative", "attribution_covers_outflows"},
    ),
    "a hole in what had left": (
        "UPDATE ledger_movement SET hole_from = 50 WHERE hole_from IS NOT NULL",
        {"holes_were_unspent"},
    ),
    "a draw moved": (
        "UPDATE ledger_draw SET in_from = in_from + 1 WHERE id = (SELECT max(id) FROM ledger_draw)",
        {"draws_are_what_left"},
    ),
    "a draw sent elsewhere": ("UPDATE ledger_draw SET lands_at = lands_at + 1", {"draws_are_what_left"}),
    "a draw removed": (
        "DELETE FROM ledger_draw WHERE id = (SELECT min(id) FROM ledger_draw)",
        {"draws_are_what_left"},
    ),
    "an entry removed": (
        "DELETE FROM ledger_entry WHERE serial = 2",
        {"entry_numbers_without_gap", "movement_has_its_rows", "group_has_its_entries"},
    ),
    "a counter set back": ("UPDATE core_numbercounter SET last = 1", {"entry_numbers_without_gap"}),
    "a number rewritten": ("UPDATE ledger_entry SET number = 'x' WHERE serial = 1", {"entry_number_is_its_serial"}),
    "a key used twice": (
        "ALTER TABLE ledger_entry DROP CONSTRAINT entry_key_once; UPDATE ledger_entry SET idempotency_key = 'same'",
        {"no_key_twice"},
    ),
    "one person alone": (
        "ALTER TABLE ledger_entry DROP CONSTRAINT entry_maker_is_not_approver;"
        " UPDATE ledger_entry SET approved_by_id = made_by_id",
        {"two_people_each"},
    ),
    "an approver who never was": ("UPDATE ledger_entry SET approved_by_id = 999999", {"entry_has_its_rows"}),
    "a group of another size": ("UPDATE ledger_postinggroup SET entry_count = 9", {"group_has_its_entries"}),
    "a public record removed": ("DELETE FROM core_publicrecord", {"entry_has_public_record"}),
    "yuan with three places": (
        "UPDATE ledger_movement SET quantity = quantity - 0.001 WHERE id = (SELECT max(id) FROM ledger_movement)",
        {"movement_fits_its_accounts"},
    ),
    "another kind": ("UPDATE ledger_entry SET kind = 'fee' WHERE kind = 'gift'", {"movement_goes_an_allowed_way"}),
    "reversed for more than it was": (
        "UPDATE ledger_movement SET quantity = 500 WHERE reverses_id IS NOT NULL",
        {"nothing_reversed_twice"},
    ),
    "a reversal that goes elsewhere": (
        "UPDATE ledger_movement SET source_id = (SELECT min(id) FROM ledger_account WHERE party = 'losses')"
        " WHERE back_from IS NOT NULL",
        {"reversal_goes_back"},
    ),
    "transit that answers nothing": ("UPDATE ledger_movement SET answers_id = NULL", {"transit_answers_what_was_sent"}),
    "use changed without a basis": (
        "ALTER TABLE ledger_entry DROP CONSTRAINT entry_use_changed_on_a_basis; UPDATE ledger_entry SET basis = ''",
        {"restricted_value_stays_narrow"},
    ),
    "shares of cost that do not add up": ("UPDATE ledger_movement SET value = value + 1", {"purchase_shares_its_cost"}),
}


def history(ground: Ground) -> None:
    """Books in which every rule has something to hold."""
    flood, daily, quilts = ground.fund(is_restricted=True, purpose="抗洪"), ground.fund(), ground.goods()
    first = ground.gift(flood, "100")
    ground.gift(flood, "100")
    ground.reverse(first)
    ground.post(EntryKind.CHANGE_OF_USE, ground.move(money_holding(flood), money_holding(daily), "50"), basis="notice")
    ground.spend(daily, "10")
    ground.spend(daily, "10")
    ground.reverse(ground.spend(daily, "10"))
    sent = ground.send(daily, "10")
    ground.send_back(sent, "10")
    ground.post(
        EntryKind.PURCHASE,
        ground.move(money_holding(daily), ground.world("suppliers"), "10"),
        ground.move(ground.world("suppliers", quilts), ground.stock(daily, quilts), "2", value=10),
    )
    ground.gift(daily, "1")


def found() -> set[str]:
    return {name for name, rows in all_checks().items() if rows}


@pytest.fixture
def tamper(committed_ground: Ground) -> Callable[[str], None]:
    history(committed_ground)
    assert found() == set()

    def run(statement: str) -> None:
        with superuser(commit=True) as cursor:
            # Past triggers and foreign keys, as only the superuser can.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)

    return run


def test_tampering_is_found(committed_ground: Ground) -> None:
    history(committed_ground)
    assert found() == set()
    missed = {}
    for what, (statement, checks) in TAMPERING.items():
        # Each in a transaction of its own, which is thrown away.
        with superuser() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
            failed = set()
            for name, query in QUERIES.items():
                cursor.execute(query)
                failed |= {name} if cursor.fetchone() else set()
        if not checks <= failed:
            missed[what] = checks - failed
    assert missed == {}


def test_every_check_is_shown_to_fail() -> None:
    assert set(QUERIES) == set().union(*(checks for _statement, checks in TAMPERING.values()))


def test_the_command_ends_with_0_when_all_is_well_and_says_what_it_asked(ground: Ground, capsys) -> None:
    ground.gift(ground.fund(), "1")
    call_command("verify_ledger", json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["problems"]) == (True, [])
    assert answer["checked"] >= len(QUERIES)


def test_the_command_ends_with_1_and_names_the_rows(tamper: Callable[[str], None], capsys) -> None:
    tamper("UPDATE ledger_entry SET number = 'x' WHERE serial = 1")
    with pytest.raises(SystemExit) as left:
        call_command("verify_ledger", json=True)
    assert left.value.code == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["ok"]
    assert {"check": "entry_number_is_its_serial", "number": "x"}.items() <= answer["problems"][0].items()


def test_the_night_run_leaves_its_result_in_the_audit_trail(ground: Ground) -> None:
    ground.gift(ground.fund(), "1")
    assert verify_nightly() == 0
    assert AuditEvent.objects.filter(verb="ledger.books.verified").count() == 1


def test_a_night_run_that_finds_something_says_which_checks(tamper: Callable[[str], None]) -> None:
    tamper("UPDATE core_numbercounter SET last = 1")
    assert verify_nightly() == 1
    assert AuditEvent.objects.get(verb="ledger.books.found_wrong").reason == "entry_numbers_without_gap"
