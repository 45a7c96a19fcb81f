"""Freezing an annual report out of the log: the year, the association alone and with all below, and the year before."""

from __future__ import annotations

import datetime
import io
import json
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from core.canonical import canonical_bytes
from core.clock import frozen_at, now
from core.errors import DomainError
from core.files import store_file
from core.periods import parse_period
from core.progress import NoProgress
from donations.choices import NameChoice
from ledger.choices import EntryKind, UnitKind, WorldParty
from ledger.models import Unit
from ledger.services import EntryDraft, MovementDraft, open_holding, post_entry, world_account
from organizations.choices import SiteKind
from organizations.models import Site
from tests import databases
from tests.permissions.objects import PAPER_BYTES
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, place_all
from tests.transparency.use_ground import UseGround, make_use_ground
from transparency.chapters import ANNUAL_WORK, CHAPTERS
from transparency.choices import FileRole, ReportScope, RunStatus
from transparency.models import AnnualDraft, ReportFile, ReportRun
from transparency.rendering.annual import render_annual
from transparency.rendering.figures import FiguresDisagree
from transparency.selectors.annual_figures import goods_in_log, log_window
from transparency.selectors.log import log_size
from transparency.services import freezing_annual
from transparency.services.annual import add_opinion, open_draft, save_chapter
from transparency.services.annual_preview import preview_figures, preview_snapshot, render_preview
from transparency.services.freezing import Frozen
from transparency.services.freezing_annual import freeze_annual, freeze_figures
from transparency.services.freezing_use import summary_of

EARLY = datetime.datetime.fromisoformat("2026-02-01T10:00:00+08:00")


def make_years() -> UseGround:
    """Two years of a small network: gifts, payments, a transfer, a refund."""
    ground = make_use_ground()
    give = ground.gifts.give
    give("33", "70000.00", on="2024-05-01", posted="2024-05-02", donor="示例旧年有限公司")
    ground.pay("33", "1000.00", on="2024-06-01")
    give("33", "300000.00", on="2025-02-03", posted="2025-02-04", donor="虚构甲集团有限公司")
    give("33", "88.00", on="2025-03-03", posted="2025-03-04", donor="赵示例")
    # Received in the year before, recorded in this one.
    give("3301", "500.00", on="2024-12-30", posted="2025-01-05", donor="钱示例")
    give(
        "330182", "40000.00", on="2025-07-01", posted="2025-07-02", donor="示例乙有限公司", choice=NameChoice.ANONYMOUS
    )
    undone = give("3301", "900.00", on="2025-08-01", posted="2025-08-02", donor="虚构丙有限公司")
    ground.gifts.reverse(undone, on="2025-08-20")
    ground.pay("330182", "12000.00", on="2025-09-01")
    ground.arrive(ground.send("33", "3301", "5000.00", on="2025-10-01"), "5000.00", on="2025-10-09")
    # Of the year after.
    give("33", "7.00", on="2026-01-02", posted="2026-01-03")
    place_all()
    return ground


