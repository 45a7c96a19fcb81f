"""Each check of gifts finds what it is for: what triggers and constraints refuse is done behind their back."""

import pytest
from django.db import DatabaseError, connection, transaction

from donations.checks import all_checks
from tests.donations.ground import Ground


def offending() -> set[str]:
    return {name for name, rows in all_checks().items() if rows}


@pytest.mark.django_db
def test_sound_gifts_give_no_offending_row(ground: Ground) -> None:
    ground.posted(("示例甲乙", "100"), ("爱心人士", "3"))
    assert offending() == set()


# What is broken, and which check must tell.
BREAKS: dict[str, tuple[str, str]] = {
    "amount": ("UPDATE donations_donation SET amount = amount + 1", "gift_equals_entry"),
    "day": ("UPDATE donations_donation SET received_on = received_on - 1", "gift_equals_entry"),
    "number": ("UPDATE donations_donation SET number = left(number, -1) || '9'", "gift_numbers_without_gap"),
    "total": ("UPDATE donations_dailytotal SET amount = amount + 1", "daily_totals_equal_gifts"),
    "missing total": ("DELETE FROM donations_dailytotal", "daily_totals_equal_gifts"),
    "missing record": ("DELETE FROM core_publicrecord", "gift_has_public_record"),
    "record": ("UPDATE core_publicrecord SET record = record || ' '", "gift_has_public_record"),
    "missing gift": ("DELETE FROM donations_donation", "entry_has_gift"),
    "row": ("UPDATE donations_stagedgift SET excluded_reason = '后来排除'", "posted_batch_equals_rows"),
    "reversal": (
        "INSERT INTO donations_correction (branch_id, donation_id, status, reason, public_note, requested_by_id,"
        " requested_at, decided_by_id, decided_at, decision_note, entry_id, kind, amount, is_current,"
        " taken_total, shown_note)"
        " SELECT d.branch_id, d.id, 'approved', '理由', '说明', b.submitted_by_id, now(), b.approved_by_id, now(), '',"
        " d.entry_id, 'reversal', d.amount, true, d.amount, ''"
        " FROM donations_donation d JOIN donations_batch b ON b.id = d.batch_id",
        "reversed_gift_has_reversal",
    ),
}


def test_a_change_behind_the_services_is_found(committed_ground: Ground, as_server_owner: None) -> None:
    committed_ground.posted(("示例甲乙", "100"))
    for what, (statement, check) in BREAKS.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                # Whoever owns the server can switch the triggers off; then only the checks are left.
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute(statement)
            assert check in offending(), what
            transaction.set_rollback(True)
    assert offending() == set()


FORBIDDEN = (
    "UPDATE donations_donation SET amount = amount + 1",
    "UPDATE donations_donation SET donor_name = '示例'",
    "DELETE FROM donations_donation",
    "TRUNCATE donations_donation CASCADE",
    "UPDATE donations_batchevent SET reason = ''",
    "DELETE FROM donations_batchevent",
)


def test_what_was_posted_stands_even_against_the_owner_of_the_server(
    committed_ground: Ground, as_server_owner: None
) -> None:
    committed_ground.posted(("示例甲乙", "100"))
    for statement in FORBIDDEN:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_way_of_naming_is_the_one_thing_that_may_change(ground: Ground) -> None:
    ground.posted(("示例甲乙", "100"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE donations_donation SET name_choice = 'anonymous', display_name = '爱心人士'")
        assert cursor.rowcount == 1
