"""Asking for an export, and deciding on it as another person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotAllowed
from core.jobs import start_job
from core.numbers import take_number
from core.personal_numbers import find_personal_numbers
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.papers import (
    EXPORT_JOB,
    FIELDS_OF,
    MOST_DAYS,
    READ_AS_WISHES,
    ExportField,
    ExportFormat,
    ExportList,
    ExportStatus,
)
from registries.errors import RegistryError
from registries.models import Export
from registries.services.exports.moving import lock_export, move_export, note_export
from registries.services.form_keys import sent_before

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "X"
LEAST_PURPOSE, LONGEST_PURPOSE = 4, 200


@dataclass(frozen=True)
class ExportRequest:
    """What somebody asks to export: which list, which fields, what for, for how many days. `key` is the form's own."""

    branch: Branch
    listed: str
    columns: tuple[str, ...]
    purpose: str
    keep_days: int
    format: str = ExportFormat.XLSX
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def request_export(*, asked: ExportRequest, actor: User) -> Export:
    """Ask for an export of one's own branch; nothing is read yet. Said twice with one key, it is the first one.

    What identifies asks for READ_REGISTRANTS, what a wish says for READ_WISHES. Raises RegistryError with fields,
    NotAllowed, WrongState for a form that was used for another. Source: 个人信息保护法 Arts. 6, 51.
    """
    with transaction.atomic():
        require(actor, Right.EXPORT_REGISTRANTS, asked.branch)
        columns = [one for one in ExportField.values if one in asked.columns]
        purpose = " ".join(asked.purpose.split())
        rows = Export.objects.unscoped("the same form sent twice").select_related("branch")
        same: dict[str, Any] = {"branch_id": asked.branch.pk, "listed": asked.listed, "columns": columns}
        if first := sent_before(rows, asked.key, **same, purpose=purpose):
            if first.requested_by_id != actor.pk:
                raise NotAllowed("not_yours", _("这张表单已由别人用过，请重新打开再填。"))
            return first
        _check(asked)
        require_fields(asked.columns, asked.branch, actor)
        export = Export.objects.create(
            **Export.lineage_of(asked.branch),
            key=asked.key,
            number=take_number(asked.branch.code, today().year, LETTER),
            status=ExportStatus.REQUESTED,
            listed=asked.listed,
            columns=columns,
            format=asked.format,
            purpose=purpose,
            keep_days=asked.keep_days,
            requested_by=actor,
            requested_at=now(),
        )
        note_export(export, "", "requested", actor=actor)
    return export


def approve_export(*, export_id: int, actor: User) -> Export:
    """Approve an export as another person of the branch than who asked, and queue the work. Locks it.

    Who asked must still hold the rights. Raises NotAllowed, WrongState.
    """
    with transaction.atomic():
        export = _locked_for_decision(export_id, actor)
        require_requester(export)
        move_export(export, ExportStatus.APPROVED, verb="approved", actor=actor, decided_by=actor, decided_at=now())
        start_job(
            kind=EXPORT_JOB,
            label=_("生成导出 %(number)s") % {"number": export.number},
            params={"export": export.pk},
            idempotency_key=export.job_key,
            actor=actor,
            branch_code=export.branch.code,
            link=reverse("desk_registry_export", args=[export.number]),
        )
    return export


def refuse_export(*, export_id: int, reason: str, actor: User) -> Export:
    """Refuse an export with a reason, as another person than who asked. Locks it. Raises NotAllowed, RegistryError."""
    note = " ".join(reason.split())
    if not 2 <= len(note) <= LONGEST_PURPOSE or find_personal_numbers(note):
        sentence = _("请写明不批准的理由，不超过 200 字，不要写姓名和号码。")
        raise RegistryError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        export = _locked_for_decision(export_id, actor)
        fields = {"decided_by": actor, "decided_at": now()}
        move_export(export, ExportStatus.REFUSED, verb="refused", actor=actor, note=note, **fields)
    return export


def cancel_export(*, export_id: int, actor: User) -> Export:
    """Take a request back that has no file yet, as who asked for it. Locks it. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        export = lock_export(export_id)
        require(actor, Right.EXPORT_REGISTRANTS, export.branch)
        if export.requested_by_id != actor.pk:
            raise NotAllowed("not_yours", _("只有申请人自己能取消。"))
        move_export(export, ExportStatus.CANCELLED, verb="cancelled", actor=actor)
    return export


def require_requester(export: Export) -> None:
    """Whoever asked still holds the rights for what they asked. Raises NotAllowed."""
    requester = export.requested_by
    if not requester.is_active:
        raise NotAllowed("requester_gone", _("申请人已停用，不能再导出。"))
    require(requester, Right.EXPORT_REGISTRANTS, export.branch)
    require_fields(export.columns, export.branch, requester)


def require_fields(columns: list[str] | tuple[str, ...], branch: Branch, person: User) -> None:
    """The rights to read what is asked for: a list names people, some fields are their wishes. Raises NotAllowed."""
    require(person, Right.READ_REGISTRANTS, branch)
    if any(one in READ_AS_WISHES for one in columns):
        require(person, Right.READ_WISHES, branch)


def _locked_for_decision(export_id: int, actor: User) -> Export:
    export = lock_export(export_id)
    require(actor, Right.APPROVE_EXPORTS, export.branch)
    if export.requested_by_id == actor.pk:
        raise NotAllowed("own_work", _("这份导出由您申请，须由本会另一位有批准权限的同事决定。"))
    return export


def _check(asked: ExportRequest) -> None:
    faults: dict[str, str] = {}
    if asked.listed not in ExportList.values:
        faults["listed"] = _("请选择名单。")
    if not asked.columns or not frozenset(asked.columns) <= frozenset(ExportField.values):
        faults["columns"] = _("请至少选择一个字段；只选用得着的。")
    elif strange := frozenset(asked.columns) - FIELDS_OF.get(asked.listed, frozenset(asked.columns)):
        labels = _("、").join(str(one.label) for one in ExportField if one in strange)
        faults["columns"] = _("这份名单里没有“%(fields)s”，请去掉。") % {"fields": labels}
    if asked.format not in ExportFormat.values:
        faults["format"] = _("请选择格式。")
    purpose = " ".join(asked.purpose.split())
    if not LEAST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        faults["purpose"] = _("请写明用途，4 至 200 字；会记在每个人的查看记录里。")
    elif find_personal_numbers(purpose):
        faults["purpose"] = _("用途里不要写姓名、证件号和电话。")
    if not 1 <= asked.keep_days <= MOST_DAYS:
        faults["keep_days"] = _("文件最多保留 %(days)d 天。") % {"days": MOST_DAYS}
    if faults:
        raise RegistryError("export_incomplete", _("还不完整，请按提示填写。"), faults)
