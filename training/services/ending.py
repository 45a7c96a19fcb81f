"""Certificates that count no more: revoked, or replaced by a new row. Nothing of the old one is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.identifiers import normalise_payer
from core.sealed import open_for_work
from organizations.choices import Right
from organizations.permissions import require
from training.choices import CertificateSource, CertificateStatus, ReissueReason, RevokeReason
from training.errors import OwnWork, TrainingError
from training.models import Certificate
from training.services.enrolling import LONGEST_NAME
from training.services.issuing import put_certificates
from training.services.moving import lock_certificate, move_certificate
from training.services.recorded import record_end

if TYPE_CHECKING:
    from accounts.models import User

# Reasons that a person may give for a new row; REFRESHED comes with a course alone.
REISSUES = (ReissueReason.NAME, ReissueReason.LOST, ReissueReason.MISTAKE)


def revoke_certificate(*, certificate_id: int, reason: str, note: str, actor: User) -> Certificate:
    """Revoke a certificate at once; `reason` is public, `note` is not. Locks it. Raises WrongState, TrainingError."""
    with transaction.atomic():
        certificate = lock_certificate(certificate_id)
        require(actor, Right.ISSUE_CERTIFICATES, certificate.branch)
        fields = {}
        if reason not in RevokeReason.values:
            fields["reason"] = _("请选择撤销的原因，它会公开。")
        if len(note.strip()) < 2:
            fields["note"] = _("请写明情况，供日后核查；不会公开。")
        if fields:
            raise TrainingError("revocation_incomplete", _("还不完整，请按提示填写。"), fields)
        move_certificate(
            certificate,
            CertificateStatus.REVOKED,
            actor=actor,
            reason=note,
            ended_on=today(),
            revoke_reason=reason,
        )
        record_end(certificate)
    return certificate


def reissue_certificate(*, certificate_id: int, reason: str, actor: User, name: str = "") -> Certificate:
    """Issue a new row in the place of a valid one, to the same end; with NAME under the corrected `name`.

    Locks the old one, then the branch's counter. Raises OwnWork for who examined, WrongState, TrainingError.
    """
    with transaction.atomic():
        old = lock_certificate(certificate_id)
        require(actor, Right.ISSUE_CERTIFICATES, old.branch)
        if actor.pk in old.examiner_ids:
            raise OwnWork
        holder = _holder(old, reason, name)
        new = Certificate(
            **{column: getattr(old, column) for column in ("branch", "province_id", "city_id", "county_id")},
            kind=old.kind,
            status=CertificateStatus.VALID,
            source=CertificateSource.REISSUE,
            version=old.version,
            learner=old.learner,
            key_group=old.key_group,
            issued_on=today(),
            expires_on=old.expires_on,
            replaces=old,
            reissue_reason=reason,
            examiner_ids=old.examiner_ids,
            issued_by=actor,
            issued_at=now(),
        )
        move_certificate(old, CertificateStatus.REPLACED, actor=actor, ended_on=today())
        put_certificates([new], [holder], actor=actor)
        record_end(old, successor=new.number)
    return new


def _holder(old: Certificate, reason: str, name: str) -> str:
    if reason not in REISSUES:
        sentence = _("请选择换发的原因。")
        raise TrainingError("reissue_reason", sentence, {"reason": sentence})
    if old.expires_on is not None and old.expires_on <= today():
        raise TrainingError("certificate_expired", _("证书已过期，不能换发，请参加复训。"))
    holder = open_for_work(old, "holder", work=f"training.reissue:{old.number}") or ""
    if reason != ReissueReason.NAME:
        return holder
    corrected = " ".join(name.split())
    if not 2 <= len(corrected) <= LONGEST_NAME or normalise_payer(corrected) == normalise_payer(holder):
        sentence = _("请填写更正后的姓名，与原来的不同。")
        raise TrainingError("reissue_name", sentence, {"name": sentence})
    return corrected