YEARS = Standing("years", make_years)


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return YEARS


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The two years, committed."""
    return the_ground.fresh()


def written(ground: UseGround, *chapters: str) -> AnnualDraft:
    """A draft of 2025 in the province with these chapters, by default all that must be written."""
    names = chapters or tuple(chapter.code for chapter in CHAPTERS if not chapter.may_be_empty)
    with frozen_at(EARLY):
        draft = open_draft(branch=ground.branches["33"], year=2025, actor=ground.gifts.clerks["33"])
        for name in names:
            save_chapter(
                draft_id=draft.pk, chapter=name, text=f"示例文字 {name}", base=0, actor=ground.gifts.clerks["33"]
            )
    return draft


def run_of(ground: UseGround, scope: str = ReportScope.BELOW, **over: Any) -> ReportRun:
    """A run of 2025 that is not kept."""
    year = parse_period(str(over.get("period", "2025")))
    first, last = log_window(year)
    values = {
        "period_kind": "year", "period_start": year.start, "period_end": year.end,
        "branch": ground.branches["33"], "number": "33-2026-R00000001", "kind": ANNUAL_WORK, "scope": str(scope),
        "period": "2025", "version": 1, "log_from": first, "log_to": last, "frozen_at": EARLY, "title": "示例", **over,
    }  # fmt: skip
    return ReportRun(**values)


def frozen(run: ReportRun, stack: ExitStack, previous: ReportRun | None = None) -> Frozen:
    """Freeze a run."""
    return freeze_annual(run, previous=previous, stack=stack)


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """Only its snapshot."""
    with ExitStack() as stack:
        return frozen(run, stack).snapshot


def edges(use: dict[str, Any]) -> tuple[str, ...]:
    """Opening, in, out, closing."""
    return tuple(use[name] for name in ("opening", "in", "out", "closing"))


def test_the_year_stands_alone_and_with_all_below(ground: UseGround) -> None:
    written(ground)
    snapshot = snapshot_of(run_of(ground))
    assert edges(snapshot["use"]) == ("69000.00", "340588.00", "12000.00", "397588.00")
    assert edges(snapshot["alone"]["use"]) == ("69000.00", "300088.00", "5000.00", "364088.00")
    assert (snapshot["totals"]["count"], snapshot["totals"]["amount"]) == (6, "340588.00")
    assert snapshot["sections"]["late"] == {"count": 1, "amount": "500.00"}
    assert snapshot["sections"]["corrections"] == {"count": 1, "amount": "-900.00"}


def test_only_organisations_that_may_be_named_are_named(ground: UseGround) -> None:
    written(ground)
    snapshot = snapshot_of(run_of(ground))
    # What was taken back whole is no gift to boast of; the anonymous one and persons never stand there.
    assert snapshot["organisations"]["listed"] == [{"name": "虚构甲集团有限公司", "count": 1, "amount": "300000.00"}]
    text = json.dumps(snapshot, ensure_ascii=False)
    assert not any(
        name in text for name in ("赵示例", "钱示例", "示例乙有限公司", *(p.name for p in ground.gifts.clerks.values()))
    )


def test_the_year_before_is_worked_out_where_no_report_says_it(ground: UseGround) -> None:
    written(ground)
    before = snapshot_of(run_of(ground))["last_year"]
    assert (before["source"], before["label"], before["count"], before["amount"]) == ("computed", "2024", 1, "70000.00")
    assert edges(before) == ("0.00", "70000.00", "1000.00", "69000.00")
    assert [one["amount"] for one in before["by_month"] if one["count"]] == ["70000.00"]


def test_the_year_before_is_nothing_where_the_first_report_takes_everything(ground: UseGround) -> None:
    written(ground)
    snapshot = snapshot_of(run_of(ground, log_from=0))
    assert snapshot["last_year"] is None
    assert snapshot["use"]["opening"] == "0.00"


def test_goods_stand_apart_and_close(ground: UseGround) -> None:
    fund = ground.fund("330182")
    clerk, approver = ground.gifts.clerks["330182"], ground.gifts.approvers["330182"]

    def post() -> None:
        unit = Unit.objects.create(
            code="GX", kind=UnitKind.GOODS, name="示例棉被", measure="床", decimal_places=0, specification="双人"
        )
        site = Site.objects.create(
            branch=fund.branch, name="示例仓库", kind=SiteKind.WAREHOUSE, valid_from=datetime.date(2020, 1, 1)
        )
        stock = open_holding(branch=fund.branch, fund=fund, unit=unit, site=site)
        ways = (
            (EntryKind.GOODS_GIFT, world_account(WorldParty.GIVERS, unit), stock, 30),
            (EntryKind.HANDOUT, stock, world_account(WorldParty.BENEFICIARIES, unit), 12),
        )
        for kind, source, destination, quantity in ways:
            post_entry(draft=EntryDraft(
                branch=fund.branch, kind=kind, occurred_on=datetime.date(2025, 11, 1), made_by=clerk,
                approved_by=approver, document="示例单据", key=f"goods:{kind}",
                movements=(MovementDraft(source, destination, Decimal(quantity)),),
            ))  # fmt: skip

    ground.on("2025-11-01", post)
    place_all()
    top, size = ground.branches["33"], log_size()
    assert goods_in_log(top, with_below=False, log_from=0, log_to=size) == []
    [line] = goods_in_log(top, with_below=True, log_from=0, log_to=size)
    assert (line.name, line.opening, line.received, line.issued, line.closing) == ("示例棉被", 0, 30, 12, 18)
    # From the last of the two on: what came before is opening.
    [later] = goods_in_log(top, with_below=True, log_from=size - 1, log_to=size)
    assert (later.opening, later.received, later.issued, later.closing) == (30, 0, 12, 18)


def test_a_chapter_that_must_be_written_holds_the_report_back(ground: UseGround) -> None:
    written(ground, "party")
    run = kept_run(ground)
    with ExitStack() as stack, pytest.raises(DomainError, match="基本情况与治理、人道救助") as refused:
        frozen(run, stack)
    assert refused.value.code == "chapters_missing"


def test_a_report_that_nobody_began_is_refused(ground: UseGround) -> None:
    with ExitStack() as stack, pytest.raises(DomainError, match="还没有开始编写"):
        frozen(run_of(ground), stack)


def kept_run(ground: UseGround) -> ReportRun:
    """A run that is kept; of a kind that the table knows."""
    run = run_of(ground, kind=MONTHLY)
    year = parse_period("2025")
    return ReportRun.objects.create(
        **ReportRun.lineage_of(run.branch), number=run.number, kind=run.kind, scope=run.scope, period=run.period,
        period_kind="year", period_start=year.start, period_end=year.end,
        version=1, log_from=run.log_from, log_to=run.log_to,
        frozen_at=EARLY, title=run.title, status=RunStatus.FREEZING, requested_at=now(),
    )  # fmt: skip


def test_the_opinion_joins_the_files_of_a_kept_run_and_no_preview(ground: UseGround) -> None:
    draft = written(ground)
    with frozen_at(EARLY):
        opinion = add_opinion(
            draft_id=draft.pk, upload=io.BytesIO(PAPER_BYTES), firm="示例会计师事务所", opinion="unqualified",
            report_number="示例审1号", reported_on=datetime.date(2026, 1, 20), actor=ground.gifts.clerks["33"],
        )  # fmt: skip
    assert snapshot_of(run_of(ground))["opinion"]["sha256"] == opinion.file.sha256
    assert not ReportFile.objects.exists()
    run = kept_run(ground)
    with ExitStack() as stack:
        frozen(run, stack)
    [file] = ReportFile.objects.filter(run=run)
    assert (file.role, file.file_id) == (FileRole.OPINION, opinion.file_id)


def test_what_is_frozen_is_set(ground: UseGround, tmp_path: Path) -> None:
    written(ground)
    with ExitStack() as stack:
        found = frozen(run_of(ground), stack)
        rows = [json.loads(line) for line in found.rows]
        used = [json.loads(line) for line in found.use_rows]
    made = render_annual(found.snapshot, lambda: iter(rows), tmp_path, lambda: iter(used))
    text = "".join(page.extract_text() for page in PdfReader(made.pdf).pages)
    assert "收支核对" in text
    assert "赵示例" not in text


def test_an_association_alone_is_frozen_too(ground: UseGround) -> None:
    written(ground)
    snapshot = snapshot_of(run_of(ground, ReportScope.ALONE))
    assert snapshot["alone"] is None
    assert snapshot["goods"] == {"alone": [], "below": None}
    assert edges(snapshot["use"]) == ("69000.00", "300088.00", "5000.00", "364088.00")


def test_figures_that_disagree_make_no_report(ground: UseGround, monkeypatch: pytest.MonkeyPatch) -> None:
    written(ground)
    real = freezing_annual._alone

    def broken(run: ReportRun, stack: ExitStack) -> dict[str, Any]:
        own = real(run, stack)
        return {**own, "use": {**own["use"], "closing": "1.00"}}

    monkeypatch.setattr(freezing_annual, "_alone", broken)
    with pytest.raises(FiguresDisagree, match="本级期末结余"):
        snapshot_of(run_of(ground))


def test_a_preview_shows_the_texts_and_figures_of_now_and_keeps_nothing(ground: UseGround) -> None:
    draft = written(ground, "party")
    figures = preview_figures(draft)
    snapshot = preview_snapshot(draft)
    assert figures is not None
    assert snapshot is not None
    assert edges(snapshot["use"]) == edges(figures["use"]) == ("69000.00", "340588.00", "12000.00", "397588.00")
    assert {one["chapter"]: one["text"] for one in snapshot["texts"]}["party"] == "示例文字 party"
    assert not ReportRun.objects.unscoped("a test").exists()


def test_a_preview_of_too_many_records_leaves_them_to_the_worker(
    ground: UseGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = written(ground, "party")
    monkeypatch.setattr("transparency.services.annual_preview.PREVIEW_MOST", 1)
    assert preview_snapshot(draft) is None


def test_a_preview_as_pdf_is_kept_for_some_days(ground: UseGround) -> None:
    draft = written(ground, "party")
    told = render_preview(draft_id=draft.pk, job=NoProgress())
    assert told["link"] == "/desk/reports/annual/33/2025/preview.pdf"
    assert told["result"]["file"]


def test_the_year_before_is_what_its_published_report_said(ground: UseGround, committed_db: str) -> None:
    written(ground)
    first, last = log_window(parse_period("2024"))
    earlier = run_of(ground, kind=MONTHLY, period="2024", log_from=first, log_to=last, number="33-2025-R00000007")
    with ExitStack() as stack:
        said = freeze_figures(earlier, previous=None, stack=stack).snapshot
    year = parse_period("2024")
    published = ReportRun.objects.create(
        **ReportRun.lineage_of(earlier.branch), number=earlier.number, kind=MONTHLY, scope=earlier.scope, period="2024",
        period_kind="year", period_start=year.start, period_end=year.end,
        version=1, log_from=first, log_to=last, frozen_at=EARLY,
        title="示例", status=RunStatus.FREEZING, requested_at=EARLY, published_at=EARLY,
        approved_by=ground.gifts.people["publisher"],
        summary={"count": 1, "amount": "70000.00", "use": summary_of(said["use"])},
    )  # fmt: skip
    file = store_file(
        [canonical_bytes(said)], name="snapshot.json", content_type="application/json", data_class="P1", actor=None
    )
    ReportFile.objects.create(run=published, role=FileRole.SNAPSHOT, part=0, file=file)
    databases.as_superuser(
        "SET session_replication_role = replica", "UPDATE transparency_reportrun SET status = 'published'",
        database=committed_db,
    )  # fmt: skip
    published.refresh_from_db()
    with ExitStack() as stack:
        found = frozen(run_of(ground, kind=MONTHLY), stack, previous=published).snapshot
    assert (found["last_year"]["source"], found["last_year"]["number"]) == ("report", "33-2025-R00000007")
    assert found["use"]["opening"] == found["last_year"]["closing"] == "69000.00"
