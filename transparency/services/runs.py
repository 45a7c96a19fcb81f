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
from core.clock import SHANGHAI, now
from core.errors import DomainError
from core.files import path_of, store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.numbers import take_number
from core.periods import Period
from core.progress import Progress
from donations.selectors.public.campaigns import PublicCampaign, public_campaign_of_id
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from transparency.choices import REPORT_LETTER, RUN_TRANSITIONS, USE_PART, FileRole, ReportKind, ReportScope, RunStatus
from transparency.definitions import ReportDefinition, definition_of
from transparency.errors import OutOfOrder, RunWrongState
from transparency.models import ReportEvent, ReportFile, ReportRun
from transparency.rendering.report import render_report
from transparency.selectors.log import size_before
from transparency.selectors.reports import render_jobs
from transparency.selectors.series import Series, run_before
from transparency.services.anomalies import find_anomalies
from transparency.services.freezing import read_rows
from transparency.services.kinds import freezer_of
from transparency.services.sequencing import records_without_place, sequence_records
from transparency.services.series import (
    Window,
    check_asked,
    check_over,
    check_period,
    read_campaign,
    read_kind,
    read_period,
    title_of,
    window_of,
)
from transparency.services.signing import head_covering

if TYPE_CHECKING:
    from accounts.models import User

