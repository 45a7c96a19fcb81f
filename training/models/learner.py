"""Learners: natural persons told apart by an identity document, so that one person has one certificate of a kind."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentKind
from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_identifier


class Learner(SealedModel):
    """A person who showed a document and agreed that its number is kept for a certificate (P3, sealed).

    Nobody finds one but by the whole number; names stand with enrolments and certificates, as they were written there.
    """

    document_kind = models.CharField(_("证件类型"), max_length=12, choices=DocumentKind)
    document = SealedTextField(
        _("证件号码"), logical="training.learner.document", lookup=normalise_identifier, null=True
    )
    document_digest = LookupDigestField()
    document_digest_next = LookupDigestField()
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("学员")
        verbose_name_plural = _("学员")
        constraints = [
            *unique_lookup("document", "document_kind", name="learner_document_once"),
            models.CheckConstraint(condition=Q(document_kind__in=DocumentKind.values), name="learner_document_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
