"""What is kept of a case for good: the witness record with its signatures, who received, certificate, care, use."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedTextField
from registries.choices.cases import (
    WITH_AMOUNT,
    BodyUse,
    EntitlementKind,
    GiftKind,
    Outcome,
    UnitKind,
    WitnessPoint,
)
from registries.models.case import Case
from registries.models.case_people import CaseKin, OfCase


class CaseWitness(OfCase):
    """What the coordinators saw, when; `content` is JSON: place and text. A corrected one is a new row.

    Append-only by trigger; only the newest of a case can be signed (人体器官捐献和移植条例 Arts. 19, 47).
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="witness_records")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    witnessed_at = models.DateTimeField(_("见证时间"))
    points = ArrayField(models.CharField(max_length=12, choices=WitnessPoint), verbose_name=_("见证内容"))
    content = SealedTextField(_("地点和经过"), logical="registries.casewitness.content", purpose="wishes", null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = _("见证记录")
        verbose_name_plural = _("见证记录")
        constraints = [
            models.CheckConstraint(condition=Q(points__contained_by=WitnessPoint.values), name="casewitness_points"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.pk}"


class CaseSignature(models.Model):
    """That a coordinator signed a witness record by their own login. Append-only by trigger."""

    witness = models.ForeignKey(
        CaseWitness, verbose_name=_("见证记录"), on_delete=models.PROTECT, related_name="signatures"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("签字人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("签字时间"))

    class Meta:
        verbose_name = _("见证签字")
        verbose_name_plural = _("见证签字")
        constraints = [
            models.UniqueConstraint(fields=["witness", "person"], name="casesignature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.witness_id} {self.person_id}"


class ReceivingUnit(models.Model):
    """A unit that may receive gifts in a province; never a person (宁波市遗体捐献条例 Arts. 7-8)."""

    province = models.ForeignKey(
        "organizations.Branch", verbose_name=_("省红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("类别"), max_length=16, choices=UnitKind)
    name = models.CharField(_("名称"), max_length=80)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("接受单位")
        verbose_name_plural = _("接受单位")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="receivingunit_kind_known"),
            models.UniqueConstraint(
                fields=["province", "kind", "name"], condition=Q(ended_at__isnull=True), name="receivingunit_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CaseHandOver(models.Model):
    """That one kind of gift went to a unit on a day; where it went from there nobody here knows.

    Append-only; a mistake is put right by a row that names it.
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="hand_overs")
    kind = models.CharField(_("捐献项目"), max_length=8, choices=GiftKind)
    unit = models.ForeignKey(ReceivingUnit, verbose_name=_("接受单位"), on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("移交日期"))
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正的记录"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("遗体器官移交")
        verbose_name_plural = _("遗体器官移交")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=GiftKind.values), name="casehandover_kind_known"),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(replaces__isnull=True), name="casehandover_first_once"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="casehandover_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseAcceptance(models.Model):
    """The receiving unit's certificate that it took a body: of which unit, number and day.

    Append-only; a mistake is put right by a row that names it. Of the unit that took the body alone (trigger). Legal
    source: 宁波市遗体捐献条例 Art. 14.
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="acceptances")
    unit = models.ForeignKey(ReceivingUnit, verbose_name=_("接受单位"), on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("证明编号"), max_length=60)
    issued_on = models.DateField(_("出具日期"))
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正的记录"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("接受遗体的证明")
        verbose_name_plural = _("接受遗体的证明")
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="caseacceptance_has_its_number"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="caseacceptance_replaces_another"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(replaces__isnull=True), name="caseacceptance_first_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class CaseCertificate(models.Model):
    """That the family was given the certificate: its number is the case's (条例 Art. 14).

    Append-only; a mistake is put right by a row that names it.
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="certificates")
    kin = models.ForeignKey(CaseKin, verbose_name=_("领取的家属"), on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(_("颁发日期"))
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正的记录"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("捐献证书")
        verbose_name_plural = _("捐献证书")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(replaces__isnull=True), name="casecertificate_first_once"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="casecertificate_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}"


class CaseEntitlement(models.Model):
    """What a family was given or declined, when, by which paper; a mistake is put right by a row that names it.

    `amount` in yuan, None where there is none. Append-only by trigger.
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="entitlements")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("待遇"), max_length=12, choices=EntitlementKind)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True)
    on = models.DateField(_("日期"))
    paper = models.CharField(_("凭据编号"), max_length=60, blank=True)
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正的记录"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("家属待遇")
        verbose_name_plural = _("家属待遇")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntitlementKind.values), name="caseentitlement_kind_known"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="caseentitlement_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GIVEN, kind__in=sorted(WITH_AMOUNT), amount__gt=Decimal(0))
                | (~(Q(outcome=Outcome.GIVEN) & Q(kind__in=sorted(WITH_AMOUNT))) & Q(amount__isnull=True)),
                name="caseentitlement_amount_fits",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.DECLINED) | ~Q(paper=""), name="caseentitlement_has_its_paper"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="caseentitlement_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class CaseUse(OfCase):
    """One line of the report of use that the receiving unit files on a body; kin may ask for it.

    Append-only; a mistake is put right by a row that names it.

    Legal source: 宁波市遗体捐献条例 Art. 16.
    """

    case = models.ForeignKey(Case, verbose_name=_("捐献案例"), on_delete=models.PROTECT, related_name="uses")
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    use = models.CharField(_("利用情况"), max_length=12, choices=BodyUse)
    on = models.DateField(_("日期"))
    note = SealedTextField(_("说明"), logical="registries.caseuse.note", purpose="wishes", null=True)
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正的记录"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("遗体利用记录")
        verbose_name_plural = _("遗体利用记录")
        constraints = [
            models.CheckConstraint(condition=Q(use__in=BodyUse.values), name="caseuse_known"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="caseuse_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.use}"
