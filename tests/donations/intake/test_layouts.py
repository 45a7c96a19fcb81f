"""Lists are found in their files: titles, units, headers, totals, blocks, statements."""

import datetime
from decimal import Decimal

import openpyxl
import pytest

from donations.intake import ColumnMapping, UnreadableFile, read_head, read_list
from donations.intake.template import build_template
from tests.factories import lists

TODAY = datetime.date(2025, 1, 1)
DAY = datetime.date(2020, 1, 29)


def open_list(path, **over):
    return read_list(path, **{"filename": path.name, "today": TODAY, **over})


def read_all(path, **over):
    parsed = open_list(path, **over)
    return parsed, list(parsed.rows())


@pytest.mark.parametrize("extension", ["xls", "xlsx", "csv"])
@pytest.mark.parametrize("label_column", [0, 1, 2])
def test_a_published_list_is_read_with_every_row_and_its_total(tmp_path, extension, label_column):
    gifts = lists.make_gifts(45)
    path = lists.write_hubei_like(
        tmp_path / f"list.{extension}",
        gifts,
        declared_total=lists.binary_total(gifts),
        label_column=label_column,
        blank_before_total=True,
    )
    parsed, rows = read_all(path)
    assert parsed.layout_key == "hubei-list"
    assert [row.row_number for row in rows] == list(range(4, 49))
    assert [row.donor for row in rows] == [gift.donor.strip() for gift in gifts]
    assert parsed.found_total == parsed.declared_total == lists.total_of(gifts)
    assert parsed.total_matches is True
    assert parsed.as_of == datetime.date(2020, 1, 26)
    assert parsed.header == [text.strip() for text in lists.HUBEI_HEADER]
    assert parsed.list_problems() == ()


def test_two_equal_rows_in_one_file_are_two_gifts(tmp_path):
    gifts = [lists.Gift("示例甲", 100.0), lists.Gift("示例甲", 100.0)]
    parsed, rows = read_all(lists.write_hubei_like(tmp_path / "a.csv", gifts, declared_total="200"))
    assert parsed.found_count == 2
    assert parsed.total_matches
    assert rows[0].content_key == rows[1].content_key != ""


def test_a_file_with_a_wrong_total_says_by_how_much(tmp_path):
    gifts = [lists.Gift("示例甲", 100.0), lists.Gift("示例乙", 50.5)]
    parsed, _rows = read_all(lists.write_hubei_like(tmp_path / "a.xlsx", gifts, declared_total=160.0))
    assert parsed.total_matches is False
    (problem,) = parsed.list_problems()
    assert problem.code == "total_mismatch"
    assert "160.00" in problem.message
    assert "150.50" in problem.message
    assert "少了 9.50 元" in problem.message


def test_a_wrong_count_is_told_apart_from_a_right_total(tmp_path):
    gifts = [lists.Gift("示例甲", 1.0), lists.Gift("示例乙", 2.0)]
    parsed, _rows = read_all(lists.write_two_column(tmp_path / "a.xlsx", gifts, "3.00", 3), default_on=DAY)
    assert parsed.total_matches is True
    assert parsed.count_matches is False
    assert [problem.code for problem in parsed.list_problems()] == ["count_mismatch"]
    assert "写明 3 笔，读到 2 笔" in parsed.list_problems()[0].message


def test_what_the_last_row_declares_is_known_only_after_reading(tmp_path):
    gifts = [lists.Gift("示例甲", 1.0)]
    parsed = open_list(lists.write_two_column(tmp_path / "a.xlsx", gifts, "1.00", 1), default_on=DAY)
    assert (parsed.declared_total, parsed.total_matches, parsed.finished) == (None, None, False)
    assert len(list(parsed.rows())) == 1
    assert (parsed.declared_count, parsed.declared_total, parsed.finished) == (1, Decimal("1.00"), True)
    assert len(list(parsed.rows())) == 1
    assert parsed.found_total == Decimal("1.00")


def test_a_preview_does_not_disturb_the_sums(tmp_path):
    gifts = lists.make_gifts(30)
    parsed = open_list(lists.write_hubei_like(tmp_path / "a.xlsx", gifts, declared_total=lists.binary_total(gifts)))
    iterator = parsed.rows()
    next(iterator)
    assert len(parsed.preview(10)) == 10
    list(iterator)
    assert parsed.found_count == 30


