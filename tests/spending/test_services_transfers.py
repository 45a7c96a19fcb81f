"""Transfers: two people at each end, every yuan accounted for, nothing posted twice."""

from __future__ import annotations

import datetime
import io
import itertools
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.clock import today
from core.errors import NotAllowed, NotFound
from ledger.errors import NotEnough
from ledger.models import Entry
from ledger.services.verifying import verify_books
from organizations.choices import Right
from spending.choices import TRANSFER_TRANSITIONS, TransferStatus
from spending.errors import OwnWork, SpendingError, WrongState
from spending.models import Transfer, TransferEvent
from spending.services.moving import lock_transfer, move_transfer
from spending.services.receiving import Arrival, confirm_transfer, count_transfer, keep_evidence, refuse_count
from spending.services.transfers import (
    cancel_transfer,
    change_transfer,
    create_transfer,
    return_transfer,
    send_transfer,
    submit_transfer,
    withdraw_transfer,
)
from tests.spending.ground import Ground
from tests.standing import Standing

pytestmark = pytest.mark.django_db


def _picture() -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(target, "PNG")
    target.seek(0)
    return target


def funded(ground: Ground, code: str = "33", amount: str = "1000", **terms: Any) -> Any:
    fund = ground.fund(code, **terms)
    ground.give(fund, amount)
    return fund


def test_money_goes_down_three_levels_and_is_whole_at_each(ground: Ground) -> None:
    top, middle, low = (ground.fund(code) for code in ("33", "3301", "330182"))
    ground.give(top, "1000")
    first = ground.sent(top, "3301", "600.50")
    assert (ground.money(top), ground.money(middle)) == (Decimal("399.50"), 0)
    ground.arrived(first, middle)
    ground.arrived(ground.sent(middle, "330182", "600.50"), low)
    assert [ground.money(fund) for fund in (top, middle, low)] == [Decimal("399.50"), 0, Decimal("600.50")]
    assert Transfer.objects.unscoped("test").get(pk=first.pk).status == TransferStatus.RECEIVED


def test_money_goes_up_as_well_and_past_a_level(ground: Ground) -> None:
    low, top = funded(ground, "330182"), ground.fund("33")
    ground.arrived(ground.sent(low, "33", "300"), top)
    assert (ground.money(low), ground.money(top)) == (700, 300)


def test_a_transfer_has_a_number_without_gap_of_its_branch_and_letter(ground: Ground) -> None:
    fund = funded(ground)
    year = today().year
    numbers = [ground.drafted(fund, "3301", "1").number for _n in range(2)]
    assert numbers == [f"33-{year}-T00000001", f"33-{year}-T00000002"]


def test_one_form_sent_twice_makes_one_transfer_and_takes_one_number(ground: Ground) -> None:
    fund, key = funded(ground), uuid.uuid4()
    clerk = ground.person("33.clerk")
    made = [create_transfer(draft=ground.draft(fund, "3301", "5"), key=key, actor=clerk) for _n in range(2)]
    assert made[0].pk == made[1].pk
    assert ground.drafted(fund, "3301", "1").number.endswith("T00000002")


def test_whoever_touched_a_transfer_may_not_send_it(ground: Ground) -> None:
    fund = funded(ground)
    finance = ground.person("33.finance")
    transfer = ground.drafted(fund, "3301", "10")
    change_transfer(transfer_id=transfer.pk, draft=ground.draft(fund, "3301", "11"), actor=finance)
    submit_transfer(transfer_id=transfer.pk, actor=ground.person("33.clerk"))
    with pytest.raises(OwnWork, match="另一位"):
        send_transfer(transfer_id=transfer.pk, actor=finance)
    send_transfer(transfer_id=transfer.pk, actor=ground.person("33.approver"))
    assert ground.money(fund) == Decimal(989)


def test_the_database_refuses_an_approver_who_is_a_maker(loose_ground: Ground) -> None:
    transfer = loose_ground.submitted(funded(loose_ground), "3301", "10")
    with pytest.raises(IntegrityError, match="transfer_approver_is_no_maker"), transaction.atomic():
        Transfer.objects.unscoped("test").filter(pk=transfer.pk).update(approved_by=loose_ground.person("33.clerk"))


