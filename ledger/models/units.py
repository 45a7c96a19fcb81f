"""What is counted: the yuan and goods."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.choices import UnitKind

# The code of the yuan, made by a migration and never removed.
CNY = "CNY"


class Unit(models.Model):
    """A unit of account: `CNY`, or one item of goods by name, specification and batch with its unit of measure."""

    code = models.CharField(_("编码"), max_length=40, unique=True)
    kind = models.CharField(_("类别"), max_length=8, choices=UnitKind)
    name = models.CharField(_("品名"), max_length=120)
    specification = models.CharField(_("规格"), max_length=200, blank=True)
    batch = models.CharField(_("批次"), max_length=80, blank=True)
    expires_on = models.DateField(_("效期"), null=True)
    measure = models.CharField(_("计量单位"), max_length=20)
    decimal_places = models.PositiveSmallIntegerField(_("小数位数"))

    class Meta:
        verbose_name = _("计量对象")
        verbose_name_plural = _("计量对象")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=models.Q(decimal_places__lte=3), name="unit_at_most_three_decimals"),
            models.UniqueConstraint(
                fields=["name", "specification", "batch", "measure"], name="unit_item_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitConversion(models.Model):
    """How many of a smaller packing one of a larger holds (1 箱 = 24 瓶)."""

    larger = models.ForeignKey(Unit, verbose_name=_("大包装"), on_delete=models.PROTECT, related_name="conversions")
    smaller = models.ForeignKey(Unit, verbose_name=_("小包装"), on_delete=models.PROTECT, related_name="+")
    factor = models.DecimalField(_("换算数"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("包装换算")
        verbose_name_plural = _("包装换算")
        constraints = [
            models.UniqueConstraint(fields=["larger", "smaller"], name="unitconversion_once"),
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="unitconversion_factor_positive"),
            models.CheckConstraint(condition=~models.Q(larger=models.F("smaller")), name="unitconversion_two_units"),
        ]

    def __str__(self) -> str:
        return f"1 {self.larger_id} = {self.factor} {self.smaller_id}"
