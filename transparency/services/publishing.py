"""Publishing a report: the second person, the checks, and what is told to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from ledger.checks import all_checks as ledger_checks

from core.clock import now
from core.files import path_of
from core.outbox import write_record
from donations.checks import all_checks as gift_checks
from organizations.choices import Right
from organizations.permissions import require
from transparency.choices import FileRole, RunStatus
from transparency.errors import PublishingBlocked
from transparency.models import DisclosureItem, ReportRun
from transparency.rendering.figures import check_figures
from transparency.services.freezing import read_rows
from transparency.services.runs import lock_run, move_run, read_snapshot

if TYPE_CHECKING:
    from accounts.models import User


def publish_run(*, run_id: int, actor: User) -> ReportRun:
    """Publish a report as another person than the one who asked for it.

    Checked first: the files are whole, the figures add up to the frozen rows, ledger and gifts hold. Then, in one
    transaction under the run's lock: the run stands for ever, the disclosure item and the public record of the report
    are written. Raises PublishingBlocked with everything in the way, DomainError for the person who asked for it.
    """
    run = ReportRun.objects.unscoped("checked below").select_related("branch", "corrects").get(pk=run_id)
    require(actor, Right.PUBLISH_REPORTS, run.branch)
    if run.requested_by_id == actor.pk:
        raise PublishingBlocked("own_request", _("这份报告是您发起的，须由另一位有公开权限的人审核并公开。"))
    problems = publishing_problems(run)
    if problems:
        raise PublishingBlocked(
            "publishing_blocked",
            _("报告 %(number)s 还不能公开：%(why)s") % {"number": run.number, "why": _("；").join(problems)},
        )
    with transaction.atomic():
        run = lock_run(run_id)
        moment = now()
        move_run(run, RunStatus.PUBLISHED, actor=actor, published_by=actor, published_at=moment)
        DisclosureItem.objects.create(
            **DisclosureItem.lineage_of(run.branch),
            kind=run.kind,
            title=f"{run.branch.name}{run.title}",
            report=run,
            published_at=moment,
        )
        write_record(
            kind="report",
            subject=run.number,
            object_id=run.pk,
            branch_code=run.branch.code,
            body=_record(run),
        )
    return run


def publishing_problems(run: ReportRun) -> list[str]:
    """Everything that stands between a run and its publication, as sentences; empty when it may go out."""
    if run.status != RunStatus.READY:
        return [_("它现在是“%(status)s”") % {"status": RunStatus(run.status).label}]
    files = {(item.role, item.part): item.file for item in run.files.select_related("file")}
    lost = [file.name for file in files.values() if not path_of(file.sha256).is_file()]
    if lost:
        return [_("文件 %(names)s 在存储中找不到，请联系系统管理员") % {"names": "、".join(lost)}]
    rows_path = path_of(files[(FileRole.ROWS, 0)].sha256)
    check_figures(read_snapshot(path_of(files[(FileRole.SNAPSHOT, 0)].sha256)), read_rows(rows_path))
    failed = [name for checks in (ledger_checks(), gift_checks()) for name, rows in checks.items() if rows]
    return (
        [_("账目核对未通过：%(names)s，请先运行 verify_ledger 查明") % {"names": "、".join(failed)}] if failed else []
    )


def _record(run: ReportRun) -> dict[str, object]:
    """The public record of a published report: figures and digests, no person's name."""
    return {
        "schema": "report-published/1",
        "kind": "report",
        "report_kind": run.kind,
        "number": run.number,
        "version": run.version,
        "corrects": run.corrects.number if run.corrects and run.corrects.status == RunStatus.PUBLISHED else None,
        "branch": run.branch.code,
        "scope": run.scope,
        "period": run.period,
        "log_from": run.log_from,
        "log_to": run.log_to,
        "count": run.summary["count"],
        "amount": run.summary["amount"],
        "files": [
            {"role": item.role, "part": item.part, "sha256": item.file.sha256, "size": item.file.size}
            for item in run.files.select_related("file").order_by("role", "part")
        ],
    }
