"""Whatever comes in: nothing but a refusal is raised, and no row is lost or doubled."""

import datetime
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from donations.intake import UnreadableFile, read_list
from donations.intake.cells import clean_text
from donations.intake.layout import match_columns
from donations.intake.totals import compact
from donations.intake.vocabulary import EMPTY_MARKS, SAME_AS_ABOVE, TOTAL_LABEL
from tests.factories import lists
from tests.factories.old_workbooks import write_xls

TODAY = datetime.date(2025, 1, 1)
DAY = datetime.date(2020, 1, 29)
MARKS = {
    "bytes": b"",
    "zip": b"PK\x03\x04",
    "compound": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "text": "捐赠人,金额\n".encode(),
}


def read_through(path, name):
    """Read a file to its end; a refusal is a fine answer."""
    try:
        parsed = read_list(path, filename=name, today=TODAY, default_on=DAY)
        return parsed, list(parsed.rows())
    except UnreadableFile:
        return None, []


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=3000),
    mark=st.sampled_from(sorted(MARKS)),
    name=st.sampled_from(["a.xls", "a.xlsx", "a.csv", "a.txt"]),
)
def test_random_bytes_are_refused_or_read_and_nothing_else(data, mark, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(MARKS[mark] + data)
        read_through(path, name)


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    gifts = lists.make_gifts(60)
    total = lists.binary_total(gifts)
    return {
        extension: lists.write_hubei_like(folder / f"a.{extension}", gifts, declared_total=total).read_bytes()
        for extension in ("xls", "xlsx", "csv")
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    extension=st.sampled_from(["xls", "xlsx", "csv"]),
    changes=st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), max_size=30),
    keep=st.one_of(st.none(), st.integers(min_value=0)),
)
def test_a_damaged_list_is_refused_or_read_and_nothing_else(whole_files, extension, changes, keep):
    data = bytearray(whole_files[extension])
    for at, byte in changes:
        data[at % len(data)] = byte
    if keep is not None:
        data = data[: keep % (len(data) + 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        read_through(path, f"a.{extension}")


def is_plain_name(text):
    clean = clean_text(text)
    return (
        bool(clean)
        and clean not in SAME_AS_ABOVE | EMPTY_MARKS
        and not TOTAL_LABEL.fullmatch(compact(clean))
        and not match_columns([clean, "金额"]).keys() >= {"donor", "amount"}
    )


names = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12),
    st.text("甲乙丙丁合总共小计公司转来代（）、 \t\u3000\u200b", min_size=1, max_size=14),
    st.sampled_from(["示例甲", "共计示例公司", "合计甲", "总计示例厂", "注册示例协会", "以上示例", "说明示例"]),
)
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)
days = st.dates(min_value=datetime.date(1950, 1, 1), max_value=datetime.date(2024, 12, 31))
gifts = st.lists(st.tuples(names.filter(is_plain_name), amounts, days), min_size=1, max_size=25)


@settings(max_examples=150, deadline=None)
@given(
    rows=gifts,
    order=st.permutations(range(5)),
    preamble=st.lists(st.sampled_from([["示例捐款公示"], ["单位：元"], [""], ["2020年", "", "示例"]]), max_size=3),
    blanks=st.sets(st.integers(0, 30), max_size=4),
    repeats=st.sets(st.integers(0, 30), max_size=2),
    total_label=st.sampled_from([None, 0, 1, 2, 4]),
    extension=st.sampled_from(["csv", "csv", "csv", "csv", "xls"]),
)
@example([("合计甲", Decimal("1.00"), DAY)], [0, 1, 2, 3, 4], [], set(), set(), 0, "csv")
def test_every_gift_of_a_list_comes_out_once_and_in_order(
    rows, order, preamble, blanks, repeats, total_label, extension
):
    total = sum((amount for _name, amount, _day in rows), Decimal(0))

    def arranged(cells):
        return [cells[at] for at in order]

    header = arranged(["序号", "捐赠日期", "捐赠人", "捐赠金额", "备注"])
    table = [*preamble, header]
    for number, (name, amount, day) in enumerate(rows):
        if number in blanks:
            table.append([""] * 5)
        if number in repeats:
            table.append(header)
        table.append(arranged([str(number + 1), day.isoformat(), name, str(amount), ""]))
    if total_label is not None:
        cells = ["", "", "", str(total), ""]
        cells[total_label] = "合计"
        table.append(arranged(cells))
    with tempfile.TemporaryDirectory() as folder:
        path = lists.write_table(Path(folder) / f"a.{extension}", table)
        parsed = read_list(path, filename=path.name, today=TODAY)
        found = list(parsed.rows())
    assert [(row.amount, row.received_on) for row in found] == [(amount, day) for _name, amount, day in rows]
    assert [clean_text(row.donor).replace(" ", "") for row in found] == [
        clean_text(name).replace(" ", "") for name, _amount, _day in rows
    ]
    assert parsed.found_total == total
    assert parsed.total_matches is (None if total_label is None else True)


cells = st.one_of(
    st.just(""),
    st.text(max_size=10),
    st.sampled_from(
        [
            "捐赠人",
            "金额",
            "日期",
            "合计",
            "小计",
            "同上",
            "注：示例",
            "示例甲",
            "10",
            "-5",
            "2020.1.2",
            "2020.13.45",
            "一、示例",
            "品名",
        ]
    ),
    st.integers(-10, 10**15).map(str),
)
tables = st.lists(st.lists(cells, min_size=3, max_size=5), max_size=25)


@settings(max_examples=300, deadline=None)
@given(table=tables)
def test_of_any_table_each_row_is_either_read_or_named_as_left_out(table):
    lines = [[cell.replace("\r", " ").replace("\n", " ").replace("\x00", " ") for cell in row] for row in table]
    assume(not any("\ud800" <= letter <= "\udfff" for row in lines for cell in row for letter in cell))
    with tempfile.TemporaryDirectory() as folder:
        path = lists.write_table(Path(folder) / "a.csv", [["日期", "捐赠人", "金额"], *lines])
        parsed, found = read_through(path, "a.csv")
    if parsed is None:
        return
    start = parsed.mapping.header_row
    filled = [at for at, row in enumerate(lines, start=2) if at > start and any(clean_text(cell) for cell in row)]
    named = [row.row_number for row in found] + [item.row_number for item in parsed.left_out]
    assert sorted(named) == filled
    assert parsed.found_total == sum((row.amount for row in found if row.amount and row.is_gift), Decimal("0.00"))


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(st.one_of(st.floats(allow_nan=False), st.text(max_size=8)), max_size=6), max_size=12))
def test_any_old_workbook_is_refused_or_read_and_nothing_else(rows):
    assume(
        not any(
            "\ud800" <= letter <= "\udfff" for row in rows for cell in row if isinstance(cell, str) for letter in cell
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        path = write_xls(Path(folder) / "a.xls", [["捐赠人", "金额", "日期"], *rows])
        read_through(path, "a.xls")
