"""The training yearbook: what it takes out of the log, that it adds up, what it hides, and what it refuses."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from core.files import path_of
from tests.standing import Standing
from tests.transparency.training_ground import YEAR, Year
from training.choices import CertificateKind
from transparency.choices import FileRole, ReportScope
from transparency.models import ReportRun
from transparency.rendering import training
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.report import render_report
from transparency.rendering.training_figures import check_training
from transparency.services.freezing import read_rows


@pytest.fixture(scope="session")
def the_ground() -> Standing[Year]:
    """The ground that each of these tests takes fresh."""
    return YEAR


@pytest.fixture
def year(committed_db: str, the_ground: Standing[Year]) -> Year:
    """2025 as it was worked through."""
    return the_ground.fresh()


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures."""
    kept = run.files.select_related("file").get(role=FileRole.SNAPSHOT, part=0)
    return dict(json.loads(path_of(kept.file.sha256).read_bytes()))


def rows_of(run: ReportRun) -> list[dict[str, Any]]:
    """The frozen rows."""
    return list(read_rows(path_of(run.files.select_related("file").get(role=FileRole.ROWS, part=0).file.sha256)))


def test_every_record_of_the_year_is_in_it_once_and_its_figures_are_sums_of_its_rows(year: Year) -> None:
    run = year.make()
    snapshot, rows = snapshot_of(run), rows_of(run)
    issued, told = snapshot["certificates"], snapshot["lessons"]
    assert (issued["course"], issued["reissue"], issued["new"], issued["count"]) == (12, 1, 12, 13)
    assert (snapshot["ends"]["revoked"], snapshot["ends"]["replaced"]) == (1, 1)
    # 40 late, 120 taken back for 100, 60, 300 elsewhere.
    assert (told["count"], told["audience"]) == (4, 40 + 100 + 60 + 300)
    assert told["sections"] == {
        "current": {"count": 3, "audience": 480}, "late": {"count": 1, "audience": 40},
        "corrections": {"count": 0, "audience": -20},
    }  # fmt: skip
    assert [row["audience"] for row in rows if row["section"] == "corrections"] == [-120, 100]
    by_topic = {line["topic"]: line["audience"] for line in told["by_topic"]}
    assert by_topic == {"cpr_aed": 100, "trauma": 100, "disaster": 300}
    assert told["earlier"] == {"count": 1, "audience": 40}
    own = {line["code"]: line for line in snapshot["by_branch"]}
    assert own["3303"]["audience"] == 300
    assert own["330182"]["audience"] == 200
    assert own["330106"]["audience"] == 0
    assert run.summary["training"] == {
        "certificates": 12, "reissued": 1, "late": 0, "ended": 2, "lessons": 4, "audience": 500,
    }  # fmt: skip


def test_an_association_alone_takes_its_own_records(year: Year) -> None:
    alone = snapshot_of(year.make(code="33", scope=ReportScope.ALONE))
    assert (alone["certificates"]["count"], alone["lessons"]["count"]) == (0, 0)
    # What others were promised and live by is no figure of the association alone.
    assert alone["counted"]["targets"] is None
    county = snapshot_of(year.make(code="330182", scope=ReportScope.ALONE))
    assert county["lessons"]["audience"] == 200
    assert county["counted"]["holders"]["count"] == 11
    assert county["counted"]["holders"]["residents"]["count"] == 400_000
    assert county["counted"]["targets"][0]["done"] == 160


def test_the_years_of_a_series_tile_the_log_and_the_next_stands_beside_the_one_before(year: Year) -> None:
    first = year.publish(year.ready())
    year.teach("2025-12-30", 25, confirmed="2026-01-05")
    year.teach("2026-02-01", 75)
    second = year.make("2026", on="2027-01-20")
    assert second.log_from == first.log_to
    told = snapshot_of(second)
    assert told["lessons"]["audience"] == 100
    assert told["lessons"]["sections"]["late"] == {"count": 1, "audience": 25}
    assert (told["last_year"]["number"], told["last_year"]["audience"]) == (first.number, 500)


def test_a_correction_of_last_year_changes_this_year_alone(year: Year) -> None:
    first = year.make()
    year.correct(year.lessons["plain"], 50, on="2026-03-01")
    second = snapshot_of(year.make("2026", on="2027-01-20"))
    assert second["lessons"]["sections"]["corrections"] == {"count": 0, "audience": -10}
    assert second["lessons"]["earlier"]["audience"] == -10
    assert snapshot_of(first)["lessons"]["audience"] == 500


