"""A file of donors who joined on paper: what is read, what refuses all of it, what is told of each line."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.clock import today
from core.errors import DomainError
from registries.choices.intake import COLUMNS, EXAMPLE, MAY_BE_MISSING
from registries.models import DonorIntake, DonorIntakeRow
from registries.selectors.intake import intake_problems, spot_lines
from registries.services.intake import files as intake_files
from registries.services.intake import reading
from registries.services.intake.lines import as_sealed, from_sealed, judge_line
from registries.services.intake.reading import ReadLine
from tests.registries.donor_ground import bag_of, born, brought, joined, number_born
from tests.registries.ground import Ground, days_ago, registered, somebody
from tests.registries.intake_ground import JOINED, cells, checked, csv_of


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def told(row: DonorIntake) -> list[tuple[int, str]]:
    """Line and column of all that is told."""
    return [(one.line, one.column) for one in intake_problems(row)]


def workbook(*rows: list[Any]) -> bytes:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(ground: Ground, encoding: str) -> None:
    text = csv_of(cells(), cells(1)).decode("utf-8-sig")
    row = checked(ground, text.encode(encoding))
    assert (row.status, row.row_count, row.bad_count) == ("checked", 2, 0)


def test_a_workbook_is_read_with_its_days_as_days_and_without_the_columns_that_may_be_missing(ground: Ground) -> None:
    header = [name for name in COLUMNS if name not in MAY_BE_MISSING]
    line: dict[str, Any] = {**cells(), "报名日期": datetime.date(2019, 5, 8), "入库日期": datetime.date(2019, 7, 1)}
    row = checked(ground, workbook(header, [line[name] for name in header], [None] * 3))
    assert (row.status, row.row_count, told(row)) == ("checked", 1, [])


def test_a_number_that_a_spreadsheet_rounded_is_told_at_its_cell(ground: Ground) -> None:
    line: dict[str, Any] = {**cells(), "证件号码": 330106199001010012}
    row = checked(ground, workbook(list(COLUMNS), [line[name] for name in COLUMNS]))
    assert told(row) == [(2, "证件号码")]
    assert "文本格式" in next(intake_problems(row)).sentence


GOOD = csv_of(cells())
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "文件是空的"),
    "header alone": (csv_of(), "没有数据行"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "另存为 XLSX"),
    "broken workbook": (b"PK\x03\x04" + b"x" * 100, "打不开"),
    "binary": (b"a\x00b", "空字符"),
    "no encoding": (b"\xff\xfe\xff\xff" * 9, "编码认不出来"),
    "semicolons": (GOOD.replace(b",", b";"), "英文逗号"),
    "tabs": (GOOD.replace(b",", b"\t"), "英文逗号"),
    "full-width commas": (GOOD.decode("utf-8-sig").replace(",", "，").encode(), "英文逗号"),
    "open quote": (GOOD + '"示例'.encode(), "引号没有配对"),
    "unknown column": (csv_of({**cells(), "备注": ""}, header=(*COLUMNS, "备注")), "有 1 列不认识"),
    "twice": (csv_of(cells(), header=(*COLUMNS, "姓名")), "出现两次"),
    "missing": (csv_of(cells(), header=COLUMNS[1:]), "缺少：姓名"),
    "no header": (csv_of(cells(), header=COLUMNS).split(b"\r\n", 1)[1], "不认识"),
    "typing": (csv_of({**cells(), "HLA-A": ""}, header=(*COLUMNS, "HLA-A")), "HLA"),
    "typing in Chinese": (csv_of({**cells(), "分型结果": ""}, header=(*COLUMNS, "分型结果")), "HLA"),
    "typing in a cell": (csv_of(cells(住址="A*02:01")), "HLA"),
    "history": (csv_of({**cells(), "病 史": ""}, header=(*COLUMNS, "病 史")), "健康、病史或患者"),
    "health": (csv_of({**cells(), "健康询问": ""}, header=(*COLUMNS, "健康询问")), "健康、病史或患者"),
    "patient": (csv_of({**cells(), "患者姓名": ""}, header=(*COLUMNS, "患者姓名")), "健康、病史或患者"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_right_is_refused_whole_with_what_to_do(ground: Ground, kind: str) -> None:
    content, words = REFUSED[kind]
    row = checked(ground, content)
    assert (row.status, row.row_count) == ("refused", 0)
    assert words in row.refusal
    assert not DonorIntakeRow.objects.exists()
    assert cells()["姓名"] not in row.refusal
    # A better one may come.
    assert checked(ground, csv_of(cells())).status == "checked"


def test_too_many_rows_and_bytes_are_refused(ground: Ground, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    assert "超过 1 行" in checked(ground, csv_of(cells(), cells(1))).refusal
    monkeypatch.setattr(intake_files, "MOST_BYTES", 10)
    with pytest.raises(DomainError, match="文件超过"):
        checked(ground, csv_of(cells()))


# --- its lines ------------------------------------------------------------------------------------------------------

YOUNG, OLD = number_born(born(17), 3), number_born(born(46, on=JOINED), 3)
AGED = number_born(born(55), 3)
WRONG: dict[str, tuple[dict[str, str], list[str]]] = {
    "name": ({"姓名": "甲"}, ["姓名"]),
    "checksum": ({"证件号码": cells()["证件号码"][:-1] + "A"}, ["证件号码"]),
    "old card": ({"证件号码": "330106900101001"}, ["证件号码"]),
    "kind": ({"证件类型": "驾照"}, ["证件类型"]),
    "no birthday": ({"证件类型": "护照", "证件号码": "E12345678"}, ["出生日期"]),
    "birthday": ({"证件类型": "护照", "证件号码": "E12345678", "出生日期": "某天"}, ["出生日期"]),
    "too young then": ({"证件号码": YOUNG}, ["证件号码"]),
    "too old then": ({"证件号码": OLD}, ["证件号码"]),
    "no telephone": ({"手机号": ""}, ["手机号"]),
    "telephone": ({"手机号": "1380000"}, ["手机号"]),
    "no day": ({"报名日期": ""}, ["报名日期"]),
    "joined ahead": ({"报名日期": (today() + datetime.timedelta(days=1)).isoformat()}, ["报名日期", "入库日期"]),
    "no typing": ({"入库日期": "—"}, ["入库日期"]),
    "typed before": ({"入库日期": (JOINED - datetime.timedelta(days=1)).isoformat()}, ["入库日期"]),
    "no paper": ({"同意书编号": ""}, ["同意书编号"]),
    "long paper": ({"同意书编号": "号" * 61}, ["同意书编号"]),
    "enrolled": ({"状态": "已报名"}, ["状态"]),
    "sampled": ({"状态": "已采样待入库"}, ["状态"]),
    "bag": ({"血样袋号": "袋一"}, ["血样袋号"]),
    "rung": ({"同意电话联系": "不清楚"}, ["同意电话联系"]),
    "nobody to ring": ({"亲友1姓名": "", "亲友1关系": "", "亲友1电话": ""}, ["亲友1关系", "亲友1电话"]),
    "relation": ({"亲友1关系": "邻居"}, ["亲友1关系"]),
    "telephone of kin": ({"亲友1电话": "123"}, ["亲友1电话"]),
    "own telephone of kin": ({"亲友1电话": cells()["手机号"]}, ["亲友1电话"]),
    "second half": ({"亲友2姓名": "示例二亲"}, ["亲友2关系", "亲友2电话"]),
    "formula": ({"住址": "=1+1"}, ["住址"]),
    "long": ({"住址": "路" * 201}, ["住址"]),
    "all at once": (
        {"姓名": "", "证件号码": "1", "手机号": "", "报名日期": "", "同意书编号": "", "状态": "", "同意电话联系": ""},
        ["姓名", "证件号码", "手机号", "报名日期", "同意书编号", "状态", "同意电话联系"],
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_line_tells_all_that_is_wrong_with_it_by_column_and_what_to_do(kind: str) -> None:
    over, columns = WRONG[kind]
    places = {name: at for at, name in enumerate(COLUMNS)}
    donor, told_of = judge_line(reading._line(2, list(cells(**over).values()), places))
    assert donor is None
    assert [column for column, _sentence in told_of] == columns
    for _column, sentence in told_of:
        assert any(word in sentence for word in ("请", "不必", "须")), sentence
        assert not any(len(cell) > 3 and cell in sentence for cell in over.values())


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"证件类型": ""},
        {"证件类型": "护照", "证件号码": "e12345678", "出生日期": "1992年3月4日"},
        {"报名日期": "2021.3.4", "入库日期": "20210401"},
        {"血样袋号": "", "住址": ""},
        {"同意电话联系": "否", "亲友1姓名": "", "亲友1关系": "", "亲友1电话": ""},
        {"亲友2姓名": "示例二亲", "亲友2关系": "朋友", "亲友2电话": "0571-88886666"},
        {"亲友1关系": "母亲"},
        {"手机号": "+852 91234567"},
    ],
)
def test_a_line_that_is_in_order_is_sealed_as_it_was_read(over: dict[str, str]) -> None:
    donor, faults = judge_line(ReadLine(2, cells(**over)))
    assert faults == []
    assert donor is not None
    assert from_sealed(as_sealed(donor)) == donor


def test_who_is_too_old_to_give_today_is_not_brought_in() -> None:
    long_ago = {"报名日期": born(20).isoformat(), "入库日期": days_ago(9).isoformat()}
    donor, faults = judge_line(ReadLine(2, cells(**{"证件号码": AGED, **long_ago})))
    assert donor is None
    assert ("证件号码", "已满 55 周岁，不能再捐献。不必带入，请删去这一行。") in faults
    younger = number_born(born(55) + datetime.timedelta(days=1), 3)
    assert judge_line(ReadLine(2, cells(**{"证件号码": younger, **long_ago})))[1] == []


def test_double_lines_of_a_person_a_paper_or_a_bag_are_told_with_the_first(ground: Ground) -> None:
    same = [cells(), cells(1, 证件号码=cells()["证件号码"]), cells(2, 同意书编号=cells()["同意书编号"])]
    row = checked(ground, csv_of(*same, cells(3, 血样袋号=cells()["血样袋号"])))
    assert told(row) == [(3, "证件号码"), (4, "同意书编号"), (5, "血样袋号")]
    assert all("第 2 行" in one.sentence for one in intake_problems(row))


def test_a_donor_in_force_is_refused_with_their_number_and_another_name_too(ground: Ground) -> None:
    there = joined(ground, 4)
    registered(ground, 5, person=somebody(5, document=cells(5)["证件号码"]))
    row = checked(ground, csv_of(cells(4, 姓名=somebody(4).name), cells(5)))
    assert told(row) == [(2, "证件号码"), (3, "姓名")]
    assert there.number in next(intake_problems(row)).sentence


def test_whom_another_branch_keeps_is_not_known_here(ground: Ground) -> None:
    joined(ground, 4)
    row = checked(ground, csv_of(cells(4, 姓名="另一姓名")), branch=ground.elsewhere, actor=ground.person("stranger"))
    assert (row.good_count, row.known_count) == (1, 0)


def test_a_line_with_too_many_cells_is_told(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()) + b"a,b\r\n")
    assert [(line, column) for line, column in told(row)] == [(3, "—")]


def test_lines_to_be_looked_up_are_good_ones_and_the_same_each_time(ground: Ground) -> None:
    row = checked(ground, csv_of(*(cells(at) for at in range(15)), cells(20, 手机号="")))
    lines = spot_lines(row)
    assert (len(lines), spot_lines(row)) == (10, lines)
    assert set(lines) <= set(range(2, 17))


def test_the_example_of_the_template_would_be_taken_but_for_its_number() -> None:
    _donor, faults = judge_line(ReadLine(2, {**dict.fromkeys(COLUMNS, ""), **EXAMPLE}))
    assert [column for column, _sentence in faults] == ["证件号码"]


def test_the_counts_say_how_many_are_known_and_not_to_be_rung(ground: Ground) -> None:
    registered(ground, 5, person=somebody(5, document=cells(5)["证件号码"]))
    row = checked(ground, csv_of(cells(5, 姓名=somebody(5).name), cells(6, 同意电话联系="否"), cells(7)))
    assert (row.row_count, row.bad_count, row.known_count, row.uncalled_count) == (3, 0, 1, 1)


def test_a_bag_of_the_portal_is_told(ground: Ground) -> None:
    bag = bag_of(brought(ground, "sampled", 9)).bag
    row = checked(ground, csv_of(cells(血样袋号=bag)))
    assert told(row) == [(2, "血样袋号")]
