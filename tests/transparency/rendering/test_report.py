import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from core.canonical import canonical_bytes
from core.errors import DomainError
from core.money import capital_amount, yuan
from tests.transparency.rendering.samples import LONG_NAME, MISSING, RARE_NAME, Rows, make_rows, make_snapshot
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.report import ANNEX_ROWS, RenderedReport, render_report

ROOT = Path(__file__).resolve().parents[3]
FONTS = {"Noto-Sans-CJK-SC", "Noto-Serif-CJK-SC"}


def rendered(rows: list[dict[str, Any]], folder: Path, scope: str = "alone", **changes: Any) -> RenderedReport:
    return render_report({**make_snapshot(rows, scope), **changes}, Rows(rows), folder)


def text_of(path: Path) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(path).pages))


def fonts_of(path: Path) -> set[str]:
    names = set()
    for page in PdfReader(path).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile3" in descendant["/FontDescriptor"].get_object()
            names.add(str(descendant["/BaseFont"]).split("+")[1])
    return names


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[RenderedReport, list[dict[str, Any]]]:
    rows = make_rows(12, late=2, corrections=1, scope="below")
    rows[0]["donor"] = RARE_NAME
    rows[1]["donor"] = f"示例{MISSING}农场"
    rows[2]["donor"] = LONG_NAME
    rows[3]["donor"] = '=HYPERLINK("https://example.invalid")'
    return rendered(rows, tmp_path_factory.mktemp("small"), "below"), rows


def test_the_pdf_says_its_totals_in_figures_and_in_capitals(small: Any) -> None:
    report, rows = small
    text = text_of(report.pdf)
    amount = yuan(make_snapshot(rows)["totals"]["amount"])
    assert f"¥{amount:,.2f}" in text
    assert capital_amount(amount) in text
    assert "数据截至2026-11-0102:00" in text


def test_every_row_stands_in_the_annex_with_its_name_whole(small: Any) -> None:
    report, rows = small
    text = text_of(report.pdf)
    assert all(row["number"] in text for row in rows)
    assert RARE_NAME in text
    assert "示例【U+1F33E】农场" in text
    assert LONG_NAME in text


def test_pages_are_numbered_from_first_to_last(small: Any) -> None:
    report, _rows = small
    pages = PdfReader(report.pdf).pages
    assert len(pages) == report.pages
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{report.pages}页" in re.sub(r"\s", "", page.extract_text())


def test_table_heads_are_repeated_on_each_page_of_the_annex(tmp_path: Path) -> None:
    report = rendered(make_rows(120), tmp_path)
    pages = [page.extract_text() for page in PdfReader(report.pdf).pages]
    with_rows = [page for page in pages if re.search(r"33-2026-[0-9]{8}", page)]
    assert len(with_rows) > 3
    assert all("捐赠编号" in page for page in with_rows)


def test_only_the_print_fonts_are_used_and_all_are_embedded(small: Any) -> None:
    report, _rows = small
    assert {name.removesuffix("-Bold") for name in fonts_of(report.pdf)} <= FONTS