def altered(snapshot: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The snapshot with one figure wrong, and what the refusal must name."""
    found: list[tuple[str, dict[str, Any]]] = []

    def one(words: str) -> dict[str, Any]:
        made = copy.deepcopy(snapshot)
        found.append((words, made))
        return made

    one("发证 · 合计")["certificates"]["count"] += 1
    one("新发")["certificates"]["new"] -= 1
    one("普及培训 · 人次")["lessons"]["audience"] += 10
    one("防灾避险")["lessons"]["by_topic"][-1]["audience"] -= 1
    one("温州")["by_branch"][-2]["audience"] += 1
    one("分机构之和")["by_branch"][0]["course"] += 2
    one("撤销")["ends"]["revoked"] += 1
    one("2025-03")["certificates"]["by_month"][2]["course"] += 1
    one("明细的内容")["rows"]["sha256"] = "0" * 64
    one("明细行数")["rows"]["count"] += 1
    one("少于 5 人")["counted"]["holders"]["by_kind"][0]["count"] = 3
    one("可由合计推出")["key_groups"] = [{"key_group": "none", "count": 9}, {"key_group": "teacher", "count": None}]
    one("各项之和与合计")["key_groups"] = [{"key_group": "none", "count": 11}]
    yield from found


def test_a_figure_that_is_wrong_is_named_and_nothing_is_written(year: Year) -> None:
    run = year.make()
    snapshot, rows = snapshot_of(run), rows_of(run)
    check_training(snapshot, lambda: iter(rows))
    for words, wrong in altered(snapshot):
        with pytest.raises(FiguresDisagree) as refused:
            check_training(wrong, lambda: iter(rows))
        assert words in refused.value.message, (words, refused.value.message)


def test_few_people_are_not_shown_and_do_not_follow_from_what_is(year: Year) -> None:
    year.certify(3, on="2025-09-01", first=60)
    counted = snapshot_of(year.make())["counted"]
    # Two sessions of twelve and three, all passed.
    assert (counted["sessions"]["count"], counted["sessions"]["examined"]) == (2, 15)
    assert counted["sessions"]["rate"] == "100.0"
    # Two instructors and one more who was needed for twelve: three are few.
    assert counted["instructors"]["count"] is None
    assert [line["count"] for line in counted["instructors"]["by_grade"]] == [None]
    assert counted["holders"]["count"] == 14
    assert [line["kind"] for line in counted["holders"]["by_kind"]] == [CertificateKind.CPR_AED]


def test_the_files_hold_numbers_and_days_and_never_a_name_or_a_code(year: Year) -> None:
    run = year.ready()
    kept = {(one.role, one.part): path_of(one.file.sha256) for one in run.files.select_related("file")}
    names = [one.shown_name for one in year.certificates]
    codes = [one.code for one in year.certificates]
    for (role, _part), path in kept.items():
        text = path.read_bytes()
        if role != FileRole.PDF:
            for word in (*codes, "示例甲", "示例乙"):
                assert word.encode() not in text, (role, word)
    assert names
    with kept[(FileRole.CSV, 4)].open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["证书编号"] for line in lines} >= {one.number for one in year.certificates}
    assert len(lines) == 13
    assert not any("姓名" in name or "人群" in name for name in lines[0])
    with kept[(FileRole.CSV, 6)].open(encoding="utf-8-sig", newline="") as file:
        assert sum(int(line["人次"]) for line in csv.DictReader(file)) == 500


def test_the_same_snapshot_and_rows_give_the_same_bytes(year: Year, tmp_path: Any) -> None:
    run = year.make()
    snapshot, rows = snapshot_of(run), rows_of(run)
    made = [render_report(snapshot, lambda: iter(rows), tmp_path / name) for name in ("one", "two")]
    for one, two in zip(
        [made[0].pdf, made[0].html, *made[0].csvs], [made[1].pdf, made[1].html, *made[1].csvs], strict=True
    ):
        assert one.read_bytes() == two.read_bytes(), one.name


def test_a_list_that_is_too_long_stays_beside_the_pdf(year: Year, tmp_path: Any, monkeypatch: Any) -> None:
    run = year.make()
    monkeypatch.setattr(training, "EMBEDDED_ROWS", 6)
    made = render_report(snapshot_of(run), lambda: iter(rows_of(run)), tmp_path)
    inside = set(PdfReader(made.pdf).attachments)
    assert any(name.endswith("-lessons.csv") for name in inside)
    assert not any(name.endswith("-certificates.csv") for name in inside)
    assert made.csvs[0].exists()
