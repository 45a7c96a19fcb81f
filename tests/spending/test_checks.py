"""Each check of spending finds what it is for: what triggers and constraints refuse is done behind their back."""

from __future__ import annotations

import pytest

from spending.checks import QUERIES, all_checks
from spending.services.beneficiaries import read_people, set_beneficiaries
from spending.services.documents import add_document, offer_copy, release_copy
from spending.services.payments import submit_payment
from spending.services.reversing import approve_reversal, request_reversal
from tests.ledger.superuser import superuser
from tests.spending.ground import Ground
from tests.spending.test_services_payments import LIST, picture


def offending() -> set[str]:
    return {name for name, rows in all_checks().items() if rows}


# What is broken, and which check must tell.
BREAKS: dict[str, tuple[str, str]] = {
    "sum sent": ("UPDATE spending_transfer SET amount = amount + 1", "transfer_equals_its_entry"),
    "fund sent from": (
        "UPDATE spending_transfer SET fund_id = to_fund_id WHERE to_fund_id IS NOT NULL",
        "transfer_equals_its_entry",
    ),
    "sum arrived": (
        "UPDATE spending_transfer SET accepted = accepted - 1, sent_back = 1 WHERE status = 'received'",
        "arrival_equals_its_entries",
    ),
    "arrival unseen": (
        "UPDATE spending_transfer SET status = 'sent' WHERE status = 'received'",
        "arrival_equals_its_entries",
    ),
    "lost transfer": ("DELETE FROM spending_transfer WHERE status = 'received'", "transfer_entry_has_transfer"),
    "one hand": ("UPDATE spending_transfer SET confirmed_by_id = counted_by_id", "transfer_confirmed_by_two"),
    "state of a transfer": (
        "UPDATE spending_transfer SET status = 'counted' WHERE status = 'sent'",
        "transfer_state_is_its_last_event",
    ),
    "number of a transfer": (
        "UPDATE spending_transfer SET number = left(number, -1) || '9' WHERE status = 'sent'",
        "transfer_numbers_without_gap",
    ),
    "sum paid": ("UPDATE spending_payment SET amount = amount + 1 WHERE status = 'paid'", "payment_equals_its_entry"),
    "kind": ("UPDATE spending_payment SET kind = 'fee' WHERE status = 'paid'", "payment_equals_its_entry"),
    "lost payment": ("DELETE FROM spending_payment WHERE status = 'paid'", "payment_entry_has_payment"),
    "unreversed": (
        "UPDATE spending_payment SET status = 'paid' WHERE status = 'reversed'",
        "reversed_payment_has_reversal",
    ),
    "reversed by nobody": ("DELETE FROM spending_reversal", "reversed_payment_has_reversal"),
    "nobody approved": ("DELETE FROM spending_approval", "payment_approved_as_asked"),
    "approved by a maker": (
        "UPDATE spending_approval a SET person_id = p.created_by_id FROM spending_payment p WHERE p.id = payment_id",
        "payment_approved_as_asked",
    ),
    "list": ("UPDATE spending_beneficiary SET amount = amount + 1", "payment_list_makes_its_sum"),
    "missing record": ("DELETE FROM core_publicrecord WHERE kind = 'payment'", "payment_has_public_record"),
    "record": (
        "UPDATE core_publicrecord SET record = record || ' ' WHERE kind = 'payment'",
        "payment_has_public_record",
    ),
    "purpose": ("UPDATE spending_payment SET purpose = 'other' WHERE status = 'paid'", "payment_has_public_record"),
    "state of a payment": (
        "UPDATE spending_payment SET status = 'draft' WHERE status = 'submitted'",
        "payment_state_is_its_last_event",
    ),
    "number of a payment": (
        "UPDATE spending_payment SET number = left(number, -1) || '9' WHERE status = 'submitted'",
        "payment_numbers_without_gap",
    ),
    "copy": (
        "UPDATE spending_paymentdocument SET released_by_id = offered_by_id",
        "released_copy_was_released_by_another",
    ),
}
CONSTRAINTS = (
    ("spending_transfer", "transfer_counted_in_full"),
    ("spending_transfer", "transfer_confirmed_by_another"),
    ("spending_paymentdocument", "paymentdocument_released_by_another"),
)


@pytest.fixture
def worked(committed_ground: Ground) -> Ground:
    """One of each: a transfer received, one under way; payments paid, reversed, with a list, with a released copy."""
    ground = committed_ground
    top, low = ground.fund("33"), ground.fund("3301")
    ground.give(top, "1000")
    ground.arrived(ground.sent(top, "3301", "600"), low)
    ground.sent(top, "3301", "50")
    clerk, approver = ground.person("3301.clerk"), ground.person("3301.approver")
    payment = ground.paid(low, "10")
    paper = add_document(payment_id=payment.pk, kind="invoice", upload=picture(), actor=clerk)
    offer_copy(document_id=paper.pk, upload=picture("black"), actor=clerk)
    release_copy(document_id=paper.pk, actor=approver)
    wrong = ground.paid(low, "20")
    asked = request_reversal(payment_id=wrong.pk, reason="付错", public_note="重复付款，已退回。", actor=clerk)
    approve_reversal(reversal_id=asked.pk, actor=approver)
    aid = {"kind": "aid", "purpose": "aid", "payee_kind": "list", "payee_name": "", "helped_count": 2}
    listed = ground.payment(low, "500", **aid)
    set_beneficiaries(payment_id=listed.pk, people=read_people(LIST), actor=clerk)
    submit_payment(payment_id=listed.pk, actor=clerk)
    return ground


def test_a_change_behind_the_services_is_found(worked: Ground) -> None:
    assert offending() == set()
    with superuser() as cursor:
        for what, (statement, check) in BREAKS.items():
            cursor.execute("SAVEPOINT here; SET LOCAL session_replication_role = replica")
            for table, constraint in CONSTRAINTS:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            cursor.execute(statement)
            found = _found(cursor, check)
            cursor.execute("ROLLBACK TO SAVEPOINT here")
            assert found, what
    assert {check for _statement, check in BREAKS.values()} == set(all_checks()), "each check is broken once"


def _found(cursor: object, check: str) -> bool:
    cursor.execute(QUERIES[check])  # type: ignore[attr-defined]
    return bool(cursor.fetchall())  # type: ignore[attr-defined]
