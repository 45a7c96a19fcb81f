"""Contacts planned by hand: about what, why, on which day, whose, and what is to be said."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import today
from registries.choices.contacts import BY_HAND, ContactReason
from registries.choices.donors import CONTACTS_MAKE_SENSE, NOT_BEFORE_DEFERRAL
from registries.errors import RegistryError
from registries.models import Case, Donor, DueContact
from registries.permissions.contacts import require_keeper
from registries.selectors.contacts import callers_of
from registries.services.contacts import (
    ABOUT,
    FURTHEST,
    LONGEST_NOTE,
    hold_contactable,
    note_why,
    plan_contact,
)

if TYPE_CHECKING:
    from accounts.models import User


def reasons_by_hand(about: Any) -> list[str]:
    """Why somebody may be contacted about this as it stands, in the order in which it is offered."""
    reasons = BY_HAND[ABOUT[type(about)].field]
    return [one for one in reasons if not isinstance(about, Donor) or about.status in CONTACTS_MAKE_SENSE[one]]


def schedule_contact(
    *,
    about: Any,
    reason: str,
    due_on: datetime.date,
    actor: User,
    for_whom: User | None = None,
    is_free: bool = False,
    note: str = "",
) -> DueContact:
    """Plan a contact by hand, for oneself, for nobody yet (`is_free`) or for another who works at contacts there.

    As one's own may be handed on to any of them. Said twice, it is the first one. `note` lies sealed. Locks as
    `plan_contact`. Raises RegistryError with fields, where nobody may be contacted too, NotAllowed, NotFound.
    """
    with transaction.atomic():
        require_keeper(actor, about)
        coordinator = None if is_free else for_whom or actor
        faults = _faults_of_form(about, due_on, note) | _faults_of_whom(about, coordinator, actor)
        if reason not in ContactReason.values:
            faults["reason"] = _("请选择联系事由。")
        if faults:
            raise RegistryError("contact_incomplete", _("还不完整，请按提示填写。"), faults)
        if not hold_contactable(about):
            raise RegistryError(
                "contact_not_consented", _("本人已退出、没有同意今后联系，或者已经去世，不能安排联系。")
            )
        # As it stands under the lock.
        if faults := _faults_of_state(type(about)._base_manager.get(pk=about.pk), reason, due_on):
            raise RegistryError("contact_makes_no_sense", _("现在不能这样安排，请按提示改。"), faults)
        planned = plan_contact(about=about, reason=reason, due_on=due_on, coordinator=coordinator)
        if planned is None:
            raise RuntimeError("not contactable under the lock that said so")
        if planned.coordinator != coordinator:
            sentence = _("这一天已安排过同样的联系，由%(name)s负责。") % {"name": planned.coordinator or _("还没有人")}
            raise RegistryError("contact_planned", sentence, {"due_on": sentence})
        note_why(planned, note, actor=actor)
        record_audit("registries.contact.planned", actor=actor, obj=planned, branch_code=about.branch.code)
    return planned


def _faults_of_form(about: Any, due_on: datetime.date, note: str) -> dict[str, str]:
    faults = {}
    if not today() <= due_on <= today() + FURTHEST:
        faults["due_on"] = _("联系日期须从今天起、两年以内。")
    if len(note) > LONGEST_NOTE:
        faults["note"] = _("说明请写在 500 字以内。")
    return faults


def _faults_of_whom(about: Any, coordinator: User | None, actor: User) -> dict[str, str]:
    if coordinator is None and isinstance(about, Case):
        return {"whose": _("案例的联系请写明由哪一位协调员办理。")}
    if coordinator in (None, actor) or coordinator in callers_of(about):
        return {}
    if isinstance(about, Case):
        return {"whose": _("请选择指派到这个案例的协调员。")}
    return {"whose": _("请选择本会在岗的协调员。")}


def _faults_of_state(about: Any, reason: str, due_on: datetime.date) -> dict[str, str]:
    if reason not in reasons_by_hand(about):
        return {"reason": _("现在的状态不用为这件事联系，请另选事由。")}
    if not isinstance(about, Donor) or about.deferred_until is None or reason not in NOT_BEFORE_DEFERRAL:
        return {}
    if due_on < about.deferred_until:
        sentence = _("暂缓至 %(day)s，请安排在那一天以后；核对联系方式不受影响。")
        return {"due_on": sentence % {"day": about.deferred_until.isoformat()}}
    return {}
