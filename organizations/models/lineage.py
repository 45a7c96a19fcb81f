"""Rows that belong to a branch, and who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.scope import ScopedQuerySet
from organizations.choices import READING_RIGHTS, ROLE_RIGHTS, BranchKind
from organizations.models.branch import Branch
from organizations.models.grant import held_grants

if TYPE_CHECKING:
    from accounts.models import User

# Levels at which a row carries the id of its ancestor; deeper branches are found by the ids of their subtree.
LINEAGE_COLUMNS: dict[str, str] = {
    BranchKind.PROVINCE: "province_id",
    BranchKind.CITY: "city_id",
    BranchKind.COUNTY: "county_id",
}


def rows_of(branch: Branch, *, with_below: bool) -> models.Q:
    """The condition for rows of a branch, alone or with all below, on a table that carries the lineage."""
    if not with_below:
        return models.Q(branch_id=branch.pk)
    column = LINEAGE_COLUMNS.get(branch.kind)
    if column:
        return models.Q(**{column: branch.pk})
    return models.Q(branch_id__in=list(Branch.objects.below(branch).values_list("pk", flat=True)))


def branches_of(branch: Branch, *, with_below: bool) -> models.Q:
    """The condition for a branch, alone or with all below, on the table of branches itself."""
    if not with_below:
        return models.Q(pk=branch.pk)
    column = LINEAGE_COLUMNS.get(branch.kind)
    return models.Q(**{column: branch.pk}) if column else models.Q(path__startswith=branch.path)


def stands_in(branch: Branch, top: Branch, *, with_below: bool) -> bool:
    """Whether a branch is `top`, or stands below it where that counts; no query.

    Goes by ids wherever the level has one: paths shift when a sibling is put in before them, ids never do.
    """
    if branch.pk == top.pk:
        return True
    if not with_below:
        return False
    column = LINEAGE_COLUMNS.get(top.kind)
    return bool(getattr(branch, column) == top.pk) if column else branch.path.startswith(top.path)


class BranchRowsQuerySet(ScopedQuerySet):
    """Rows that carry a branch's lineage, opened for one person by the roles granted to them."""

    def visible_to(self, person: User, right: str) -> Self:
        """The rows in which `person` holds `right` today: own branches, and below where grant and right say so."""
        condition = models.Q(pk__in=[])
        for grant in held_grants(person):
            if right in ROLE_RIGHTS[grant.role]:
                condition |= rows_of(grant.branch, with_below=grant.with_below and right in READING_RIGHTS)
        return self.filter(condition)._mark(f"visible to {person.pk}: {right}")

    def of_branch(self, branch: Branch, *, with_below: bool) -> Self:
        """Narrow to a branch, alone or with all below; gives no scope by itself."""
        return self.filter(rows_of(branch, with_below=with_below))


class BranchLineage(models.Model):
    """The branch of a row and its province, city and county as they were when the row was made."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    province = models.ForeignKey(
        "organizations.Branch",
        verbose_name=_("所属省会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    city = models.ForeignKey(
        "organizations.Branch",
        verbose_name=_("所属市会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    county = models.ForeignKey(
        "organizations.Branch",
        verbose_name=_("所属县会"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True

    @staticmethod
    def lineage_of(branch: Branch) -> dict[str, Any]:
        """The four columns for a new row of `branch`."""
        return {
            "branch_id": branch.pk,
            "province_id": branch.province_id,
            "city_id": branch.city_id,
            "county_id": branch.county_id,
        }
