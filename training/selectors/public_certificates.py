"""What a certificate says to whoever has its code, or its number and its holder's name; no list is made of them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.clock import today
from core.errors import NotFound
from core.random_codes import CODE_LENGTH, normalise_code
from core.sealed import matching
from training.choices import CertificateKind, CertificateStatus, RevokeReason, ShownStatus
from training.models import Certificate

LONGEST_NUMBER = 40
LETTER = "Z"
_NUMBER = re.compile(rf"[0-9]{{2,12}}(?:-[A-Z][0-9]+)?-[0-9]{{4}}-{LETTER}[0-9]{{8,}}", re.ASCII)
TONES: dict[str, str] = {
    ShownStatus.VALID: "success",
    ShownStatus.EXPIRING: "warning",
    ShownStatus.EXPIRED: "neutral",
    ShownStatus.REVOKED: "danger",
    ShownStatus.REPLACED: "neutral",
}


@dataclass(frozen=True)
class ShownCertificate:
    """A certificate as anybody sees it: `shown_name` masked, `last_on` the last valid day (None for ever)."""

    code: str
    number: str
    kind: str
    kind_name: str
    status: str
    status_name: str
    tone: str
    shown_name: str
    issued_on: datetime.date
    expires_on: datetime.date | None
    last_on: datetime.date | None
    ended_on: datetime.date | None
    reason: str
    reason_name: str
    branch_code: str
    branch_name: str

    @property
    def counts(self) -> bool:
        """Whether it is valid on that day."""
        return self.status in (ShownStatus.VALID, ShownStatus.EXPIRING)


def certificate_by_code(code: str) -> Certificate:
    """The certificate with this code; raises NotFound. One query."""
    plain = normalise_code(code)
    rows = Certificate.objects.for_public_check().select_related("branch", "version__course", "learner")
    found: Certificate | None = rows.filter(code=plain).first() if len(plain) == CODE_LENGTH else None
    if found is None:
        raise NotFound(
            "certificate_not_found", _("没有这个查验码。请核对，或按证书编号和姓名查询；仍查不到的，不要当作真证书。")
        )
    return found


def certificates_of(number: str, name: str) -> list[Certificate]:
    """The certificates with this number and holder, none or one; issuers of old numbers may share one."""
    plain = plain_number(number)
    if not plain or not name.strip():
        return []
    rows = Certificate.objects.for_public_check().select_related("branch", "version__course", "learner")
    return list(rows.filter(matching(Certificate, "holder", name), number=plain).order_by("-pk")[:5])


def plain_number(written: str) -> str:
    """A certificate's number as it is stored."""
    return "".join(written.replace("\x00", "").split()).upper()[:LONGEST_NUMBER]


def has_form_of_number(text: str) -> bool:
    """Whether a text looks like a certificate's number; whether there is one is not said."""
    return bool(_NUMBER.fullmatch(plain_number(text)))


def shown(certificate: Certificate, day: datetime.date | None = None) -> ShownCertificate:
    """What a certificate is on a day, today unless given. No query."""
    status = certificate.shown_status(day or today())
    expires_on = certificate.expires_on
    return ShownCertificate(
        code=certificate.code,
        number=certificate.number,
        kind=certificate.kind,
        kind_name=str(CertificateKind(certificate.kind).label),
        status=str(status),
        status_name=str(ShownStatus(status).label),
        tone=TONES[status],
        shown_name=certificate.shown_name,
        issued_on=certificate.issued_on,
        expires_on=expires_on,
        last_on=certificate.last_day,
        ended_on=certificate.ended_on,
        reason=certificate.revoke_reason,
        reason_name=str(RevokeReason(certificate.revoke_reason).label) if certificate.revoke_reason else "",
        branch_code=certificate.branch.code,
        branch_name=certificate.branch.name,
    )


def ended_places(first: int, count: int) -> list[int]:
    """The ids of certificates that were revoked or replaced, `count` places from `first` on. One query."""
    rows = Certificate.objects.for_public_check().exclude(status=CertificateStatus.VALID)
    return list(rows.filter(pk__gte=first, pk__lt=first + count).order_by("pk").values_list("pk", flat=True))
