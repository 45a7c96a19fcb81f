"""The annual report as files: figures checked first, then a book."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from core.canonical import canonical_bytes
from tests.transparency.rendering.annual_samples import PROVINCE, goods, make_annual
from tests.transparency.rendering.samples import Rows
from tests.workers import ROOT
from transparency.chapters import CHAPTERS
from transparency.rendering.annual import render_annual
from transparency.rendering.annual_context import annual_context
from transparency.rendering.annual_figures import check_annual, listed_organisations
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.report import RenderedReport

Sample = tuple[dict[str, Any], list[Any], list[Any]]


@pytest.fixture(scope="module")
def below() -> Sample:
    """A report with all below."""
    return make_annual()


@pytest.fixture(scope="module")
def made(below: Sample, tmp_path_factory: pytest.TempPathFactory) -> RenderedReport:
    """Its files."""
    snapshot, rows, used = below
    return render_annual(snapshot, Rows(rows), tmp_path_factory.mktemp("annual"), Rows(used))


def pages_of(made: RenderedReport) -> list[str]:
    """The text of each page without spaces."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(made.pdf).pages]


def test_the_report_is_a_book_of_a4_pages(made: RenderedReport) -> None:
    reader = PdfReader(made.pdf)
    assert len(reader.pages) == made.pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}


def test_contents_name_the_page_on_which_each_chapter_stands(made: RenderedReport) -> None:
    pages = pages_of(made)
    contents = pages[1]
    for at, chapter in enumerate(CHAPTERS):
        found = re.search(rf"、{re.escape(str(chapter.title))}[.·…]*([0-9]+)", contents)
        assert found is not None, chapter.title
        assert f"、{chapter.title}" in pages[int(found[1]) - 1], at


def test_bookmarks_lead_to_every_chapter(made: RenderedReport) -> None:
    outline = PdfReader(made.pdf).outline
    titles = [item.title for item in outline if not isinstance(item, list)]
    assert sum(1 for title in titles if any(title.endswith(str(chapter.title)) for chapter in CHAPTERS)) == len(
        CHAPTERS
    )
    assert "十三、收支核对" in titles