def test_two_columns_without_days_take_the_day_of_the_list(tmp_path):
    path = lists.write_two_column(tmp_path / "a.xlsx", lists.make_gifts(5))
    parsed, rows = read_all(path, default_on=DAY)
    assert parsed.layout_key == "bank-list-two-column"
    assert {row.received_on for row in rows} == {DAY}
    assert all("date_defaulted" in {problem.code for problem in row.problems} for row in rows)
    _parsed, rows = read_all(path)
    assert {row.level for row in rows} == {"error"}
    assert rows[0].problems[-1].message == "第 3 行「日期」：没有日期，请补上，或在导入时填写整份清单的日期。"


@pytest.mark.parametrize(
    ("unit", "header", "factor"),
    [
        ("单位：元", "捐赠金额", "1"),
        ("单位：万元", "捐赠金额", "10000"),
        ("", "捐赠金额（万元）", "10000"),
        ("单位：元", "捐款额(单位：千元)", "1000"),
    ],
)
def test_the_unit_is_read_from_its_row_or_its_header(tmp_path, unit, header, factor):
    path = lists.write_table(
        tmp_path / "a.csv",
        [["示例捐款", "", unit], ["日期", "捐赠人", header], ["2020-1-2", "示例甲", "1.5"], ["", "合计", "1.5"]],
    )
    parsed, rows = read_all(path)
    assert parsed.unit_multiplier == Decimal(factor)
    assert rows[0].amount == Decimal(factor) * Decimal("1.5")
    assert parsed.total_matches is True


def test_a_list_in_foreign_currency_is_refused(tmp_path):
    path = lists.write_table(tmp_path / "a.csv", [["捐赠人", "金额（美元）"], ["示例甲", "1"]])
    with pytest.raises(UnreadableFile, match="外币"):
        open_list(path)


@pytest.mark.parametrize(
    "total_row",
    [
        ["合计", "", "", 30.0],
        ["", "", "合　计：", 30.0],
        ["", "总计", "", "30.00元"],
        ["", "", "", "总金额30.00"],
        ["", "共计2人次", "", "总金额30元"],
        ["合计：30.00元", "", "", ""],
        ["", "", "", "¥30.00"],
        ["", "本次捐款合计", "", 30.000000000000004],
    ],
)
def test_a_total_row_is_known_by_its_words_wherever_they_stand(tmp_path, total_row):
    rows = [
        ["序号", "日期", "姓名", "金额"],
        [1, "2020.1.2", "示例甲", 10.0],
        [2, "2020.1.2", "示例乙", 20.0],
        total_row,
    ]
    parsed, found = read_all(lists.write_table(tmp_path / "a.xlsx", rows))
    assert [row.donor for row in found] == ["示例甲", "示例乙"]
    assert parsed.declared_total == Decimal("30.00")
    assert parsed.total_matches is True


def test_a_giver_whose_name_begins_like_a_total_is_a_giver(tmp_path):
    rows = [["日期", "捐赠人", "金额", "备注"]]
    rows += [["2020.1.2", "共计虚构科技有限公司", 10.0, ""], ["2020.1.2", "合计虚构示例", 10.0, "合计"]]
    rows += [["2020.1.2", "总计示例厂", 3.0, "小计"], ["2020.1.2", "虚构市89人", 2.0, "合计"]]
    rows += [["合计", "", 25.0, ""]]
    parsed, found = read_all(lists.write_table(tmp_path / "a.xlsx", rows))
    assert len(found) == 4
    assert parsed.total_matches is True


def test_blocks_with_subtotals_and_repeated_headers_are_one_list(tmp_path):
    header = ["序号", "日期", "捐赠人", "金额"]
    rows = [["示例名单"], header, [1, "2020.1.2", "示例甲", 10.0], ["", "", "小计", 10.0]]
    rows += [
        header,
        [2, "2020.1.2", "示例乙", 20.0],
        [3, "2020.1.2", "示例丙", 5.0],
        ["", "本页合计", "", 25.0],
        ["总计", "", "", 35.0],
    ]
    parsed, found = read_all(lists.write_table(tmp_path / "a.xls", rows))
    assert [row.donor for row in found] == ["示例甲", "示例乙", "示例丙"]
    assert parsed.declared_total == Decimal("35.00")
    assert parsed.total_matches is True
    assert [item.what for item in parsed.left_out] == ["total", "header", "total", "total"]


