"""The one mover of files of donors who joined on paper: brought in, released by a second person, given up."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now, today
from core.errors import Conflict, NotAllowed
from core.files import store_file
from core.models import Job, StoredFile
from core.numbers import take_number
from organizations.choices import Right
from organizations.permissions import may, require
from registries.choices.exchange import Outcome
from registries.choices.intake import (
    INTAKE_COUNTS_ONCE,
    INTAKE_DAYS,
    INTAKE_TRANSITIONS,
    INTAKE_UNFINISHED,
    MOST_BYTES,
    IntakeStatus,
)
from registries.errors import RegistryError, WrongState
from registries.models import DonorIntake, DonorIntakeEvent
from registries.services.form_keys import form_used, sent_before
from registries.services.tries import has_stopped, last_try, start_try

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "J"
CHECK_KIND, APPLY_KIND = "registries.tasks.check_donor_intake", "registries.tasks.apply_donor_intake"
_KIND_OF = {IntakeStatus.CHECKING: CHECK_KIND, IntakeStatus.APPLYING: APPLY_KIND}
INTAKE_ONCE = "donorintake_once"


class SameIntake(Conflict):
    """The same bytes came in before."""


def open_intake(*, source: BinaryIO, are_papers_kept: bool, branch: Branch, key: uuid.UUID, actor: User) -> DonorIntake:
    """Keep a file sealed and start checking it as a job; sent twice with one key, it is the first one.

    `are_papers_kept`: the actor says that the signed agreement of each person is in the branch's archive and covers
    what is consented to. Raises RegistryError with the field `are_papers_kept` or `file`, SameIntake, NotAllowed.
    """
    require(actor, Right.KEEP_REGISTRIES, branch)
    require(actor, Right.READ_REGISTRANTS, branch)
    if not are_papers_kept:
        sentence = _("请确认每个人的纸质同意书都在本会档案里；没有同意书的人不能带入。")
        raise RegistryError("papers_not_kept", sentence, {"are_papers_kept": sentence})
    stored = store_file(
        source,
        # The name it came under may be a person's.
        name="donors",
        content_type="application/octet-stream",
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        max_bytes=MOST_BYTES,
        purge_on=today() + datetime.timedelta(days=INTAKE_DAYS),
    )
    row: DonorIntake | None = None
    try:
        with transaction.atomic():
            row = _opened(stored, branch, key, actor)
    except IntegrityError as error:
        if INTAKE_ONCE not in str(error):
            raise
        # Two people brought the same file at the same moment; the database let one through.
        _refuse_same_file(branch, stored.sha256)
        raise
    finally:
        if row is None or row.file_id != stored.pk:
            # Nobody will ask for it.
            StoredFile.objects.filter(pk=stored.pk).update(purge_on=today())
    return row


def _opened(stored: StoredFile, branch: Branch, key: uuid.UUID, actor: User) -> DonorIntake:
    rows = DonorIntake.objects.unscoped("the same form sent twice").select_related("branch")
    if first := sent_before(rows, key, made_by_id=actor.pk, branch_id=branch.pk):
        if first.file_sha256 != stored.sha256:
            raise form_used()
        return first
    _refuse_same_file(branch, stored.sha256)
    row = DonorIntake(
        **DonorIntake.lineage_of(branch),
        number=take_number(branch.code, today().year, LETTER),
        key=key,
        status=IntakeStatus.CHECKING,
        file=stored,
        file_sha256=stored.sha256,
        are_papers_kept=True,
        made_by=actor,
        made_at=now(),
    )
    row.save(force_insert=True)
    note_intake(row, "received", actor=actor)
    _start(row, actor=actor)
    return row


def release_intake(*, intake_id: int, actor: User) -> DonorIntake:
    """Have the good lines of a checked file brought in, as another person than who brought the file. Locks it.

    Who brought it must still hold the rights. Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        row = lock_intake(intake_id)
        require(actor, Right.APPROVE_EXPORTS, row.branch)
        if row.made_by_id == actor.pk:
            raise NotAllowed("own_work", _("这份名单由您上传，须由本会另一位有批准权限的同事批准。"))
        if not row.made_by.is_active:
            raise NotAllowed("requester_gone", _("上传人已停用，这份名单不能带入，请作废。"))
        require(row.made_by, Right.KEEP_REGISTRIES, row.branch)
        require(row.made_by, Right.READ_REGISTRANTS, row.branch)
        if not row.good_count:
            raise WrongState("intake_empty", _("这份名单里没有可以带入的行。"))
        move_intake(row, IntakeStatus.APPLYING, verb="released", actor=actor, released_by=actor, released_at=now())
        _start(row, actor=actor, total=row.good_count)
    return row