def test_metadata_language_and_dates_come_from_the_snapshot(small: Any) -> None:
    reader = PdfReader(small[0].pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "2026年10月捐赠接受公示"
    assert reader.metadata.author == "浙江省红十字会"
    assert "2026" in str(reader.metadata.creation_date_raw)
    assert reader.metadata.creation_date_raw == reader.metadata.modification_date_raw
    assert reader.root_object["/Lang"] == "zh-CN"
    assert reader.root_object["/MarkInfo"]["/Marked"]


def test_bookmarks_follow_the_numbered_headings(small: Any) -> None:
    def titles(items: list[Any]) -> list[str]:
        return [title for item in items for title in (titles(item) if isinstance(item, list) else [item["/Title"]])]

    found = titles(PdfReader(small[0].pdf).outline)
    assert found[0] == "2026年10月捐赠接受公示"
    expected = [
        "一、总体情况",
        "二、合计与构成",
        "三、逐日收到",
        "四、按资金",
        "五、按机构",
        "六、编制说明",
        "七、文件与校验",
    ]
    assert [title for title in found if "、" in title] == expected


def test_the_snapshot_and_the_rows_lie_inside_the_pdf(small: Any) -> None:
    report, rows = small
    inside = PdfReader(report.pdf).attachments
    assert inside["snapshot.json"] == [canonical_bytes(make_snapshot(rows, "below"))]
    assert inside[report.csv.name] == [report.csv.read_bytes()]
    assert hashlib.sha256(report.csv.read_bytes()).hexdigest() in text_of(report.pdf)


def test_the_csv_keeps_original_characters_and_runs_no_formula(small: Any) -> None:
    report, rows = small
    text = report.csv.read_bytes().decode("utf-8-sig")
    assert len(text.splitlines()) == len(rows) + 1
    assert MISSING in text
    assert "'=HYPERLINK" in text


def test_the_page_has_no_inline_style_and_no_script(small: Any) -> None:
    html = small[0].html.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "style=" not in html
    assert "<style" not in html
    assert 'lang="zh-CN"' in html


def test_what_a_donor_wrote_is_text_and_no_markup(tmp_path: Path) -> None:
    rows = make_rows(2)
    rows[0]["donor"] = "<b>示例</b><img src=x>"
    html = rendered(rows, tmp_path).html.read_text(encoding="utf-8")
    assert "&lt;b&gt;示例&lt;/b&gt;&lt;img src=x&gt;" in html


def test_below_shows_each_association_with_all_below_it(small: Any) -> None:
    report, rows = small
    html = report.html.read_text(encoding="utf-8")
    whole = yuan(make_snapshot([row for row in rows if row["number"].startswith("3301")])["totals"]["amount"])
    [line] = re.findall(r'<tr class="depth-1"><th scope="row">杭州市红十字会</th>.*?</tr>', html)
    assert f">{whole:,.2f}<" in line
    assert '<tr class="depth-2"><th scope="row">杭州市西湖区红十字会</th>' in html


def test_units_of_a_sector_are_not_added_into_each_other_by_their_number(tmp_path: Path) -> None:
    rows = make_rows(6)
    snapshot = make_snapshot(rows, "below")
    empty = {"level": "school", "count": 0, "amount": "0.00"}
    snapshot["by_branch"] += [{"code": f"3301-S{n}", "name": f"示例学校{n}", **empty} for n in (1, 12)]
    html = render_report(snapshot, Rows(rows), tmp_path).html.read_text(encoding="utf-8")
    [line] = re.findall(r'<tr class="depth-3"><th scope="row">示例学校1</th>.*?</tr>', html)
    assert "含所属各级" not in line


def test_alone_has_no_table_of_associations(tmp_path: Path) -> None:
    html = rendered(make_rows(3), tmp_path).html.read_text(encoding="utf-8")
    assert "按机构" not in html
    assert "五、编制说明" in html


def test_an_empty_month_is_a_report_that_says_so(tmp_path: Path) -> None:
    report = rendered([], tmp_path)
    text = text_of(report.pdf)
    assert "没有收到捐赠，也没有补报和更正" in text
    assert "人民币零元整" in text
    assert report.volumes == []
    assert "附件" not in text


def test_a_year_is_shown_by_month(tmp_path: Path) -> None:
    rows = make_rows(9)
    snapshot = make_snapshot(rows)
    earlier = [
        {"on": f"2026-{month:02d}-{day:02d}", "count": 0, "amount": "0.00"}
        for month in range(1, 10)
        for day in range(1, 29)
    ]
    snapshot["by_day"] = earlier + snapshot["by_day"]
    html = render_report(snapshot, Rows(rows), tmp_path).html.read_text(encoding="utf-8")
    assert "三、逐月收到" in html
    assert '<th scope="row">2026-10-05</th>' not in html
    whole = f"{yuan(snapshot['totals']['amount']):,.2f}"
    assert f'<th scope="row">2026-10</th><td class="figure">9</td><td class="figure day-end">{whole}</td>' in html


def test_a_correcting_version_names_what_it_corrects(tmp_path: Path) -> None:
    corrects = {"number": "33-2026-R00000012", "version": 1, "note": "虚构说明：笔数误列。"}
    report = rendered(make_rows(3), tmp_path, corrects=corrects, version=2)
    text = text_of(report.pdf)
    assert "本报告更正33-2026-R00000012第1版" in text
    assert "虚构说明：笔数误列。" in text
    assert report.pdf.name == "33-2026-R00000012-v2.pdf"


def test_a_first_report_compares_with_nothing(tmp_path: Path) -> None:
    assert "此前没有同类公示" in text_of(rendered(make_rows(3), tmp_path, comparison={"previous": None}).pdf)


@pytest.mark.parametrize(("count", "in_volumes"), [(ANNEX_ROWS, False), (ANNEX_ROWS + 1, True)])
def test_many_rows_go_to_volumes_which_the_report_lists(tmp_path: Path, count: int, in_volumes: bool) -> None:
    rows = make_rows(count)
    report = rendered(rows, tmp_path)
    text = text_of(report.pdf)
    assert bool(report.volumes) is in_volumes
    assert (rows[-1]["number"] in text) is not in_volumes
    for volume in report.volumes:
        assert volume.path.name in text
        assert volume.sha256 in text
        assert f"明细第{volume.first_row}至{volume.last_row}行，{volume.pages}页" in text


def test_figures_that_disagree_leave_no_file(tmp_path: Path) -> None:
    rows = make_rows(3)
    snapshot = make_snapshot(rows)
    snapshot["totals"]["amount"] = "1.00"
    with pytest.raises(FiguresDisagree):
        render_report(snapshot, Rows(rows), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        rendered(make_rows(1), tmp_path, kind="yearly_dreams")
    assert caught.value.code == "report_kind_unknown"


def in_a_process_of_its_own(count: int, folder: Path, **environment: str) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.transparency.rendering.render_once", str(count), str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


def test_same_snapshot_gives_same_bytes_in_another_time_zone_seed_and_language(tmp_path: Path) -> None:
    count = ANNEX_ROWS + 20
    here = in_a_process_of_its_own(count, tmp_path / "a", TZ="Asia/Shanghai", PYTHONHASHSEED="1", LANG="C.UTF-8")
    there = in_a_process_of_its_own(count, tmp_path / "b", TZ="America/New_York", PYTHONHASHSEED="4242", LANG="C")
    assert len(here["digests"]) == 6
    assert here["digests"] == there["digests"]


def test_the_active_language_does_not_reach_the_file(tmp_path: Path) -> None:
    rows = make_rows(4)
    first = rendered(rows, tmp_path / "a")
    with translation.override("en"):
        second = rendered(rows, tmp_path / "b")
    assert first.pdf.read_bytes() == second.pdf.read_bytes()


def test_ten_thousand_rows_stay_below_500_mb(tmp_path: Path) -> None:
    result = in_a_process_of_its_own(10_000, tmp_path)
    volumes = [name for name in result["digests"] if "-part-" in name]
    assert (len(volumes), len([name for name in volumes if "-use-" in name])) == (3, 1)
    assert result["peak_mb"] <= 500
