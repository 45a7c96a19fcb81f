"""Changes of the branch network, one subject a file."""

from organizations.services.associations import create_associations
from organizations.services.branches import create_branch, rename_branch, update_branch_facts
from organizations.services.divisions import DivisionsFileError, LoadResult, load_divisions
from organizations.services.grants import end_grant, grant_role
from organizations.services.reshaping import close_branch, merge_branch, move_branch

__all__ = [
    "DivisionsFileError",
    "LoadResult",
    "close_branch",
    "create_associations",
    "create_branch",
    "end_grant",
    "grant_role",
    "load_divisions",
    "merge_branch",
    "move_branch",
    "rename_branch",
    "update_branch_facts",
]
