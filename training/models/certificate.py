"""Certificates: issued, revoked, replaced; never changed otherwise."""

from __future__ import annotations

import datetime
import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_payer
from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import (
    EXPIRING_DAYS,
    CertificateKind,
    CertificateSource,
    CertificateStatus,
    KeyGroup,
    ReissueReason,
    RevokeReason,
    ShownStatus,
)


class CertificateQuerySet(BranchRowsQuerySet):
    """Certificates, for a person or for whoever has one's code."""

    def for_public_check(self) -> Self:
        """For a look-up by a code or number that was given; never for a list."""
        return self._mark("public check")


class Certificate(SealedModel, BranchLineage):
    """That a person passed a course, from `issued_on` until before `expires_on` (NULL: for ever).

    `number` runs without gap in its issuer's year; `code` is random (80 bits) and is the public address. `holder` is
    the name as it is printed (P2, sealed); `shown_name` its masked form for the public. Nobody has two valid ones of a
    kind (unique), none is issued by who examined or signed (CHECK), none of a course without presence and a passed exam
    (trigger). `payload` is what its QR carries, signed (services/signing.py).
    """

    number = models.CharField(_("证书编号"), max_length=40, db_collation="C", db_index=True)
    code = models.CharField(_("查验码"), max_length=16, unique=True, db_collation="C")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=12, choices=CertificateKind)
    status = models.CharField(_("状态"), max_length=12, choices=CertificateStatus)
    source = models.CharField(_("来源"), max_length=12, choices=CertificateSource)
    version = models.ForeignKey(
        "training.CourseVersion", verbose_name=_("课程版本"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    enrolment = models.OneToOneField(
        "training.Enrolment", verbose_name=_("报名"), null=True, on_delete=models.PROTECT, related_name="certificate"
    )
    learner = models.ForeignKey(
        "training.Learner", verbose_name=_("学员"), on_delete=models.PROTECT, related_name="certificates"
    )
    holder = SealedTextField(_("持证人"), logical="training.certificate.holder", lookup=normalise_payer, null=True)
    holder_digest = LookupDigestField(db_index=False)
    holder_digest_next = LookupDigestField(db_index=False)
    shown_name = models.CharField(_("公开显示"), max_length=20)
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup, default=KeyGroup.NONE)
    issued_on = models.DateField(_("发证日期"))
    expires_on = models.DateField(_("有效期止"), null=True)
    payload = models.CharField(_("签名内容"), max_length=600, blank=True)
    replaces = models.OneToOneField(
        "self", verbose_name=_("换发自"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reissue_reason = models.CharField(_("换发原因"), max_length=12, choices=ReissueReason, blank=True)
    revoke_reason = models.CharField(_("撤销原因"), max_length=12, choices=RevokeReason, blank=True)
    ended_on = models.DateField(_("失效日期"), null=True)
    examiner_ids = ArrayField(models.BigIntegerField(), verbose_name=_("考官和签字人编号"), default=list)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("发证人"), on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(_("发证时间"))

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("证书")
        verbose_name_plural = _("证书")
        constraints = [
            # Ours have their branch in them; what other systems printed before is told apart by its issuer.
            models.UniqueConstraint(fields=["branch", "number"], name="certificate_number_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{16}$"), name="certificate_code_form"),
            models.CheckConstraint(condition=Q(kind__in=CertificateKind.values), name="certificate_kind_known"),
            models.CheckConstraint(condition=Q(status__in=CertificateStatus.values), name="certificate_status_known"),
            models.CheckConstraint(condition=Q(source__in=CertificateSource.values), name="certificate_source_known"),
            models.UniqueConstraint(
                fields=["learner", "kind"],
                condition=Q(status=CertificateStatus.VALID),
                name="certificate_one_valid_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("issued_on")),
                name="certificate_expires_after_issue",
            ),
            models.CheckConstraint(
                condition=~Q(source=CertificateSource.COURSE) | Q(enrolment__isnull=False, version__isnull=False),
                name="certificate_of_a_course_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(source=CertificateSource.REISSUE) | Q(replaces__isnull=False) & ~Q(reissue_reason=""),
                name="certificate_reissue_names_the_old",
            ),
            models.CheckConstraint(
                condition=Q(status=CertificateStatus.VALID, ended_on__isnull=True, revoke_reason="")
                | Q(status=CertificateStatus.REVOKED, ended_on__isnull=False) & ~Q(revoke_reason="")
                | Q(status=CertificateStatus.REPLACED, ended_on__isnull=False, revoke_reason=""),
                name="certificate_ended_says_when_and_why",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="certificate_by_branch"),
            models.Index(
                fields=["expires_on", "id"],
                name="certificate_by_end",
                condition=Q(status=CertificateStatus.VALID, expires_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def last_day(self) -> datetime.date | None:
        """The last day on which it counts, as people read it; None for ever."""
        return self.expires_on - datetime.timedelta(days=1) if self.expires_on else None

    def shown_status(self, day: datetime.date) -> str:
        """What it is on a day."""
        if self.status != CertificateStatus.VALID:
            return self.status
        if self.expires_on is None or (self.expires_on - day).days > EXPIRING_DAYS:
            return ShownStatus.VALID
        return ShownStatus.EXPIRING if day < self.expires_on else ShownStatus.EXPIRED


class CertificateEvent(models.Model):
    """One step of a certificate: who moved it from where to where, when and why. Append-only by trigger."""

    certificate = models.ForeignKey(
        Certificate, verbose_name=_("证书"), on_delete=models.PROTECT, related_name="events"
    )
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=CertificateStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("证书经过")
        verbose_name_plural = _("证书经过")

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.from_status} → {self.to_status}"
