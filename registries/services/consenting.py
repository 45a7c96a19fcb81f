"""Single consents given and taken back later; the needed ones go with the registration itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import NEEDED_CONSENTS, STEM_CONSENTS, WISH_CONSENTS, Channel, ConsentSubject, WishStatus
from registries.errors import RegistryError, WrongState
from registries.models import Consent, Donor, Registrant, Wish
from registries.services.consents import give_consents, take_back_consents
from registries.services.contacts import cancel_contacts
from registries.services.registrants import registrant_of
from registries.services.wishes import lock_wish

if TYPE_CHECKING:
    from accounts.models import User

# Of a wish, in the order of the form; a stem-cell donor agrees to all of theirs or leaves.
FREE_CONSENTS: tuple[str, ...] = tuple(
    one for one in ConsentSubject.values if one in WISH_CONSENTS and one not in NEEDED_CONSENTS
)
# What is asked of whom: of wishes and of stem cells apart.
_ASKED: dict[type[Wish | Donor], frozenset[str]] = {Wish: WISH_CONSENTS, Donor: frozenset(STEM_CONSENTS)}


@dataclass(frozen=True)
class SingleConsent:
    """One thing that is asked of somebody, in words, and the consent to it that is in force, if there is one."""

    subject: str
    label: str
    given: Consent | None


def give_consent(*, wish_id: int, subject: str, channel: str, actor: User | None = None) -> None:
    """Write down that a registrant consents to one more thing, in the version of today; said twice, it is once.

    Locks the registrant, then the wish. Raises RegistryError, WrongState where the wish is no longer in force. Source:
    个人信息保护法 Arts. 14, 29.
    """
    with transaction.atomic():
        registrant, _wish = _locked_for(wish_id, subject, channel, actor)
        give_consents(registrant, {subject}, channel=channel, actor=actor)
        note_consent(registrant, "given", subject, actor)


def take_back_consent(*, wish_id: int, subject: str, channel: str, actor: User | None = None) -> None:
    """Write down that a registrant takes one consent back, at once and without a reason; said twice, it is once.

    Locks the registrant, then the wish. Raises RegistryError `consent_needed` for one without which nothing may be
    kept: that is a withdrawal of the registration. Source: 个人信息保护法 Art. 15.
    """
    with transaction.atomic():
        registrant, wish = _locked_for(wish_id, subject, channel, actor)
        take_back_consents(registrant, {subject}, channel=channel, actor=actor)
        if subject == ConsentSubject.CONTACT:
            # Whoever is not to be called stands in no list of calls any more.
            cancel_contacts(about=wish, actor=actor)
        note_consent(registrant, "withdrawn", subject, actor)


def consent_history(about: Wish | Donor) -> list[Consent]:
    """What the person of a wish or of a donor consented to in it and took back, oldest first.

    The caller was let into it. Three queries. Empty for a destroyed one.
    """
    if about.destroyed_at is not None:
        return []
    rows = registrant_of(about).consents.filter(subject__in=sorted(_ASKED[type(about)]))
    return list(rows.select_related("recorded_by").order_by("pk"))


def single_consents(about: Wish | Donor, history: list[Consent]) -> list[SingleConsent]:
    """All that is asked, in the order of the form, each with what is in force of it, of a whole history; none without.

    Of a person who agreed to several versions, the newest.
    """
    taken_back = {one.withdraws_id for one in history}
    given = {one.subject: one for one in history if one.act == "given" and one.pk not in taken_back}
    asked = [one for one in ConsentSubject if one in _ASKED[type(about)]]
    return [SingleConsent(one.value, str(one.label), given.get(one.value)) for one in asked] if history else []


def subjects_in_force(history: list[Consent]) -> frozenset[str]:
    """The subjects that are consented to today, of a whole history."""
    taken_back = {one.withdraws_id for one in history}
    return frozenset(one.subject for one in history if one.act == "given" and one.pk not in taken_back)


def check_channel(channel: str, actor: User | None) -> None:
    """Whether something is done in a way that fits who does it: the person alone acts online. Raises RegistryError."""
    if channel not in Channel.values or (actor is None) != (channel == Channel.ONLINE):
        sentence = _("请选择办理方式。")
        raise RegistryError("channel_wrong", sentence, {"channel": sentence})


def _locked_for(wish_id: int, subject: str, channel: str, actor: User | None) -> tuple[Registrant, Wish]:
    registrant, wish = lock_wish(wish_id)
    if actor is not None:
        require(actor, Right.KEEP_REGISTRIES, wish.branch)
    check_channel(channel, actor)
    if subject not in FREE_CONSENTS:
        raise RegistryError(
            "consent_needed", _("没有这一项同意就不能保管登记；要撤回它，就是撤回整份登记，请办理“撤回”。")
        )
    if wish.status != WishStatus.IN_FORCE:
        raise WrongState("wish_not_in_force", _("这份登记已变更或撤回，同意事项不能再改，请刷新页面查看。"))
    return registrant, wish


def note_consent(registrant: Registrant, act: str, subject: str, actor: User | None) -> None:
    """Write into the trail that a consent was given or withdrawn, in the caller's transaction."""
    record_audit(
        f"registries.consent.{act}",
        actor=actor,
        obj=registrant,
        branch_code=registrant.branch.code,
        changed_fields=[subject],
    )
