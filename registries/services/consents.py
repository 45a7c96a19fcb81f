"""Consents: given one by one, taken back at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core.clock import now
from registries.choices import (
    NEEDED_CONSENTS,
    PAPER_VERSION,
    STEM_CONSENTS,
    WISH_CONSENTS,
    Channel,
    ConsentAct,
    ConsentSubject,
)
from registries.errors import RegistryError
from registries.models import Consent, Registrant

if TYPE_CHECKING:
    from accounts.models import User

# The texts stand in templates/registries/_consents.html; a change of one is a new version (a test holds them together).
TEXT_VERSIONS: dict[str, str] = {
    ConsentSubject.REGISTRATION: "registration-1",
    ConsentSubject.SENSITIVE: "sensitive-1",
    ConsentSubject.CONTACT: "contact-1",
    ConsentSubject.TRANSFER: "transfer-1",
    ConsentSubject.STEM_KEEP: "stem-keep-1",
    ConsentSubject.STEM_HEALTH: "stem-health-1",
    ConsentSubject.STEM_JOIN: "stem-join-1",
    ConsentSubject.STEM_TRANSFER: "stem-transfer-1",
    ConsentSubject.STEM_CONTACT: "stem-contact-1",
}


def check_consents(subjects: Iterable[str]) -> frozenset[str]:
    """The consents to a wish that were given, the needed ones among them. Raises RegistryError with fields."""
    return _checked(frozenset(subjects) & WISH_CONSENTS, NEEDED_CONSENTS)


def check_stem_consents(subjects: Iterable[str]) -> frozenset[str]:
    """The consents of a stem-cell donor, all of them needed: each is a part of joining. Raises RegistryError."""
    return _checked(frozenset(subjects) & frozenset(STEM_CONSENTS), frozenset(STEM_CONSENTS))


def _checked(given: frozenset[str], needed: frozenset[str]) -> frozenset[str]:
    if needed - given:
        sentence = _("须本人单独同意后才能登记，请逐项确认。")
        raise RegistryError("consent_missing", sentence, {"consents": sentence})
    return given


def consents_in_force(registrant: Registrant) -> dict[str, Consent]:
    """What somebody consents to today, by subject, the newest of each; one query."""
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    rows = registrant.consents.filter(~Exists(taken_back), act=ConsentAct.GIVEN).order_by("pk")
    return {one.subject: one for one in rows}


def give_consents(registrant: Registrant, subjects: Iterable[str], *, channel: str, actor: User | None) -> None:
    """Write down what a locked registrant consents to and did not already in the version of today."""
    have = consents_in_force(registrant)
    moment = now()
    Consent.objects.bulk_create(
        Consent(
            registrant=registrant,
            subject=subject,
            act=ConsentAct.GIVEN,
            text_version=TEXT_VERSIONS[subject],
            channel=channel,
            recorded_by=actor,
            at=moment,
        )
        for subject in sorted(subjects)
        if subject not in have or have[subject].text_version != TEXT_VERSIONS[subject]
    )


def give_paper_consents(given: Iterable[tuple[Registrant, frozenset[str], datetime.date]], *, actor: User) -> None:
    """Write down what locked registrants consented to on a paper of before the portal, each with the day on it.

    Who of them consents already does so once more: the paper is there as well. `actor` said that the papers are kept.
    """
    moment = now()
    Consent.objects.bulk_create(
        Consent(
            registrant=registrant,
            subject=subject,
            act=ConsentAct.GIVEN,
            text_version=PAPER_VERSION,
            channel=Channel.COUNTER,
            recorded_by=actor,
            at=moment,
            signed_on=signed_on,
        )
        for registrant, subjects, signed_on in given
        for subject in sorted(subjects)
    )


def take_back_consents(registrant: Registrant, subjects: Iterable[str], *, channel: str, actor: User | None) -> int:
    """Write down that a locked registrant takes back all that is in force of some subjects; return how many.

    Of each subject every version that was given: an older one would stand again otherwise.
    """
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    given = registrant.consents.filter(~Exists(taken_back), act=ConsentAct.GIVEN, subject__in=list(subjects))
    moment = now()
    rows = [
        Consent(
            registrant=registrant,
            subject=one.subject,
            act=ConsentAct.WITHDRAWN,
            text_version=one.text_version,
            channel=channel,
            withdraws=one,
            recorded_by=actor,
            at=moment,
        )
        for one in given.order_by("subject", "pk")
    ]
    Consent.objects.bulk_create(rows)
    return len(rows)
