"""What national bodies published: facts from outside, each with its source."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registries.choices.figures import NationalMeasure


class NationalFigure(models.Model):
    """A national total of a year's end as its source says it: one person enters it, another confirms it.

    Shown to everybody once it is confirmed. By trigger nothing of it changes but that it is confirmed, once; a
    correction is a row that `replaces` it.
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(_("年度"))
    measure = models.CharField(_("指标"), max_length=20, choices=NationalMeasure)
    number = models.PositiveBigIntegerField(_("数字"))
    source_title = models.CharField(_("来源名称"), max_length=200)
    source_url = models.URLField(_("来源网址"), max_length=300)
    replaces = models.OneToOneField(
        "self", verbose_name=_("更正前"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("录入人"), on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("录入时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("复核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("复核时间"), null=True)

    class Meta:
        verbose_name = _("全国数字")
        verbose_name_plural = _("全国数字")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "measure"], name="nationalfigure_once", condition=Q(replaces__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(measure__in=NationalMeasure.values), name="nationalfigure_measure_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("entered_by"))),
                name="nationalfigure_two_people",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="nationalfigure_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.measure}"
