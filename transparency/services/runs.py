"""The way of a report: asked for or due, frozen, set, published by another person."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.canonical import canonical_bytes
from core.choices import JobStatus
from core.clock import SHANGHAI, now
from core.errors import DomainError
from core.files import path_of, store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.numbers import take_number
from core.periods import Period, PeriodKind, parse_period
from core.progress import Progress
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from transparency.choices import REPORT_LETTER, RUN_TRANSITIONS, USE_PART, FileRole, ReportKind, ReportScope, RunStatus
from transparency.errors import OutOfOrder, PeriodNotOver, RunWrongState
from transparency.models import ReportEvent, ReportFile, ReportRun
from transparency.rendering.report import render_report
from transparency.selectors.log import size_before
from transparency.selectors.reports import render_jobs
from transparency.services.anomalies import find_anomalies
from transparency.services.freezing import freeze, read_rows
from transparency.services.freezing_use import summary_of
from transparency.services.sequencing import records_without_place, sequence_records

if TYPE_CHECKING:
    from accounts.models import User

CONTENT_TYPES = {
    FileRole.PDF: "application/pdf",
    FileRole.VOLUME: "application/pdf",
    FileRole.HTML: "text/html; charset=utf-8",
    FileRole.CSV: "text/csv; charset=utf-8",
    FileRole.SNAPSHOT: "application/json",
    FileRole.ROWS: "application/x-ndjson",
}


def lock_run(run_id: int) -> ReportRun:
    """Read a run under its row lock; the caller is in a transaction and has checked who asks."""
    return (
        ReportRun.objects.unscoped("lock of one known run")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=run_id)
    )


def move_run(run: ReportRun, to_status: str, *, actor: User | None, reason: str = "", **changes: Any) -> None:
    """Move a locked run to another state, with other columns, an event and an audit row. Raises RunWrongState."""
    if to_status not in RUN_TRANSITIONS[run.status]:
        raise RunWrongState(
            "run_wrong_state",
            _("报告 %(number)s 现在是“%(now)s”，不能变为“%(then)s”，请刷新页面。")
            % {"number": run.number, "now": RunStatus(run.status).label, "then": RunStatus(to_status).label},
        )
    from_status, run.status = run.status, to_status
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=["status", *changes])
    ReportEvent.objects.create(
        run=run, from_status=from_status, to_status=to_status, actor=actor, at=now(), reason=reason
    )
    record_audit(
        f"transparency.report.{to_status}", actor=actor, obj=run, branch_code=run.branch.code, changed_fields=["status"]
    )


def request_report(*, kind: str, branch: Branch, scope: str, period: str, actor: User) -> ReportRun:
    """Make and freeze the report of a finished period on demand, and queue its setting.

    The same request again returns the run that is there. Raises PeriodNotOver, OutOfOrder.
    """
    require(actor, Right.REQUEST_REPORTS, branch)
    return make_run(kind=kind, branch=branch, scope=scope, period=_month(period), actor=actor)


def _month(text: str) -> Period:
    period = parse_period(text)
    if period.kind != PeriodKind.MONTH:
        raise DomainError(
            "period_not_a_month", _("月度报告的期间请写成 2026-01 这样的月份。"), {"period": _("请选择月份。")}
        )
    return period


def make_run(
    *, kind: str, branch: Branch, scope: str, period: Period, actor: User | None, queue: bool = True
) -> ReportRun:
    """Make, freeze and queue the first version of a period's report; actor None is the calendar.

    One transaction under the lock of the branch's row, so that a series grows by one run at a time: the run takes the
    records from the end of the run before it up to the first one written after its period. Nothing is taken twice,
    and nothing is left to a later report because a long transaction held its place back (OutOfOrder is raised then).
    """
    if now() < period.end:
        raise PeriodNotOver(
            "period_not_over", _("%(period)s还没有结束，期满后才能生成报告。") % {"period": period.label}
        )
    sequence_records()
    if records_without_place(period.end):
        raise OutOfOrder(
            "records_without_place",
            _("还有 %(period)s结束前写下的记录正在排序（数据库里有较长的事务没有结束），请几分钟后再试。")
            % {"period": period.label},
        )
    with transaction.atomic():
        # Whoever posts gifts of the branch refers to its row and goes on.
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        series = ReportRun.objects.unscoped("a series is one whole").filter(kind=kind, branch=branch, scope=scope)
        standing = series.filter(period=period.code).order_by("-version").first()
        if standing is not None:
            return standing
        previous = series.filter(version=1).order_by("-period_start").first()
        if previous is not None and previous.period_start >= period.start:
            raise OutOfOrder(
                "series_is_later",
                _("这一系列已经有 %(later)s 的报告，不能再补做更早的一期；迟到的记录会出现在下一期的“补报”里。")
                % {"later": previous.period},
            )
        log_from = 0 if previous is None else previous.log_to or 0
        run = _create(
            kind=kind, branch=branch, scope=scope, period=period, actor=actor, log_from=log_from,
            log_to=max(log_from, size_before(period.end, since=log_from)),
        )  # fmt: skip
        _freeze_into(run, previous=previous)
        if queue:
            start_rendering(run, actor=actor)
    return run


def correct_run(*, run_id: int, note: str, actor: User) -> ReportRun:
    """Make a new version of a published or declined report over the same records, with a note that says why.

    A published one stays reachable and marked, and the note is its 更正说明.
    """
    if len(note.strip()) < 4:
        raise DomainError("note_missing", _("请写明更正说明，它会公开。"), {"note": _("请写明更正了什么、为什么。")})
    with transaction.atomic():
        old = lock_run(run_id)
        require(actor, Right.REQUEST_REPORTS, old.branch)
        if (
            old.status not in (RunStatus.PUBLISHED, RunStatus.DECLINED)
            or ReportRun.objects.unscoped("is there a newer").filter(corrects=old).exists()
        ):
            raise RunWrongState("run_not_correctable", _("只有已公开或未通过的最新版本可以重做。"))
        run = _create(
            kind=old.kind, branch=old.branch, scope=old.scope, period=parse_period(old.period), actor=actor,
            log_from=old.log_from, log_to=old.log_to, version=old.version + 1, corrects=old,
            correction_note=note.strip()[:500],
        )  # fmt: skip
        _freeze_into(run, previous=_run_before(old))
        start_rendering(run, actor=actor)
    return run


def _run_before(run: ReportRun) -> ReportRun | None:
    series = ReportRun.objects.unscoped("a series is one whole").filter(
        kind=run.kind, branch=run.branch, scope=run.scope, version=1
    )
    return series.filter(period_start__lt=run.period_start).order_by("-period_start").first()


def _create(*, kind: str, branch: Branch, scope: str, period: Period, actor: User | None, **columns: Any) -> ReportRun:
    moment = now()
    run = ReportRun.objects.create(
        **ReportRun.lineage_of(branch),
        number=take_number(branch.code, moment.astimezone(SHANGHAI).year, REPORT_LETTER),
        # Plain text, also where a caller has the choice itself: the row is frozen before it is read again.
        kind=ReportKind(kind).value,
        scope=ReportScope(scope).value,
        period=period.code,
        period_start=period.start,
        period_end=period.end,
        status=RunStatus.FREEZING,
        title=_("%(period)s捐赠收支公示") % {"period": period.label},
        requested_by=actor,
        requested_at=moment,
        **columns,
    )
    ReportEvent.objects.create(run=run, from_status="", to_status=RunStatus.FREEZING, actor=actor, at=moment)
    record_audit("transparency.report.requested", actor=actor, obj=run, branch_code=branch.code)
    return run


def _freeze_into(run: ReportRun, *, previous: ReportRun | None) -> None:
    run.frozen_at = now()
    with ExitStack() as stack:
        frozen = freeze(run, previous=previous, stack=stack)
        rows = _keep(run, FileRole.ROWS, frozen.rows, f"{run.number}-rows.jsonl")
        _keep(run, FileRole.ROWS, frozen.use_rows, f"{run.number}-use-rows.jsonl", part=USE_PART)
        _keep(run, FileRole.SNAPSHOT, [canonical_bytes(frozen.snapshot)], f"{run.number}-snapshot.json")
    totals = frozen.snapshot["totals"]
    run.summary = {
        "count": totals["count"],
        "amount": totals["amount"],
        "sections": frozen.snapshot["sections"],
        "year_to_date": frozen.snapshot["year_to_date"],
        "rows_sha256": rows.file.sha256,
        "use": summary_of(frozen.snapshot["use"]),
    }
    run.save(update_fields=["frozen_at", "summary"])
    move_run(run, RunStatus.RENDERING, actor=run.requested_by)


def _keep(
    run: ReportRun,
    role: str,
    source: Any,
    name: str,
    *,
    part: int = 0,
    first_row: int | None = None,
    last_row: int | None = None,
) -> ReportFile:
    stored = store_file(
        source,
        name=name,
        content_type=CONTENT_TYPES[FileRole(role)],
        data_class=StoredFile.DataClass.INTERNAL,
        actor=run.requested_by,
    )
    return ReportFile.objects.create(run=run, role=role, part=part, file=stored, first_row=first_row, last_row=last_row)


def start_rendering(run: ReportRun, *, actor: User | None) -> Job:
    """Queue the setting of a frozen run, whose row the caller has locked; each try is a job of its own."""
    tries = render_jobs(run).count() + 1
    return start_job(
        kind="transparency.tasks.render_report",
        label=_("制作报告 %(number)s") % {"number": run.number},
        params={"run": run.pk},
        idempotency_key=f"render:{run.number}:{tries}",
        actor=actor,
        branch_code=run.branch.code,
        link=f"/desk/reports/{run.number}/",
    )


def render_run(*, run_id: int, job: Progress) -> ReportRun:
    """Set a frozen run's files from its snapshot alone and make it READY.

    Idempotent: a run that is not RENDERING is left as it is. The setting itself runs outside any transaction; what it
    made is kept in one. A DomainError (figures that disagree) fails the run with its sentence.
    """
    run = ReportRun.objects.unscoped("a job's run").select_related("branch", "requested_by").get(pk=run_id)
    if run.status != RunStatus.RENDERING:
        return run
    paths = {(item.role, item.part): path_of(item.file.sha256) for item in run.files.select_related("file")}
    snapshot = read_snapshot(paths[(FileRole.SNAPSHOT, 0)])
    job.progress(0, 2, stage=_("排版"))
    with tempfile.TemporaryDirectory(prefix="report-") as directory:
        try:
            made = render_report(
                snapshot,
                lambda: read_rows(paths[(FileRole.ROWS, 0)]),
                Path(directory),
                # Frozen before reports knew use: none.
                lambda: read_rows(paths.get((FileRole.ROWS, USE_PART))),
            )
        except DomainError as refusal:
            with transaction.atomic():
                move_run(
                    lock_run(run_id), RunStatus.FAILED, actor=None, reason=refusal.message, error=refusal.message[:500]
                )
            raise
        job.progress(1, 2, stage=_("保存"))
        with transaction.atomic():
            run = lock_run(run_id)
            if run.status == RunStatus.RENDERING:
                _keep(run, FileRole.PDF, made.pdf, made.pdf.name)
                _keep(run, FileRole.HTML, made.html, made.html.name)
                for part, path in enumerate(made.csvs):
                    _keep(run, FileRole.CSV, path, path.name, part=part)
                for part, volume in enumerate(made.volumes, start=1):
                    _keep(
                        run,
                        FileRole.VOLUME,
                        volume.path,
                        volume.path.name,
                        part=part,
                        first_row=volume.first_row,
                        last_row=volume.last_row,
                    )
                find_anomalies(run, previous=_run_before(run))
                move_run(run, RunStatus.READY, actor=None, page_count=made.pages)
    return run


def read_snapshot(path: Path) -> dict[str, Any]:
    """Read a frozen snapshot back."""
    return dict(json.loads(path.read_bytes()))


def retry_run(*, run_id: int, actor: User) -> ReportRun:
    """Try to set a failed run again, from the same frozen figures.

    Also one whose job came to an end (cancelled, or given up after errors) without it. Raises RunWrongState while a job
    is still at it.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        require(actor, Right.REQUEST_REPORTS, run.branch)
        if run.status != RunStatus.RENDERING:
            move_run(run, RunStatus.RENDERING, actor=actor, error="")
        elif render_jobs(run).filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).exists():
            raise RunWrongState("run_at_work", _("报告 %(number)s 正在制作，请稍候。") % {"number": run.number})
        start_rendering(run, actor=actor)
    return run


def decline_run(*, run_id: int, actor: User, reason: str) -> ReportRun:
    """Refuse to publish a report, with a reason."""
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", _("请写明不通过的理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic():
        run = lock_run(run_id)
        require(actor, Right.PUBLISH_REPORTS, run.branch)
        move_run(run, RunStatus.DECLINED, actor=actor, reason=reason.strip()[:500])
    return run
