"""Publishing a report: the second person, the checks, and what is told to the world."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.files import path_of
from core.models import StoredFile
from core.outbox import write_record
from donations.checks import all_checks as gift_checks
from donations.choices import DonorKind
from donations.selectors.reporting import name_in_files
from ledger.checks import all_checks as ledger_checks
from organizations.choices import Right
from organizations.permissions import require
from transparency.choices import USE_PART, FileRole, RunStatus
from transparency.errors import PublishingBlocked
from transparency.models import DisclosureItem, ReportFile, ReportRun
from transparency.rendering.figures import check_figures
from transparency.rendering.use_figures import check_use
from transparency.selectors.anomalies import open_count
from transparency.services.freezing import read_rows
from transparency.services.runs import lock_run, move_run, read_snapshot

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class PublishingCheck:
    """One thing that must hold before a report goes out: its name in words, and what is wrong (empty: it holds)."""

    label: str
    problem: str

    @property
    def state(self) -> str:
        """As the component `check_list` takes it."""
        return "error" if self.problem else "passed"

    @property
    def text(self) -> str:
        """As the component `check_list` takes it."""
        return self.problem


def publish_run(*, run_id: int, actor: User) -> ReportRun:
    """Publish a report as another person than the one who asked for it.

    Checked first: the files are whole, the figures add up to the frozen rows, no person is named,
    every anomaly is explained, ledger and gifts
    hold. Then, in one transaction under the run's lock: the run stands for ever, the disclosure item and the public
    record of the report are written. Raises PublishingBlocked with everything in the way, also for the person who asked
    for it; RunWrongState where another was quicker.
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
        # Under the lock, because the checks above were made without it.
        if unexplained := _unexplained(run):
            raise PublishingBlocked("anomalies_open", unexplained)
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
    return [check.problem for check in publishing_checks(run) if check.problem]


def publishing_checks(run: ReportRun) -> list[PublishingCheck]:
    """The list that a publisher sees ticked off: files, figures, names, books. Reads the whole ledger once."""
    files = list(run.files.select_related("file"))
    checks = [PublishingCheck(_("文件完整，与生成时的 SHA-256 一致"), _damage(files))]
    if checks[0].problem:
        return checks
    path = {(item.role, item.part): path_of(item.file.sha256) for item in files}
    rows_path, use_path = path[(FileRole.ROWS, 0)], path.get((FileRole.ROWS, USE_PART))
    snapshot = read_snapshot(path[(FileRole.SNAPSHOT, 0)])
    return [
        *checks,
        PublishingCheck(_("合计与各行之和相符"), _said(lambda: check_figures(snapshot, read_rows(rows_path)))),
        PublishingCheck(
            _("期初加收入减支出等于期末，与明细相符"), _said(lambda: check_use(snapshot, read_rows(use_path)))
        ),
        PublishingCheck(_("明细中没有个人姓名"), _names(read_rows(rows_path))),
        PublishingCheck(_("异常已逐条说明"), _unexplained(run)),
        PublishingCheck(_("账目核对相符"), _failed(ledger_checks())),
        PublishingCheck(_("捐赠与账目相符"), _failed(gift_checks())),
    ]


def _damage(files: list[ReportFile]) -> str:
    """Name the files that the store has lost or that are no longer the bytes they were."""
    missing = {FileRole.PDF, FileRole.HTML, FileRole.CSV, FileRole.SNAPSHOT, FileRole.ROWS} - {
        FileRole(item.role) for item in files
    }
    wrong = [str(role.label) for role in FileRole if role in missing]
    wrong += [item.file.name for item in files if not _is_whole(item.file)]
    if not wrong:
        return ""
    return _("文件 %(names)s 在存储中找不到或已被改动，请联系系统管理员") % {"names": "、".join(wrong)}


def _is_whole(stored: StoredFile) -> bool:
    try:
        with path_of(stored.sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256
    except OSError:
        return False


def _said(check: Callable[[], object]) -> str:
    try:
        check()
    except DomainError as error:
        return error.message
    return ""


def _names(rows: Iterable[dict[str, Any]]) -> str:
    """Whether a row shows a natural person in another way than the rule for files says."""
    shown = {kind: name_in_files("", kind, "") for kind in (DonorKind.PERSON, DonorKind.ANONYMOUS)}
    for row in rows:
        if row["donor"] != shown.get(row["donor_kind"], row["donor"]):
            return _("捐赠 %(number)s 的个人显示不合规定，请重新生成") % {"number": row["number"]}
    return ""


def _unexplained(run: ReportRun) -> str:
    count = open_count(run)
    return _("还有 %(n)s 条异常没有说明，请在“异常”页逐条说明") % {"n": count} if count else ""


def _failed(found: dict[str, list[dict[str, Any]]]) -> str:
    failed = [name for name, rows in found.items() if rows]
    if not failed:
        return ""
    return _("%(names)s 未通过，请先运行 verify_ledger 查明") % {"names": "、".join(failed)}


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
        "use": run.summary.get("use"),
        "files": [
            {"role": item.role, "part": item.part, "sha256": item.file.sha256, "size": item.file.size}
            for item in run.files.select_related("file").order_by("role", "part")
        ],
    }
