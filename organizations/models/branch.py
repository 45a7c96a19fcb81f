"""The tree of Red Cross associations and grass-roots organisations."""

from __future__ import annotations

from typing import Self, cast

from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from organizations.choices import BranchKind


class BranchQuerySet(MP_NodeQuerySet):
    """Chainable filters over branches; branches are public facts and carry no scope."""

    def valid(self) -> Self:
        """Branches that have not been closed or merged."""
        return cast("Self", self.filter(valid_to__isnull=True))

    def below(self, branch: Branch) -> Self:
        """The branch itself and all below it."""
        return cast("Self", self.filter(path__startswith=branch.path))


class BranchManager(MP_NodeManager.from_queryset(BranchQuerySet)):  # type: ignore[misc]
    """The tree's own manager with the filters above."""

    def get_queryset(self) -> BranchQuerySet:
        """Depth first, as a tree is read."""
        return cast("BranchQuerySet", BranchQuerySet(self.model, using=self._db).order_by("path"))


class Branch(MP_Node):
    """One association or organisation; it stands in an administrative division but is not one.

    `province`, `city` and `county` are the ancestors (or itself) at these levels. Rows of work copy them as they were
    when the row was made, so that a later move or merger changes no past figure.
    """

    code = models.CharField(_("编码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=40)
    kind = models.CharField(_("类别"), max_length=12, choices=BranchKind)
    division = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在区划"), on_delete=models.PROTECT, related_name="branches"
    )
    province = models.ForeignKey(
        "self", verbose_name=_("所属省会"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    city = models.ForeignKey("self", verbose_name=_("所属市会"), null=True, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(
        "self", verbose_name=_("所属县会"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = models.CharField(_("公开电话"), max_length=40, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True)
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True)
    successor = models.ForeignKey(
        "self", verbose_name=_("并入"), null=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    node_order_by = ["code"]
    objects = BranchManager()

    class Meta:
        verbose_name = _("红十字会")
        verbose_name_plural = _("红十字会")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=BranchKind.values), name="branch_kind_known"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="branch_valid_to_after_from",
            ),
            models.CheckConstraint(
                condition=models.Q(successor__isnull=True) | models.Q(valid_to__isnull=False),
                name="branch_successor_only_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether the branch still works (not closed or merged)."""
        return self.valid_to is None
