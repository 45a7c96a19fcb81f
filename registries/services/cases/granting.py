"""Letting somebody who sees counts alone look into one case, for a time, and letting them out at once."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from registries.errors import RegistryError, WrongState
from registries.models import CaseGrant
from registries.permissions.cases import possible_lookers, require_head
from registries.services.cases.moving import lock_case, note_case
from registries.services.clear_texts import clear_faults

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_DAYS = 90
LONGEST_PURPOSE = 200


def grant_case(*, case_id: int, person: User, purpose: str, until: datetime.date, actor: User) -> CaseGrant:
    """Let somebody look into one case until a day, the day included, for a purpose. Locks the case.

    One who has a grant in force is given none beside it. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require_head(actor, case)
        faults: dict[str, str] = {}
        if person.pk == actor.pk or not possible_lookers(case.branch).filter(pk=person.pk).exists():
            faults["person"] = _("只能准许本会或上级会有“查看捐献登记统计”权限的另一个人。")
        if not 2 <= len(purpose.strip()) <= LONGEST_PURPOSE:
            faults["purpose"] = _("请写明用途，至少两个字，不要写姓名。")
        faults |= clear_faults(purpose=purpose)
        if not today() <= until <= today() + datetime.timedelta(days=LONGEST_DAYS):
            faults["until"] = _("最后一天须在今天起 %(most)d 天以内。") % {"most": LONGEST_DAYS}
        if faults:
            raise RegistryError("grant_incomplete", _("还不完整，请按提示填写。"), faults)
        open_ones = CaseGrant.objects.filter(case=case, person=person, ended_at=None)
        if open_ones.in_force().exists():
            raise WrongState("granted_already", _("已准许过这个人；要改日期，请先收回再准许。"))
        # One that ran out is closed, so that the next can stand beside it.
        open_ones.update(ended_at=now(), ended_by=actor)
        row = CaseGrant.objects.create(
            case=case, person=person, purpose=purpose.strip(), until=until, granted_by=actor, granted_at=now()
        )
        note_case(case, "look_granted", on=today(), actor=actor, fields=["grant"])
    return row


def end_case_grant(*, case_id: int, grant_id: int, actor: User) -> CaseGrant:
    """Let somebody out of a case at once. Locks the case. Raises WrongState where it was ended before."""
    with transaction.atomic():
        case = lock_case(case_id)
        require_head(actor, case)
        row = CaseGrant.objects.filter(pk=grant_id, case=case, ended_at=None).first()
        if row is None:
            raise WrongState("grant_ended", _("已经收回，请刷新页面查看。"))
        row.ended_at, row.ended_by = now(), actor
        row.save(update_fields=["ended_at", "ended_by"])
        note_case(case, "look_ended", on=today(), actor=actor, fields=["grant"])
    return row
