"""Certificates at the desk: lists in a person's scope, and one with its history."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from core.clock import today
from organizations.choices import Right
from organizations.models import Branch
from training.choices import EXPIRING_DAYS, CertificateStatus, ShownStatus
from training.models import Certificate, CertificateEvent, Session
from training.selectors.public_certificates import ShownCertificate, plain_number, shown

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class CertificateFilter:
    """What a list is narrowed to; empty fields narrow nothing, days count on both ends."""

    number: str = ""
    state: str = ""
    kind: str = ""
    branch: str = ""
    issued_from: datetime.date | None = None
    issued_to: datetime.date | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return self != CertificateFilter()


@dataclass(frozen=True)
class CertificatePage:
    """One page, newest first; `next_before` is the place to go on from, None on the last."""

    rows: list[ShownCertificate]
    next_before: int | None


def certificates_for(
    person: User, asked: CertificateFilter, *, before: int | None = None, limit: int = PAGE_SIZE
) -> CertificatePage:
    """A page of the certificates that a person may see. One query, two with a branch."""
    rows = Certificate.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch").order_by("-pk")
    if asked.number:
        rows = rows.filter(number__startswith=plain_number(asked.number))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.state:
        rows = rows.filter(_in_state(asked.state, today()))
    if asked.branch:
        rows = rows.filter(_of_branch(asked.branch))
    if asked.issued_from:
        rows = rows.filter(issued_on__gte=asked.issued_from)
    if asked.issued_to:
        rows = rows.filter(issued_on__lte=asked.issued_to)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    page = found[:limit]
    return CertificatePage([shown(one) for one in page], page[-1].pk if len(found) > limit else None)


def certificate_history(certificate: Certificate) -> list[CertificateEvent]:
    """The steps of a certificate with who took them, oldest first. One query."""
    return list(certificate.events.select_related("actor").order_by("pk"))


def successor_number(certificate: Certificate) -> str:
    """The number of the certificate that took its place, for colleagues alone; empty where there is none. One query."""
    rows = Certificate.objects.unscoped("successor of one in scope").filter(replaces=certificate)
    return rows.values_list("number", flat=True).first() or ""


def printable_certificates(session: Session) -> list[Certificate]:
    """The certificates of a session that count, in the order of their numbers. One query."""
    rows = Certificate.objects.unscoped("of a session in hand").select_related("branch", "version__course")
    return list(rows.filter(enrolment__session=session, status=CertificateStatus.VALID).order_by("pk"))


def _in_state(state: str, day: datetime.date) -> Q:
    soon = day + datetime.timedelta(days=EXPIRING_DAYS)
    valid = Q(status=CertificateStatus.VALID)
    conditions: dict[str, Callable[[], Q]] = {
        ShownStatus.VALID: lambda: valid & (Q(expires_on__isnull=True) | Q(expires_on__gt=soon)),
        ShownStatus.EXPIRING: lambda: valid & Q(expires_on__gt=day, expires_on__lte=soon),
        ShownStatus.EXPIRED: lambda: valid & Q(expires_on__lte=day),
    }
    made = conditions.get(state)
    return made() if made else Q(status=state)


def _of_branch(code: str) -> Any:
    branch = Branch.objects.filter(code=code.strip()).first()
    if branch is None:
        return Q(pk__in=[])
    from_level = {"province": "province_id", "city": "city_id", "county": "county_id"}.get(branch.kind)
    return Q(**{from_level: branch.pk}) if from_level else Q(branch_id=branch.pk)