def test_blocks_each_with_their_own_total_add_up(tmp_path):
    header = ["日期", "捐赠人", "金额"]
    rows = [
        header,
        ["2020.1.2", "示例甲", 10.0],
        ["合计", "", 10.0],
        header,
        ["2020.1.2", "示例乙", 20.0],
        ["合计", "", 20.0],
    ]
    parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows))
    assert len(found) == 2
    assert (parsed.declared_total, parsed.total_matches) == (Decimal("30.00"), True)


def test_a_second_block_with_other_columns_is_read_by_its_own_header(tmp_path):
    rows = [
        ["日期", "捐赠人", "金额"],
        ["2020.1.2", "示例甲", "10"],
        ["捐赠人", "金额", "日期"],
        ["示例乙", "20", "2020.1.3"],
    ]
    _parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows))
    assert [(row.donor, row.amount, row.received_on.day) for row in found] == [
        ("示例甲", Decimal("10.00"), 2),
        ("示例乙", Decimal("20.00"), 3),
    ]


def test_notes_below_a_list_are_no_gifts_and_are_named(tmp_path):
    rows = [
        ["捐赠单位（个人）", "捐赠额（单位：元）"],
        ["示例甲", "10"],
        ["注：以上为大额捐赠", ""],
        ["示例市红十字会", ""],
        ["2020-01-29", ""],
    ]
    parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows), default_on=DAY)
    assert len(found) == 1
    assert [(item.row_number, item.what) for item in parsed.left_out] == [(3, "note"), (4, "note"), (5, "note")]


def test_a_giver_without_amount_between_gifts_is_kept_as_an_error(tmp_path):
    rows = [["捐赠人", "金额"], ["示例甲", "10"], ["示例乙", ""], ["示例丙", "30"]]
    _parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows), default_on=DAY)
    assert [(row.row_number, row.level) for row in found] == [(2, "warning"), (3, "error"), (4, "warning")]
    assert "第 3 行「金额」：没有填写金额" in found[1].problems[0].message


def test_a_giver_without_amount_right_below_the_last_gift_is_kept_as_an_error(tmp_path):
    rows = [["日期", "捐赠人", "金额"], ["2020.1.2", "示例甲", "10"], ["", "示例会计师事务所", ""]]
    parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows))
    assert [row.level for row in found] == ["passed", "error"]
    assert parsed.left_out == []


def test_cells_that_mean_as_above_take_the_value_above(tmp_path):
    rows = [
        ["日期", "捐赠人", "金额"],
        ["2020.1.2", "示例甲", "10"],
        ["同上", "〃", "20"],
        ["", "示例乙", "30"],
        ["", "", "40"],
    ]
    _parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows))
    assert [(row.donor, row.received_on) for row in found] == [
        ("示例甲", datetime.date(2020, 1, 2)),
        ("示例甲", datetime.date(2020, 1, 2)),
        ("示例乙", datetime.date(2020, 1, 2)),
        ("示例乙", datetime.date(2020, 1, 2)),
    ]
    assert [{problem.code for problem in row.problems} for row in found] == [
        set(),
        set(),
        {"date_carried"},
        {"date_carried", "donor_carried"},
    ]


def test_an_empty_giver_beside_a_day_is_asked_for_not_guessed(tmp_path):
    rows = [["日期", "捐赠人", "金额"], ["2020.1.2", "示例甲", "10"], ["2020.1.2", "", "20"]]
    _parsed, found = read_all(lists.write_table(tmp_path / "a.csv", rows))
    assert found[1].level == "error"
    assert found[1].problems[0].code == "donor_missing"


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    for row in (["日期", "捐赠人", "金额"], ["2020.1.2", "示例甲", 10], [None, None, 20], ["2020.1.3", "示例乙", 5]):
        page.append(row)
    page.merge_cells("A2:A3")
    page.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    _parsed, found = read_all(tmp_path / "a.xlsx")
    assert [(row.donor, row.level) for row in found] == [
        ("示例甲", "passed"),
        ("示例甲", "passed"),
        ("示例乙", "passed"),
    ]


