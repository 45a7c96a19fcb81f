"""The branch network's tables, one subject a file."""

from organizations.models.branch import Branch
from organizations.models.division import Division
from organizations.models.grant import RoleGrant, held_grants, remember_grants
from organizations.models.lineage import BranchLineage, BranchRowsQuerySet, branches_of, rows_of, stands_in
from organizations.models.site import Site

__all__ = [
    "Branch",
    "BranchLineage",
    "BranchRowsQuerySet",
    "Division",
    "RoleGrant",
    "Site",
    "branches_of",
    "held_grants",
    "remember_grants",
    "rows_of",
    "stands_in",
]