def test_only_people_of_the_branch_act_in_it(ground: Ground) -> None:
    fund = funded(ground)
    transfer = ground.submitted(fund, "3301", "10")
    with pytest.raises(NotFound):
        send_transfer(transfer_id=transfer.pk, actor=ground.person("330182.approver"))
    with pytest.raises(NotAllowed):
        send_transfer(transfer_id=transfer.pk, actor=ground.person("33.clerk"))
    sent = send_transfer(transfer_id=transfer.pk, actor=ground.person("33.approver"))
    ground_arrival = Arrival(today(), Decimal(10), ground.fund("3301"))
    with pytest.raises(NotFound):
        count_transfer(transfer_id=sent.pk, arrival=ground_arrival, actor=ground.person("33.clerk"))


def test_more_than_the_fund_holds_is_refused_with_the_sums(ground: Ground) -> None:
    fund = funded(ground, amount="99.99")
    transfer = ground.submitted(fund, "3301", "100")
    with pytest.raises(NotEnough, match=r"账户余额 99\.99，要转出 100\.00，还差 0\.01"):
        send_transfer(transfer_id=transfer.pk, actor=ground.person("33.approver"))
    assert Transfer.objects.unscoped("test").get(pk=transfer.pk).status == TransferStatus.SUBMITTED


def test_a_transfer_stays_in_the_line_of_the_tree(ground: Ground) -> None:
    fund = funded(ground, "3301")
    with pytest.raises(SpendingError, match="上下级") as refused:
        ground.drafted(fund, "3303", "10")
    assert set(refused.value.fields) == {"to_branch"}
    with pytest.raises(SpendingError, match="变更用途"):
        ground.drafted(fund, "3301", "10")


def test_each_missing_field_is_named(ground: Ground) -> None:
    fund = funded(ground)
    with pytest.raises(SpendingError) as refused:
        ground.drafted(fund, "3301", "0", use="", decision=" ")
    assert set(refused.value.fields) == {"amount", "use", "decision"}


def test_earmarked_money_lands_only_in_a_fund_as_narrow(ground: Ground) -> None:
    fund = funded(ground, purpose="示例助学")
    transfer = ground.sent(fund, "3301", "100")
    with pytest.raises(SpendingError, match="用途更宽"):
        ground.counted(transfer, ground.fund("3301"), "100")
    with pytest.raises(SpendingError, match="用途更宽"):
        ground.counted(transfer, ground.fund("3301", purpose="示例助医"), "100")
    narrow = ground.fund("3301", purpose="示例助学", beneficiary="示例孤儿")
    ground.arrived(transfer, narrow)
    assert ground.money(narrow) == 100


def test_a_part_is_lost_with_evidence_and_a_part_comes_home(ground: Ground) -> None:
    top, low = funded(ground), ground.fund("3301")
    transfer = ground.sent(top, "3301", "100")
    evidence = keep_evidence(upload=_picture(), actor=ground.person("3301.clerk"))
    parts = {"lost": Decimal("0.5"), "sent_back": Decimal("29.5")}
    with pytest.raises(SpendingError, match="损失证明"):
        ground.counted(transfer, low, "70", note="示例银行扣费", **parts)
    with pytest.raises(SpendingError, match="写明原因"):
        ground.counted(transfer, low, "70", evidence=evidence, **parts)
    with pytest.raises(SpendingError, match="合计 99"):
        ground.counted(transfer, low, "69", evidence=evidence, note="示例银行扣费", **parts)
    ground.counted(transfer, low, "70", evidence=evidence, note="示例银行扣费", **parts)
    done = ground.confirmed(transfer)
    assert done.status == TransferStatus.RECEIVED_IN_PART
    assert (ground.money(top), ground.money(low)) == (Decimal("929.5"), 70)
    assert done.in_entry.branch_id == ground.branches["3301"].pk
    assert done.back_entry.branch_id == ground.branches["33"].pk


