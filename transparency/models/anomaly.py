"""What looked wrong in a run's records, and who explained it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from transparency.choices import FACT_LABELS, AnomalyRule


class Anomaly(models.Model):
    """One finding of one rule in a run. Append-only by trigger; `facts` are canonical values without a person's name.

    `subject` is the number of the gift or entry, or the run's own for a finding about its totals.
    """

    run = models.ForeignKey(
        "transparency.ReportRun", verbose_name=_("报告"), on_delete=models.PROTECT, related_name="anomalies"
    )
    rule = models.CharField(_("规则"), max_length=20, choices=AnomalyRule)
    subject = models.CharField(_("编号"), max_length=60)
    facts = models.JSONField(_("事实"))
    found_at = models.DateTimeField(_("发现时间"))

    class Meta:
        verbose_name = _("异常")
        verbose_name_plural = _("异常")
        constraints = [
            models.UniqueConstraint(fields=["run", "rule", "subject"], name="anomaly_once"),
            models.CheckConstraint(condition=Q(rule__in=AnomalyRule.values), name="anomaly_rule_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has explained it; no query where `clearance` was selected with it."""
        return not hasattr(self, "clearance")

    @property
    def facts_said(self) -> list[tuple[str, str]]:
        """The facts with their names in words."""
        return [(str(FACT_LABELS.get(name, name)), str(value)) for name, value in self.facts.items()]


class AnomalyClearance(models.Model):
    """The explanation of one anomaly. Append-only by trigger; `carried_from` names the one of an earlier version."""

    anomaly = models.OneToOneField(Anomaly, verbose_name=_("异常"), on_delete=models.PROTECT, related_name="clearance")
    reason = models.CharField(_("说明"), max_length=500)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("说明人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    carried_from = models.ForeignKey(
        "self", verbose_name=_("沿用"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("异常说明")
        verbose_name_plural = _("异常说明")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="anomalyclearance_says_why")]

    def __str__(self) -> str:
        return str(self.anomaly_id)
