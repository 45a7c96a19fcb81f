"""Statements as files: real layouts, balances line after line, cut files, foreign money, 万元."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from donations.intake import UnreadableFile
from reconciliation.intake import ParsedStatement, StatementColumns, read_statement_file
from reconciliation.intake.reading import Asked
from tests.reconciliation.files import Made, alipay, icbc, wechat
from tests.reconciliation.ground import STATEMENTS, needs_statements

ASKED = Asked(datetime.date(2026, 11, 26))
MADE = [
    Made("2026-01-05", "500.00", "示例甲乙"),
    Made("2026-01-06", "-10.00", "", "手续费"),
    Made("2026-01-06", "3.17", "", "利息"),
]


def read(content: bytes, folder: Path, name: str = "流水.csv", **over: object) -> ParsedStatement:
    path = folder / "statement"
    path.write_bytes(content)
    asked = over.pop("asked", ASKED)
    return read_statement_file(path, filename=name, asked=asked, max_bytes=10**8, **over)  # type: ignore[arg-type]


def refusal(content: bytes, folder: Path, **over: object) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(content, folder, **over)
    return caught.value


@needs_statements
@pytest.mark.realdata
def test_the_real_file_of_icbc_is_read_whole_with_its_hidden_balances(tmp_path: Path) -> None:
    parsed = read((STATEMENTS / "example-icbc-debit-v2-records.csv").read_bytes(), tmp_path)
    assert (parsed.layout_key, len(parsed.lines), parsed.is_masked) == ("icbc-v2", 11, True)
    assert parsed.lines[0].occurred_on == datetime.date(2023, 2, 8)
    assert [(line.direction, line.amount, line.kind) for line in parsed.lines][:2] == [
        ("in", Decimal("1.04"), "refund_in"),
        ("out", Decimal("24.00"), "payment"),
    ]
    # Its figures were made unlike the originals: the total row says so.
    assert len(parsed.errors) == 2
    assert "合计 ¥1,234.56" in parsed.errors[0]


@needs_statements
@pytest.mark.realdata
def test_the_real_file_of_alipay_is_read_with_its_neutral_rows_and_is_not_whole(tmp_path: Path) -> None:
    parsed = read((STATEMENTS / "example-alipay-records.csv").read_bytes(), tmp_path)
    assert (parsed.layout_key, len(parsed.lines)) == ("alipay", 10)
    assert [line.label for line in parsed.lines].count("neutral") == 4
    assert parsed.errors == ["文件写明共 66 笔记录，读到 10 笔，相差 56 笔：文件不完整，请重新下载后再导入。"]
    assert parsed.period == (datetime.date(2023, 1, 9), datetime.date(2023, 7, 10))
    income = [line for line in parsed.lines if line.direction == "in"]
    assert [(line.amount, line.kind) for line in income] == [(Decimal("222228.50"), "gift")]


@needs_statements
@pytest.mark.realdata
def test_the_real_file_of_wechat_is_read_with_fees_and_neutral_rows(tmp_path: Path) -> None:
    parsed = read((STATEMENTS / "example-wechat-records.csv").read_bytes(), tmp_path)
    assert parsed.layout_key == "wechat"
    taken_out = [line for line in parsed.lines if line.summary == "零钱提现"]
    assert [(line.direction, line.amount, line.fee) for line in taken_out] == [
        ("out", Decimal("1001.10"), Decimal("1.00")),
        ("out", Decimal("10.10"), Decimal("0.10")),
        ("out", Decimal("100.10"), Decimal("0.10")),
    ]
    assert {line.kind for line in taken_out} == {"own_transfer"}
    assert "共 43 笔记录" in parsed.errors[0]
    by_card = [line for line in parsed.lines if line.label == "out" and line.amount == Decimal("28.16")]
    assert [line.direction for line in by_card] == ["none"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_balances_are_followed_in_whichever_order_the_file_runs(tmp_path: Path, newest_first: bool) -> None:
    parsed = read(icbc(MADE, opening="100", newest_first=newest_first), tmp_path)
    assert parsed.errors == []
    assert (parsed.opening, parsed.closing) == (Decimal("100.00"), Decimal("593.17"))
    assert [line.signed for line in parsed.lines] == [Decimal("500.00"), Decimal("-10.00"), Decimal("3.17")]
    assert [line.kind for line in parsed.lines] == ["gift", "fee", "interest"]


def test_a_row_taken_out_of_the_middle_breaks_the_balances_and_says_where(tmp_path: Path) -> None:
    rows = icbc([*MADE, Made("2026-01-07", "20.00", "示例丙丁")], newest_first=False).decode().split("\n")
    gone = next(at for at, row in enumerate(rows) if "手续费" in row)
    parsed = read("\n".join(rows[:gone] + rows[gone + 1 :]).encode(), tmp_path)
    assert "第 9 行「余额」" in parsed.errors[0]
    assert "应为 ¥503.17，文件写的是 ¥493.17，相差 ¥10.00" in parsed.errors[0]
    assert "请重新下载" in parsed.errors[0]


def test_a_file_without_its_total_row_was_cut_and_nothing_of_it_is_taken(tmp_path: Path) -> None:
    error = refusal(icbc(MADE, total=False), tmp_path)
    assert "缺少合计行" in error.message
    assert "没有记入任何一行" in error.message


def test_a_file_cut_in_the_middle_of_a_row_names_the_row(tmp_path: Path) -> None:
    content = icbc(MADE, newest_first=False, total=False)
    cut = content[: content.index("手续费".encode()) + 9]
    error = refusal(cut.rstrip(b'"') + b'"', tmp_path)
    assert "第 9 行只有 2 栏，应有 11 栏：文件在这里断开了" in error.message


def test_a_platform_file_with_fewer_records_than_it_declares_says_how_many(tmp_path: Path) -> None:
    rows = [("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", "2026T1")]
    assert read(alipay(rows), tmp_path).errors == []
    assert "写明共 3 笔记录，读到 1 笔，相差 2 笔" in read(alipay(rows, declared=3), tmp_path).errors[0]


def test_sums_of_a_platforms_preamble_that_differ_are_said_and_hold_nothing_up(tmp_path: Path) -> None:
    rows = [("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", "2026T1")]
    parsed = read(alipay(rows, sums="收入：1笔 21.00元"), tmp_path)
    assert parsed.errors == []
    assert "收入合计 ¥21.00，逐行相加 ¥20.00，相差 ¥1.00" in parsed.notices[0]


def test_neutral_closed_and_card_rows_do_not_move_the_balance_of_a_platform(tmp_path: Path) -> None:
    rows = [
        ("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", "a1"),
        (
            "2026-01-06 10:00:00",
            "日用",
            "示例店",
            "/",
            "示例",
            "支出",
            "5.00",
            "示例银行信用卡(0000)",
            "交易成功",
            "a2",
        ),
        ("2026-01-07 10:00:00", "日用", "示例店", "/", "示例", "不计收支", "6.00", "", "交易关闭", "a3"),
        ("2026-01-08 10:00:00", "提现", "示例", "/", "余额提现", "不计收支", "7.00", "余额", "交易成功", "a4"),
    ]
    lines = read(alipay(rows), tmp_path).lines
    assert [line.direction for line in lines] == ["in", "none", "none", "out"]
    assert [line.kind for line in lines] == ["gift", "neutral", "neutral", "own_transfer"]


def test_wechat_money_has_its_sign_before_it_and_a_fee_in_the_remark(tmp_path: Path) -> None:
    rows = [
        ("2026-01-05 10:00:00", "转账", "示例甲", "捐款", "收入", "¥23.00", "/", "已收钱", "w1", "/"),
        (
            "2026-01-06 10:00:00",
            "零钱提现",
            "示例银行",
            "/",
            "/",
            "¥10.10",
            "示例银行",
            "提现已到账",
            "w2",
            "服务费¥0.10",
        ),
    ]
    lines = read(wechat(rows), tmp_path).lines
    assert [(line.direction, line.amount, line.fee) for line in lines] == [
        ("in", Decimal("23.00"), Decimal("0.00")),
        ("out", Decimal("10.10"), Decimal("0.10")),
    ]


def test_money_that_is_not_yuan_is_refused_with_its_row_and_what_to_do(tmp_path: Path) -> None:
    error = refusal(
        icbc([MADE[0], Made("2026-01-06", "10.00", "示例乙", currency="美元")], newest_first=False), tmp_path
    )
    assert error.code == "foreign_currency"
    assert error.message.startswith("第 9 行：币种不是人民币")
    assert "原币金额和汇率写在备注里" in error.message


MAPPED = "记账日期,借方发生额(万元),贷方发生额(万元),账户余额(万元),对手户名,摘要\n"


def test_amounts_in_wan_are_multiplied_by_the_header_or_by_what_a_person_says(tmp_path: Path) -> None:
    text = MAPPED + "2026-01-05,,1.5,1.5,示例甲,汇入\n2026-01-06,0.0001,,1.4999,,手续费\n"
    columns = {"occurred": 0, "expense": 1, "income": 2, "balance": 3, "payer": 4, "summary": 5}
    parsed = read(text.encode(), tmp_path, columns=StatementColumns(columns, 1))
    assert [line.signed for line in parsed.lines] == [Decimal("15000.00"), Decimal("-1.00")]
    assert (parsed.closing, parsed.errors) == (Decimal("14999.00"), [])
    by_a_person = MAPPED.replace("(万元)", "") + "2026-01-05,,1.5,1.5,示例甲,汇入\n"
    said = read(by_a_person.encode(), tmp_path, columns=StatementColumns(columns, 1, Decimal(10000)))
    assert said.lines[0].amount == Decimal("15000.00")


def test_a_layout_that_nobody_explained_is_asked_for_and_one_that_is_remembered_is_read(tmp_path: Path) -> None:
    text = MAPPED + "2026-01-05,,1.5,1.5,示例甲,汇入\n"
    assert refusal(text.encode(), tmp_path).code == "layout_unknown"
    columns = StatementColumns({"occurred": 0, "expense": 1, "income": 2, "payer": 4}, 1)
    known = read(text.encode(), tmp_path, columns=columns)
    again = read(("说明,,,,,\n" + text).encode(), tmp_path, remembered={known.fingerprint: columns})
    assert [line.row_number for line in again.lines] == [3]


def test_equal_lines_of_one_file_are_two_and_a_file_of_another_account_is_refused(tmp_path: Path) -> None:
    twice = [
        ("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", ""),
        ("2026-01-05 10:00:00", "转账", "示例甲", "/", "捐款", "收入", "20.00", "余额", "交易成功", ""),
    ]
    assert [line.ordinal for line in read(alipay(twice), tmp_path).lines] == [1, 2]
    error = refusal(icbc(MADE), tmp_path, asked=Asked(ASKED.today, tail="1111"))
    assert "文件是尾号 9876 的账户，您选的账户尾号是 1111" in error.message


@pytest.mark.parametrize("word", ["12O", "1,23.4", "五百"])
def test_an_amount_that_cannot_be_read_refuses_the_file_by_its_row_and_names_nobody(tmp_path: Path, word: str) -> None:
    text = f"日期,收入,支出,户名\n2026-01-05,{word!r},,示例甲乙丙\n".replace("'", '"')
    columns = StatementColumns({"occurred": 0, "income": 1, "expense": 2, "payer": 3}, 1)
    error = refusal(text.encode(), tmp_path, columns=columns)
    assert error.message.startswith("第 2 行「金额」")
    assert "示例甲" not in error.message
