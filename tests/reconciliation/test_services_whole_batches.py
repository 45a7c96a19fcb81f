"""One line for a whole batch of gifts: cash paid in, a platform's settlement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core.errors import NotFound
from core.periods import parse_period
from donations.models import Batch
from donations.services.corrections import approve_correction, request_correction
from reconciliation.choices import LineOutcome
from reconciliation.errors import NotMet, WrongState
from reconciliation.models import Statement, StatementLine
from reconciliation.selectors.candidates import candidates
from reconciliation.selectors.sheets import month_sheet
from reconciliation.selectors.whole_batches import batches_alike
from reconciliation.services.deciding import undo_line
from reconciliation.services.matching import match_line, match_statement
from reconciliation.services.whole_batches import match_batch
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import Ground

NOVEMBER = parse_period("2026-11")
CASH = (("示例甲", "30", "2026-01-07"), ("示例乙", "50", "2026-01-08"), ("示例丙", "20", "2026-01-09"))


def paid_in(ground: Ground, *amounts: str) -> tuple[Statement, list[StatementLine]]:
    """A statement on which cash is paid in."""
    made = [Made(f"2026-01-{10 + at}", amount, "", "现金存入") for at, amount in enumerate(amounts)]
    statement = ground.read(icbc(made))
    return statement, ground.lines(statement)


def first_batch(line: StatementLine) -> Batch:
    """The batch that answers for a line."""
    line.refresh_from_db()
    assert line.batch is not None
    return line.batch


def number_of(ground: Ground, *gifts: tuple[str, str, str]) -> str:
    """Post these gifts as one batch and return its number."""
    return str(ground.posted(*gifts)[0].batch.number)


def test_cash_paid_in_as_one_sum_is_the_whole_batch_on_sheet_and_page(ground: Ground) -> None:
    number = number_of(ground, *CASH)
    statement, (line,) = paid_in(ground, "100.00")
    assert line.outcome == LineOutcome.OPEN, "three gifts are not guessed to be one line"
    (offered,) = batches_alike(line, ground.branch)
    assert (offered.number, offered.count, offered.amount) == (number, 3, Decimal("100.00"))
    match_batch(line_id=line.pk, batch_number=number, actor=ground.clerk)
    line.refresh_from_db()
    assert (line.outcome, line.batch.number, line.kind) == (LineOutcome.BATCH, number, "gift")
    figures = month_sheet(ground.branch, NOVEMBER)
    assert (figures["bank"], figures["book"], figures["remainder"]) == ("100.00", "100.00", "0.00")
    assert (figures["bank_only"]["lines"], figures["book_only"]["lines"]) == ([], [])
    assert figures["accounts"][0]["parts"] == []
    january = month_sheet(ground.branch, parse_period("2026-01"))
    assert january["remainder"] == "0.00", "the books had it later than the bank"
    assert [one["label"] for one in january["bank_only"]["lines"]] == ["已对应整批捐赠"]
    client = Client()
    client.force_login(ground.clerk)
    assert number in client.get(f"/desk/reconciliation/statements/{statement.number}/?show=matched").content.decode()


def test_a_gift_of_an_answered_batch_is_offered_for_no_other_line(ground: Ground) -> None:
    number = number_of(ground, *CASH)
    statement, (first, second) = paid_in(ground, "100.00", "30.00")
    match_batch(line_id=first.pk, batch_number=number, actor=ground.clerk)
    assert candidates(second, ground.branch) == []
    assert match_statement(statement_id=statement.pk, actor=ground.clerk) == 0
    gift = ground.gifts(first_batch(first))[0]
    with pytest.raises(WrongState) as refused:
        match_line(line_id=second.pk, entry_number=gift.number, actor=ground.clerk)
    assert refused.value.code == "book_item_taken"


def test_a_batch_answers_once_and_only_for_its_own_sum(ground: Ground) -> None:
    number = number_of(ground, *CASH)
    _statement, (less, first, second) = paid_in(ground, "99.00", "100.00", "100.00")
    with pytest.raises(NotMet, match=r"相差 ¥1\.00"):
        match_batch(line_id=less.pk, batch_number=number, actor=ground.clerk)
    match_batch(line_id=first.pk, batch_number=number, actor=ground.clerk)
    with pytest.raises(WrongState, match="已对应另一笔流水"):
        match_batch(line_id=second.pk, batch_number=number, actor=ground.clerk)
    with pytest.raises(NotFound):
        match_batch(line_id=second.pk, batch_number="330182-2026-B99999999", actor=ground.clerk)
    with pytest.raises(IntegrityError, match="statementline_batch_once"), transaction.atomic():
        StatementLine.objects.filter(pk=second.pk).update(outcome="batch", kind="gift", batch=first_batch(first))


def test_an_outgoing_line_is_no_batch(ground: Ground) -> None:
    number = number_of(ground, *CASH)
    _into, line = ground.lines(
        ground.read(icbc([Made("2026-01-11", "500.00", "示例丁"), Made("2026-01-12", "-100.00", "示例供应商")]))
    )
    assert batches_alike(line, ground.branch) == []
    with pytest.raises(NotMet, match="只有收入"):
        match_batch(line_id=line.pk, batch_number=number, actor=ground.clerk)


def test_a_batch_of_which_a_gift_has_a_line_of_its_own_is_not_taken_whole(ground: Ground) -> None:
    number = number_of(ground, *CASH)
    made = [Made("2026-01-07", "30.00", "示例甲"), Made("2026-01-12", "100.00", "", "现金存入")]
    single, whole = ground.lines(ground.read(icbc(made)))
    assert single.outcome == LineOutcome.GIFT
    assert batches_alike(whole, ground.branch) == []
    with pytest.raises(WrongState, match="1 笔已各自对应"):
        match_batch(line_id=whole.pk, batch_number=number, actor=ground.clerk)


def test_what_is_reversed_before_is_not_taken_whole_and_what_is_reversed_later_shows_on_the_sheet(
    ground: Ground,
) -> None:
    gifts = ground.posted(*CASH)
    _statement, (line,) = paid_in(ground, "100.00")
    match_batch(line_id=line.pk, batch_number=gifts[0].batch.number, actor=ground.clerk)
    correction = request_correction(
        donation=gifts[1], reason="重复录入", public_note="重复录入，已冲销。", actor=ground.clerk
    )
    approve_correction(correction_id=correction.pk, actor=ground.approver)
    figures = month_sheet(ground.branch, NOVEMBER)
    assert (figures["bank"], figures["book"], figures["remainder"]) == ("100.00", "50.00", "0.00")
    assert [one["amount"] for one in figures["book_only"]["lines"]] == ["-50.00"]
    undo_line(line_id=line.pk, reason="重新核对", actor=ground.clerk)
    line.refresh_from_db()
    assert (line.outcome, line.batch_id) == (LineOutcome.OPEN, None)
    assert batches_alike(line, ground.branch) == []
    with pytest.raises(WrongState, match="已冲销或退还"):
        match_batch(line_id=line.pk, batch_number=gifts[0].batch.number, actor=ground.clerk)
