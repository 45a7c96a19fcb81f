"""Counters for numbers without gaps."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberCounter(models.Model):
    """The last serial given in one series (`<branch>-<year>-<letter>`); its row is locked until the taker commits."""

    series = models.CharField(_("序列"), max_length=60, primary_key=True)
    last = models.BigIntegerField(_("最后一号"), default=0)

    class Meta:
        verbose_name = _("编号计数")
        verbose_name_plural = _("编号计数")
        constraints = [models.CheckConstraint(condition=models.Q(last__gte=0), name="numbercounter_last_not_negative")]

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"
