"""Who may do what in which branch (docs/scope.md).

Every answer comes from the grants in force today and the one table `choices.ROLE_RIGHTS`; `is_superuser` and `is_staff`
give nothing here. A right that only reads reaches the branches below where its grant says so, any other right binds to
the grant's one branch.
"""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed, NotFound
from organizations.choices import (
    ADMINISTRATOR_ROLES,
    ASSOCIATION_KINDS,
    READING_RIGHTS,
    ROLE_RIGHTS,
    SECOND_FACTOR_ROLES,
    Right,
    Role,
)
from organizations.models import Branch, RoleGrant, branches_of, held_grants, stands_in


def may(person: User, right: str, branch: Branch) -> bool:
    """Whether the person holds the right in this branch today."""
    return any(_gives(grant, right, branch) for grant in held_grants(person))


def require(person: User, right: str, branch: Branch) -> None:
    """Refuse a person without the right in this branch.

    Raises NotFound (404) where the branch lies outside all of the person's branches, NotAllowed (403) where it lies
    within but the right is missing.
    """
    if may(person, right, branch):
        return
    if not reaches(person, branch):
        raise NotFound
    raise NotAllowed(
        "right_missing",
        _("您在“%(branch)s”没有“%(right)s”的权限，请联系该会的管理员。")
        % {"branch": branch.name, "right": Right(right).label},
    )


def reaches(person: User, branch: Branch) -> bool:
    """Whether the person holds any role in this branch, or above it "with all below"."""
    return any(stands_in(branch, grant.branch, with_below=grant.with_below) for grant in held_grants(person))


def branches_with(person: User, right: str) -> QuerySet[Branch]:
    """The branches in which the person holds the right today, closed ones included, in the order of the tree."""
    condition = Q(pk__in=[])
    for grant in held_grants(person):
        if right in ROLE_RIGHTS[grant.role]:
            condition |= branches_of(grant.branch, with_below=grant.with_below and right in READING_RIGHTS)
    branches: QuerySet[Branch] = Branch.objects.filter(condition)
    return branches


def rights_of(person: User) -> frozenset[str]:
    """All rights that the person holds in any branch today."""
    return frozenset().union(*(ROLE_RIGHTS[grant.role] for grant in held_grants(person)))


def holds_anywhere(person: User, *rights: str) -> bool:
    """Whether the person holds one of these rights in any branch today."""
    return not rights_of(person).isdisjoint(rights)


def require_anywhere(person: User, *rights: str) -> None:
    """Refuse (403) a person who holds none of these rights in any branch."""
    if not holds_anywhere(person, *rights):
        raise NotAllowed(
            "right_missing",
            _("这个页面需要“%(rights)s”的权限，您还没有。请联系本会管理员。")
            % {"rights": _("”或“").join(str(Right(right).label) for right in rights)},
        )


def needs_second_factor(person: User) -> bool:
    """Whether the person must sign in with a second factor where MFA_REQUIRED is on.

    By role; people who may open the administrators' site (`is_staff`) always.
    """
    return person.is_staff or any(grant.role in SECOND_FACTOR_ROLES for grant in held_grants(person))


def is_recorded_for(person: User, branch: Branch) -> str:
    """The written authority under which the person records for this branch (代录); empty where it is their own."""
    grants = [
        grant
        for grant in held_grants(person)
        if grant.branch_id == branch.pk and Right.ENTER_GIFTS in ROLE_RIGHTS[grant.role]
    ]
    if not grants or any(not grant.authority for grant in grants):
        return ""
    return grants[0].authority


def may_manage(person: User, branch: Branch) -> bool:
    """Whether the person keeps this branch's particulars: MANAGE_BRANCH in it, or in one of its keepers above."""
    return any(may(person, Right.MANAGE_BRANCH, keeper) for keeper in [branch, *keepers_above(branch)])


def may_manage_below(person: User, parent: Branch) -> bool:
    """Whether the person may make, move or close branches directly below `parent`.

    The parent itself answers for what stands below it; a grass-roots parent, which is no legal person, may leave it to
    the association above it.
    """
    keepers = [parent] if parent.kind in ASSOCIATION_KINDS else [parent, *keepers_above(parent)]
    return any(may(person, Right.MANAGE_BRANCH, keeper) for keeper in keepers)


def require_manage(person: User, branch: Branch) -> None:
    """Refuse (404 or 403, as `require`) a person who does not keep this branch's particulars."""
    if not may_manage(person, branch):
        require(person, Right.MANAGE_BRANCH, branch)


def require_manage_below(person: User, parent: Branch) -> None:
    """Refuse (404 or 403, as `require`) a person who does not keep the branches below `parent`."""
    if not may_manage_below(person, parent):
        require(person, Right.MANAGE_BRANCH, parent)


def keepers_above(branch: Branch) -> list[Branch]:
    """The branches above, from the parent up to the first association (红十字会法 Art. 10: the next legal person)."""
    keepers: list[Branch] = []
    # The path is read again: it shifts when a sibling is put in before it.
    for ancestor in reversed(list(Branch.objects.get_ancestors(Branch.objects.get(pk=branch.pk)))):
        keepers.append(ancestor)
        if ancestor.kind in ASSOCIATION_KINDS:
            break
    return keepers


def may_grant(actor: User, role: str, branch: Branch) -> bool:
    """Whether the person may grant and end this role in this branch.

    GRANT_ROLES in the branch is needed. The three administrators are named by a security administrator only. The
    administrator of a lower branch, who nobody in it can name at first, may also be named by the association above it.
    """
    if role in ADMINISTRATOR_ROLES:
        return any(grant.role == Role.SECURITY_ADMIN and grant.branch_id == branch.pk for grant in held_grants(actor))
    if may(actor, Right.GRANT_ROLES, branch):
        return True
    return role == Role.BRANCH_ADMIN and any(may(actor, Right.GRANT_ROLES, keeper) for keeper in keepers_above(branch))


def require_grant(actor: User, role: str, branch: Branch) -> None:
    """Refuse a person who may not grant this role here: 404 outside their branches and those they keep, else 403."""
    if may_grant(actor, role, branch):
        return
    if not reaches(actor, branch) and not any(
        may(actor, Right.GRANT_ROLES, keeper) for keeper in keepers_above(branch)
    ):
        raise NotFound
    raise NotAllowed(
        "may_not_grant",
        _("您不能在“%(branch)s”授予或收回“%(role)s”角色：%(rule)s")
        % {
            "branch": branch.name,
            "role": Role(role).label,
            "rule": _("系统、安全、审计管理员只能由安全管理员任命。")
            if role in ADMINISTRATOR_ROLES
            else _("请由该会有“授予和收回角色”权限的人办理；上级红十字会只能任命下级的本会管理员。"),
        },
    )


def _gives(grant: RoleGrant, right: str, branch: Branch) -> bool:
    if right not in ROLE_RIGHTS[grant.role]:
        return False
    return stands_in(branch, grant.branch, with_below=grant.with_below and right in READING_RIGHTS)