def test_a_transfer_sent_back_in_full_is_home_again(ground: Ground) -> None:
    top = funded(ground, purpose="示例助学")
    transfer = ground.sent(top, "3301", "100")
    ground.counted(transfer, None, "0", sent_back=Decimal(100), note="没有相应项目")
    assert ground.confirmed(transfer).status == TransferStatus.SENT_BACK
    assert ground.money(top) == 1000


def test_who_recorded_what_arrived_does_not_confirm_it(ground: Ground) -> None:
    top, low = funded(ground), ground.fund("3301")
    transfer = ground.counted(ground.sent(top, "3301", "100"), low, "100")
    with pytest.raises(OwnWork, match="另一位"):
        confirm_transfer(transfer_id=transfer.pk, actor=ground.person("3301.clerk"))
    refuse_count(transfer_id=transfer.pk, actor=ground.person("3301.approver"), reason="到账日期与回单不符")
    assert ground.money(low) == 0
    ground.arrived(transfer, low)
    assert ground.money(low) == 100


def test_a_transfer_accepted_twice_is_posted_once_with_a_clear_sentence(ground: Ground) -> None:
    top, low = funded(ground), ground.fund("3301")
    transfer = ground.arrived(ground.sent(top, "3301", "100"), low)
    entries = Entry.objects.unscoped("test").count()
    with pytest.raises(WrongState, match=r"已全额签收.*没有重复记账"):
        confirm_transfer(transfer_id=transfer.pk, actor=ground.person("3301.finance"))
    with pytest.raises(WrongState, match="没有重复记账"):
        ground.counted(transfer, low, "100")
    assert Entry.objects.unscoped("test").count() == entries
    assert ground.money(low) == 100


def test_dates_run_forward(ground: Ground) -> None:
    top, low = funded(ground), ground.fund("3301")
    waiting = ground.submitted(top, "3301", "100")
    tomorrow = today() + datetime.timedelta(days=1)
    with pytest.raises(SpendingError, match="不能晚于今天"):
        send_transfer(transfer_id=waiting.pk, actor=ground.person("33.approver"), sent_on=tomorrow)
    sent = send_transfer(transfer_id=waiting.pk, actor=ground.person("33.approver"))
    for day in (tomorrow, today() - datetime.timedelta(days=1)):
        arrival = Arrival(received_on=day, accepted=Decimal(100), fund=low)
        with pytest.raises(SpendingError, match="不能早于拨出日期"):
            count_transfer(transfer_id=sent.pk, arrival=arrival, actor=ground.person("3301.clerk"))


def test_what_is_late_shows_at_both_ends_and_above(ground: Ground) -> None:
    top = funded(ground)
    late = ground.sent(top, "3301", "100", expected_on=today() - datetime.timedelta(days=1))
    ground.sent(top, "3301", "50", expected_on=today())
    for login in ("33.clerk", "3301.clerk", "above"):
        seen = Transfer.objects.visible_to(ground.person(login), Right.VIEW_SPENDING)
        assert list(seen.overdue(today()).values_list("number", flat=True)) == [late.number]
    assert not Transfer.objects.visible_to(ground.person("330182.clerk"), Right.VIEW_SPENDING).exists()


def test_the_receiver_learns_of_a_transfer_when_the_money_has_left(ground: Ground) -> None:
    top = funded(ground)
    transfer = ground.submitted(top, "3301", "100")
    mine = Transfer.objects.visible_to(ground.person("3301.clerk"), Right.VIEW_SPENDING)
    assert not mine.exists()
    send_transfer(transfer_id=transfer.pk, actor=ground.person("33.approver"))
    assert mine.all().exists()


