"""Whom to ring where a donor is not reached: written down with joining, changed later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.identifiers import normalise_phone
from core.sealed import holds, seal_into
from registries.choices import Channel
from registries.choices.donors import ENDED, KIN_COUNT, Relation
from registries.errors import RegistryError, WrongState
from registries.services.donors.states import Step, locked_donor, note_donor
from registries.services.registrants import LONGEST_NAME, registrant_of

if TYPE_CHECKING:
    from accounts.models import User
    from registries.models import Donor

LEAST_DIGITS = 7


@dataclass(frozen=True)
class Kin:
    """Somebody to ring where a donor is not reached."""

    name: str
    relation: str
    phone: str


def check_kin(people: Sequence[Kin], *, own_phone: str, least: int = KIN_COUNT) -> str:
    """Two people with a telephone each, neither the donor's own, as they are sealed; RegistryError with fields.

    `least` is one for papers of before the portal, which may name one alone.
    """
    faults: dict[str, str] = {}
    phones = [normalise_phone(one.phone) for one in people]
    for at, (kin, phone) in enumerate(zip(people, phones, strict=True), start=1):
        if not 2 <= len(kin.name.strip()) <= LONGEST_NAME:
            faults[f"kin{at}_name"] = _("请填写亲友的姓名。")
        if kin.relation not in Relation.values:
            faults[f"kin{at}_relation"] = _("请选择关系。")
        if len(phone) < LEAST_DIGITS:
            faults[f"kin{at}_phone"] = _("请填写亲友的电话。")
        elif phone == normalise_phone(own_phone) or phone in phones[: at - 1]:
            faults[f"kin{at}_phone"] = _("请填写另一个电话，不能与本人或另一位亲友相同。")
    if not least <= len(people) <= KIN_COUNT:
        faults["kin1_name"] = _("请填写两位亲友。")
    if faults:
        raise RegistryError("kin_incomplete", _("还不完整，请按提示填写。"), faults)
    rows = [
        {"name": " ".join(one.name.split()), "relation": one.relation, "phone": phone}
        for one, phone in zip(people, phones, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False)


def change_kin(*, donor_id: int, people: Sequence[Kin], actor: User | None = None) -> Donor:
    """Put both people to ring in the place of those before; the event says that, never who. Locks the donor.

    By staff in the branch, or (`actor` None) by the person online, whom the caller has seen proved.

    Raises RegistryError with fields, WrongState for who has left.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        if donor.status in ENDED:
            raise WrongState("donor_left", _("这位志愿者已退库，资料不能再改。"))
        text = check_kin(people, own_phone="")
        registrant = registrant_of(donor)
        for at, one in enumerate(people, start=1):
            if holds(registrant, "phone", one.phone):
                sentence = _("请填写另一个电话，不能与本人或另一位亲友相同。")
                raise RegistryError("kin_incomplete", sentence, {f"kin{at}_phone": sentence})
        donor.save(update_fields=seal_into(donor, kin=text))
        channel = Channel.COUNTER if actor else Channel.ONLINE
        note_donor(donor, donor.status, Step("kin_changed", today(), actor, channel))
    return donor
