"""The one mover of exchanged files, their jobs, and the files that go out."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now, today
from core.errors import NotAllowed
from core.models import Job, StoredFile
from core.numbers import take_number
from organizations.choices import Right
from organizations.permissions import may, require
from registries.choices.exchange import FILE_TRANSITIONS, OUT_FILE_DAYS, UNFINISHED, Direction, FileStatus, Outcome
from registries.errors import RegistryError, WrongState
from registries.models import ExchangeFile, ExchangeFileEvent, SampleBatch
from registries.services.form_keys import sent_before
from registries.services.tries import has_stopped, last_try, start_try

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "L"
MAKE_KIND, CHECK_KIND, APPLY_KIND = (
    "registries.tasks.make_exchange_file",
    "registries.tasks.check_exchange_file",
    "registries.tasks.apply_exchange_file",
)
_KIND_OF = {FileStatus.MAKING: MAKE_KIND, FileStatus.CHECKING: CHECK_KIND, FileStatus.APPLYING: APPLY_KIND}


def open_outgoing(*, branch: Branch, batch_number: str = "", key: uuid.UUID, actor: User) -> ExchangeFile:
    """Ask for a file of all who were sampled and stood in no file yet, of a branch or of one batch; sent twice, one.

    Nobody is read for it before another person releases it. Raises RegistryError with the field `batch`, WrongState for
    a form that was used otherwise, NotAllowed without READ_REGISTRANTS: it names people.
    """
    with transaction.atomic():
        require(actor, Right.KEEP_REGISTRIES, branch)
        require(actor, Right.READ_REGISTRANTS, branch)
        batch = _batch_of(branch, batch_number)
        rows = ExchangeFile.objects.unscoped("the same form sent twice").select_related("branch")
        same: dict[str, Any] = {"made_by_id": actor.pk, "branch_id": branch.pk, "batch_id": batch.pk if batch else None}
        if first := sent_before(rows, key, **same):
            return first
        row = new_file(branch, Direction.OUT, FileStatus.ASKED, key=key, actor=actor)
        row.batch = batch
        row.save(force_insert=True)
        note_file(row, "asked", actor=actor)
    return row


def release_file(*, file_id: int, actor: User) -> ExchangeFile:
    """Have a file made that goes out, as another person of the branch than who asked for it. Locks it.

    Personal data leaves the house by approval alone (个人信息保护法 Art. 51), to the library too. Who asked must still
    hold the rights. Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        row = lock_file(file_id)
        require(actor, Right.APPROVE_EXPORTS, row.branch)
        if row.made_by_id == actor.pk:
            raise NotAllowed("own_work", _("这份文件由您申请，须由本会另一位有批准权限的同事批准。"))
        if not row.made_by.is_active:
            raise NotAllowed("requester_gone", _("申请人已停用，这份文件不能生成，请作废。"))
        require(row.made_by, Right.KEEP_REGISTRIES, row.branch)
        require(row.made_by, Right.READ_REGISTRANTS, row.branch)
        move_file(row, FileStatus.MAKING, verb="released", actor=actor, released_by=actor, released_at=now())
        start_file_job(row, actor=actor)
    return row


def confirm_file(*, file_id: int, actor: User) -> ExchangeFile:
    """Have the good rows of a checked file applied, by who looked at the preview. Locks it. Raises WrongState."""
    with transaction.atomic():
        row = lock_file(file_id)
        require(actor, Right.KEEP_REGISTRIES, row.branch)
        if row.row_count <= row.bad_count:
            raise WrongState("exchange_empty", _("这份文件里没有可以办理的行。"))
        move_file(row, FileStatus.APPLYING, verb="confirmed", actor=actor, confirmed_by=actor, confirmed_at=now())
        start_file_job(row, actor=actor, total=row.row_count - row.bad_count)
    return row


