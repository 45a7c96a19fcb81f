"""Two people at the same moment: shown without the lock, then with it."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from core.models import PublicRecord
from ledger.errors import NotEnough
from ledger.models import Entry
from ledger.services.verifying import verify_books
from spending.choices import TransferStatus
from spending.errors import WrongState
from spending.models import Transfer, TransferEvent
from spending.selectors.bands import promised
from spending.services import approving, receiving, transfers
from spending.services.approving import approve_payment
from spending.services.payments import create_payment
from spending.services.receiving import confirm_transfer
from spending.services.reversing import approve_reversal, request_reversal
from spending.services.transfers import send_transfer
from tests.ledger.test_concurrency import WAIT_SECONDS, at_once
from tests.spending.ground import Ground


def in_order() -> dict[str, Any]:
    return {name: rows for name, rows in verify_books().items() if rows}


def read_together(parties: int) -> Any:
    """What `lock_transfer` would be without its lock: all have read before anybody moves."""
    read = threading.Barrier(parties, timeout=WAIT_SECONDS)

    def without_lock(transfer_id: int) -> Transfer:
        rows = Transfer.objects.unscoped("test").select_related(
            "branch", "to_branch", "fund__branch", "to_fund__branch", "submitted_by", "counted_by"
        )
        transfer = rows.get(pk=transfer_id)
        read.wait()
        return transfer

    return without_lock


def counted(ground: Ground) -> Transfer:
    fund = ground.fund("33")
    ground.give(fund, "100")
    return ground.counted(ground.sent(fund, "3301", "100"), ground.fund("3301"), "100")


def test_without_the_lock_two_confirm_one_transfer_and_only_the_ledgers_key_keeps_the_money_single(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = counted(committed_ground)
    monkeypatch.setattr(receiving, "lock_transfer", read_together(2))
    confirm = [
        lambda login=login: confirm_transfer(transfer_id=transfer.pk, actor=committed_ground.person(login))
        for login in ("3301.approver", "3301.finance")
    ]
    results = at_once(*confirm)
    # The second is refused by the ledger in words about keys, or by the trigger: nobody is told what happened.
    assert not any(isinstance(result, WrongState) for result in results)
    assert committed_ground.money(committed_ground.fund("3301")) == 100


def test_a_transfer_confirmed_by_two_at_once_is_posted_once_and_the_second_is_told(committed_ground: Ground) -> None:
    transfer = counted(committed_ground)
    results = at_once(
        *[
            lambda login=login: confirm_transfer(transfer_id=transfer.pk, actor=committed_ground.person(login))
            for login in ("3301.approver", "3301.finance")
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Transfer", "WrongState"]
    (told,) = [result for result in results if isinstance(result, WrongState)]
    assert "已全额签收" in told.message
    assert Entry.objects.unscoped("test").filter(kind="transfer_in").count() == 1
    assert TransferEvent.objects.filter(to_status=TransferStatus.RECEIVED).count() == 1
    assert in_order() == {}


def test_without_the_lock_one_transfer_is_sent_by_two_and_has_two_approvers_in_its_history(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    fund = committed_ground.fund("33")
    committed_ground.give(fund, "100")
    transfer = committed_ground.submitted(fund, "3301", "60")
    monkeypatch.setattr(transfers, "lock_transfer", read_together(2))
    approver = committed_ground.person("33.approver")
    results = at_once(*[lambda: send_transfer(transfer_id=transfer.pk, actor=approver)] * 2)
    assert not any(isinstance(result, WrongState) for result in results)
    assert committed_ground.money(fund) == 40


def test_a_double_click_on_send_posts_once(committed_ground: Ground) -> None:
    fund = committed_ground.fund("33")
    committed_ground.give(fund, "100")
    transfer = committed_ground.submitted(fund, "3301", "60")
    approver = committed_ground.person("33.approver")
    results = at_once(*[lambda: send_transfer(transfer_id=transfer.pk, actor=approver)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Transfer", "WrongState", "WrongState"]
    assert committed_ground.money(fund) == 40
    assert in_order() == {}


def test_of_two_transfers_of_the_last_yuan_one_wins_and_the_other_reads_the_sums(committed_ground: Ground) -> None:
    fund = committed_ground.fund("33")
    committed_ground.give(fund, "100")
    waiting = [committed_ground.submitted(fund, code, "100") for code in ("3301", "330182")]
    approver = committed_ground.person("33.approver")
    results = at_once(*[lambda pk=one.pk: send_transfer(transfer_id=pk, actor=approver) for one in waiting])
    assert sorted(type(result).__name__ for result in results) == ["NotEnough", "Transfer"]
    (refused,) = [result for result in results if isinstance(result, NotEnough)]
    assert "还差 100.00" in refused.message
    assert committed_ground.money(fund) == 0
    assert in_order() == {}


def test_of_two_who_approve_the_last_yuan_one_wins_and_the_other_reads_the_sums(committed_ground: Ground) -> None:
    fund = committed_ground.fund("3301")
    committed_ground.give(fund, "100")
    waiting = [committed_ground.asked(fund, "100") for _n in range(2)]
    people = [committed_ground.person(login) for login in ("3301.approver", "3301.second")]
    results = at_once(
        *[
            lambda pk=one.pk, who=who: approve_payment(payment_id=pk, actor=who)
            for one, who in zip(waiting, people, strict=True)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["NotEnough", "Payment"]
    (refused,) = [result for result in results if isinstance(result, NotEnough)]
    assert "已批准待付 100.00 元" in refused.message
    assert in_order() == {}


def test_without_the_funds_lock_two_approve_the_last_yuan_and_only_one_can_be_paid(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    fund = committed_ground.fund("3301")
    committed_ground.give(fund, "100")
    waiting = [committed_ground.asked(fund, "100") for _n in range(2)]
    together = threading.Barrier(2, timeout=WAIT_SECONDS)

    def without_lock(fund: Any, amount: Any) -> None:
        # Both read what is promised before either has promised.
        assert promised(fund) == 0
        together.wait()

    monkeypatch.setattr(approving, "require_free", without_lock)
    people = [committed_ground.person(login) for login in ("3301.approver", "3301.second")]
    results = at_once(
        *[
            lambda pk=one.pk, who=who: approve_payment(payment_id=pk, actor=who)
            for one, who in zip(waiting, people, strict=True)
        ]
    )
    assert [type(result).__name__ for result in results] == ["Payment", "Payment"], "the race is real"
    committed_ground.pay(waiting[0])
    with pytest.raises(NotEnough, match="余额 0"):
        committed_ground.pay(waiting[1])
    assert in_order() == {}


def test_of_two_who_pay_the_last_yuan_one_wins(committed_ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    fund = committed_ground.fund("3301")
    committed_ground.give(fund, "100")
    monkeypatch.setattr(approving, "require_free", lambda fund, amount: None)
    ready = [committed_ground.approved(fund, "100") for _n in range(2)]
    results = at_once(*[lambda one=one: committed_ground.pay(one) for one in ready])
    assert sorted(type(result).__name__ for result in results) == ["NotEnough", "Payment"]
    assert committed_ground.money(fund) == 0
    assert in_order() == {}


def test_a_double_click_on_pay_posts_once_and_writes_one_public_record(committed_ground: Ground) -> None:
    fund = committed_ground.fund("3301")
    committed_ground.give(fund, "100")
    ready = committed_ground.approved(fund, "40")
    results = at_once(*[lambda: committed_ground.pay(ready)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Payment", "WrongState", "WrongState"]
    assert committed_ground.money(fund) == 60
    assert PublicRecord.objects.filter(kind="payment").count() == 1
    assert in_order() == {}


def test_a_reversal_approved_by_two_at_once_is_posted_once(committed_ground: Ground) -> None:
    fund = committed_ground.fund("3301")
    committed_ground.give(fund, "100")
    payment = committed_ground.paid(fund, "40")
    asked = request_reversal(
        payment_id=payment.pk,
        reason="付错",
        public_note="重复付款，已退回。",
        actor=committed_ground.person("3301.clerk"),
    )
    people = [committed_ground.person(login) for login in ("3301.approver", "3301.second")]
    results = at_once(*[lambda who=who: approve_reversal(reversal_id=asked.pk, actor=who) for who in people])
    assert sorted(type(result).__name__ for result in results) == ["Reversal", "WrongState"]
    assert committed_ground.money(fund) == 100
    assert in_order() == {}


def test_one_form_sent_twice_at_once_makes_one_payment(committed_ground: Ground) -> None:
    fund, key = committed_ground.fund("3301"), uuid.uuid4()
    clerk = committed_ground.person("3301.clerk")
    draft = committed_ground.payment_draft(fund, "5")
    results = at_once(*[lambda: create_payment(draft=draft, key=key, actor=clerk)] * 3)
    assert len({result.pk for result in results}) == 1
    assert in_order() == {}
