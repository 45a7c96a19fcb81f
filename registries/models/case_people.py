"""The people of a case, sealed apart from what is done in it: who died, and their kin with what they decided."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.documents import DocumentKind
from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_identifier, normalise_payer
from organizations.models import Branch
from registries.choices.cases import DECIDING_KIN, Decision, Relation
from registries.models.case import Case
from registries.models.wish import whole_key


class OfCase(SealedModel):
    """What the read log says of a part of a case: the case's number and branch."""

    case: Case

    class Meta:
        abstract = True

    @property
    def number(self) -> str:
        """The case's number."""
        return self.case.number

    @property
    def branch(self) -> Branch:
        """The case's branch."""
        return self.case.branch


class CasePerson(OfCase):
    """Who died (P3), under the keys of identity; at night often a name alone, the document follows.

    `registrant` is the sealed `row_key` of a registrant where they had registered; `caller` is JSON: name and phone of
    who told the association.
    """

    case = models.OneToOneField(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="person")
    name = SealedTextField(
        _("姓名"), logical="registries.caseperson.name", purpose="identity", lookup=normalise_payer, null=True
    )
    name_digest = LookupDigestField()
    name_digest_next = LookupDigestField()
    document_kind = models.CharField(_("证件类型"), max_length=12, choices=DocumentKind, blank=True)
    document = SealedTextField(
        _("证件号码"), logical="registries.caseperson.document", purpose="identity", lookup=normalise_identifier,
        null=True,
    )  # fmt: skip
    document_digest = LookupDigestField()
    document_digest_next = LookupDigestField()
    registrant = SealedTextField(
        _("登记人"), logical="registries.caseperson.registrant", purpose="identity", lookup=whole_key, null=True
    )
    registrant_digest = LookupDigestField()
    registrant_digest_next = LookupDigestField()
    caller = SealedTextField(_("报告人"), logical="registries.caseperson.caller", purpose="identity", null=True)

    class Meta:
        verbose_name = _("案例中的捐献人")
        verbose_name_plural = _("案例中的捐献人")
        constraints = [
            models.CheckConstraint(
                condition=Q(document_kind__in=["", *DocumentKind.values]), name="caseperson_document_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"


class CaseKin(OfCase):
    """One of the living kin, or who carries the wish out (P3 under the keys of identity).

    Whoever was listed by mistake is struck, which nobody can be who has decided (trigger). Who lacks full capacity does
    not decide (民法典 Arts. 20-22, 1006).
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="kin")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    relation = models.CharField(_("与捐献人的关系"), max_length=8, choices=Relation)
    is_executor = models.BooleanField(_("执行人"), default=False)
    lacks_capacity = models.BooleanField(_("没有完全民事行为能力"), default=False)
    name = SealedTextField(_("姓名"), logical="registries.casekin.name", purpose="identity", null=True)
    phone = SealedTextField(_("电话"), logical="registries.casekin.phone", purpose="identity", null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("划去的人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    struck_at = models.DateTimeField(_("划去时间"), null=True)

    class Meta:
        verbose_name = _("案例家属")
        verbose_name_plural = _("案例家属")
        constraints = [
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="casekin_relation_known"),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by__isnull=True)
                | Q(struck_at__isnull=False, struck_by__isnull=False),
                name="casekin_struck_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.relation}"

    @property
    def decides(self) -> bool:
        """Whether this one is among those who decide together."""
        return self.relation in DECIDING_KIN and not self.lacks_capacity


class CaseDecision(models.Model):
    """What one of the kin decided, as they signed it; the newest counts. Append-only by trigger (民法典 Art. 1006)."""

    kin = models.ForeignKey(CaseKin, verbose_name=_("家属"), on_delete=models.PROTECT, related_name="decisions")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    decision = models.CharField(_("决定"), max_length=8, choices=Decision)
    signed_on = models.DateField(_("签字日期"))
    paper = models.CharField(_("书面材料编号"), max_length=60)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("家属决定")
        verbose_name_plural = _("家属决定")
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="casedecision_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kin_id} {self.decision}"