def drop_file(*, file_id: int, actor: User) -> ExchangeFile:
    """Give up a file of which nothing was applied, so that a better one may come; its rows are emptied at once.

    One that waits for its release is given up by who may release it, too; one that goes out, while nobody has fetched
    it: its bags go into the next one. Locks it. Raises WrongState.
    """
    with transaction.atomic():
        row = lock_file(file_id)
        is_refusal = row.status == FileStatus.ASKED and may(actor, Right.APPROVE_EXPORTS, row.branch)
        if not is_refusal:
            require(actor, Right.KEEP_REGISTRIES, row.branch)
        if row.download_count:
            raise WrongState("exchange_fetched", _("这份文件已有人下载，不能作废；要更正的请直接告诉全国资料库。"))
        _dropped(row, actor)
    return row


def give_up_files(*, before: datetime.datetime) -> int:
    """Close files that came in or were asked for before a moment and never got to their end; return how many.

    Locks each.
    What was applied of one stays; of the rest no row keeps what it would have brought.
    """
    closed = 0
    for pk in list(files_to_give_up(before=before).values_list("pk", flat=True)):
        with transaction.atomic():
            row = lock_file(pk)
            if row.status == FileStatus.APPLYING:
                empty_rows(row)
                bad = row.rows.exclude(outcome=Outcome.DONE).count()
                move_file(row, FileStatus.APPLIED, verb="given_up", actor=None, bad_count=bad)
                closed += 1
            elif may_drop(row):
                _dropped(row, None)
                closed += 1
    return closed


def files_to_give_up(*, before: datetime.datetime) -> QuerySet[ExchangeFile]:
    """Files that came in before a moment and still wait."""
    rows: QuerySet[ExchangeFile] = ExchangeFile.objects.unscoped("retention").filter(
        status__in=UNFINISHED, made_at__lt=before
    )
    return rows


def empty_rows(row: ExchangeFile) -> None:
    """Settle the rows of a locked file that are not applied, and destroy the library's numbers in them (查询编号).

    The rows first: a number is destroyed only where a row is settled (trigger).
    """
    row.rows.filter(outcome=Outcome.GOOD).update(outcome=Outcome.DROPPED)
    row.rows.filter(reference__isnull=False).exclude(outcome=Outcome.DONE).update(reference=None)


def may_drop(row: ExchangeFile) -> bool:
    """Whether a file can still be given up: nobody has released, confirmed or fetched it."""
    return FileStatus.DROPPED in FILE_TRANSITIONS[row.status] and not row.download_count


def resume_file(*, file_id: int, actor: User) -> Job:
    """Queue anew what stands still because its job failed or was cancelled. Locks it. Raises WrongState."""
    with transaction.atomic():
        row = lock_file(file_id)
        require(actor, Right.KEEP_REGISTRIES, row.branch)
        if not is_stuck(row):
            raise WrongState("exchange_not_stuck", _("没有中断的任务，请刷新页面查看。"))
        return start_file_job(row, actor=actor)


def is_stuck(row: ExchangeFile) -> bool:
    """Whether a file waits for a job that will not go on by itself; one query."""
    return row.status in _KIND_OF and has_stopped(_prefix(row))


def last_job(row: ExchangeFile) -> Job | None:
    """The newest job of a file; one query."""
    return last_try(_prefix(row))


def new_file(branch: Branch, direction: str, status: str, *, key: uuid.UUID, actor: User) -> ExchangeFile:
    """A file with its number, not saved; in the caller's transaction."""
    return ExchangeFile(
        **ExchangeFile.lineage_of(branch),
        number=take_number(branch.code, today().year, LETTER),
        key=key,
        direction=direction,
        status=status,
        made_by=actor,
        made_at=now(),
    )


def lock_file(file_id: int) -> ExchangeFile:
    """Read a file under its row lock; the caller is in a transaction and checks who asks."""
    rows = ExchangeFile.objects.unscoped("lock of one known file").select_for_update(of=("self",))
    found: ExchangeFile = rows.select_related("branch", "file", "batch", "made_by").get(pk=file_id)
    return found


