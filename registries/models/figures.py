"""What is counted of the registries: sealed tallies while a year runs, figures for everybody once it is over."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.figures import DeskMeasure


class RegistryTally(SealedModel, BranchLineage):
    """What one association and its basic units registered in a year, without those below it (P3).

    `content` is JSON, a number for each registries.choices.figures.Figure. Sealed like the wishes themselves: where
    somebody registered alone, a number in clear would say what they wish.
    """

    year = models.PositiveSmallIntegerField(_("年度"))
    content = SealedTextField(_("数字"), logical="registries.registrytally.content", purpose="wishes")

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐献登记计数")
        verbose_name_plural = _("捐献登记计数")
        constraints = [models.UniqueConstraint(fields=["branch", "year"], name="registrytally_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year}"


class CountedStep(models.Model):
    """That a step of a wish stands in a tally; once each. Append-only by trigger."""

    event = models.OneToOneField(
        "registries.WishEvent", verbose_name=_("志愿登记经过"), on_delete=models.PROTECT, primary_key=True,
        related_name="counted",
    )  # fmt: skip

    class Meta:
        verbose_name = _("已计数的经过")
        verbose_name_plural = _("已计数的经过")

    def __str__(self) -> str:
        return str(self.event_id)


class DeskCount(models.Model):
    """How many of one measure an association has by itself, as counted at a moment; all are replaced at once.

    Few people included: what is shown of them selectors/counts.py decides for each reader.
    """

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measure = models.CharField(_("项目"), max_length=12, choices=DeskMeasure)
    count = models.PositiveIntegerField(_("数量"))
    counted_at = models.DateTimeField(_("统计时间"))

    class Meta:
        verbose_name = _("捐献工作进度数字")
        verbose_name_plural = _("捐献工作进度数字")
        constraints = [models.UniqueConstraint(fields=["branch", "measure"], name="deskcount_once")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.measure}"


class RegistryFigures(models.Model):
    """The figures of an association with all below for a year that is over, as everybody sees them for good.

    `figures` is JSON: for each Figure `whole` (with all below), `own` (by itself, where others stand below it), None
    where it is not shown; `since` the first year that a number of several years is of. `below` are the codes of the
    associations that it is the sum of. Append-only by trigger; its public record is written with it.
    """

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    figures = models.JSONField(_("数字"))
    below = models.JSONField(_("所属红十字会"), default=list)
    counted_at = models.DateTimeField(_("统计时间"))

    class Meta:
        verbose_name = _("捐献登记统计")
        verbose_name_plural = _("捐献登记统计")
        constraints = [
            models.UniqueConstraint(fields=["branch", "year"], name="registryfigures_once"),
            models.CheckConstraint(condition=Q(year__gte=2000), name="registryfigures_year"),
        ]
        indexes = [models.Index(fields=["year", "branch"], name="registryfigures_by_year")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year}"
