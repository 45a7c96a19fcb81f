"""A report's way out: checked, approved by another person, signed by a worker and published; declined, withdrawn."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from pyhanko.sign.signers import Signer

from core.audit import record_audit
from core.choices import JobStatus
from core.clock import now
from core.errors import DomainError
from core.files import path_of
from core.jobs import start_job
from core.models import Job
from core.outbox import write_record
from core.printing.signing import FileSignature, read_signature, sign_file
from core.progress import Progress
from organizations.choices import Right
from organizations.permissions import may, require
from transparency.choices import FileRole, RunStatus
from transparency.errors import PublishingBlocked, RunWrongState
from transparency.models import DisclosureItem, ReportFile, ReportRun, ReportWithdrawal
from transparency.selectors.reports import render_jobs, sign_jobs
from transparency.services.publishing_checks import publishing_problems, unexplained
from transparency.services.report_keys import report_signer
from transparency.services.report_records import published_record, published_row, withdrawn_record
from transparency.services.runs import keep_file, lock_run, move_run, start_rendering

if TYPE_CHECKING:
    from accounts.models import User


def check_run(*, run_id: int, actor: User) -> ReportRun:
    """Say that a report was read and is right, the first of two steps; whoever asked for it may do it too.

    Raises PublishingBlocked with everything in the way, RunWrongState where another was quicker.
    """
    run = _run_for(run_id)
    _require_either(actor, run)
    _require_state(run, RunStatus.READY)
    _require_sound(run)
    with transaction.atomic():
        run = lock_run(run_id)
        move_run(run, RunStatus.CHECKED, actor=actor, checked_by=actor, checked_at=now())
    return run


def approve_run(*, run_id: int, actor: User) -> ReportRun:
    """Approve a checked report as a third eye and have it signed; the worker that signed it publishes it.

    Checked again: the files are whole, the figures add up to the frozen rows, no person is named, every anomaly is
    explained, ledger and gifts hold. Raises PublishingBlocked with everything in the way, also for the person who asked
    for the report or checked it; RunWrongState where another was quicker.
    """
    run = _run_for(run_id)
    require(actor, Right.PUBLISH_REPORTS, run.branch)
    _require_another(run, actor)
    _require_state(run, RunStatus.CHECKED)
    _require_sound(run)
    with transaction.atomic():
        run = lock_run(run_id)
        # Under the lock, because the checks above were made without it.
        _require_another(run, actor)
        if found := unexplained(run):
            raise PublishingBlocked("anomalies_open", found)
        move_run(run, RunStatus.APPROVED, actor=actor, approved_by=actor, approved_at=now())
        start_signing(run, actor=actor)
    return run


def start_signing(run: ReportRun, *, actor: User | None) -> Job:
    """Queue the signing of an approved run, whose row the caller has locked; each try is a job of its own."""
    return start_job(
        kind="transparency.tasks.sign_report",
        label=_("签名并公开报告 %(number)s") % {"number": run.number},
        params={"run": run.pk},
        idempotency_key=f"sign:{run.number}:{sign_jobs(run).count() + 1}",
        actor=actor,
        branch_code=run.branch.code,
        link=f"/desk/reports/{run.number}/",
    )


def sign_run(*, run_id: int, job: Progress) -> ReportRun:
    """Sign an approved run's files one after another, and publish it when none is left.

    Each signed file is kept in a transaction of its own, so a worker that dies goes on where it stopped. Publication is
    one transaction under the run's lock: the run stands for ever, the disclosure item and the public record of the
    report are written. Idempotent: a run that is not APPROVED is left as it is. Raises ReportKeyMissing, SigningFailed.
    """
    run = _run_for(run_id)
    if run.status != RunStatus.APPROVED:
        return run
    originals = list(run.files.filter(role__in=[FileRole.PDF, FileRole.VOLUME]).select_related("file").order_by("part"))
    signed = set(run.files.filter(role=FileRole.SIGNED).values_list("part", flat=True))
    with report_signer() as signer:
        for done, original in enumerate(originals):
            job.progress(done, len(originals), stage=_("签名"))
            if original.part not in signed:
                _sign(run, original, signer)
    job.progress(len(originals), len(originals), stage=_("公开"))
    made = _one_signature(run)
    with transaction.atomic():
        run = lock_run(run_id)
        if run.status == RunStatus.APPROVED and made is not None:
            _publish(run, made)
    return run


def _sign(run: ReportRun, original: ReportFile, signer: Signer) -> None:
    reason = _("%(branch)s %(title)s，编号 %(number)s，第 %(version)s 版") % {
        "branch": run.branch.name, "title": run.title, "number": run.number, "version": run.version,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="report-sign-") as directory:
        path = Path(directory) / original.file.name
        with path_of(original.file.sha256).open("rb") as source, path.open("w+b") as target:
            sign_file(source, target, signer=signer, reason=reason, timestamp_url=settings.REPORT_TIMESTAMP_URL)
        with transaction.atomic():
            locked = lock_run(run.pk)
            is_there = locked.files.filter(role=FileRole.SIGNED, part=original.part).exists()
            if locked.status == RunStatus.APPROVED and not is_there:
                keep_file(
                    locked, FileRole.SIGNED, path, path.name, part=original.part, first_row=original.first_row,
                    last_row=original.last_row,
                )  # fmt: skip


def _one_signature(run: ReportRun) -> FileSignature | None:
    """The signature of the main report; refuses where another file has another certificate. None once declined."""
    found: dict[int, FileSignature] = {}
    for one in run.files.filter(role=FileRole.SIGNED).select_related("file"):
        with path_of(one.file.sha256).open("rb") as file:
            made = read_signature(file)
        if made is None or not made.holds:
            raise DomainError("signature_lost", _("已签名的文件读不出有效的签名，请联系系统管理员。"))
        found[one.part] = made
    if len({one.certificate_sha256 for one in found.values()}) > 1:
        raise DomainError(
            "certificates_differ",
            _("签名期间更换了证书，各文件的签名人不一致，不能公开。请把这一份退回，重做后再签名。"),
        )
    return found.get(0)


def _publish(run: ReportRun, made: FileSignature) -> None:
    moment = now()
    move_run(
        run, RunStatus.PUBLISHED, actor=run.approved_by, published_at=moment, error="", signer=made.subject[:300],
        signer_sha256=made.certificate_sha256,
    )  # fmt: skip
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
        body=published_record(run),
        private=published_row(run),
    )


def withdraw_run(*, run_id: int, actor: User, reason: str) -> ReportWithdrawal:
    """Hand a published report's files out no longer, because a name stands in them that must not.

    Only for that: a figure that is wrong is corrected by a new version. Hashes, figures and place in the history stay;
    the public record says that it was withdrawn, the reason stands on the report's page.
    """
    if len(reason.strip()) < 4:
        raise DomainError(
            "reason_missing", _("请写明撤下的理由，它会公开。"), {"reason": _("请写明理由，不要写出姓名。")}
        )
    with transaction.atomic():
        run = lock_run(run_id)
        require(actor, Right.PUBLISH_REPORTS, run.branch)
        if run.status != RunStatus.PUBLISHED or ReportWithdrawal.objects.filter(run=run).exists():
            raise RunWrongState("run_not_withdrawable", _("只有公开着的报告可以撤下文件。"))
        made = ReportWithdrawal.objects.create(
            run=run, reason=reason.strip()[:500], withdrawn_by=actor, withdrawn_at=now()
        )
        record_audit(
            "transparency.report.withdrawn", actor=actor, obj=run, branch_code=run.branch.code, reason=made.reason
        )
        write_record(
            kind="withdrawal", subject=run.number, object_id=run.pk, branch_code=run.branch.code,
            body=withdrawn_record(run),
            private={"reason": made.reason},
        )  # fmt: skip
    return made


def retry_run(*, run_id: int, actor: User) -> ReportRun:
    """Try to set a failed run again from the same frozen figures, or to sign an approved one again.

    Also one whose job came to an end (cancelled, or given up after errors) without it; it goes on where the last try
    stopped. Raises RunWrongState while a job is still at it.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        _require_either(actor, run)
        jobs = sign_jobs(run) if run.status == RunStatus.APPROVED else render_jobs(run)
        if jobs.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).exists():
            raise RunWrongState("run_at_work", _("报告 %(number)s 正在制作，请稍候。") % {"number": run.number})
        if run.status == RunStatus.APPROVED:
            start_signing(run, actor=actor)
            return run
        if run.status != RunStatus.RENDERING:
            move_run(run, RunStatus.RENDERING, actor=actor, error="")
        start_rendering(run, actor=actor)
    return run


