"""Who left here and still stands in the national library: told, and gone there as well."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import today
from core.personal_numbers import find_personal_numbers
from registries.choices.donors import ThereAct
from registries.errors import RegistryError, WrongState
from registries.models import Donor
from registries.services.donors.states import Step, locked_donor, note_donor
from registries.services.donors.support import EVIDENCE

if TYPE_CHECKING:
    from accounts.models import User

_VERBS: dict[str, str] = {ThereAct.TOLD: "told_there", ThereAct.REMOVED: "removed_there"}
_DAYS: dict[str, str] = {ThereAct.TOLD: "told_there_on", ThereAct.REMOVED: "removed_there_on"}


def note_there(*, donor_id: int, act: str, on: datetime.date, reference: str, actor: User) -> Donor:
    """Write down that the library was told of somebody who left, or has taken them out: each once, by what shows it.

    Locks the donor, who may be emptied already: the library knows them by their number. Raises RegistryError with
    fields, WrongState where they do not stand there or it stands written down. Source: 个人信息保护法 Arts. 21, 47.
    """
    faults = {}
    number = reference.strip()
    if act not in ThereAct.values:
        faults["act"] = _("请选择办到了哪一步。")
    if not EVIDENCE.fullmatch(number) or find_personal_numbers(number):
        faults["reference"] = _("请填写文号或回执号，只用字母、数字和横线；不写姓名、证件号码和电话。")
    if faults:
        raise RegistryError("there_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        if not donor.stands_there or (act == ThereAct.TOLD and donor.told_there_on is not None):
            raise WrongState("donor_not_there", _("不用再记这一步：没有报送过、没有退库，或已有人记下，请刷新页面。"))
        # The library may have been told, and may have acted, before they left here.
        if not donor.enrolled_on <= on <= today():
            sentence = _("日期不能早于报名日期，也不能晚于今天。")
            raise RegistryError("there_day_wrong", sentence, {"on": sentence})
        setattr(donor, _DAYS[act], on)
        donor.save(update_fields=[_DAYS[act]])
        note_donor(donor, donor.status, Step(_VERBS[act], on, actor, reference=number))
    return donor


def note_gone_there(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that the library itself said in a file that somebody is gone there, who left here by that file.

    The file's row and the event of leaving show it. Locks the donor.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        if donor.removed_there_on is None:
            donor.is_known_there, donor.removed_there_on = True, on
            donor.save(update_fields=["is_known_there", "removed_there_on"])
            record_audit("registries.donor.removed_there", actor=actor, obj=donor, branch_code=donor.branch.code)
    return donor
