"""Blood samples of stem-cell donors, and the batches in which they travel."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.donors import BatchStatus, Verdict
from registries.models.donor import Donor


class SampleBatch(BranchLineage):
    """A box of samples on its way to the laboratory; bag numbers alone travel with it. One may be lost on the way."""

    number = models.CharField(_("批次号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=BatchStatus)
    box = models.CharField(_("箱号"), max_length=40)
    courier = models.CharField(_("承运单位"), max_length=60, blank=True)
    waybill = models.CharField(_("运单号"), max_length=60, blank=True)
    sent_on = models.DateField(_("寄出日期"), null=True)
    receipt_number = models.CharField(_("实验室回执号"), max_length=60, blank=True)
    received_on = models.DateField(_("实验室收到日期"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("装箱人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("装箱时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("样本批次")
        verbose_name_plural = _("样本批次")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="samplebatch_status_known"),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.OPEN, sent_on__isnull=True)
                | (~Q(status=BatchStatus.OPEN) & Q(sent_on__isnull=False) & ~Q(waybill="")),
                name="samplebatch_sent_says_how",
            ),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.RECEIVED, received_on__isnull=False)
                | (~Q(status=BatchStatus.RECEIVED) & Q(received_on__isnull=True)),
                name="samplebatch_received_says_when",
            ),
        ]
        indexes = [models.Index(fields=["branch", "status", "-id"], name="samplebatch_by_branch")]

    def __str__(self) -> str:
        return self.number


class Sample(models.Model):
    """One bag of blood of one donor; its number is on the bag and occurs once in the portal."""

    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="samples")
    bag = models.CharField(_("血样袋号"), max_length=32, unique=True)
    taken_on = models.DateField(_("采样日期"))
    batch = models.ForeignKey(
        SampleBatch, verbose_name=_("批次"), null=True, on_delete=models.PROTECT, related_name="samples"
    )
    verdict = models.CharField(_("实验室回执"), max_length=12, choices=Verdict, default=Verdict.WAITING)
    verdict_on = models.DateField(_("回执日期"), null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("血样")
        verbose_name_plural = _("血样")
        constraints = [
            # One bag of a donor is on its way or wanted, at most; what is void or spoilt stands beside it.
            models.UniqueConstraint(
                fields=["donor"], name="sample_one_on_its_way", condition=Q(verdict=Verdict.WAITING)
            ),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="sample_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.WAITING, verdict_on__isnull=True)
                | (~Q(verdict=Verdict.WAITING) & Q(verdict_on__isnull=False)),
                name="sample_verdict_says_when",
            ),
        ]

    def __str__(self) -> str:
        return self.bag