def move_file(row: ExchangeFile, to_status: str, *, verb: str, actor: User | None, **changes: object) -> None:
    """Move a locked file to another state with other columns, and note it. Raises WrongState."""
    if to_status not in FILE_TRANSITIONS[row.status]:
        raise WrongState(
            "exchange_wrong_state",
            _("文件 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": row.number, "now": FileStatus(row.status).label},
        )
    row.status = to_status
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    note_file(row, verb, actor=actor, count=row.row_count)


def note_file(row: ExchangeFile, verb: str, *, actor: User | None, count: int = 0) -> None:
    """Write a step of a file down: an event, and a row of the trail."""
    ExchangeFileEvent.objects.create(
        exchange_file=row, to_status=row.status, verb=verb, count=count, actor=actor, at=now()
    )
    record_audit(f"registries.exchange.{verb}", actor=actor, obj=row, branch_code=row.branch.code)


def start_file_job(row: ExchangeFile, *, actor: User, total: int | None = None) -> Job:
    """Queue what a file's state waits for; each try is a job of its own."""
    labels = {
        FileStatus.MAKING: _("生成报送文件"),
        FileStatus.CHECKING: _("核对接收文件"),
        FileStatus.APPLYING: _("办理接收文件"),
    }
    return start_try(
        _prefix(row),
        kind=_KIND_OF[FileStatus(row.status)],
        label=labels[FileStatus(row.status)],
        params={"file": row.pk},
        actor=actor,
        branch_code=row.branch.code,
        total=total,
        link=reverse("desk_exchange_file", args=[row.number]),
    )


def expire_files(*, before: datetime.datetime) -> int:
    """Close files that were released before a moment and may no longer be downloaded; return how many. Locks each."""
    closed = 0
    for pk in list(files_to_expire(before=before).values_list("pk", flat=True)):
        with transaction.atomic():
            row = lock_file(pk)
            if row.status == FileStatus.READY:
                move_file(row, FileStatus.EXPIRED, verb="expired", actor=None)
                _free_bags(row)
                destroy_bytes(row)
                closed += 1
    return closed


def files_to_expire(*, before: datetime.datetime) -> QuerySet[ExchangeFile]:
    """Files that were released before a moment and could still be downloaded."""
    rows: QuerySet[ExchangeFile] = ExchangeFile.objects.unscoped("retention").filter(
        status=FileStatus.READY, released_at__lt=before
    )
    return rows


def destroy_bytes(row: ExchangeFile) -> None:
    """Have the bytes of a file destroyed with the next retention."""
    if row.file is not None:
        StoredFile.objects.filter(pk=row.file.pk).update(purge_on=today())


def expires_on(row: ExchangeFile) -> datetime.date:
    """The last day on which a file may be downloaded."""
    return (row.released_at or row.made_at).astimezone(SHANGHAI).date() + datetime.timedelta(days=OUT_FILE_DAYS - 1)


def rows_left(row: ExchangeFile) -> int:
    """How many good rows of a file are not yet applied; one query."""
    return row.rows.filter(outcome=Outcome.GOOD).count()


def _dropped(row: ExchangeFile, actor: User | None) -> None:
    move_file(row, FileStatus.DROPPED, verb="dropped", actor=actor)
    _free_bags(row)
    empty_rows(row)
    destroy_bytes(row)


def _free_bags(row: ExchangeFile) -> None:
    """Let the bags of a file that nobody fetched go into the next one: they were reported to nobody."""
    if row.direction == Direction.OUT and not row.download_count:
        row.sent.filter(is_void=False).update(is_void=True)


def _batch_of(branch: Branch, number: str) -> SampleBatch | None:
    if not number:
        return None
    rows = SampleBatch.objects.unscoped("of the branch that the actor writes in")
    found: SampleBatch | None = rows.filter(branch=branch, number=number).first()
    if found is None:
        sentence = _("请选择本会的样本批次，或不选。")
        raise RegistryError("batch_wrong", sentence, {"batch": sentence})
    return found


def _prefix(row: ExchangeFile) -> str:
    return f"registry-exchange:{row.pk}:"