def test_a_list_that_begins_in_a_far_column_is_read(tmp_path):
    book = openpyxl.Workbook()
    for at, row in enumerate((["日期", "捐赠人", "金额"], ["2020.1.2", "示例甲", 10]), start=6):
        for column, cell in enumerate(row, start=4):
            book.active.cell(row=at, column=column, value=cell)
    book.save(tmp_path / "a.xlsx")
    parsed, found = read_all(tmp_path / "a.xlsx")
    assert parsed.mapping.columns == {"received_on": 3, "donor": 4, "amount": 5}
    assert [row.row_number for row in found] == [7]


def test_a_header_over_two_rows_is_read_as_one(tmp_path):
    rows = [["序号", "捐赠信息", "", ""], ["", "捐赠日期", "捐赠人", "捐款金额"], [1, "2020.1.2", "示例甲", 10.0]]
    _parsed, found = read_all(lists.write_table(tmp_path / "a.xlsx", rows))
    assert [(row.donor, row.amount) for row in found] == [("示例甲", Decimal("10.00"))]


@pytest.mark.parametrize(
    "header",
    [
        ["品名", "捐赠单位", "规格型号", "计量单位", "数量总计"],
        ["接收单位", "品名", "规格", "计量单位", "数量"],
        ["序号", "捐赠方", "品名", "折算金额（万元）", "流向"],
    ],
)
def test_goods_are_recognised_and_refused_with_what_to_do(tmp_path, header):
    path = lists.write_table(
        tmp_path / "a.xlsx", [["示例物资公示"], header, ["示例口罩", "示例甲", "\u200b", "箱", 3.0]]
    )
    with pytest.raises(UnreadableFile) as refused:
        open_list(path)
    assert refused.value.code == "goods_list"
    assert "物资清单" in str(refused.value)


def test_a_table_without_a_header_asks_for_one(tmp_path):
    path = lists.write_table(tmp_path / "a.csv", [["示例甲", "10"], ["示例乙", "20"]])
    with pytest.raises(UnreadableFile) as refused:
        open_list(path)
    assert refused.value.code == "header_not_found"


def test_columns_said_by_a_person_override_what_would_be_found(tmp_path):
    path = lists.write_table(
        tmp_path / "a.csv", [["甲栏", "乙栏", "丙栏"], ["10", "示例甲", "2020-1-2"], ["20", "示例乙", "2020-1-3"]]
    )
    mapping = ColumnMapping({"amount": 0, "donor": 1, "received_on": 2}, header_row=1, unit_multiplier=Decimal(10000))
    parsed, found = read_all(path, mapping=ColumnMapping.from_dict(mapping.as_dict()))
    assert [(row.donor, row.amount) for row in found] == [
        ("示例甲", Decimal("100000.00")),
        ("示例乙", Decimal("200000.00")),
    ]
    head = read_head(path, filename="a.csv")
    assert head.fingerprints[1] == parsed.fingerprint
    assert head.rows[1][1] == ("10", "示例甲", "2020-1-2")


def test_a_mapping_with_no_header_row_takes_the_first_row_as_a_gift(tmp_path):
    path = lists.write_table(tmp_path / "a.csv", [["示例甲", "10"], ["示例乙", "20"]])
    _parsed, found = read_all(path, mapping=ColumnMapping({"donor": 0, "amount": 1}, header_row=0), default_on=DAY)
    assert len(found) == 2


@pytest.mark.parametrize(
    "columns", [{"donor": 0}, {"donor": 0, "amount": 0}, {"donor": 0, "amount": -1}, {"giver": 0, "amount": 1}]
)
def test_a_mapping_that_makes_no_sense_is_refused(tmp_path, columns):
    path = lists.write_table(tmp_path / "a.csv", [["捐赠人", "金额"], ["示例甲", "10"]])
    with pytest.raises(UnreadableFile):
        open_list(path, mapping=ColumnMapping(columns))