def decline_run(*, run_id: int, actor: User, reason: str) -> ReportRun:
    """Refuse a report that is not public yet, with a reason; also one that could not be signed."""
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", _("请写明不通过的理由。"), {"reason": _("请写明理由。")})
    with transaction.atomic():
        run = lock_run(run_id)
        require(actor, Right.PUBLISH_REPORTS, run.branch)
        move_run(run, RunStatus.DECLINED, actor=actor, reason=reason.strip()[:500])
    return run


def _require_either(actor: User, run: ReportRun) -> None:
    if not may(actor, Right.REQUEST_REPORTS, run.branch):
        require(actor, Right.PUBLISH_REPORTS, run.branch)


def _run_for(run_id: int) -> ReportRun:
    return (
        ReportRun.objects.unscoped("checked below").select_related("branch", "corrects", "approved_by").get(pk=run_id)
    )


def _require_state(run: ReportRun, status: str) -> None:
    if run.status != status:
        raise RunWrongState(
            "run_wrong_state",
            _("报告 %(number)s 现在是“%(now)s”，请刷新页面。")
            % {"number": run.number, "now": run.get_status_display()},
        )


def _require_another(run: ReportRun, actor: User) -> None:
    if run.requested_by_id == actor.pk:
        raise PublishingBlocked("own_request", _("这份报告是您发起的，须由另一位有公开权限的人批准。"))
    if run.checked_by_id == actor.pk:
        raise PublishingBlocked("own_check", _("这份报告是您复核的，须由另一位有公开权限的人批准。"))


def _require_sound(run: ReportRun) -> None:
    if problems := publishing_problems(run):
        raise PublishingBlocked(
            "publishing_blocked",
            _("报告 %(number)s 还不能公开：%(why)s") % {"number": run.number, "why": _("；").join(problems)},
        )
