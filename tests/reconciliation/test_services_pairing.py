"""Pairing lines with gifts and entries: what is taken by rule, what is left to people, and two at the same moment."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.errors import DomainError
from ledger.services.verifying import verify_books
from reconciliation.errors import NotMet, WrongState
from reconciliation.models import LineEvent, StatementLine
from reconciliation.selectors.candidates import candidates
from reconciliation.services import matching
from reconciliation.services.batching import make_batch
from reconciliation.services.deciding import decide_chosen, decide_line, undo_line
from reconciliation.services.matching import match_line, match_statement
from reconciliation.services.statements import type_balances
from tests.ledger.test_concurrency import at_once
from tests.reconciliation.files import Made, alipay, icbc
from tests.reconciliation.ground import CODE, Ground


def outcomes(ground: Ground, statement: Any) -> list[str]:
    return [line.outcome for line in ground.lines(statement)]


def test_a_channels_serial_pairs_whatever_the_names_say(ground: Ground) -> None:
    account = ground.open_account(kind="alipay", name="示例支付宝", institution="支付宝", number="20880000001111")
    (gift,) = ground.posted(("爱心人士", "20", "2026-01-20"), reference="2026T0001")
    ground.posted(("示例乙", "20", "2026-01-05"))
    rows = [("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", "2026T0001")]
    statement = ground.read(alipay(rows), account=account)
    type_balances(statement_id=statement.pk, opening=Decimal(0), closing=Decimal("20.00"), actor=ground.clerk)
    assert match_statement(statement_id=statement.pk, actor=ground.clerk) == 1
    assert ground.lines(statement)[0].gift_id == gift.pk
    assert LineEvent.objects.get(line=ground.lines(statement)[0]).reason == "流水号和金额相同"


def test_as_many_equal_gifts_as_lines_pair_off_and_one_gift_for_two_lines_is_left_to_people(ground: Ground) -> None:
    ground.posted(("示例甲", "10", "2026-01-05"), ("示例甲", "10", "2026-01-05"), ("示例乙", "30", "2026-01-05"))
    twice = [Made("2026-01-05", "10", "示例甲", account=str(n) * 8) for n in (1, 2)]
    two = [Made("2026-01-05", "30", "示例乙", account=str(n) * 8) for n in (3, 4)]
    statement = ground.read(icbc([*twice, *two]))
    assert outcomes(ground, statement) == ["gift", "gift", "open", "open"]
    offered = candidates(ground.lines(statement)[2], ground.branch)
    assert [(one.signed, one.shown) for one in offered] == [(Decimal("30.00"), "示**")]


def test_another_giver_of_the_same_sum_is_a_candidate_and_no_pair(ground: Ground) -> None:
    (gift,) = ground.posted(("示例丙", "77", "2026-01-06"))
    statement = ground.read(icbc([Made("2026-01-05", "77", "示例丁")]))
    assert outcomes(ground, statement) == ["open"]
    line = ground.lines(statement)[0]
    match_line(line_id=line.pk, entry_number=gift.number, actor=ground.clerk)
    assert outcomes(ground, statement) == ["gift"]


def test_a_nameless_line_pairs_by_sum_and_day_only_where_nothing_else_has_that_sum(ground: Ground) -> None:
    ground.posted(("示例丙", "77", "2026-01-06"), ("示例丁", "88", "2026-01-06"), ("示例戊", "88", "2026-01-07"))
    lines = [Made("2026-01-05", "77", "", account=""), Made("2026-01-06", "88", "", account="")]
    assert outcomes(ground, ground.read(icbc(lines))) == ["gift", "open"]


def test_money_that_goes_out_pairs_with_payments_by_the_banks_reference_and_by_sum(ground: Ground) -> None:
    base = ground.base
    base.give(ground.fund, "1000")
    first, second = base.paid(ground.fund, "120"), base.paid(ground.fund, "130")
    day = first.paid_on.isoformat()
    statement = ground.read(
        icbc([Made(day, "1000", "", "期初"), Made(day, "-120", "示例店", "转账"), Made(day, "-130", "示例店", "转账")])
    )
    lines = ground.lines(statement)
    assert [line.outcome for line in lines] == ["open", "entry", "entry"]
    assert [line.entry_id for line in lines[1:]] == [first.entry_id, second.entry_id]
    assert {line.kind for line in lines[1:]} == {"payment"}


def test_a_transfer_received_pairs_with_its_entry(ground: Ground) -> None:
    base = ground.base
    fund = base.fund("3301")
    base.give(fund, "500")
    arrived = base.arrived(base.sent(fund, CODE, "500"), ground.fund)
    day = arrived.received_on.isoformat()
    statement = ground.read(icbc([Made(day, "500", "杭州市红十字会", "转账")]))
    line = ground.lines(statement)[0]
    assert (line.outcome, line.kind, line.entry_id) == ("entry", "transfer_in", arrived.in_entry_id)


def test_sums_that_differ_and_gifts_that_are_taken_are_refused(ground: Ground) -> None:
    taken, other = ground.posted(("示例甲", "10", "2026-01-05"), ("示例乙", "20", "2026-01-05"))
    lines = [Made("2026-01-05", "10", "示例甲"), Made("2026-01-05", "10", "示例丙", account="")]
    statement = ground.read(icbc(lines))
    line = ground.lines(statement)[1]
    with pytest.raises(NotMet, match="金额不同"):
        match_line(line_id=line.pk, entry_number=other.number, actor=ground.clerk)
    with pytest.raises(WrongState, match="已对应另一笔流水"):
        match_line(line_id=line.pk, entry_number=taken.number, actor=ground.clerk)


def test_no_gift_answers_for_two_lines_even_by_hand(loose_ground: Ground) -> None:
    (gift,) = loose_ground.posted(("示例甲", "10", "2026-01-05"))
    statement = loose_ground.read(icbc([Made("2026-01-05", "10", "示例甲"), Made("2026-01-05", "10", "示例乙")]))
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.filter(statement=statement).update(
            outcome="gift", gift_id=gift.pk, entry_id=gift.entry_id
        )


def test_a_kind_must_fit_and_several_are_decided_together_or_none(ground: Ground) -> None:
    statement = ground.read(icbc([Made("2026-01-05", "10", "示例甲"), Made("2026-01-06", "-4", "示例店", "转账")]))
    with pytest.raises(DomainError, match="第 1 笔不能归为“手续费”"):
        decide_chosen(statement_id=statement.pk, seqs=[1, 2], kind="fee", reason="示例", actor=ground.clerk)
    assert outcomes(ground, statement) == ["open", "open"]
    assert decide_chosen(statement_id=statement.pk, seqs=[1, 2], kind="other", reason="示例", actor=ground.clerk) == 2
    with pytest.raises(DomainError, match="请写明理由"):
        undo_line(line_id=ground.lines(statement)[0].pk, reason=" ", actor=ground.clerk)


# --- two at the same moment -------------------------------------------------------------------------------------------


def two_lines_one_gift(ground: Ground) -> tuple[list[StatementLine], str]:
    (gift,) = ground.posted(("示例甲", "10", "2026-01-25"))
    lines = [Made("2026-01-05", "10", "示例乙"), Made("2026-01-05", "10", "示例丙")]
    return ground.lines(ground.read(icbc(lines))), gift.number


def test_of_two_who_choose_one_gift_for_two_lines_one_wins_and_the_other_is_told(committed_ground: Ground) -> None:
    lines, number = two_lines_one_gift(committed_ground)
    people = (committed_ground.clerk, committed_ground.base.person(f"{CODE}.finance"))
    results = at_once(
        *[
            lambda line=line, actor=actor: match_line(line_id=line.pk, entry_number=number, actor=actor)
            for line, actor in zip(lines, people, strict=True)
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["StatementLine", "WrongState"]
    assert StatementLine.objects.filter(gift__number=number).count() == 1
    assert {name: rows for name, rows in verify_books().items() if rows} == {}


def test_of_two_clicks_on_one_line_one_decision_stands(committed_ground: Ground) -> None:
    statement = committed_ground.read(icbc([Made("2026-01-05", "10", "示例甲")]))
    line = committed_ground.lines(statement)[0]
    again = [
        lambda: decide_line(line_id=line.pk, kind="other", reason="示例", actor=committed_ground.clerk) for _n in "ab"
    ]
    results = at_once(*again)
    assert sorted(type(one).__name__ for one in results) == ["StatementLine", "WrongState"]
    assert LineEvent.objects.filter(line=line).count() == 1


def test_of_two_who_make_a_batch_of_the_same_lines_one_wins(committed_ground: Ground) -> None:
    statement = committed_ground.read(icbc([Made("2026-01-05", "10", "示例甲")]))
    fund = committed_ground.fund
    results = at_once(
        *[lambda: make_batch(statement_id=statement.pk, fund=fund, actor=committed_ground.clerk) for _n in "ab"]
    )
    assert sorted(type(one).__name__ for one in results) == ["Batch", "DomainError"]


def test_without_the_lock_only_the_database_keeps_one_gift_from_two_lines(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, number = two_lines_one_gift(committed_ground)
    read = threading.Barrier(2, timeout=20)
    found = matching.book_item

    def read_together(branch: Any, wanted: str) -> Any:
        item = found(branch, wanted)
        read.wait()
        return item

    monkeypatch.setattr(matching, "lock_pairing", lambda _branch_id: None)
    monkeypatch.setattr(matching, "lock_line", matching_without_lock)
    monkeypatch.setattr(matching, "book_item", read_together)
    results = at_once(
        *[
            lambda line=line: match_line(line_id=line.pk, entry_number=number, actor=committed_ground.clerk)
            for line in lines
        ]
    )
    # Both had read the gift as free: the unique constraint let one through.
    assert sorted(type(one).__name__ for one in results) == ["StatementLine", "WrongState"]
    assert StatementLine.objects.filter(gift__number=number).count() == 1


def matching_without_lock(pk: int) -> Any:
    line = StatementLine.objects.select_related("statement__branch").get(pk=pk)
    return line.statement, line