def test_tables_and_pictures_are_numbered_through(made: RenderedReport) -> None:
    page = made.html.read_text(encoding="utf-8")
    for word, tag in (("表", "caption"), ("图", "figcaption")):
        numbers = [int(one) for one in re.findall(rf"<{tag}>{word} ([0-9]+)", page)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers


def test_no_natural_person_stands_in_any_file(below: Sample, made: RenderedReport) -> None:
    _snapshot, rows, _used = below
    page = made.html.read_text(encoding="utf-8")
    assert {row["donor"] for row in rows if row["donor_kind"] == "person"} == {"个人"}
    listed = re.findall(r'data-label="捐赠单位">([^<]+)<', page)
    named = {row["donor"] for row in rows if row["donor_kind"] == "organisation"}
    assert listed
    assert set(listed) <= named


def test_the_reconciliation_closes_for_the_association_and_the_whole(below: Sample) -> None:
    snapshot = below[0]
    table = annual_context(snapshot)["reconciliation"]["tables"][0]
    cells = {row.head: [Decimal(cell.replace(",", "")) for cell in row.cells] for row in table.rows}
    assert [name for name, _figures in table.columns] == ["本级", "全系统"]
    for at in (0, 1):
        income, spent = cells["加：收入"][at], cells["减：使用"][at] + cells["减：拨付和转出"][at]
        assert cells["期初结余"][at] + income - spent == cells["期末结余"][at]
        assert cells["支出合计"][at] == spent
        assert cells["相差"][at] == 0
    assert cells["拨付下级"] == [Decimal(1_080_000), 0]


def test_no_goods_is_said_only_where_there_are_none(below: Sample) -> None:
    snapshot = below[0]
    assert annual_context(snapshot)["reconciliation"]["goods"].startswith("本级在")
    both = {**snapshot, "goods": {"alone": [goods()], "below": [goods()]}}
    context = annual_context(both)["reconciliation"]
    assert context["goods"] == ""
    assert [table.title for table in context["tables"][1:]] == ["物资收支核对表：本级", "物资收支核对表：全系统"]
    neither = annual_context({**snapshot, "goods": {"alone": [], "below": []}})["reconciliation"]["goods"]
    assert neither.startswith("本级、全系统在")


def test_without_a_year_before_nothing_is_compared(below: Sample) -> None:
    context = annual_context({**below[0], "last_year": None})
    assert {figure["change"] for figure in context["numbers"][:4]} == {"上年无数据"}
    finance = next(one for one in context["chapters"] if one["title"] == "筹资与财务")
    said = next(group for group in finance["groups"] if group["heading"] == "与上年比较")
    assert said["parts"][0].said == "上年无数据，本年度不作比较。"


def test_an_association_alone_has_one_column_and_no_table_of_levels(tmp_path: Path) -> None:
    snapshot, rows, used = make_annual(gifts=60, used=20, scope="alone")
    made = render_annual(snapshot, Rows(rows), tmp_path, Rows(used))
    page = made.html.read_text(encoding="utf-8")
    assert "全系统" not in page
    assert "三级汇总表" not in page


def test_a_year_without_anything_is_told_as_such(tmp_path: Path) -> None:
    snapshot, rows, used = make_annual(gifts=0, used=0, scope="alone", opinion=None, last_year=None, texts=[])
    made = render_annual(snapshot, Rows(rows), tmp_path, Rows(used))
    page = re.sub(r"</?span[^>]*>", "", made.html.read_text(encoding="utf-8"))
    for sentence in (
        "本年度没有接受捐赠。",
        "本年度没有支出。",
        "本报告没有附独立第三方的审计报告。",
        "本年度未填报本章内容。",
    ):
        assert sentence in page


def test_what_staff_typed_is_escaped(tmp_path: Path) -> None:
    evil = [
        {"chapter": "party", "version": 1, "written_at": None, "text": "<script>x</script>\n# <b>小</b>\n- {{ x }}"}
    ]
    snapshot, rows, used = make_annual(gifts=3, used=3, scope="alone", texts=evil)
    page = render_annual(snapshot, Rows(rows), tmp_path, Rows(used)).html.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


def test_the_back_page_tells_the_digests_of_what_is_embedded(below: Sample, made: RenderedReport) -> None:
    snapshot = below[0]
    page = made.html.read_text(encoding="utf-8")
    attached = PdfReader(made.pdf).attachments
    assert hashlib.sha256(canonical_bytes(snapshot)).hexdigest() in page
    assert hashlib.sha256(attached["snapshot.json"][0]).hexdigest() in page
    for path in made.csvs:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in page
        assert attached[path.name][0] == path.read_bytes()
    assert snapshot["opinion"]["sha256"] in page


def test_the_table_of_figures_holds_the_figures_of_the_snapshot(below: Sample, made: RenderedReport) -> None:
    snapshot = below[0]
    with made.csvs[3].open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    months = [Decimal(line[4]) for line in lines if line[0] == "捐赠按月"]
    assert sum(months) == Decimal(snapshot["sections"]["current"]["amount"])
    assert ["收支：本级", "closing", "期末", "", snapshot["alone"]["use"]["closing"], "", ""] in lines


def test_the_same_snapshot_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    def run(folder: Path, **environment: str) -> dict[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.transparency.rendering.annual_once", str(folder)],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True, timeout=240,
        )  # fmt: skip
        result: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return result

    here = run(tmp_path / "a", TZ="Asia/Shanghai", PYTHONHASHSEED="1", LANG="C.UTF-8")
    there = run(tmp_path / "b", TZ="America/New_York", PYTHONHASHSEED="4242", LANG="C")
    assert len(here) == 6
    assert here == there


def _branch_closing(snapshot: dict[str, Any]) -> None:
    snapshot["alone"]["use"]["closing"] = "1.00"


def _purpose(snapshot: dict[str, Any]) -> None:
    first, second = snapshot["by_purpose"][:2]
    first["amount"], second["amount"] = (
        f"{Decimal(first['amount']) + 1:.2f}", f"{Decimal(second['amount']) - 1:.2f}",
    )  # fmt: skip


def _organisation(snapshot: dict[str, Any]) -> None:
    snapshot["organisations"]["listed"][0]["amount"] = "99999999.00"


def _organisation_left_out(snapshot: dict[str, Any]) -> None:
    snapshot["organisations"]["listed"].pop(0)


def _goods(snapshot: dict[str, Any]) -> None:
    snapshot["goods"]["below"][0]["closing"] = "1"


def _last_year(snapshot: dict[str, Any]) -> None:
    snapshot["last_year"]["closing"] = "1.00"


def _own_gifts(snapshot: dict[str, Any]) -> None:
    snapshot["alone"]["totals"]["amount"] = "1.00"


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (_branch_closing, "本级期末结余"),
        (_purpose, "用途“"),
        (_organisation, "明细为"),
        (_organisation_left_out, "明细为"),
        (_goods, "物资“示例家庭救灾箱”"),
        (_last_year, "期初结余"),
        (_own_gifts, "本级捐赠"),
    ],
)
def test_a_figure_that_disagrees_refuses_the_report_and_is_named(
    below: Sample, tmp_path: Path, break_it: Callable[[dict[str, Any]], None], named: str
) -> None:
    snapshot, rows, used = below
    broken = copy.deepcopy(snapshot)
    break_it(broken)
    with pytest.raises(FiguresDisagree, match=named):
        render_annual(broken, Rows(rows), tmp_path / "out", Rows(used))
    assert not (tmp_path / "out").exists()


def test_a_row_that_was_changed_refuses_the_report(below: Sample) -> None:
    snapshot, rows, used = below
    changed = [{**rows[0], "note": "x"}, *rows[1:]]
    with pytest.raises(FiguresDisagree):
        check_annual(snapshot, Rows(changed), Rows(used))


def test_organisations_are_named_from_the_largest_and_every_large_one() -> None:
    sums = {f"示例{at:02d}公司": [1, Decimal(1000 - at)] for at in range(20)}
    sums |= {f"虚构{at}集团": [2, Decimal(100_000)] for at in range(15)}
    sums["示例退回公司"] = [2, Decimal(0)]
    listed = listed_organisations(sums)
    assert len(listed) == 15
    assert {one["amount"] for one in listed} == {"100000.00"}
    assert len(listed_organisations({name: one for name, one in sums.items() if name.startswith("示例")})) == 12


def test_the_cover_carries_number_year_and_name(made: RenderedReport) -> None:
    first = pages_of(made)[0]
    for said in (PROVINCE[1], "2025", "年度工作报告", "33-2026-R00000012"):
        assert said in first
