"""Figures of training by branch and day, the people that rates are of, and what was promised for a year."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.choices import KeyGroup, Measure, PopulationBasis


class CoverageCount(models.Model):
    """One figure as it stood at the beginning of a day: counted from the rows, for one association with all below.

    `kind` is a kind of certificate, empty for any; `key_group` empty for all. `year` is that of AUDIENCE and ISSUED, 0
    for HOLDERS, who hold on that day and count once in a branch, however many certificates they have.
    """

    as_of = models.DateField(_("截至"))
    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measure = models.CharField(_("指标"), max_length=12, choices=Measure)
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(_("证书种类"), max_length=12, blank=True)
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup, blank=True)
    count = models.PositiveIntegerField(_("数量"))
    # Decided when it is counted (services/hiding.py); what was not decided on yet is shown to nobody.
    is_hidden = models.BooleanField(_("人数少，不公开"), default=True)

    class Meta:
        verbose_name = _("培训统计")
        verbose_name_plural = _("培训统计")
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "branch", "measure", "year", "kind", "key_group"], name="coveragecount_once"
            ),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="coveragecount_measure_known"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.branch_id} {self.measure}"


class Population(models.Model):
    """How many people live in a division by one source; the denominator of its rates, named beside them.

    Append-only by trigger: the newest row of a division, year and basis counts, earlier ones stay to be read.
    """

    division = models.ForeignKey(
        "organizations.Division", verbose_name=_("区划"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    basis = models.CharField(_("口径"), max_length=12, choices=PopulationBasis)
    count = models.PositiveIntegerField(_("人数"))
    source = models.CharField(_("来源"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("人口数")
        verbose_name_plural = _("人口数")
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=PopulationBasis.values), name="population_basis_known"),
            models.CheckConstraint(condition=Q(count__gt=0), name="population_positive"),
        ]
        indexes = [models.Index(fields=["division", "basis", "year", "-id"], name="population_newest")]

    def __str__(self) -> str:
        return f"{self.division_id} {self.year} {self.basis}"


class TrainingTarget(models.Model):
    """What an association promised for a year (民生实事 and its own plans), by which document.

    Append-only by trigger: the newest row counts, earlier ones stay to be read.
    """

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    measure = models.CharField(_("指标"), max_length=12, choices=Measure)
    kind = models.CharField(_("证书种类"), max_length=12, blank=True)
    count = models.PositiveIntegerField(_("目标数"))
    document = models.CharField(_("依据文件"), max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("年度目标")
        verbose_name_plural = _("年度目标")
        constraints = [
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="trainingtarget_measure_known"),
            models.CheckConstraint(condition=Q(count__gt=0), name="trainingtarget_positive"),
        ]
        indexes = [models.Index(fields=["branch", "year", "-id"], name="trainingtarget_newest")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.year} {self.measure}"
