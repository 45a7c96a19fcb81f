"""The branch network's tables, one subject a file."""

from organizations.models.branch import Branch
from organizations.models.division import Division
from organizations.models.grant import RoleGrant
from organizations.models.lineage import BranchLineage, BranchRowsQuerySet
from organizations.models.site import Site

__all__ = ["Branch", "BranchLineage", "BranchRowsQuerySet", "Division", "RoleGrant", "Site"]
