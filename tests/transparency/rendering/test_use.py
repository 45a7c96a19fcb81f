"""Receipts and use in print: in the main report, its tables, its annex and its volumes; old reports as ever."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from core.money import capital_amount, yuan
from tests.transparency.rendering.samples import Rows, make_rows, make_snapshot
from tests.transparency.rendering.use_samples import make_used
from transparency.rendering.context import report_context
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.report import ANNEX_ROWS, RenderedReport, render_report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[RenderedReport, dict[str, Any], list[Any]]:
    snapshot, rows, use_rows = make_used(12, 30)
    made = render_report(snapshot, Rows(rows), tmp_path_factory.mktemp("use"), Rows(use_rows))
    return made, snapshot, use_rows


def text_of(path: Path) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(path).pages))


def test_the_parts_are_numbered_in_order(report: Any) -> None:
    made, _snapshot, _rows = report
    text = text_of(made.pdf)
    wanted = [
        "一、总体情况", "二、资金收支总表", "三、三级汇总表", "四、使用情况", "五、接受捐赠：合计与构成",
        "六、逐日收到", "七、按资金", "八、按机构", "九、编制说明", "十、文件与校验",
        "附件1：使用明细", "附件2：捐赠接受明细",
    ]  # fmt: skip
    places = [text.find(title) for title in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_sums_stand_in_figures_and_in_capitals(report: Any) -> None:
    made, snapshot, _rows = report
    text, use = text_of(made.pdf), snapshot["use"]
    for name in ("opening", "in", "out", "closing"):
        assert f"{yuan(use[name]):,.2f}" in text
    for name in ("closing", "used"):
        assert capital_amount(yuan(use[name])) in text


def test_the_levels_and_what_is_taken_off_make_the_total() -> None:
    snapshot, _rows, _use = make_used(12, 30)
    county = next(one for one in snapshot["use"]["branches"] if one["level"] == "county")
    top = snapshot["use"]["branches"][0]
    county.update({"from_system": "70.00", "in": "70.00", "closing": "70.00"})
    top.update(
        {"to_system": "70.00", "out": f"{yuan(top['out']) + 70:.2f}", "closing": f"{yuan(top['closing']) - 70:.2f}"}
    )
    system = report_context(snapshot)["use"]["system"]
    rows = {row["label"]: row for row in system["rows"]}
    assert system["columns"] == ["省级（1 个）", "市级（2 个）", "县级（1 个）"]
    assert (rows["收到系统内拨付"]["cells"], rows["收到系统内拨付"]["eliminated"]) == (
        ["0.00", "0.00", "70.00"],
        "-70.00",
    )
    assert (rows["拨出系统内"]["total"], rows["其他收入"]["total"], rows["其他转出"]["total"]) == ("0.00",) * 3
    for row in system["rows"]:
        numbers = [Decimal(cell.replace(",", "")) for cell in (*row["cells"], row["eliminated"] or "0")]
        assert sum(numbers) == Decimal(row["total"].replace(",", "")), row["label"]


def test_every_row_of_use_stands_in_the_annex_with_its_note(report: Any) -> None:
    made, _snapshot, rows = report
    text = text_of(made.pdf)
    assert all(row["number"] in text for row in rows)
    assert text.count("示例：重复付款") == sum(1 for row in rows if row["note"])
    assert "少于5人" in text


def test_amounts_are_set_to_the_right_and_heads_are_repeated(tmp_path: Path) -> None:
    snapshot, rows, use_rows = make_used(3, 140)
    made = render_report(snapshot, Rows(rows), tmp_path, Rows(use_rows))
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(made.pdf).pages]
    with_rows = [page for page in pages if re.search(r"2026-P[0-9]{8}", page)]
    assert len(with_rows) > 3
    assert all("收款方或对方" in page for page in with_rows)


def test_many_rows_of_use_are_volumes_of_their_own(tmp_path: Path) -> None:
    snapshot, rows, use_rows = make_used(3, ANNEX_ROWS + 1)
    made = render_report(snapshot, Rows(rows), tmp_path, Rows(use_rows))
    [volume] = made.volumes
    assert volume.path.name.endswith("-use-part-01.pdf")
    pages = [page.extract_text().replace("\0", "") for page in PdfReader(volume.path).pages]
    text = re.sub(r"\s", "", "".join(pages))
    assert all(row["number"] in text for row in use_rows)
    assert "全部明细总计" not in text
    assert volume.sha256 in text_of(made.pdf)
    assert "附件：捐赠接受明细" in text_of(made.pdf)


def test_the_table_of_receipts_and_use_has_each_figure_once(report: Any) -> None:
    made, snapshot, _rows = report
    lines = list(csv.reader(io.StringIO(made.csvs[2].read_text(encoding="utf-8-sig"))))
    assert lines[0] == ["表", "编码", "名称", "项目代码", "项目", "金额（元）"]
    whole = {row[3]: row[5] for row in lines if row[0] == "合计"}
    assert whole["closing"] == snapshot["use"]["closing"]
    assert len({(row[0], row[1], row[2], row[3]) for row in lines}) == len(lines)


def test_nothing_is_written_where_receipts_and_use_do_not_add_up(tmp_path: Path) -> None:
    snapshot, rows, use_rows = make_used(3, 10)
    use_rows[0]["amount"] = "1.00"
    with pytest.raises(FiguresDisagree):
        render_report(snapshot, Rows(rows), tmp_path / "out", Rows(use_rows))
    assert not (tmp_path / "out").exists()


def test_a_report_of_the_first_schema_is_set_as_before(tmp_path: Path) -> None:
    rows = make_rows(5, late=1)
    made = render_report(make_snapshot(rows), Rows(rows), tmp_path)
    text = text_of(made.pdf)
    assert [path.name.rpartition("-")[2] for path in made.csvs] == ["v1.csv"]
    assert "二、合计与构成" in text
    assert "资金收支总表" not in text
    assert "附件：捐赠接受明细" in text
