"""Who somebody is that a branch keeps a registration of."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentKind
from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_identifier, normalise_payer, normalise_phone
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.papers import CorrectionReason


class Registrant(SealedModel, BranchLineage):
    """A person's identity and contact (P3), under keys of their own; nothing of what they wish stands here.

    Wishes name their registrant by `row_key`, sealed under other keys: without the look-up key nobody can tell which
    wish is whose. A person is written down once in a branch. `details` is JSON: sex, born_on (ISO day), address,
    people, occupation, education; for who has no telephone contact_name and contact_phone, by whom they are reached.
    `destroyed_at` is when all of it was emptied.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    document_kind = models.CharField(_("证件类型"), max_length=12, choices=DocumentKind)
    document = SealedTextField(
        _("证件号码"), logical="registries.registrant.document", purpose="identity", lookup=normalise_identifier,
        null=True,
    )  # fmt: skip
    document_digest = LookupDigestField()
    document_digest_next = LookupDigestField()
    name = SealedTextField(
        _("姓名"), logical="registries.registrant.name", purpose="identity", lookup=normalise_payer, null=True
    )
    name_digest = LookupDigestField()
    name_digest_next = LookupDigestField()
    phone = SealedTextField(
        _("电话"), logical="registries.registrant.phone", purpose="identity", lookup=normalise_phone, null=True
    )
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    details = SealedTextField(_("其他身份信息"), logical="registries.registrant.details", purpose="identity", null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("登记人")
        verbose_name_plural = _("登记人")
        constraints = [
            *unique_lookup("document", "branch", "document_kind", name="registrant_once_in_a_branch"),
            models.CheckConstraint(
                condition=Q(document_kind__in=DocumentKind.values), name="registrant_document_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, document__isnull=False, name__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    document__isnull=True,
                    name__isnull=True,
                    phone__isnull=True,
                    details__isnull=True,
                ),
                name="registrant_whole_or_destroyed",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="registrant_by_branch")]

    def __str__(self) -> str:
        return self.number


class RegistrantEvent(models.Model):
    """What was done with somebody's identity: who, when, which fields, never their values. Append-only by trigger."""

    registrant = models.ForeignKey(
        Registrant, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="events"
    )
    verb = models.CharField(_("事项"), max_length=40)
    fields = models.JSONField(_("字段"), default=list)
    reason = models.CharField(_("更正原因"), max_length=16, choices=CorrectionReason, blank=True, default="")
    has_seen_paper = models.BooleanField(_("核对过证件原件"), default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("登记人事项")
        verbose_name_plural = _("登记人事项")
        constraints = [
            models.CheckConstraint(
                condition=~Q(verb="corrected") | Q(reason__in=CorrectionReason.values),
                name="registrantevent_corrected_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registrant_id} {self.verb}"