CONTENT_TYPES = {
    FileRole.SIGNED: "application/pdf",
    FileRole.PDF: "application/pdf",
    FileRole.CHECKPOINT: "text/plain; charset=utf-8",
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


def request_report(
    *, kind: str, branch: Branch, scope: str, period: str = "", campaign: str = "", actor: User
) -> ReportRun:
    """Make and freeze a report on demand, of a finished period or of a campaign (by slug), and queue its setting.

    The same request again returns the run that is there. Raises PeriodNotOver, OutOfOrder, DomainError for what does
    not belong together.
    """
    require(actor, Right.REQUEST_REPORTS, branch)
    definition = read_kind(kind)
    about = read_campaign(definition, campaign)
    read = read_period(definition, period, about)
    return make_run(kind=kind, branch=branch, scope=scope, period=read, campaign=about, actor=actor)


def make_run(
    *,
    kind: str,
    branch: Branch,
    scope: str,
    period: Period | None,
    actor: User | None,
    campaign: PublicCampaign | None = None,
    queue: bool = True,
) -> ReportRun:
    """Make, freeze and queue the first version of a report; actor None is the calendar, period None a whole campaign.

    One transaction under the lock of the branch's row, so that a series grows by one run at a time: the run takes the
    records from the end of the run before it up to the first one written after its cut. Nothing is taken twice, and
    nothing is left to a later report because a long transaction held its place back (OutOfOrder is raised then).
    """
    definition = read_kind(kind)
    freezer_of(kind)
    check_asked(definition, branch, scope, period, campaign)
    if period is not None:
        check_period(definition, period)
    cut = check_over(definition, period, campaign, now())
    sequence_records()
    if records_without_place(cut):
        raise OutOfOrder(
            "records_without_place",
            _("还有 %(moment)s以前写下的记录正在排序（数据库里有较长的事务没有结束），请几分钟后再试。")
            % {"moment": cut.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M ")},
        )
    with transaction.atomic():
        # Whoever posts gifts of the branch refers to its row and goes on.
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        return _next_in_series(definition, branch, scope, period, campaign, cut, actor, queue=queue)


def _next_in_series(
    definition: ReportDefinition,
    branch: Branch,
    scope: str,
    period: Period | None,
    campaign: PublicCampaign | None,
    cut: Any,
    actor: User | None,
    *,
    queue: bool,
) -> ReportRun:
    window = window_of(definition, period, campaign, previous=None, cut=cut)
    series = Series(definition.kind.value, branch.pk, scope, campaign.id if campaign else None, window.kind)
    standing = series.runs().filter(period=window.code).order_by("-version").first()
    if standing is not None:
        return standing
    previous = series.last()
    if previous is not None and previous.period_end >= window.end:
        raise OutOfOrder(
            "series_is_later",
            _("这一系列已经有 %(later)s 的报告，不能再补做更早的一期；迟到的记录会出现在下一期的“补报”里。")
            % {"later": previous.period},
        )
    window = window_of(definition, period, campaign, previous=previous, cut=cut)
    first = size_before(window.start) if definition.begins_with_period else 0
    log_from = first if previous is None else previous.log_to or 0
    run = _create(
        definition=definition, branch=branch, scope=scope, window=window, campaign=campaign, actor=actor,
        issue=_issue(definition, previous), log_from=log_from, log_to=max(log_from, size_before(cut, since=log_from)),
    )  # fmt: skip
    _freeze_into(run, campaign=campaign, previous=previous)
    if queue:
        start_rendering(run, actor=actor)
    return run


def _issue(definition: ReportDefinition, previous: ReportRun | None) -> int | None:
    """The number of a bulletin, without gap under the branch's lock; None for kinds that have none."""
    if not definition.is_numbered:
        return None
    return 1 if previous is None else (previous.issue or 0) + 1


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
        about = public_campaign_of_id(old.campaign_id) if old.campaign_id else None
        run = _create(
            definition=definition_of(old.kind), branch=old.branch, scope=old.scope, campaign=about, issue=old.issue,
            window=Window(old.period, old.period_kind, old.period_start, old.period_end), actor=actor,
            log_from=old.log_from, log_to=old.log_to, version=old.version + 1, corrects=old,
            correction_note=note.strip()[:500],
        )  # fmt: skip
        _freeze_into(run, campaign=about, previous=run_before(old))
        start_rendering(run, actor=actor)
    return run


def _create(
    *,
    definition: ReportDefinition,
    branch: Branch,
    scope: str,
    window: Window,
    campaign: PublicCampaign | None,
    issue: int | None,
    actor: User | None,
    **columns: Any,
) -> ReportRun:
    moment = now()
    run = ReportRun.objects.create(
        **ReportRun.lineage_of(branch),
        number=take_number(branch.code, moment.astimezone(SHANGHAI).year, REPORT_LETTER),
        # Plain text, also where a caller has the choice itself: the row is frozen before it is read again.
        kind=ReportKind(definition.kind).value,
        scope=ReportScope(scope).value,
        campaign_id=campaign.id if campaign is not None else None,
        issue=issue,
        period_kind=window.kind,
        period=window.code,
        period_start=window.start,
        period_end=window.end,
        status=RunStatus.FREEZING,
        title=title_of(definition, window, branch, campaign, issue),
        requested_by=actor,
        requested_at=moment,
        **columns,
    )
    ReportEvent.objects.create(run=run, from_status="", to_status=RunStatus.FREEZING, actor=actor, at=moment)
    record_audit("transparency.report.requested", actor=actor, obj=run, branch_code=branch.code)
    return run


def _freeze_into(run: ReportRun, *, campaign: PublicCampaign | None, previous: ReportRun | None) -> None:
    run.frozen_at = now()
    with ExitStack() as stack:
        frozen = freezer_of(run.kind)(run, campaign=campaign, previous=previous, stack=stack)
        for part, rows in frozen.row_files.items():
            name = f"{run.number}-use-rows.jsonl" if part == USE_PART else f"{run.number}-rows.jsonl"
            keep_file(run, FileRole.ROWS, rows, name, part=part)
        keep_file(run, FileRole.SNAPSHOT, [canonical_bytes(frozen.snapshot)], f"{run.number}-snapshot.json")
    run.summary = frozen.summary
    run.save(update_fields=["frozen_at", "summary"])
    move_run(run, RunStatus.RENDERING, actor=run.requested_by)


def keep_file(
    run: ReportRun,
    role: str,
    source: Any,
    name: str,
    *,
    part: int = 0,
    first_row: int | None = None,
    last_row: int | None = None,
) -> ReportFile:
    """Store a file of a run under its SHA-256, in the caller's transaction."""
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
    made is kept in one. A DomainError (figures that disagree) fails the run with its sentence. The signed head of the
    public log that goes into the PDF is kept first, so that a second try gives the same bytes.
    """
    run = ReportRun.objects.unscoped("a job's run").select_related("branch", "requested_by").get(pk=run_id)
    if run.status != RunStatus.RENDERING:
        return run
    _keep_checkpoint(run)
    paths = {(item.role, item.part): path_of(item.file.sha256) for item in run.files.select_related("file")}
    checkpoint = paths.get((FileRole.CHECKPOINT, 0))
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
                checkpoint=checkpoint.read_text(encoding="utf-8") if checkpoint else "",
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
                keep_file(run, FileRole.PDF, made.pdf, made.pdf.name)
                keep_file(run, FileRole.HTML, made.html, made.html.name)
                for part, path in zip(made.csv_parts, made.csvs, strict=True):
                    keep_file(run, FileRole.CSV, path, path.name, part=part)
                for part, volume in enumerate(made.volumes, start=1):
                    keep_file(
                        run,
                        FileRole.VOLUME,
                        volume.path,
                        volume.path.name,
                        part=part,
                        first_row=volume.first_row,
                        last_row=volume.last_row,
                    )
                find_anomalies(run, previous=run_before(run))
                move_run(run, RunStatus.READY, actor=None, page_count=made.pages)
    return run


def _keep_checkpoint(run: ReportRun) -> None:
    if run.files.filter(role=FileRole.CHECKPOINT).exists():
        return
    head = head_covering(run.log_to or 0)
    with transaction.atomic():
        locked = lock_run(run.pk)
        if head is not None and not locked.files.filter(role=FileRole.CHECKPOINT).exists():
            keep_file(locked, FileRole.CHECKPOINT, [head.note.encode()], f"{run.number}-checkpoint.txt")


def read_snapshot(path: Path) -> dict[str, Any]:
    """Read a frozen snapshot back."""
    return dict(json.loads(path.read_bytes()))
