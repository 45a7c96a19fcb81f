"""A single consent of a stem-cell donor, taken back alone or given again: to be rung. The others go with leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from registries.choices import FREE_STEM_CONSENTS, Channel
from registries.choices.donors import IN_FORCE
from registries.errors import RegistryError
from registries.models import Donor, Registrant
from registries.services.consenting import check_channel, note_consent
from registries.services.consents import consents_in_force, give_consents, take_back_consents
from registries.services.contacts import cancel_contacts
from registries.services.donors.states import Step, check_status, keep_donor, locked_donor
from registries.services.registrants import registrant_of

if TYPE_CHECKING:
    from accounts.models import User


def give_donor_consent(*, donor_id: int, subject: str, channel: str, actor: User | None = None) -> Donor:
    """Write down that a donor agrees again to be rung, in the version of today; said twice, it is once.

    By themselves. Locks the registrant, then the donor. Raises RegistryError, WrongState for who has left. Source:
    个人信息保护法 Art. 14.
    """
    if channel == Channel.PROXY:
        sentence = _("同意须由本人作出，请选择“本人到场”或“上门办理”。")
        raise RegistryError("consent_by_proxy", sentence, {"channel": sentence})
    with transaction.atomic():
        registrant, donor = _locked_for(donor_id, subject, channel, actor)
        if subject not in consents_in_force(registrant):
            give_consents(registrant, {subject}, channel=channel, actor=actor)
            keep_donor(donor, Step("contact_on", today(), actor, channel), is_called=True)
            note_consent(registrant, "given", subject, actor)
    return donor


def take_back_donor_consent(*, donor_id: int, subject: str, channel: str, actor: User | None = None) -> Donor:
    """Write down that a donor is not to be rung any more, at once and without a reason; said twice, it is once.

    In no list of calls a second later. Locks the registrant, then the donor. Raises RegistryError `consent_needed` for
    one without which nobody is a donor: that is leaving. Source: 个人信息保护法 Arts. 15-16.
    """
    with transaction.atomic():
        registrant, donor = _locked_for(donor_id, subject, channel, actor)
        if take_back_consents(registrant, {subject}, channel=channel, actor=actor):
            keep_donor(donor, Step("contact_off", today(), actor, channel), is_called=False)
            cancel_contacts(about=donor, actor=actor)
            note_consent(registrant, "withdrawn", subject, actor)
    return donor


def _locked_for(donor_id: int, subject: str, channel: str, actor: User | None) -> tuple[Registrant, Donor]:
    donor = locked_donor(donor_id, actor=actor, with_person=True)
    check_channel(channel, actor)
    if subject not in FREE_STEM_CONSENTS:
        raise RegistryError("consent_needed", _("没有这一项同意就不能做志愿者；要撤回它，就是退库，请办理“自愿退库”。"))
    check_status(donor, *IN_FORCE)
    return registrant_of(donor), donor