def test_the_fingerprint_depends_on_the_words_of_the_header_only(tmp_path):
    first = open_list(lists.write_table(tmp_path / "a.csv", [["标题", ""], ["捐赠人 ", "金额（元）"], ["示例甲", "1"]]))
    second = open_list(lists.write_table(tmp_path / "b.xlsx", [["捐赠人", "金额(元)"], ["示例乙", 2.0]]))
    third = open_list(lists.write_table(tmp_path / "c.csv", [["金额(元)", "捐赠人"], ["2", "示例乙"]]))
    assert first.fingerprint == second.fingerprint != third.fingerprint


def test_several_sheets_with_lists_are_refused_until_one_is_named(tmp_path):
    book = openpyxl.Workbook()
    for name in ("一月", "二月"):
        page = book.create_sheet(name)
        page.append(["捐赠人", "金额"])
        page.append(["示例甲", 10])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile, match="“一月”、“二月”"):
        open_list(tmp_path / "a.xlsx")
    parsed, found = read_all(tmp_path / "a.xlsx", sheet="二月", default_on=DAY)
    assert (parsed.sheet, len(found)) == ("二月", 1)


def test_a_hidden_sheet_is_not_read_and_not_kept_quiet(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["捐赠人", "金额"])
    book.active.append(["示例甲", 10])
    page = book.create_sheet("旧")
    page.append(["捐赠人", "金额"])
    page.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    parsed, _found = read_all(tmp_path / "a.xlsx", default_on=DAY)
    assert [problem.code for problem in parsed.list_problems()] == ["hidden_sheets"]


def test_the_wrong_format_is_refused_by_name(tmp_path):
    path = lists.write_hubei_like(tmp_path / "a.csv", lists.make_gifts(3))
    with pytest.raises(UnreadableFile, match="支付宝账单"):
        open_list(path, format_hint="alipay")
    with pytest.raises(UnreadableFile, match="没有这种格式"):
        open_list(path, format_hint="nonsense")
    assert open_list(path, format_hint="hubei-list").layout_key == "hubei-list"
    assert open_list(path, format_hint="table").layout_key == "hubei-list"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_the_encodings_that_occur(tmp_path, encoding):
    gifts = lists.make_gifts(12)
    parsed, found = read_all(
        lists.write_hubei_like(tmp_path / "a.csv", gifts, declared_total=lists.binary_total(gifts), encoding=encoding)
    )
    assert [row.donor for row in found] == [gift.donor.strip() for gift in gifts]
    assert parsed.total_matches is True


@pytest.mark.parametrize("extension", ["xls", "xlsx", "csv"])
def test_rare_characters_survive(tmp_path, extension):
    gifts = [lists.Gift("示例𬭎", 10.0), lists.Gift("示例䶮", 10.0)]
    _parsed, found = read_all(lists.write_hubei_like(tmp_path / f"a.{extension}", gifts))
    assert [row.donor for row in found] == ["示例𬭎", "示例䶮"]


def test_tabs_semicolons_and_a_wrong_extension_are_read(tmp_path):
    path = tmp_path / "export.xls"
    path.write_bytes("日期\t捐赠人\t金额\r\n2020-01-02\t示例甲\t1,234.50\r\n".encode("gbk"))
    parsed, found = read_all(path)
    assert found[0].amount == Decimal("1234.50")
    assert [problem.code for problem in parsed.list_problems()] == ["extension_mismatch"]
    path = tmp_path / "list.txt"
    path.write_text("日期;捐赠人;金额\n2020-01-02;示例甲;5\n", encoding="utf-8")
    assert read_all(path)[1][0].amount == Decimal("5.00")