def test_a_returned_transfer_is_mended_and_sent(ground: Ground) -> None:
    top = funded(ground)
    transfer = ground.submitted(top, "3301", "100")
    clerk, approver = ground.person("33.clerk"), ground.person("33.approver")
    with pytest.raises(SpendingError, match="理由"):
        return_transfer(transfer_id=transfer.pk, actor=approver, reason=" ")
    return_transfer(transfer_id=transfer.pk, actor=approver, reason="金额与纪要不符")
    change_transfer(transfer_id=transfer.pk, draft=ground.draft(top, "3301", "90"), actor=clerk)
    submit_transfer(transfer_id=transfer.pk, actor=clerk)
    withdraw_transfer(transfer_id=transfer.pk, actor=clerk)
    submit_transfer(transfer_id=transfer.pk, actor=clerk)
    send_transfer(transfer_id=transfer.pk, actor=approver)
    steps = TransferEvent.objects.filter(transfer=transfer).order_by("pk").values_list("to_status", flat=True)
    assert list(steps) == ["draft", "submitted", "returned", "submitted", "draft", "submitted", "sent"]
    with pytest.raises(WrongState):
        change_transfer(transfer_id=transfer.pk, draft=ground.draft(top, "3301", "80"), actor=clerk)
    with pytest.raises(WrongState):
        cancel_transfer(transfer_id=transfer.pk, actor=clerk, reason="不拨了")


def test_the_mover_knows_the_whole_product_of_states(loose_ground: Ground) -> None:
    transfer = loose_ground.drafted(funded(loose_ground), "3301", "1")
    actor = loose_ground.person("33.clerk")
    for before, after in itertools.product(TransferStatus.values, repeat=2):
        locked = lock_transfer(transfer.pk)
        locked.status = before
        allowed = after in TRANSFER_TRANSITIONS[before]
        try:
            with transaction.atomic():
                move_transfer(locked, after, actor=actor)
                raise InterruptedError
        except WrongState:
            assert not allowed, (before, after)
        except (InterruptedError, IntegrityError):
            assert allowed, (before, after)
    assert set(TRANSFER_TRANSITIONS) == set(TransferStatus.values)


def test_what_was_sent_stands_and_what_has_ended_never_changes(loose_ground: Ground) -> None:
    top, low = funded(loose_ground), loose_ground.fund("3301")
    transfer = loose_ground.sent(top, "3301", "100")
    rows = Transfer.objects.unscoped("test").filter(pk=transfer.pk)
    changes = ({"amount": 90}, {"to_branch": loose_ground.branches["330182"]}, {"use": "别的"}, {"maker_ids": []})
    for change in changes:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(**change)
    loose_ground.arrived(transfer, low)
    for act in (lambda: rows.update(receipt_note="别的"), rows.delete, TransferEvent.objects.all().delete):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied|foreign key"),
            transaction.atomic(),
        ):
            act()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ways=st.lists(
        st.tuples(
            st.sampled_from([("33", "3301"), ("3301", "330182"), ("33", "330182"), ("3301", "33"), ("330182", "3301")]),
            st.integers(1, 40_000),
            st.integers(0, 4),
            st.integers(0, 4),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_transfers_over_three_levels_conserve_every_fen(standing: Standing[Ground], db: None, ways: list[Any]) -> None:
    with transaction.atomic():
        ground = standing.fresh()
        funds = {code: ground.fund(code) for code in ("33", "3301", "330182")}
        for fund in funds.values():
            ground.give(fund, "500")
        lost = under_way = Decimal(0)
        for (source, target), fen, lost_part, back_part, ends in ways:
            amount = Decimal(fen) / 100
            if amount > ground.money(funds[source]):
                continue
            transfer = ground.sent(funds[source], target, str(amount))
            if not ends:
                under_way += amount
                continue
            gone = (amount * lost_part / 8).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
            back = (amount * back_part / 8).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
            kept = keep_evidence(upload=_picture(), actor=ground.person("3301.clerk"))
            ground.counted(
                transfer,
                funds[target],
                str(amount - gone - back),
                lost=gone,
                sent_back=back,
                note="示例原因",
                evidence=kept,
            )
            ground.confirmed(transfer)
            lost += gone
        assert sum(ground.money(fund) for fund in funds.values()) + under_way + lost == 1500
        assert {name: rows for name, rows in verify_books().items() if rows} == {}
        transaction.set_rollback(True)
