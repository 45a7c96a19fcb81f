"""Putting right what is written down of somebody: name, telephone, address; never their document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.phones import checked_phone
from core.sealed import holds, open_for_work
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import Sex
from registries.choices.papers import CorrectionReason
from registries.errors import RegistryError, WrongState
from registries.models import Registrant
from registries.services.registrants import LONGEST_NAME, LONGEST_TEXT, TEXTS, change_registrant

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Correction:
    """What is put right; what is empty stays as it is. `has_no_phone`: the telephone goes, the contact person stays.

    `has_seen_paper`: whoever takes it down saw the document that shows the name.
    """

    reason: str
    name: str = ""
    phone: str = ""
    has_no_phone: bool = False
    sex: str = ""
    address: str = ""
    people: str = ""
    occupation: str = ""
    education: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    has_seen_paper: bool = False


def correct_registrant(*, registrant_id: int, correction: Correction, actor: User) -> list[str]:
    """Put somebody's particulars right; return the names of the columns that changed, none where all was so before.

    The event names fields and reason, never a value. The document stays: another one is another registration. Locks
    the registrant. Raises RegistryError with fields, WrongState for a destroyed one. Source: 个人信息保护法 Art. 46.
    """
    with transaction.atomic():
        rows = Registrant.objects.unscoped("lock of one known registrant").select_related("branch")
        registrant: Registrant = rows.select_for_update(of=("self",)).get(pk=registrant_id)
        require(actor, Right.KEEP_REGISTRIES, registrant.branch)
        if registrant.destroyed_at is not None:
            raise WrongState("registrant_destroyed", _("这个人的资料已按保存期限销毁。"))
        details = json.loads(
            open_for_work(registrant, "details", work=f"registries.correct:{registrant.number}") or "{}"
        )
        said = _checked(correction, details)
        texts: dict[str, str | None] = {
            name: value for name, value in said.items() if name in ("name", "phone") and value is not None
            and not _is_same(registrant, name, value)
        }  # fmt: skip
        if correction.has_no_phone and registrant.phone is not None:
            texts["phone"] = None
        new = {**details, **said["details"]}
        if new != details:
            texts["details"] = json.dumps(new, ensure_ascii=False)
        change_registrant(
            registrant,
            texts,
            verb="corrected",
            actor=actor,
            reason=correction.reason,
            has_seen_paper=correction.has_seen_paper,
        )
    return sorted(texts)


def _is_same(registrant: Registrant, name: str, value: str) -> bool:
    """Whether the very letters are those; the look-up takes 张 三 for 张三, a correction does not."""
    if not holds(registrant, name, value):
        return False
    return name != "name" or open_for_work(registrant, "name", work=f"registries.correct:{registrant.number}") == value


def _checked(correction: Correction, details: dict[str, Any]) -> dict[str, Any]:
    faults: dict[str, str] = {}
    name = " ".join(correction.name.replace("\x00", "").split())
    if correction.reason not in CorrectionReason.values:
        faults["reason"] = _("请选择更正原因。")
    if name and not 2 <= len(name) <= LONGEST_NAME:
        faults["name"] = _("请填写与证件一致的姓名，至少两个字。")
    if name and not correction.has_seen_paper:
        faults["has_seen_paper"] = _("更正姓名须核对本人的证件原件，请核对后勾选。")
    if correction.sex and correction.sex not in Sex.values:
        faults["sex"] = _("请选择性别。")
    new = {one: " ".join(getattr(correction, one).split()) for one in (*TEXTS, "contact_name", "sex")}
    faults.update({one: _("太长，请写在 200 字以内。") for one, text in new.items() if len(text) > LONGEST_TEXT})
    phone = _phone(correction.phone, "phone", faults)
    new["contact_phone"] = _phone(correction.contact_phone, "contact_phone", faults)
    new = {one: text for one, text in new.items() if text}
    faults.update(_faults_of_reach(correction, {**details, **new}))
    if not faults and not (name or phone or new or correction.has_no_phone):
        faults["name"] = _("请填写要更正的项，其余留空。")
    if faults:
        raise RegistryError("correction_incomplete", _("还不完整，请按提示填写。"), faults)
    return {"name": name or None, "phone": phone or None, "details": new}


def _faults_of_reach(correction: Correction, details: dict[str, Any]) -> dict[str, str]:
    if not correction.has_no_phone:
        return {}
    if correction.phone.strip():
        return {"phone": _("填了新电话，就不要勾选“本人没有电话”。")}
    if not (details.get("contact_name") and details.get("contact_phone")):
        return {"contact_name": _("本人没有电话的，请填写联系人的姓名和电话。")}
    return {}


def _phone(written: str, field: str, faults: dict[str, str]) -> str:
    if not written.strip():
        return ""
    try:
        return checked_phone(written)
    except DomainError as error:
        faults[field] = error.message
        return ""
