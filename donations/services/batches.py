"""The way of a batch: opened, read, submitted, returned or approved."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.choices import JobStatus
from core.clock import SHANGHAI, now, today
from core.errors import DomainError
from core.files import store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from core.numbers import take_number
from donations.choices import BATCH_LETTER, BatchKind, BatchStatus
from donations.errors import NotReady, OwnWork, SameFile, WrongState
from donations.models import Batch, BatchEvent
from donations.selectors.batches import batch_tally, what_is_left
from donations.services.duplicates import mark_late_duplicates
from donations.services.moving import lock_batch, move_batch, note_maker
from ledger.models import Fund
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import is_recorded_for, require

if TYPE_CHECKING:
    from accounts.models import User

# Raw lists hold givers' names and what else their senders wrote (P3, sealed): kept while a batch can be questioned,
# then destroyed (docs/personal-data.md).
RAW_LIST_DAYS = 365 * 5


def new_batch(*, branch: Branch, fund: Fund, kind: str, status: str, actor: User, **columns: object) -> Batch:
    """Make a batch with its number, in the caller's transaction. Raises DomainError for a fund of another branch."""
    if fund.branch_id != branch.pk or not fund.is_open:
        raise DomainError(
            "fund_not_usable", _("资金池“%(fund)s”不属于本会或已关闭，请另选一个。") % {"fund": fund.name}
        )
    moment = now()
    batch = Batch.objects.create(
        **Batch.lineage_of(branch),
        number=take_number(branch.code, moment.astimezone(SHANGHAI).year, BATCH_LETTER),
        kind=kind,
        status=status,
        fund=fund,
        maker_ids=[actor.pk],
        created_by=actor,
        created_at=moment,
        authority=is_recorded_for(actor, branch),
        **columns,
    )
    BatchEvent.objects.create(batch=batch, from_status="", to_status=status, actor=actor, at=moment)
    record_audit("donations.batch.opened", actor=actor, obj=batch, branch_code=branch.code)
    return batch


def open_file_batch(
    *,
    source: BinaryIO,
    filename: str,
    branch: Branch,
    fund: Fund,
    actor: User,
    default_on: datetime.date | None = None,
    format_hint: str = "auto",
) -> Batch:
    """Keep a donation list and start reading it as a job; nothing of it is posted.

    The same bytes a second time raise SameFile, which names the first batch. Raises NotAllowed without the right to
    enter gifts in the branch.
    """
    require(actor, Right.ENTER_GIFTS, branch)
    stored = store_file(
        source,
        name=filename,
        content_type="application/octet-stream",
        # Columns that nobody asked for may hold telephones, identity numbers and accounts (P3).
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
        purge_on=today() + datetime.timedelta(days=RAW_LIST_DAYS),
    )
    try:
        with transaction.atomic():
            refuse_same_file(stored.sha256)
            batch = new_batch(
                branch=branch,
                fund=fund,
                kind=BatchKind.FILE,
                status=BatchStatus.READING,
                actor=actor,
                file=stored,
                file_sha256=stored.sha256,
                default_on=default_on,
                format_hint=format_hint,
            )
            start_reading(batch, actor=actor)
    except IntegrityError as error:
        # Two people brought the same file at the same moment; the database let one through.
        refuse_same_file(stored.sha256)
        raise error
    return batch


def refuse_same_file(sha256: str) -> None:
    """Raise SameFile where a batch that was not cancelled holds the same bytes."""
    first = (
        Batch.objects.unscoped("only the number is told")
        .filter(file_sha256=sha256)
        .exclude(status=BatchStatus.CANCELLED)
        .first()
    )
    if first is not None:
        raise SameFile(
            "same_file",
            _(
                "这份文件已经导入过，见批次 %(number)s（%(day)s，%(status)s）。"
                "同一份文件不能导入两次；如需重来，请先作废原批次。"
            )
            % {
                "number": first.number,
                "day": first.created_at.astimezone(SHANGHAI).date().isoformat(),
                "status": BatchStatus(first.status).label,
            },
        )


def start_reading(batch: Batch, *, actor: User) -> Job:
    """Queue the reading of a batch that is in READING; each try is a job of its own."""
    tries = BatchEvent.objects.filter(batch=batch, to_status=BatchStatus.READING).count()
    return start_job(
        kind="donations.tasks.read_list",
        label=_("读取名单 %(number)s") % {"number": batch.number},
        params={"batch": batch.pk},
        idempotency_key=f"read:{batch.number}:{tries}",
        actor=actor,
        branch_code=batch.branch.code,
        link=f"/desk/donations/batches/{batch.number}/",
    )


def open_counter_batch(*, branch: Branch, fund: Fund, actor: User) -> Batch:
    """Open a batch for gifts typed at a counter, or return the person's open one for this branch and fund.

    Locks the person's row, so that two requests at once do not open two.
    """
    require(actor, Right.ENTER_GIFTS, branch)
    with transaction.atomic():
        lock_person(actor)
        open_one = (
            Batch.objects.unscoped("the person's own open batch")
            .filter(branch=branch, fund=fund, kind=BatchKind.COUNTER, created_by=actor, status=BatchStatus.DRAFT)
            .first()
        )
        return open_one or new_batch(
            branch=branch, fund=fund, kind=BatchKind.COUNTER, status=BatchStatus.DRAFT, actor=actor
        )


