"""Statements on their way: states, balances that go on, the same line in two files, giving up, retention, keys."""

from __future__ import annotations

import datetime
import json
import uuid
from decimal import Decimal

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction

from core.clock import frozen_at, now
from core.models import ReadLog
from core.retention import carry_out
from core.sealed import open_for_work, sealed_places
from reconciliation.choices import STATEMENT_TRANSITIONS, StatementStatus
from reconciliation.errors import NotMet, SameStatement, WrongState
from reconciliation.intake import StatementColumns
from reconciliation.models import LineEvent, Statement, StatementLine, StatementMapping
from reconciliation.services.deciding import decide_alike, decide_line, undo_line
from reconciliation.services.moving import move_statement
from reconciliation.services.statements import (
    change_columns,
    drop_statement,
    reopen_statement,
    settle_statement,
    type_balances,
)
from tests import databases
from tests.reconciliation.files import Made, alipay, icbc
from tests.reconciliation.ground import Ground

JANUARY = [
    Made("2026-01-05", "500.00", "示例甲乙", remark="捐款 13912345678"),
    Made("2026-01-06", "3.17", "", "利息"),
    Made("2026-01-07", "-10.00", "", "手续费"),
]


@pytest.mark.parametrize("start", StatementStatus.values)
@pytest.mark.parametrize("end", StatementStatus.values)
def test_every_pair_of_states_moves_as_the_table_says_and_no_other_way(
    loose_ground: Ground, start: str, end: str
) -> None:
    statement = loose_ground.read(icbc(JANUARY))
    Statement.objects.unscoped("test").filter(pk=statement.pk).update(status=start)
    statement.status = start
    if end in STATEMENT_TRANSITIONS[start]:
        move_statement(statement, end, actor=loose_ground.clerk)
        assert loose_ground.fresh(statement).status == end
    else:
        with pytest.raises(WrongState):
            move_statement(statement, end, actor=loose_ground.clerk)


def test_a_statement_goes_on_from_the_one_before_and_a_missing_one_is_asked_for(ground: Ground) -> None:
    ground.read(icbc(JANUARY))
    march = icbc([Made("2026-03-02", "20.00", "示例丙丁")], opening="593.17")
    gap = ground.read(march)
    assert gap.status == "draft"
    said = gap.events.order_by("-pk")[0].reason
    assert "余额接不上" in said
    assert "应为 ¥513.17，本文件期末是 ¥613.17，相差 ¥100.00" in said
    assert "请先补传缺的那一段" in said
    assert ground.read(icbc([Made("2026-02-10", "100.00", "示例戊己")], opening="493.17")).status == "in_work"
    taken = type_balances(statement_id=gap.pk, opening=Decimal(0), closing=Decimal(0), actor=ground.clerk)
    assert (taken.status, taken.closing_balance) == ("in_work", Decimal("613.17"))


def test_the_same_line_in_two_files_counts_once_and_says_where_it_is(ground: Ground) -> None:
    first = ground.read(icbc(JANUARY))
    second = ground.read(icbc([*JANUARY[1:], Made("2026-01-08", "40.00", "示例丙丁")], opening="500"))
    assert second.status == "in_work"
    assert second.line_count == 3
    assert [row[1:] for row in second.known] == [[first.number, 2], [first.number, 3]]
    assert [line.amount for line in ground.lines(second)] == [Decimal("40.00")]


def test_the_same_bytes_are_refused_and_point_to_the_first_until_that_is_dropped(ground: Ground) -> None:
    first = ground.read(icbc(JANUARY))
    with pytest.raises(SameStatement) as caught:
        ground.bring(icbc(JANUARY))
    assert first.number in caught.value.message
    drop_statement(statement_id=first.pk, reason="示例重来", actor=ground.clerk)
    assert ground.read(icbc(JANUARY)).status == "in_work"


def test_hidden_balances_are_typed_and_must_meet(ground: Ground) -> None:
    statement = ground.read(icbc(JANUARY, masked=True))
    assert (statement.status, statement.closing_balance) == ("draft", None)
    assert "余额被遮住" in statement.events.order_by("-pk")[0].reason
    with pytest.raises(NotMet, match=r"相差 ¥1\.00"):
        type_balances(statement_id=statement.pk, opening=Decimal(0), closing=Decimal("494.17"), actor=ground.clerk)
    assert ground.fresh(statement).status == "draft"
    taken = type_balances(statement_id=statement.pk, opening=Decimal(0), closing=Decimal("493.17"), actor=ground.clerk)
    assert (taken.status, taken.balance_source) == ("in_work", "typed")


def test_a_platform_bill_without_balances_waits_for_them(ground: Ground) -> None:
    account = ground.open_account(kind="alipay", name="示例支付宝", institution="支付宝", number="20880000001111")
    rows = [("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", "2026T1")]
    statement = ground.read(alipay(rows), account=account)
    assert statement.status == "draft"
    taken = type_balances(statement_id=statement.pk, opening=Decimal(0), closing=Decimal("20.00"), actor=ground.clerk)
    assert taken.status == "in_work"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (icbc(JANUARY, total=False), "缺少合计行"),
        (icbc([Made("2026-01-05", "5", "示例甲", currency="美元")]), "币种不是人民币"),
        (icbc(JANUARY, card="6222****1111"), "文件是尾号 1111 的账户"),
        (b"\xd0\xcf\x11\xe0 broken", "认不出文件的文字编码"),
        ("日期,金额\n".encode(), "认不出这份流水的版式"),
    ],
)
def test_what_cannot_be_read_says_why_and_leaves_no_line(ground: Ground, content: bytes, sentence: str) -> None:
    statement = ground.read(content)
    assert statement.status == "unreadable"
    assert sentence in statement.error
    assert not StatementLine.objects.filter(statement=statement).exists()
    dropped = drop_statement(statement_id=statement.pk, reason="示例", actor=ground.clerk)
    assert dropped.status == "dropped"


