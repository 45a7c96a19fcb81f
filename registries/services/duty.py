"""The roster of duty: kept by whoever assigns coordinators."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.duty import DutyPart
from registries.errors import RegistryError, WrongState
from registries.models import DutyShift
from registries.selectors.duty import duty_people
from registries.services.clear_texts import phone_faults

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

# Rosters are made for weeks; a later date is a slip of the keyboard.
FURTHEST = datetime.timedelta(days=366)
_PHONE = re.compile(r"[0-9+][0-9\- ]{5,24}[0-9]")


def place_on_duty(*, branch: Branch, person: User, on: datetime.date, part: str, phone: str, actor: User) -> DutyShift:
    """Put somebody who works in a branch on duty, by their telephone for work. Raises RegistryError with fields."""
    with transaction.atomic():
        require(actor, Right.ASSIGN_COORDINATORS, branch)
        faults = {}
        if person not in duty_people(branch):
            faults["person"] = _("请选择在本会办理捐献工作的人员。")
        if not today() <= on <= today() + FURTHEST:
            faults["on"] = _("值守日期须从今天起、一年以内。")
        if part not in DutyPart.values:
            faults["part"] = _("请选择时段。")
        if not _PHONE.fullmatch(phone.strip()):
            faults["phone"] = _("请填写值守时能打通的工作电话，只写数字，可带区号。")
        faults |= phone_faults(phone=phone)
        if faults:
            raise RegistryError("duty_incomplete", _("还不完整，请按提示填写。"), faults)
        row = DutyShift(
            **DutyShift.lineage_of(branch),
            person=person,
            on=on,
            part=part,
            phone=phone.strip(),
            placed_by=actor,
            placed_at=now(),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            sentence = _("这位人员在这个时段已排了值守。")
            raise RegistryError("duty_there", sentence, {"person": sentence}) from None
        record_audit("registries.duty.placed", actor=actor, obj=row, branch_code=branch.code)
    return row


def take_off_duty(*, shift_id: int, actor: User) -> DutyShift:
    """Take somebody off duty; the row stays. Locks it. Raises WrongState where somebody did it before."""
    with transaction.atomic():
        rows = DutyShift.objects.unscoped("lock of one known row").select_related("branch")
        row: DutyShift = rows.select_for_update(of=("self",)).get(pk=shift_id)
        require(actor, Right.ASSIGN_COORDINATORS, row.branch)
        if row.removed_at is not None:
            raise WrongState("duty_removed", _("这个值守安排已由他人撤下，请刷新页面查看。"))
        row.removed_by, row.removed_at = actor, now()
        row.save(update_fields=["removed_by", "removed_at"])
        record_audit("registries.duty.removed", actor=actor, obj=row, branch_code=row.branch.code)
    return row