def test_the_template_is_read_back_and_its_examples_are_no_gifts(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(build_template())
    parsed, found = read_all(path)
    assert (parsed.layout_key, found) == ("template", [])
    assert [problem.code for problem in parsed.list_problems()] == ["list_empty"]
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    assert len(page.data_validations.dataValidation) == 5
    page.append([datetime.date(2020, 1, 22), "示例甲", 200.5, "非定向", "银行转账", "20200122000001", "", ""])
    page.append([datetime.date(2020, 1, 22), "虚构示例有限公司", 10000, "示例县学校重建", "现金", "", "00012345", ""])
    book.save(path)
    _parsed, found = read_all(path)
    assert [
        (row.donor, row.level, row.proposed_earmark, row.channel, row.reference, row.receipt_number) for row in found
    ] == [
        ("示例甲", "passed", "", "银行转账", "20200122000001", ""),
        ("虚构示例有限公司", "passed", "示例县学校重建", "现金", "", "00012345"),
    ]


# --- statements -----------------------------------------------------------------------------------------------------
def test_an_alipay_statement_gives_its_income_and_says_why_not_the_rest(tmp_path):
    lines = [
        "2023-02-12 21:32:14 ,亲友代付   ,示例甲 ,/ ,亲情卡 ,支出  ,49.74   ,示例银行 ,交易成功  ,2023001\t,T1\t,   ,",
        "2023-01-18 10:17:29 ,转账红包   ,示例乙,exa***@example.org ,转账,收入,28.50 ,余额,交易成功 ,2023002\t,\t,   ,",
        "2023-01-17 10:17:29 ,转账红包   ,示例丙   ,/   ,转账   ,收入   ,9.00   ,余额   ,交易关闭   ,2023003\t,\t,   ,",
        "2023-01-10 13:10:16,退款,示例丁,/,退款,不计收支,82.00,,退款成功,2023004\t,\t,,",
    ]
    parsed, found = read_all(lists.write_alipay(tmp_path / "a.csv", lines, 1, "28.50"))
    assert parsed.layout_key == "alipay"
    assert [row.is_gift for row in found] == [False, True, False, False]
    assert all(row.not_gift_reason for row in found if not row.is_gift)
    gift = found[1]
    assert (gift.donor, gift.amount, gift.received_on) == ("示例乙", Decimal("28.50"), datetime.date(2023, 1, 18))
    assert (gift.reference, gift.channel) == ("2023002", "支付宝")
    assert "example.org" not in str(gift)
    assert (parsed.found_count, parsed.total_matches, parsed.count_matches) == (1, True, True)


def test_a_wechat_statement_gives_its_income(tmp_path):
    lines = [
        '2019-09-26 12:45:27,"商户消费","示例店","消费","支出",¥28.16,"示例行","支付成功","3985734"\t,"12984"\t,"/"',
        "2019-09-24 10:10:11,微信红包,示例甲,/,收入,¥0.35,/,已存入零钱,3985735\t,129847129\t,/",
        "2020-11-27 19:29:00,二维码收款,示例乙,收款方备注:捐款助学,收入,¥23.00,零钱,已收钱,3985736,/\t,/",
        "2021-01-17 10:07:31,转入零钱通,/,/,/,¥2000.00,示例银行,支付成功,3985737,129847129,/",
    ]
    parsed, found = read_all(lists.write_wechat(tmp_path / "a.csv", lines, 2, "23.35"))
    assert parsed.layout_key == "wechat"
    assert [row.is_gift for row in found] == [False, True, True, False]
    assert [row.amount for row in found if row.is_gift] == [Decimal("0.35"), Decimal("23.00")]
    assert found[2].remark == "收款方备注:捐款助学"
    assert found[2].proposed_earmark
    assert (parsed.total_matches, parsed.count_matches) == (True, True)


def test_an_icbc_statement_gives_its_income_and_marks_interest(tmp_path):
    lines = [
        ("2023-05-02", "消费", "", "虚构商店"),
        ("2023-04-22", "他行汇入", "1,234.56", "示例甲"),
        ("2023-03-21", "利息", "0.35", ""),
    ]
    parsed, found = read_all(lists.write_icbc(tmp_path / "a.csv", lines, "1,234.91"))
    assert parsed.layout_key == "icbc-v2"
    assert [row.is_gift for row in found] == [False, True, True]
    assert (found[1].donor, found[1].amount, found[1].level) == ("示例甲", Decimal("1234.56"), "passed")
    assert "maybe_not_a_gift" in {problem.code for problem in found[2].problems}
    assert parsed.total_matches is True
    assert "9876" not in str(found)
