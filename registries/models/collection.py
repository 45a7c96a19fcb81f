"""Giving: examinations and collections, drug days, follow-ups; what was paid on the way, who went along, honours."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registries.choices.donors import DRUG_DAYS_MOST, ExpenseKind, FollowUpResult, GiftKind, HonourKind
from registries.models.donor import Donor


class Collection(models.Model):
    """One giving of a donor, from its medical examination on; a second one is a new row. For whom is not known here.

    `serial` is 第 n 例 of the province, which counts stem cells alone, given with `collected_on` and without gap;
    `called_off_on` where it came to
    nothing. `cases_of` is the association in whose series the serial stands.
    """

    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="collections")
    round = models.PositiveSmallIntegerField(_("第几次"))
    kind = models.CharField(_("采集内容"), max_length=12, choices=GiftKind, default=GiftKind.STEM_CELLS)
    fit_on = models.DateField(_("体检合格日期"), null=True)
    planned_on = models.DateField(_("计划采集日期"), null=True)
    hospital = models.CharField(_("采集医院"), max_length=80, blank=True)
    collected_on = models.DateField(_("采集日期"), null=True)
    serial = models.PositiveIntegerField(_("第几例"), null=True)
    cases_of = models.ForeignKey(
        "organizations.Branch", verbose_name=_("编例单位"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    called_off_on = models.DateField(_("取消日期"), null=True)
    begun_at = models.DateTimeField(_("开始时间"))

    class Meta:
        verbose_name = _("捐献")
        verbose_name_plural = _("捐献")
        constraints = [
            models.UniqueConstraint(fields=["donor", "round"], name="collection_round_once"),
            models.UniqueConstraint(fields=["cases_of", "serial"], name="collection_serial_once"),
            models.UniqueConstraint(
                fields=["donor"], name="collection_one_under_way",
                condition=Q(collected_on__isnull=True, called_off_on__isnull=True),
            ),
            models.CheckConstraint(condition=Q(kind__in=GiftKind.values), name="collection_kind_known"),
            models.CheckConstraint(
                condition=Q(collected_on__isnull=True, serial__isnull=True, cases_of__isnull=True)
                | Q(collected_on__isnull=False, called_off_on__isnull=True)
                & (
                    Q(serial__isnull=False, cases_of__isnull=False)
                    | Q(kind=GiftKind.LYMPHOCYTES, serial__isnull=True, cases_of__isnull=True)
                ),
                name="collection_done_has_a_serial",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.donor_id}/{self.round}"


class DrugDay(models.Model):
    """One day of the mobilising drug before a collection, and whether it was tolerated. Append-only by trigger."""

    collection = models.ForeignKey(
        Collection, verbose_name=_("捐献"), on_delete=models.PROTECT, related_name="drug_days"
    )
    day = models.PositiveSmallIntegerField(_("第几天"))
    on = models.DateField(_("日期"))
    is_tolerated = models.BooleanField(_("耐受良好"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("动员剂")
        verbose_name_plural = _("动员剂")
        constraints = [
            models.UniqueConstraint(fields=["collection", "day"], name="drugday_number_once"),
            models.UniqueConstraint(fields=["collection", "on"], name="drugday_once_a_day"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=DRUG_DAYS_MOST), name="drugday_at_most_five"),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} {self.day}"


class FollowUp(models.Model):
    """One follow-up after a collection: due on which day, done on which, how it went. Append-only by trigger."""

    collection = models.ForeignKey(
        Collection, verbose_name=_("捐献"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    step = models.PositiveSmallIntegerField(_("第几次随访"))
    due_on = models.DateField(_("应随访日期"))
    done_on = models.DateField(_("随访日期"))
    result = models.CharField(_("结果"), max_length=12, choices=FollowUpResult)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("捐献后随访")
        verbose_name_plural = _("捐献后随访")
        constraints = [
            # A follow-up at which nobody was reached is tried again; one that was done is done.
            models.UniqueConstraint(
                fields=["collection", "step"], name="followup_done_once",
                condition=~Q(result=FollowUpResult.NOT_REACHED),
            ),
            models.CheckConstraint(condition=Q(result__in=FollowUpResult.values), name="followup_result_known"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.collection_id} {self.step}"


class Replaced(models.Model):
    """A row that stands; wrong, it is put right by another of the same donor that replaces it, and the last counts.

    `is_void`: the row only says that what it replaces is not true; nothing counts.
    """

    replaces = models.OneToOneField(
        "self", verbose_name=_("更正哪一条"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    is_void = models.BooleanField(_("作废"), default=False, db_default=False)

    class Meta:
        abstract = True


class DonorExpense(Replaced):
    """Money for a donor's way: travel, escort, lost work. Yuan, two places. Append-only by trigger.

    `evidence` names the voucher; no person stands in it.
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="expenses")
    kind = models.CharField(_("项目"), max_length=12, choices=ExpenseKind)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2)
    on = models.DateField(_("日期"))
    evidence = models.CharField(_("凭证号"), max_length=60)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("捐献费用")
        verbose_name_plural = _("捐献费用")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=Decimal(0)), name="donorexpense_amount_positive"),
            models.CheckConstraint(condition=Q(kind__in=ExpenseKind.values), name="donorexpense_kind_known"),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(replaces__isnull=False), name="donorexpense_void_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.kind}"


class DonorEscort(Replaced):
    """Who of the staff goes along with a donor, from which day to which. Append-only by trigger."""

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="escorts")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("陪同人员"), on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField(_("从哪一天"))
    until = models.DateField(_("到哪一天"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("捐献陪同")
        verbose_name_plural = _("捐献陪同")
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("on")), name="donorescort_days_in_order"),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(replaces__isnull=False), name="donorescort_void_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.on}"


class Honour(Replaced):
    """What a donor was honoured with, by whom, under which number, on which day. Append-only by trigger."""

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="honours")
    collection = models.ForeignKey(
        Collection, verbose_name=_("捐献"), null=True, on_delete=models.PROTECT, related_name="honours"
    )
    kind = models.CharField(_("荣誉"), max_length=12, choices=HonourKind)
    number = models.CharField(_("证书编号"), max_length=60, blank=True, default="", db_default="")
    issuer = models.CharField(_("颁发单位"), max_length=60, blank=True, default="", db_default="")
    on = models.DateField(_("日期"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("记录人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("捐献荣誉")
        verbose_name_plural = _("捐献荣誉")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HonourKind.values), name="honour_kind_known"),
            models.CheckConstraint(condition=Q(is_void=False) | Q(replaces__isnull=False), name="honour_void_names"),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.kind}"