def lock_person(person: User) -> None:
    """Let what one person does at the counter come one after the other, until the caller's transaction ends."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=person.pk)


def submit_batch(*, batch_id: int, actor: User, note: str = "") -> Batch:
    """Hand a batch to the second person. Locks the batch; raises NotReady with everything that is left to do.

    What was posted or handed on since the batch was read is looked at once more; rows that repeat it stay marked for a
    decision, also though the submission is refused for them.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        found = mark_late_duplicates(batch) if batch.is_editable else 0
        if not found:
            _check_ready(batch)
            note_maker(batch, actor)
            move_batch(batch, BatchStatus.SUBMITTED, actor=actor, reason=note, submitted_by=actor, submitted_at=now())
    if found:
        raise NotReady(
            "duplicates_found_late",
            _("批次 %(number)s 还不能提交：读取之后又有别的批次入账或提交，新发现 %(found)d 行疑似重复，请先决定。")
            % {"number": batch.number, "found": found},
        )
    return batch


def _check_ready(batch: Batch) -> None:
    left = what_is_left(batch, batch_tally(batch))
    if left:
        raise NotReady(
            "batch_not_ready",
            _("批次 %(number)s 还不能提交：%(left)s。") % {"number": batch.number, "left": _("；").join(left)},
        )


def withdraw_batch(*, batch_id: int, actor: User) -> Batch:
    """Take a submitted batch back to go on working at it, while nobody has decided."""
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        move_batch(batch, BatchStatus.DRAFT, actor=actor)
    return batch


def cancel_batch(*, batch_id: int, actor: User, reason: str) -> Batch:
    """Give up a batch that was not submitted; its file may then be imported again."""
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        _need_reason(reason)
        move_batch(batch, BatchStatus.CANCELLED, actor=actor, reason=reason)
    return batch


def return_batch(*, batch_id: int, actor: User, reason: str) -> Batch:
    """Send a submitted batch back to its makers with a reason."""
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.APPROVE_GIFTS, batch.branch)
        _need_reason(reason)
        move_batch(batch, BatchStatus.RETURNED, actor=actor, reason=reason)
    return batch


def approve_batch(*, batch_id: int, actor: User, queue: bool = True) -> Batch:
    """Approve a submitted batch as a second person and, unless the caller posts it itself, queue its posting.

    Locks the batch, so that of two approvers one wins and the other gets WrongState. Raises OwnWork for anybody whose
    hands it passed through; the database holds the same (CHECK batch_approver_is_no_maker).
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.APPROVE_GIFTS, batch.branch)
        if actor.pk in batch.maker_ids:
            raise OwnWork
        _check_ready(batch)
        move_batch(batch, BatchStatus.POSTING, actor=actor, approved_by=actor)
        if queue:
            tries = BatchEvent.objects.filter(batch=batch, to_status=BatchStatus.POSTING).count()
            start_job(
                kind="donations.tasks.post_batch",
                label=_("入账 %(number)s") % {"number": batch.number},
                params={"batch": batch.pk},
                idempotency_key=f"post:{batch.number}:{tries}",
                actor=actor,
                branch_code=batch.branch.code,
                link=f"/desk/donations/batches/{batch.number}/",
            )
    return batch


def reread_batch(*, batch_id: int, actor: User) -> Batch:
    """Read the file of a batch again, after its mapping or default day was changed; edits of rows are given up."""
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        if batch.file_id is None:
            raise WrongState("batch_has_no_file", _("这个批次没有文件可以重读。"))
        note_maker(batch, actor)
        move_batch(batch, BatchStatus.READING, actor=actor)
        start_reading(batch, actor=actor)
    return batch


def resume_batch(*, batch_id: int, actor: User) -> Job:
    """Queue the reading or posting of a batch anew whose job was cancelled or failed; returns the new job.

    Raises WrongState where nothing stands still. A job that is still at work finds the batch moved and does nothing.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        what = {BatchStatus.READING.value: "read", BatchStatus.POSTING.value: "post"}.get(batch.status, "")
        require(actor, Right.APPROVE_GIFTS if what == "post" else Right.ENTER_GIFTS, batch.branch)
        jobs = Job.objects.filter(idempotency_key__startswith=f"{what}:{batch.number}:").order_by("-created_at")
        last = jobs.first()
        if not what or (last is not None and last.status in (JobStatus.QUEUED, JobStatus.RUNNING)):
            raise WrongState("batch_not_stuck", _("批次 %(number)s 没有中断的任务。") % {"number": batch.number})
        return start_job(
            kind="donations.tasks.read_list" if what == "read" else "donations.tasks.post_batch",
            label=_("继续办理 %(number)s") % {"number": batch.number},
            params={"batch": batch.pk},
            idempotency_key=f"{what}:{batch.number}:again-{jobs.count()}",
            actor=actor,
            branch_code=batch.branch.code,
            link=f"/desk/donations/batches/{batch.number}/",
        )


def _need_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise DomainError(
            "reason_missing", _("请写明理由（至少 2 个字），经办人会看到。"), {"reason": _("请写明理由。")}
        )