def test_columns_are_explained_once_and_remembered_for_the_branch(ground: Ground) -> None:
    account = ground.open_account(name="示例农行户", number="95990000001111")
    header = "记账日期,借方发生额,贷方发生额,账户余额,对手户名,摘要\n"
    january = ground.read((header + "2026-01-05,,15.00,15.00,示例甲,汇入\n").encode(), account=account)
    assert january.status == "unreadable"
    columns = StatementColumns({"occurred": 0, "expense": 1, "income": 2, "balance": 3, "payer": 4, "summary": 5}, 1)
    again = ground.again(change_columns(statement_id=january.pk, columns=columns, actor=ground.clerk))
    assert (again.status, again.layout_key) == ("in_work", "mapped")
    assert StatementMapping.objects.get().fingerprint == again.fingerprint
    february = ground.read((header + "2026-02-05,5.00,,10.00,,手续费\n").encode(), account=account)
    assert (february.status, february.layout_key) == ("in_work", "mapped")


def test_a_statement_is_settled_when_nothing_is_left_and_opened_again_with_a_reason(ground: Ground) -> None:
    statement = ground.read(icbc(JANUARY[1:]))
    with pytest.raises(NotMet, match="还有 2 笔没有处理完"):
        settle_statement(statement_id=statement.pk, actor=ground.clerk)
    decide_alike(statement_id=statement.pk, actor=ground.clerk)
    settle_statement(statement_id=statement.pk, actor=ground.clerk)
    line = ground.lines(statement)[0]
    with pytest.raises(WrongState, match="已办结"):
        undo_line(line_id=line.pk, reason="示例", actor=ground.clerk)
    reopen_statement(statement_id=statement.pk, reason="示例更正", actor=ground.clerk)
    undo_line(line_id=line.pk, reason="看错了", actor=ground.clerk)
    decide_line(line_id=line.pk, kind="other", reason="示例其他", actor=ground.clerk)
    outcomes = LineEvent.objects.filter(line=line).order_by("pk").values_list("to_outcome", flat=True)
    assert list(outcomes) == ["other", "open", "other"]


def test_a_statement_with_decisions_or_one_that_another_rests_on_is_not_dropped(ground: Ground) -> None:
    first = ground.read(icbc(JANUARY[1:]))
    ground.read(icbc([Made("2026-02-10", "100.00", "示例戊己")], opening="-6.83"))
    with pytest.raises(WrongState, match="请先作废那一份"):
        drop_statement(statement_id=first.pk, reason="示例", actor=ground.clerk)
    decide_alike(statement_id=first.pk, actor=ground.clerk)
    with pytest.raises(WrongState, match="已处理的行"):
        drop_statement(statement_id=first.pk, reason="示例", actor=ground.clerk)


def test_nothing_of_a_line_but_figures_lies_in_clear_and_opening_it_is_logged(ground: Ground) -> None:
    statement = ground.read(icbc(JANUARY))
    line = ground.lines(statement)[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(l)::text FROM reconciliation_statementline l WHERE id = %s", [line.pk])
        row = cursor.fetchone()[0]
    assert "13912345678" not in row
    assert "甲乙" not in row
    assert "6222000000001234" not in row
    told = json.loads(open_for_work(line, "details", work="tests:1") or "")
    assert (told["payer"], told["account"]) == ("示例甲乙", "6222000000001234")
    assert ReadLog.objects.filter(work=f"reconciliation.matching:{statement.number}").count() == 1
    names = {str(place) for place in sealed_places()}
    assert {"reconciliation.statementline.details", "reconciliation.depositaccount.account_number"} <= names


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reconciliation_statementline SET amount = amount + 1",
        "UPDATE reconciliation_statementline SET occurred_on = '2026-01-01'",
        "DELETE FROM reconciliation_statementline",
        "UPDATE reconciliation_statement SET closing_balance = closing_balance + 1",
        "DELETE FROM reconciliation_statement",
        "UPDATE reconciliation_lineevent SET reason = 'x'",
        "DELETE FROM reconciliation_statementevent",
    ],
)
def test_what_a_bank_said_is_not_even_changed_by_the_superuser(committed_ground: Ground, change: str) -> None:
    statement = committed_ground.read(icbc(JANUARY))
    decide_alike(statement_id=statement.pk, actor=committed_ground.clerk)
    name = str(connection.settings_dict["NAME"])
    with pytest.raises(psycopg2.Error, match="append-only"):
        databases.as_superuser(change, database=name)


def test_lines_of_a_dropped_statement_go_after_ninety_days(ground: Ground) -> None:
    statement = ground.read(icbc(JANUARY))
    drop_statement(statement_id=statement.pk, reason="示例重来", actor=ground.clerk)
    carry_out(is_dry=False)
    assert statement.lines.count() == 3
    with frozen_at(now() + datetime.timedelta(days=95)):
        carry_out(is_dry=False)
    assert statement.lines.count() == 0
    # The check that counts lines leaves dropped statements out.
    assert ground.fresh(statement).line_count == 3


def test_no_line_of_an_account_is_there_twice_whoever_writes_it(loose_ground: Ground) -> None:
    statement = loose_ground.read(icbc(JANUARY))
    line = loose_ground.lines(statement)[0]
    again = StatementLine.objects.get(pk=line.pk)
    again.pk, again.seq, again.row_key = None, 99, uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
