"""Who works at contacts in a branch."""

from __future__ import annotations

from accounts.models import User
from core.clock import today
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import Branch, RoleGrant

# Roles of those to whom contacts may be given: who reads of whom it is and writes in the branch.
KEEPER_ROLES: tuple[str, ...] = tuple(
    sorted(role for role, rights in ROLE_RIGHTS.items() if {Right.KEEP_REGISTRIES, Right.READ_REGISTRANTS} <= rights)
)


def contact_keepers(branch: Branch) -> list[User]:
    """The people who work at contacts in a branch today, by name; one query."""
    grants = RoleGrant.objects.valid_on(today()).filter(branch=branch, role__in=KEEPER_ROLES)
    return list(User.objects.filter(is_active=True, pk__in=grants.values("person_id")).order_by("name", "pk"))
