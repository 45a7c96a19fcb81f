"""Leaving: by wish at once, by age, by health; losing touch and finding again; waiting until a day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.sealed import seal_into
from registries.choices import STEM_CONSENTS, Channel
from registries.choices.contacts import ContactReason
from registries.choices.donors import GIVING_ENDS_AGE, DeferralReason, DonorStatus
from registries.errors import RegistryError
from registries.models import Donor
from registries.services.consents import take_back_consents
from registries.services.contacts import cancel_contacts, plan_contact
from registries.services.departed import is_departed
from registries.services.donors.assigning import coordinator_of, plan_asking
from registries.services.donors.giving import call_off_under_way, has_given
from registries.services.donors.sampling import void_samples
from registries.services.donors.states import (
    Step,
    born_on_of,
    check_status,
    check_step,
    keep_donor,
    last_birthday,
    locked_donor,
    move_donor,
)
from registries.services.registrants import registrant_of
from registries.services.telling import tell_withdrawn

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_DEFERRAL = datetime.timedelta(days=5 * 366)


def withdraw_donor(*, donor_id: int, channel: str, actor: User | None = None) -> Donor:
    """Let somebody leave at once by their own wish, with the consents of joining. Locks the registrant, then the donor.

    By staff in their branch, or (`actor` None) by the person, whose telephone and name the caller has seen proved. No
    reason is asked, at no step. Raises WrongState. Legal source: 个人信息保护法 Art. 15.
    """
    with transaction.atomic():
        if actor is None and channel != Channel.ONLINE:
            raise ValueError("without a person of the staff only the person themselves leaves, online")
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        _leave(donor, DonorStatus.WISH, Step("withdrawn", today(), actor, channel))
        registrant = registrant_of(donor)
        take_back_consents(registrant, STEM_CONSENTS, channel=channel, actor=actor)
        tell_withdrawn(registrant, donor.number)
    return donor


def retire_donor(*, donor_id: int, status: str, on: datetime.date, actor: User) -> Donor:
    """Let somebody leave by age (from the very birthday on) or by health. Locks the donor.

    Raises RegistryError with the field `on` where the birthday is still ahead, WrongState.
    """
    if status not in (DonorStatus.AGED, DonorStatus.HEALTH):
        raise ValueError("by age or by health; by wish is withdraw_donor")
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        if status == DonorStatus.AGED and on < last_birthday(born_on_of(registrant_of(donor))):
            sentence = _("这一天还没有满 %(age)d 周岁。") % {"age": GIVING_ENDS_AGE}
            raise RegistryError("not_aged", sentence, {"on": sentence})
        _leave(donor, status, Step(f"left_{status}", on, actor))
    return donor


def retire_deceased_donor(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Let somebody leave of whom a case, or what the branch was told, says that they died. Locks the donor.

    The national library is told then, as of anybody who left. Raises RegistryError where nothing says so, WrongState.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_step(donor, DonorStatus.DECEASED)
        if not is_departed(donor):
            raise RegistryError(
                "not_departed", _("还没有记下本人已故：请先在“联系”里登记“得知本人已故”，写明谁告知的，再办退库。")
            )
        _leave(donor, DonorStatus.DECEASED, Step("left_deceased", on, actor))
    return donor


def retire_deceased(donor: Donor) -> None:
    """Let a locked donor leave who died long ago, as work of the system (services/departed_ending.py)."""
    _leave(donor, DonorStatus.DECEASED, Step("left_deceased", today(), None))


def lose_donor(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that a donor cannot be reached any more, which is a task. Locks the donor. Raises WrongState."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        move_donor(donor, DonorStatus.LOST, Step("lost", on, actor), unreached_on=on)
        call_off_under_way(donor, on=on)
        cancel_contacts(about=donor, reasons=[ContactReason.REMOBILISE], actor=actor)
        plan_contact(about=donor, reason=ContactReason.RECOVER, due_on=today(), coordinator=coordinator_of(donor))
    return donor


def recover_donor(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that a lost donor was found again: back to where they had come. Locks the donor. Raises WrongState.

    Who was matched while they were lost stays so, and is asked now.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        if donor.status == DonorStatus.MATCHED and donor.unreached_on is not None:
            keep_donor(donor, Step("recovered", on, actor), unreached_on=None)
            cancel_contacts(about=donor, reasons=[ContactReason.RECOVER], actor=actor)
            plan_asking(donor)
            return donor
        check_status(donor, DonorStatus.LOST)
        if has_given(donor):
            back = DonorStatus.FOLLOW_UP
        else:
            back = DonorStatus.TYPED if donor.typed_on else DonorStatus.ENROLLED
        move_donor(donor, back, Step("recovered", on, actor), unreached_on=None)
        cancel_contacts(about=donor, reasons=[ContactReason.RECOVER], actor=actor)
    return donor


def defer_donor(*, donor_id: int, until: datetime.date, reason: str, actor: User) -> Donor:
    """Let somebody wait until a day, on which they are back in the lists by themselves. Locks the donor.

    Raises RegistryError with fields, WrongState.
    """
    faults = {}
    if not today() < until <= today() + LONGEST_DEFERRAL:
        faults["until"] = _("请填写今天以后的日期，五年以内。")
    if reason not in DeferralReason.values:
        faults["reason"] = _("请选择原因；原因加密保存。")
    if faults:
        raise RegistryError("deferral_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        set_deferral(donor, until=until, reason=reason, step=Step("deferred", today(), actor, until=until))
    return donor


def end_deferral(*, donor_id: int, actor: User) -> Donor:
    """End a deferral, over or not. Locks the donor. Raises WrongState."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        set_deferral(donor, until=None, reason=None, step=Step("deferral_ended", today(), actor))
    return donor


def set_deferral(donor: Donor, *, until: datetime.date | None, reason: str | None, step: Step) -> None:
    """Put a day and a sealed reason into a locked donor in force, and note it."""
    columns = seal_into(donor, deferral_reason=reason)
    values = {name: getattr(donor, name) for name in columns}
    keep_donor(donor, step, deferred_until=until, **values)


def _leave(donor: Donor, status: str, step: Step) -> None:
    move_donor(donor, status, step, deferred_until=None)
    void_samples(donor, on=step.on)
    call_off_under_way(donor, on=step.on)
