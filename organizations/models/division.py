"""Administrative divisions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.choices import DivisionLevel


class Division(models.Model):  # type: ignore[django-manager-missing]
    """An administrative division by its statistical code (2, 4, 6, 9 or 12 digits), province to community."""

    code = models.CharField(_("区划代码"), max_length=12, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=DivisionLevel)
    parent = models.ForeignKey(
        "self", verbose_name=_("上级"), null=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField(_("启用日期"), null=True)
    valid_to = models.DateField(_("停用日期"), null=True)
    successor = models.ForeignKey("self", verbose_name=_("并入"), null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        constraints = [
            models.CheckConstraint(condition=models.Q(level__in=DivisionLevel.values), name="division_level_known"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, level=DivisionLevel.PROVINCE)
                | (models.Q(parent__isnull=False) & ~models.Q(level=DivisionLevel.PROVINCE)),
                name="division_only_province_has_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name
