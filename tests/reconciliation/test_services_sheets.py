"""The monthly sheet: it adds up, says what is missing, and takes two people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.periods import parse_period
from donations.services.corrections import approve_correction, request_correction
from reconciliation.choices import SHEET_TRANSITIONS, SheetStatus
from reconciliation.errors import NotMet, OwnWork, WrongState
from reconciliation.models import MonthSheet
from reconciliation.selectors.sheet_rows import sheet_rows
from reconciliation.selectors.sheets import month_sheet
from reconciliation.services import sheets
from reconciliation.services.batching import make_batch
from reconciliation.services.deciding import decide_alike, undo_line
from reconciliation.services.sheets import confirm_sheet, return_sheet, submit_sheet
from reconciliation.services.statements import type_balances
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import CODE, Ground

JANUARY = parse_period("2026-01")
WHOLE = [
    Made("2026-01-01", "5.00", "示例首日"),
    Made("2026-01-05", "500.00", "示例甲乙"),
    Made("2026-01-06", "3.17", "", "利息"),
    Made("2026-01-08", "-10.00", "", "手续费"),
    Made("2026-01-31", "60.00", "示例末日"),
]


def test_bank_and_books_meet_with_every_difference_by_name(ground: Ground) -> None:
    ground.posted(("示例甲乙", "500", "2026-01-05"), ("示例现金", "70", "2026-01-09"))
    statement = ground.read(icbc(WHOLE))
    decide_alike(statement_id=statement.pk, actor=ground.clerk)
    figures = month_sheet(ground.branch, parse_period("2026-11"))
    assert (figures["bank"], figures["book"], figures["remainder"]) == ("558.17", "570.00", "0.00")
    assert [(line["amount"], line["label"]) for line in figures["bank_only"]["lines"]] == [
        ("5.00", "未处理"),
        ("60.00", "未处理"),
    ]
    assert [(one["label"], one["amount"]) for one in figures["bank_only"]["explained"]] == [
        ("手续费", "10.00"),
        ("利息", "3.17"),
    ]
    assert [line["amount"] for line in figures["book_only"]["lines"]] == ["70.00"]
    rows = list(sheet_rows(figures))
    assert rows[-2][0] in ("未能调节的差额", "缺流水")
    assert all(len(row) == 6 for row in rows)


def test_what_was_posted_after_the_month_is_not_yet_in_its_books(ground: Ground) -> None:
    statement = ground.read(icbc(WHOLE))
    ground.post(make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk))
    figures = month_sheet(ground.branch, JANUARY)
    assert (figures["bank"], figures["book"], figures["remainder"], figures["gaps"]) == ("558.17", "0.00", "0.00", [])
    assert {line["label"] for line in figures["bank_only"]["lines"]} == {"未处理", "已对应捐赠"}


def test_a_gift_and_its_reversal_that_no_bank_saw_are_nothing_to_the_bank(ground: Ground) -> None:
    (gift,) = ground.posted(("示例甲", "100", "2026-01-05"))
    correction = request_correction(
        donation=gift, reason="重复录入", public_note="重复录入，已冲销。", actor=ground.clerk
    )
    approve_correction(correction_id=correction.pk, actor=ground.approver)
    figures = month_sheet(ground.branch, parse_period("2026-11"))
    assert (figures["book_only"]["count"], figures["book"], figures["remainder"]) == (0, "0.00", "0.00")


def test_days_without_a_statement_are_said_and_hold_the_sheet_up(ground: Ground) -> None:
    ground.read(icbc(WHOLE[:3]))
    figures = month_sheet(ground.branch, JANUARY)
    assert figures["gaps"] == ["示例基本户（9876）：2026-01-07 至 2026-01-31 没有流水"]
    with pytest.raises(NotMet, match="还缺流水"):
        submit_sheet(branch=ground.branch, period=JANUARY, actor=ground.clerk)


def test_a_sheet_takes_two_people_and_then_stands_with_its_month(ground: Ground) -> None:
    statement = ground.read(icbc(WHOLE))
    decide_alike(statement_id=statement.pk, actor=ground.clerk)
    finance = ground.base.person(f"{CODE}.finance")
    submit_sheet(branch=ground.branch, period=JANUARY, actor=finance)
    with pytest.raises(OwnWork):
        confirm_sheet(branch=ground.branch, month="2026-01", actor=finance)
    confirmed = confirm_sheet(branch=ground.branch, month="2026-01", actor=ground.approver)
    assert (confirmed.status, confirmed.figures["bank"]) == ("approved", "558.17")
    with pytest.raises(WrongState, match="不能再改动当月的流水"):
        undo_line(line_id=ground.lines(statement)[2].pk, reason="示例", actor=ground.clerk)
    with pytest.raises(WrongState):
        submit_sheet(branch=ground.branch, period=JANUARY, actor=ground.clerk)
    late = ground.read(icbc([*WHOLE, Made("2026-01-31", "1.00", "示例补记")]))
    assert late.status == "draft"
    assert "已提交或确认" in late.events.order_by("-pk")[0].reason
    with pytest.raises(WrongState, match="已提交或确认"):
        type_balances(statement_id=late.pk, opening=Decimal(0), closing=Decimal(0), actor=ground.clerk)
    return_sheet(branch=ground.branch, month="2026-01", reason="补记一笔", actor=ground.approver)
    taken = type_balances(statement_id=late.pk, opening=Decimal(0), closing=Decimal(0), actor=ground.clerk)
    assert taken.status == "in_work"
    undo_line(line_id=ground.lines(statement)[2].pk, reason="示例", actor=ground.clerk)
    submit_sheet(branch=ground.branch, period=JANUARY, actor=ground.clerk)


def test_the_database_holds_two_people_and_the_figures(loose_ground: Ground) -> None:
    loose_ground.read(icbc(WHOLE))
    sheet = submit_sheet(branch=loose_ground.branch, period=JANUARY, actor=loose_ground.clerk)
    rows = MonthSheet.objects.unscoped("test").filter(pk=sheet.pk)
    with pytest.raises(IntegrityError, match="monthsheet_confirmed_by_another"), transaction.atomic():
        rows.update(status="approved", confirmed_by=loose_ground.clerk, confirmed_at=sheet.made_at)
    confirm_sheet(branch=loose_ground.branch, month="2026-01", actor=loose_ground.approver)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(figures={})


@pytest.mark.parametrize("start", SheetStatus.values)
@pytest.mark.parametrize("end", SheetStatus.values)
def test_every_pair_of_states_moves_as_the_table_says(loose_ground: Ground, start: str, end: str) -> None:
    loose_ground.read(icbc(WHOLE))
    sheet = submit_sheet(branch=loose_ground.branch, period=JANUARY, actor=loose_ground.clerk)
    if start != SheetStatus.SUBMITTED:
        sheet.status = start
        sheet.confirmed_by, sheet.confirmed_at = loose_ground.approver, sheet.made_at
        sheet.save()
    if end in SHEET_TRANSITIONS[start]:
        sheets._move(sheet, end, loose_ground.approver, confirmed_by=loose_ground.approver, confirmed_at=sheet.made_at)
    else:
        with pytest.raises(WrongState):
            sheets._move(sheet, end, loose_ground.approver)


def test_the_remainder_is_not_zero_where_the_books_were_changed_behind_the_services(loose_ground: Ground) -> None:
    """A figure that cannot fail would say nothing: a line paired with another sum leaves a remainder."""
    (gift,) = loose_ground.posted(("示例甲乙", "499", "2026-01-05"))
    statement = loose_ground.read(icbc(WHOLE))
    line = loose_ground.lines(statement)[1]
    line.outcome, line.kind, line.gift_id, line.entry_id = "gift", "gift", gift.pk, gift.entry_id
    line.save()
    figures = month_sheet(loose_ground.branch, parse_period("2026-11"))
    assert Decimal(figures["remainder"]) == Decimal("-1.00")
    with pytest.raises(NotMet):
        sheets._refuse_unfinished({**figures, "gaps": [], "is_over": True})
