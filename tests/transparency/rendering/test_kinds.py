"""Each kind of report in print: its parts in order, its title, its figures in words, and that a bulletin is short."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from core.errors import DomainError
from core.money import capital_amount
from tests.transparency.rendering.samples import Rows
from tests.transparency.rendering.use_samples import make_used
from transparency.choices import ReportKind
from transparency.rendering.context import report_context
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.part_figures import check_parts
from transparency.rendering.report import RENDERERS, RenderedReport, render_report
from transparency.rendering.words import window_words

WANTED: dict[str, list[str]] = {
    ReportKind.QUARTERLY_RECEIPTS: [
        "一、总体情况", "二、资金收支总表", "三、三级汇总表", "四、使用情况", "十、文件与校验",
    ],
    ReportKind.ANNUAL_FINANCE: [
        "一、总体情况", "二、收支平衡表", "（一）本级", "（二）含所属各级", "三、分资金收支", "四、三级汇总表",
        "五、使用情况", "六、接受捐赠：合计与构成", "九、文件与校验",
    ],
    ReportKind.SYSTEM_TABLE: ["一、总体情况", "二、三级汇总表", "（一）按层级", "（二）按单位", "三、编制说明"],
    ReportKind.CAMPAIGN_PROGRESS: [
        "一、总体情况", "二、收支与结余", "三、使用情况", "四、接受捐赠：合计与构成", "五、逐日收到", "六、活动方案",
        "七、编制说明", "八、文件与校验", "附件1：使用明细",
    ],
    ReportKind.CAMPAIGN_FINAL: ["一、总体情况", "二、收支与结余", "三、方案与执行", "四、使用情况", "八、文件与校验"],
    ReportKind.EMERGENCY_BULLETIN: [
        "一、总体情况", "二、收支与结余", "三、本期构成", "四、编制说明", "五、文件与校验",
    ],
}  # fmt: skip
CAMPAIGN_KINDS = (ReportKind.CAMPAIGN_PROGRESS, ReportKind.CAMPAIGN_FINAL, ReportKind.EMERGENCY_BULLETIN)


def make_kind(kind: str) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """A made-up report of a kind whose figures are right."""
    is_campaign = kind in CAMPAIGN_KINDS
    snapshot, rows, use_rows = make_used(12, 30, scope="alone" if is_campaign else "below")
    snapshot = {**snapshot, "kind": str(kind)}
    use = snapshot["use"]
    if kind == ReportKind.ANNUAL_FINANCE:
        items = [{**one, "count": 1} for one in use["items"]]
        own = {name: use[name] for name in ("opening", "in", "out", "closing", "in_transit", "used")}
        snapshot["own"] = {**own, "gifts": snapshot["totals"]["amount"], "items": items}
        before = {**use["previous"], "items": [{"item": "gift", "amount": "4000000.00", "count": 3}]}
        snapshot["last_year"] = {"label": "2025", "count": 3, "gifts": "4000000.00", "use": before, "own": None}
    if is_campaign:
        _add_campaign(snapshot)
    return snapshot, rows, use_rows


def _add_campaign(snapshot: dict[str, Any]) -> None:
    use, gifts = snapshot["use"], Decimal(snapshot["totals"]["amount"])
    opening, out = Decimal(use["opening"]), Decimal(use["out"])
    fees = sum((Decimal(one["amount"]) for one in use["items"] if one["item"] == "fee"), Decimal(0))
    received = opening + gifts
    snapshot["campaign"] = {
        "slug": "shili", "name": "示例救灾募捐", "status": "closed", "use": "示例救灾", "beneficiary": "示例群众",
        "cost_plan": "不提取", "rest_plan": "转入同类项目", "filing_number": "", "event_name": "示例",
        "goal": "9000000.00",
        "is_emergency": True, "rest_account": "", "successor_name": "示例后续", "starts_on": "2026-10-01",
        "ends_on": "2026-10-31", "last_day": "2026-10-20", "event_on": None, "filed_on": None, "closed_on": None,
        "settled_on": None, "fee_rate": "0.0000", "funds": [{"code": "33-F9", "name": "示例救灾募捐"}],
        "to_date": {"count": 515, "amount": f"{received:.2f}"},
        "cumulative": {
            "opening": "0.00", "in": f"{received:.2f}", "out": f"{out:.2f}", "closing": use["closing"],
            "in_transit": use["in_transit"], "gifts": f"{received:.2f}", "other_in": "0.00",
            "used": f"{out - fees:.2f}", "fees": f"{fees:.2f}", "passed_on": "0.00",
            "items": [{"item": "gift", "amount": f"{received:.2f}", "count": 515},
                      {"item": "purchase", "amount": f"{out:.2f}", "count": 9}],
        },
    }  # fmt: skip
    if snapshot["kind"] == ReportKind.EMERGENCY_BULLETIN:
        snapshot["issue"] = 3
        snapshot["title"] = "“示例救灾募捐”捐赠接收使用情况通报（第 3 期）"
        snapshot["period"] = {
            "label": "2026-10-19", "kind": "day", "start": "2026-10-18T17:00:00+08:00",
            "end": "2026-10-19T17:00:00+08:00",
        }  # fmt: skip


def rendered(kind: str, folder: Path) -> RenderedReport:
    """The files of a made-up report of a kind."""
    snapshot, rows, use_rows = make_kind(kind)
    return render_report(snapshot, Rows(rows), folder, Rows(use_rows))


def text_of(path: Path) -> str:
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in PdfReader(path).pages))


def test_every_kind_that_can_be_rendered_is_looked_at_here() -> None:
    assert set(RENDERERS) - {ReportKind.MONTHLY_RECEIPTS} <= {
        *WANTED,
        ReportKind.ANNUAL_WORK,
        ReportKind.TRAINING_YEARBOOK,
        ReportKind.REGISTRIES_YEARBOOK,
    }


@pytest.mark.parametrize("kind", WANTED)
def test_the_parts_of_each_kind_stand_numbered_in_their_order(kind: str, tmp_path: Path) -> None:
    text = text_of(rendered(kind, tmp_path).pdf)
    places = [text.find(title) for title in WANTED[kind]]
    assert -1 not in places, [title for title in WANTED[kind] if title not in text]
    assert places == sorted(places)


def test_a_bulletin_has_its_number_its_window_and_two_pages_at_most(tmp_path: Path) -> None:
    made = rendered(ReportKind.EMERGENCY_BULLETIN, tmp_path)
    text = text_of(made.pdf)
    assert made.pages <= 2
    assert "（第3期）" in text
    assert "2026年10月18日17时—19日17时" in text
    assert "515笔" in text
    assert len(made.csvs) == 3
    assert made.volumes == []


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2026-10-19T17:00:00+08:00", "2026年10月18日17时—19日17时"),
        ("2026-11-01T17:00:00+08:00", "2026年10月18日17时—11月1日17时"),
        ("2027-01-01T17:00:00+08:00", "2026年10月18日17时—2027年1月1日17时"),
    ],
)
def test_the_window_of_a_bulletin_says_no_month_twice(end: str, said: str) -> None:
    assert window_words({"kind": "day", "start": "2026-10-18T17:00:00+08:00", "end": end}) == said


@pytest.mark.parametrize("kind", CAMPAIGN_KINDS)
def test_a_campaign_stands_in_words_and_figures_and_in_capitals(kind: str, tmp_path: Path) -> None:
    snapshot, _rows, _used = make_kind(kind)
    text = text_of(rendered(kind, tmp_path).pdf)
    whole = snapshot["campaign"]["cumulative"]
    for name in ("gifts", "used", "fees", "closing"):
        assert f"{Decimal(whole[name]):,.2f}" in text, name
    assert capital_amount(Decimal(whole["closing"])) in text
    assert "为目标¥9,000,000.00的" in text


@pytest.mark.parametrize("name", ["opening", "gifts", "closing", "used", "other_in"])
def test_a_campaign_that_does_not_add_up_is_not_set_and_says_by_how_much(name: str, tmp_path: Path) -> None:
    snapshot, rows, use_rows = make_kind(ReportKind.CAMPAIGN_FINAL)
    whole = snapshot["campaign"]["cumulative"]
    whole[name] = f"{Decimal(whole[name]) + Decimal('0.01'):.2f}"
    with pytest.raises(FiguresDisagree, match=r"0\.01"):
        render_report(snapshot, Rows(rows), tmp_path / "out", Rows(use_rows))
    assert not (tmp_path / "out").exists()


def test_the_year_stands_beside_the_year_before(tmp_path: Path) -> None:
    snapshot, _rows, _used = make_kind(ReportKind.ANNUAL_FINANCE)
    check_parts(snapshot)
    tables = report_context(snapshot)["finance"]["tables"]
    gifts = {line["label"]: line for line in tables[1]["lines"]}["捐赠收入"]
    now = next(Decimal(one["amount"]) for one in snapshot["use"]["items"] if one["item"] == "gift")
    assert (gifts["before"], gifts["change"]) == ("4,000,000.00", f"{now - 4_000_000:,.2f}")
    # There is no year before for the branch alone.
    assert {line["before"] for line in tables[0]["lines"]} == {"—"}
    assert text_of(rendered(ReportKind.ANNUAL_FINANCE, tmp_path).pdf).count("核对：") == 2


def test_kinds_that_list_no_rows_carry_them_as_tables_alone(tmp_path: Path) -> None:
    made = rendered(ReportKind.SYSTEM_TABLE, tmp_path)
    assert "附件" not in text_of(made.pdf)
    assert len(made.csvs) == 3


def test_a_kind_without_a_renderer_is_refused(tmp_path: Path) -> None:
    snapshot, rows, use_rows = make_kind(ReportKind.SYSTEM_TABLE)
    snapshot["kind"] = "示例"
    with pytest.raises(DomainError, match="还没有"):
        render_report(snapshot, Rows(rows), tmp_path, Rows(use_rows))
