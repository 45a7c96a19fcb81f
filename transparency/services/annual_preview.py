"""Looking at an annual report before it is frozen: its figures as of now, the whole as a page, and as PDF."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.choices import JobStatus
from core.clock import now, today
from core.files import store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.periods import Period, year
from core.progress import Progress
from organizations.choices import Right
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from organizations.permissions import require
from transparency.chapters import ANNUAL_WORK
from transparency.choices import ReportPeriod, ReportScope
from transparency.models import AnnualDraft, ReportRun
from transparency.rendering.annual import render_annual
from transparency.selectors.annual import chapter_states, newest_opinion
from transparency.selectors.annual_figures import log_window
from transparency.selectors.series import Series
from transparency.services.freezing import Frozen
from transparency.services.freezing_annual import freeze_annual, freeze_figures, written_parts

if TYPE_CHECKING:
    from accounts.models import User

# With more records than this a page does not work out figures by itself; the PDF does, in a worker.
PREVIEW_MOST = 30_000
# The log only grows: what a stretch of it says stays, but for names of organisations and the network.
KEPT_SECONDS = 3600
PDF_KEPT_DAYS = 7


def preview_figures(draft: AnnualDraft) -> dict[str, Any] | None:
    """The figures of a draft's year as the log says now, kept for an hour; None where they are too many for a page."""
    run = _run_of(draft)
    if (run.log_to or 0) - (run.log_from or 0) > PREVIEW_MOST:
        return None
    key = f"annual:{draft.branch_id}:{draft.year}:{run.scope}:{run.log_from}:{run.log_to}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        with ExitStack() as stack:
            kept = freeze_figures(run, previous=_previous(draft, run.scope), stack=stack).snapshot
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def preview_snapshot(draft: AnnualDraft) -> dict[str, Any] | None:
    """The whole of a draft as it stands now, ready for `annual_context`; None where the figures are too many."""
    figures = preview_figures(draft)
    if figures is None:
        return None
    return {**figures, **written_parts(chapter_states(draft), newest_opinion(draft))}


def start_preview(*, draft_id: int, actor: User) -> Job:
    """Queue the setting of a draft as PDF."""
    with transaction.atomic():
        draft = AnnualDraft.objects.unscoped("checked below").select_related("branch").get(pk=draft_id)
        require(actor, Right.REQUEST_REPORTS, draft.branch)
        tries = _jobs(draft).count() + 1
        return start_job(
            kind="transparency.tasks.render_annual_preview",
            label=_("预览 %(branch)s %(year)s 年度报告") % {"branch": draft.branch.name, "year": draft.year},
            params={"draft": draft.pk},
            idempotency_key=f"annual-preview:{draft.pk}:{tries}",
            actor=actor,
            branch_code=draft.branch.code,
        )


def render_preview(*, draft_id: int, job: Progress) -> dict[str, Any]:
    """Freeze a draft as of now, set it, keep its PDF for some days; returns what its job ends with."""
    draft = AnnualDraft.objects.unscoped("a job's draft").select_related("branch").get(pk=draft_id)
    run = _run_of(draft)
    job.progress(0, 2, stage=_("固定数据"))
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="annual-") as directory:
        frozen: Frozen = freeze_annual(run, previous=_previous(draft, run.scope), stack=stack)
        job.progress(1, 2, stage=_("排版"))
        made = render_annual(
            frozen.snapshot, lambda: _rows(frozen.rows), Path(directory), lambda: _rows(frozen.use_rows)
        )
        stored = store_file(
            made.pdf, name=f"annual-{draft.branch.code}-{draft.year}.pdf", content_type="application/pdf",
            data_class=StoredFile.DataClass.INTERNAL, actor=None, purge_on=today() + timedelta(days=PDF_KEPT_DAYS),
        )  # fmt: skip
    return {
        "result": {"file": str(stored.pk)},
        "link": reverse("desk_annual_pdf", args=[draft.branch.code, draft.year]),
    }


def preview_file(draft: AnnualDraft) -> tuple[StoredFile, Job] | None:
    """The last PDF that was set of a draft and is still there; two queries."""
    job = _jobs(draft).filter(status=JobStatus.DONE).first()
    if job is None:
        return None
    stored = StoredFile.objects.filter(pk=job.result.get("file"), destroyed_at=None).first()
    return None if stored is None else (stored, job)


def _jobs(draft: AnnualDraft) -> Any:
    return Job.objects.filter(idempotency_key__startswith=f"annual-preview:{draft.pk}:").order_by("-created_at", "-pk")


def _rows(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    file.seek(0)
    return (json.loads(line) for line in file)


def _run_of(draft: AnnualDraft) -> ReportRun:
    """The run that would be made now and is not kept: from the end of the report before, or the start of the year."""
    branch, period = draft.branch, year(draft.year)
    scope = ReportScope.BELOW if _has_below(branch) else ReportScope.ALONE
    first, last = _window(draft, scope, period)
    return ReportRun(
        branch=branch, number=_("预览稿"), kind=ANNUAL_WORK, scope=scope.value, period=period.code, version=1,
        period_kind=ReportPeriod.YEAR.value, period_start=period.start, period_end=period.end,
        log_from=first, log_to=last, frozen_at=now(), title=_("%(period)s年度工作报告") % {"period": period.label},
    )  # fmt: skip


def _has_below(branch: Branch) -> bool:
    return Branch.objects.below(branch).valid().filter(kind__in=LINEAGE_COLUMNS).exclude(pk=branch.pk).exists()


def _window(draft: AnnualDraft, scope: str, period: Period) -> tuple[int, int]:
    first, last = log_window(period)
    standing = _series(draft, scope).runs().filter(period=period.code).order_by("-version").first()
    if standing is not None and standing.log_to is not None:
        return standing.log_from or 0, standing.log_to
    previous = _previous(draft, scope)
    if previous is not None and previous.log_to is not None:
        first = previous.log_to
    return first, max(first, last)


def _previous(draft: AnnualDraft, scope: str) -> ReportRun | None:
    return _series(draft, scope).before(year(draft.year).start)


def _series(draft: AnnualDraft, scope: str) -> Series:
    return Series(ANNUAL_WORK, draft.branch_id, scope, None, ReportPeriod.YEAR.value)
