"""The way of a file of old certificates: brought in, checked, confirmed by a second person, or dropped."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.choices import JobStatus
from core.clock import SHANGHAI, now, today
from core.errors import Conflict
from core.files import store_file
from core.jobs import start_job
from core.models import Job, StoredFile
from organizations.choices import Right
from organizations.permissions import require
from training.choices import LEGACY_TRANSITIONS, LegacyStatus
from training.errors import OwnWork, WrongState
from training.models import LegacyImport

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

READ_KIND, WRITE_KIND = "training.tasks.check_legacy_import", "training.tasks.write_legacy_import"
# The raw list is for questions after the import, then the certificates speak for themselves.
RAW_FILE_DAYS = 365
FILE_ONCE = "legacyimport_file_once"


class SameFile(Conflict):
    """The same bytes were brought in before."""


def open_import(*, source: BinaryIO, filename: str, branch: Branch, actor: User) -> LegacyImport:
    """Keep a file sealed and start checking it as a job; nothing of it counts before a second person confirmed.

    The same bytes a second time raise SameFile, unless the first was dropped or could not be read.
    """
    require(actor, Right.ISSUE_CERTIFICATES, branch)
    stored = store_file(
        source,
        name=filename,
        content_type="application/octet-stream",
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
        purge_on=today() + datetime.timedelta(days=RAW_FILE_DAYS),
    )
    try:
        with transaction.atomic():
            _refuse_same_file(stored.sha256)
            row = LegacyImport.objects.create(
                **LegacyImport.lineage_of(branch),
                status=LegacyStatus.READING,
                file=stored,
                file_sha256=stored.sha256,
                created_by=actor,
                created_at=now(),
            )
            record_audit("training.legacy.opened", actor=actor, obj=row, branch_code=branch.code)
            start_reading(row, actor=actor)
    except IntegrityError as error:
        if FILE_ONCE not in str(error):
            raise
        # Two people brought the same file at the same moment; the database let one through.
        _refuse_same_file(stored.sha256)
        raise
    return row


def start_reading(row: LegacyImport, *, actor: User) -> Job:
    """Queue the checking of an import that is in READING; each try is a job of its own."""
    return _start(row, READ_KIND, _("校验历史证书"), actor)


def confirm_import(*, import_id: int, actor: User) -> Job:
    """Have a checked import written, by somebody other than who brought it in. Locks it. Raises OwnWork, WrongState."""
    with transaction.atomic():
        row = lock_import(import_id)
        require(actor, Right.ISSUE_CERTIFICATES, row.branch)
        if row.created_by_id == actor.pk:
            raise OwnWork(_("文件由您上传，须由另一位有发证权限的同事复核。"))
        if not row.good_count:
            raise WrongState("legacy_empty", _("没有可以导入的行，请改好文件后重新上传。"))
        move_import(row, LegacyStatus.WRITING, actor=actor, confirmed_by=actor, confirmed_at=now())
        return _start(row, WRITE_KIND, _("写入历史证书"), actor, total=row.good_count)


def resume_import(*, import_id: int, actor: User) -> Job:
    """Queue anew what stands still because its job failed or was cancelled. Locks the import. Raises WrongState."""
    with transaction.atomic():
        row = lock_import(import_id)
        require(actor, Right.ISSUE_CERTIFICATES, row.branch)
        last = last_job(row)
        stuck = last is None or last.status in (JobStatus.FAILED, JobStatus.CANCELLED)
        if row.status not in (LegacyStatus.READING, LegacyStatus.WRITING) or not stuck:
            raise WrongState("legacy_not_stuck", _("没有中断的任务，请刷新页面查看。"))
        if row.status == LegacyStatus.READING:
            return start_reading(row, actor=actor)
        return _start(row, WRITE_KIND, _("写入历史证书"), actor, total=row.good_count)


def drop_import(*, import_id: int, actor: User) -> LegacyImport:
    """Give up an import of which nothing was written, so that a better file may come. Locks it. Raises WrongState."""
    with transaction.atomic():
        row = lock_import(import_id)
        require(actor, Right.ISSUE_CERTIFICATES, row.branch)
        move_import(row, LegacyStatus.DROPPED, actor=actor)
        StoredFile.objects.filter(pk=row.file_id).update(purge_on=today())
    return row


def last_job(row: LegacyImport) -> Job | None:
    """The newest job of an import. One query."""
    rows = Job.objects.filter(idempotency_key__startswith=f"legacy-import:{row.pk}:").order_by("-created_at", "-pk")
    found: Job | None = rows.first()
    return found


def lock_import(import_id: int) -> LegacyImport:
    """Read an import under its row lock; the caller is in a transaction and checks who asks."""
    rows = LegacyImport.objects.unscoped("lock of one known import").select_for_update(of=("self",))
    found: LegacyImport = rows.select_related("branch", "file").get(pk=import_id)
    return found


def move_import(row: LegacyImport, to_status: str, *, actor: User | None, **changes: object) -> None:
    """Move a locked import to another state, with other columns and an audit row. Raises WrongState."""
    if to_status not in LEGACY_TRANSITIONS[row.status]:
        raise WrongState(
            "legacy_wrong_state",
            _("这次导入现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
            % {"now": LegacyStatus(row.status).label},
        )
    row.status = to_status
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *changes])
    record_audit(
        f"training.legacy.{to_status}",
        actor=actor,
        obj=row,
        branch_code=row.branch.code,
        changed_fields=["status", *changes],
    )


def _start(row: LegacyImport, kind: str, label: str, actor: User, total: int | None = None) -> Job:
    prefix = f"legacy-import:{row.pk}:"
    tries = Job.objects.filter(idempotency_key__startswith=prefix).count()
    return start_job(
        kind=kind,
        label=label,
        params={"import": row.pk},
        idempotency_key=f"{prefix}{tries + 1}",
        actor=actor,
        branch_code=row.branch.code,
        total=total,
        link=reverse("desk_legacy_import", args=[row.key]),
    )


def _refuse_same_file(sha256: str) -> None:
    rows = LegacyImport.objects.unscoped("only the day is told").filter(file_sha256=sha256)
    first = rows.exclude(status__in=[LegacyStatus.DROPPED, LegacyStatus.UNREADABLE]).first()
    if first is not None:
        raise SameFile(
            "same_legacy_file",
            _("这份文件 %(day)s 已经上传过（%(status)s），同一份文件不能导入两次；如需重来，请先作废原来的。")
            % {
                "day": first.created_at.astimezone(SHANGHAI).date().isoformat(),
                "status": LegacyStatus(first.status).label,
            },
        )