def drop_intake(*, intake_id: int, actor: User) -> DonorIntake:
    """Give up a file of which nobody was brought in; its lines are emptied at once. By either. Locks it.

    Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        row = lock_intake(intake_id)
        if not may(actor, Right.APPROVE_EXPORTS, row.branch):
            require(actor, Right.KEEP_REGISTRIES, row.branch)
        _dropped(row, actor)
    return row


def resume_intake(*, intake_id: int, actor: User) -> Job:
    """Queue anew what stands still because its job failed or was cancelled. By either. Locks it. Raises WrongState."""
    with transaction.atomic():
        row = lock_intake(intake_id)
        if not may(actor, Right.APPROVE_EXPORTS, row.branch):
            require(actor, Right.KEEP_REGISTRIES, row.branch)
        if not is_stuck(row):
            raise WrongState("intake_not_stuck", _("没有中断的任务，请刷新页面查看。"))
        return _start(row, actor=actor, total=row.good_count or None)


def give_up_intakes(*, before: datetime.datetime) -> int:
    """Close files that came in before a moment and never got to their end; return how many. Locks each.

    Who was brought in of one stays; of the rest no line keeps what stood in it.
    """
    closed = 0
    for pk in list(intakes_to_give_up(before=before).values_list("pk", flat=True)):
        with transaction.atomic():
            row = lock_intake(pk)
            if row.status == IntakeStatus.APPLYING:
                empty_lines(row)
                bad = row.rows.exclude(outcome=Outcome.DONE).count()
                move_intake(row, IntakeStatus.APPLIED, verb="given_up", actor=None, bad_count=bad)
                closed += 1
            elif may_drop(row):
                _dropped(row, None)
                closed += 1
    return closed


def intakes_to_give_up(*, before: datetime.datetime) -> QuerySet[DonorIntake]:
    """Files that came in before a moment and still wait."""
    rows: QuerySet[DonorIntake] = DonorIntake.objects.unscoped("retention").filter(
        status__in=INTAKE_UNFINISHED, made_at__lt=before
    )
    return rows


def empty_lines(row: DonorIntake) -> None:
    """Settle the lines of a locked file that are not applied, and destroy what stands in them."""
    row.rows.filter(outcome=Outcome.GOOD).update(outcome=Outcome.DROPPED, content=None)


def may_drop(row: DonorIntake) -> bool:
    """Whether a file can still be given up: nobody has released it."""
    return IntakeStatus.DROPPED in INTAKE_TRANSITIONS[row.status]


def is_stuck(row: DonorIntake) -> bool:
    """Whether a file waits for a job that will not go on by itself; one query."""
    return row.status in _KIND_OF and has_stopped(_prefix(row))


def last_job(row: DonorIntake) -> Job | None:
    """The newest job of a file; one query."""
    return last_try(_prefix(row))


def lock_intake(intake_id: int) -> DonorIntake:
    """Read a file under its row lock; the caller is in a transaction and checks who asks."""
    rows = DonorIntake.objects.unscoped("lock of one known file").select_for_update(of=("self",))
    found: DonorIntake = rows.select_related("branch", "file", "made_by", "released_by").get(pk=intake_id)
    return found


def move_intake(
    row: DonorIntake, to_status: str, *, verb: str, actor: User | None, reason: str = "", **changes: object
) -> None:
    """Move a locked file to another state with other columns, and note it. Raises WrongState."""
    if to_status not in INTAKE_TRANSITIONS[row.status]:
        raise WrongState(
            "intake_wrong_state",
            _("名单 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"number": row.number, "now": IntakeStatus(row.status).label},
        )
    row.status = to_status
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    note_intake(row, verb, actor=actor, count=row.good_count, reason=reason)


def note_intake(row: DonorIntake, verb: str, *, actor: User | None, count: int = 0, reason: str = "") -> None:
    """Write a step of a file down: an event, and a row of the trail; `reason` names nobody."""
    DonorIntakeEvent.objects.create(intake=row, to_status=row.status, verb=verb, count=count, actor=actor, at=now())
    record_audit(f"registries.intake.{verb}", actor=actor, obj=row, branch_code=row.branch.code, reason=reason)


def destroy_bytes(row: DonorIntake) -> None:
    """Have the bytes of a file destroyed with the next retention: its lines are sealed, or it is not taken."""
    StoredFile.objects.filter(pk=row.file_id).update(purge_on=today())


def _dropped(row: DonorIntake, actor: User | None) -> None:
    move_intake(row, IntakeStatus.DROPPED, verb="dropped", actor=actor)
    empty_lines(row)
    destroy_bytes(row)


def _start(row: DonorIntake, *, actor: User, total: int | None = None) -> Job:
    labels = {IntakeStatus.CHECKING: _("核对原有志愿者名单"), IntakeStatus.APPLYING: _("带入原有志愿者")}
    return start_try(
        _prefix(row),
        kind=_KIND_OF[IntakeStatus(row.status)],
        label=labels[IntakeStatus(row.status)],
        params={"intake": row.pk},
        actor=actor,
        branch_code=row.branch.code,
        total=total,
        link=reverse("desk_intake", args=[row.number]),
    )


def _refuse_same_file(branch: Branch, sha256: str) -> None:
    rows = DonorIntake.objects.unscoped("of the branch that the actor writes in").filter(
        branch=branch, file_sha256=sha256, status__in=INTAKE_COUNTS_ONCE
    )
    first: DonorIntake | None = rows.first()
    if first is not None:
        sentence = _("同一份名单 %(day)s 已经上传过，编号 %(number)s（%(status)s），不会带入两次。") % {
            "day": first.made_at.astimezone(SHANGHAI).date().isoformat(),
            "number": first.number,
            "status": IntakeStatus(first.status).label,
        }
        raise SameIntake("same_intake", sentence, {"file": sentence})


def _prefix(row: DonorIntake) -> str:
    return f"registry-intake:{row.pk}:"
