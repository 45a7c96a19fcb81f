"""Reading the branch network; branches are public facts, so nothing here asks who reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.errors import NotFound
from organizations.choices import (
    AREA_KINDS,
    ASSOCIATION_KINDS,
    DIVISION_CODE_LENGTHS,
    PARENT_KINDS,
    READING_RIGHTS,
    ROLE_RIGHTS,
    SECOND_FACTOR_ROLES,
    BranchKind,
    DivisionLevel,
    Right,
    Role,
)
from organizations.models import Branch, Division, RoleGrant, Site
from organizations.permissions import branches_with

# At most this many hits of a search are shown.
SEARCH_LIMIT = 50


@dataclass
class BranchNode:
    """A branch in the tree with the open ones below it; `below_count` counts grass-roots ones not listed."""

    branch: Branch
    children: list["BranchNode"] = field(default_factory=list)
    below_count: int = 0


@dataclass(frozen=True)
class BranchPage:
    """The facts of a branch's page."""

    branch: Branch
    ancestors: list[Branch]
    children: list[Branch]
    predecessors: list[Branch]
    sites: list[Site]
    counts_below: list[tuple[str, int]]


@dataclass(frozen=True)
class RoleHelp:
    """One role of the help page: its rights with whether each reaches below."""

    role: str
    label: str
    rights: list[tuple[str, bool]]
    needs_second_factor: bool


def branch_by_code(code: str) -> Branch:
    """Find a branch by its code; an area's code may carry trailing zeros (330000, 330100000000). One query.

    Raises NotFound.
    """
    branch = Branch.objects.filter(code__in=code_readings(code)).select_related("successor").order_by("-code").first()
    if branch is None:
        raise NotFound(
            "branch_unknown", _("没有编码为“%(code)s”的红十字会，请核对编码。") % {"code": code.strip()[:40]}
        )
    found: Branch = branch
    return found


def code_readings(code: str) -> list[str]:
    """The codes that an input may mean: itself, and for digits the shorter codes that zeros only fill up."""
    text = code.strip().upper()
    readings = [text]
    lengths = DIVISION_CODE_LENGTHS.values()
    if text.isascii() and text.isdigit() and len(text) in lengths:
        readings += [text[:n] for n in lengths if n < len(text) and not text[n:].strip("0")]
    # Of the readings the longest that exists is meant: 330100 is the city 3301, for no county ends in 00.
    return readings


def search_branches(text: str) -> list[Branch]:
    """Open and closed branches by a part of their name or the beginning of their code, open ones first. One query."""
    text = text.strip()
    if not text:
        return []
    condition = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__in=code_readings(text))
    if re.fullmatch(r"[0-9]{2,12}(-[A-Za-z]?[0-9]*)?", text):
        condition |= Q(code__startswith=text.upper())
    return list(Branch.objects.filter(condition).order_by("valid_to", "path")[:SEARCH_LIMIT])


def association_tree(root: Branch | None = None) -> list[BranchNode]:
    """The open associations as a tree, each with the number of its grass-roots branches. Two queries."""
    associations = Branch.objects.valid().filter(kind__in=ASSOCIATION_KINDS)
    grass_roots = Branch.objects.valid().exclude(kind__in=ASSOCIATION_KINDS)
    if root is not None:
        associations, grass_roots = associations.below(root), grass_roots.below(root)
    counts: dict[int, int] = {}
    for county, city, province, count in (
        grass_roots.order_by().values_list("county_id", "city_id", "province_id").annotate(n=Count("pk"))
    ):
        counts[county or city or province] = counts.get(county or city or province, 0) + count
    return _as_tree(associations, counts)


def public_children(branch: Branch) -> list[Branch]:
    """The open branches directly below, associations first, then by code. One query."""
    children = list(Branch.objects.get_children(branch).valid().select_related("division"))
    return sorted(children, key=lambda child: (child.kind not in ASSOCIATION_KINDS, child.code))


def public_branch(code: str) -> BranchPage:
    """The facts of a branch's public page by its code. At most six queries. Raises NotFound."""
    return branch_page(branch_by_code(code))


def branch_page(branch: Branch) -> BranchPage:
    """The facts of a branch's page. At most five queries."""
    kinds = dict(
        Branch.objects.valid()
        .below(branch)
        .exclude(pk=branch.pk)
        .order_by()
        .values_list("kind")
        .annotate(n=Count("pk"))
    )
    return BranchPage(
        branch=branch,
        ancestors=list(Branch.objects.get_ancestors(branch)),
        children=public_children(branch),
        predecessors=list(branch.predecessors.order_by("code")),
        sites=list(branch.sites.filter(Q(valid_to=None) | Q(valid_to__gt=today())).order_by("kind", "name")),
        counts_below=[(str(kind.label), kinds[kind]) for kind in BranchKind if kind in kinds],
    )


def kinds_below(parent: Branch) -> list[str]:
    """The kinds that may stand directly below a branch."""
    return [kind for kind in BranchKind.values if parent.kind in PARENT_KINDS[kind]]


def divisions_without_branch(parent: Branch) -> QuerySet[Division]:
    """Divisions in the parent's area, of levels that may stand below it, that have no branch yet."""
    levels = [kind for kind in kinds_below(parent) if kind in AREA_KINDS]
    return Division.objects.filter(code__startswith=parent.division_id, valid_to=None, level__in=levels).exclude(
        code__in=Branch.objects.filter(kind__in=AREA_KINDS).values("code")
    )


def parents_for(branch: Branch) -> QuerySet[Branch]:
    """Open branches below which this one could stand, its own subtree left out, in the order of the tree."""
    parents: QuerySet[Branch] = (
        Branch.objects.valid().filter(kind__in=PARENT_KINDS[branch.kind]).exclude(path__startswith=branch.path)
    )
    return parents


def successors_for(branch: Branch) -> QuerySet[Branch]:
    """Open branches into which this one could merge: others of its kind, or the one above it; not its own subtree."""
    condition = Q(kind=branch.kind)
    above = Branch.objects.get_parent(branch)
    if above is not None:
        condition |= Q(pk=above.pk)
    successors: QuerySet[Branch] = Branch.objects.valid().filter(condition).exclude(path__startswith=branch.path)
    return successors


def open_count_below(branch: Branch) -> int:
    """How many open branches stand below. One query."""
    return int(Branch.objects.valid().below(branch).exclude(pk=branch.pk).count())


def held_in(branch: Branch) -> list[RoleGrant]:
    """Grants in this branch in force or to come, with their people. One query."""
    grants = RoleGrant.objects.filter(branch=branch).select_related("person").order_by("role", "person__login")
    return [grant for grant in grants if is_held(grant)]


def grantable_branches(actor: User) -> QuerySet[Branch]:
    """Open branches in which the actor may grant some role: where GRANT_ROLES is held, and those next below."""
    own = list(branches_with(actor, Right.GRANT_ROLES))
    condition = Q(pk__in=[branch.pk for branch in own])
    for branch in own:
        if branch.kind not in ASSOCIATION_KINDS:
            condition |= Q(path__startswith=branch.path)
        else:
            condition |= Q(path__startswith=branch.path) & ~Q(kind__in=ASSOCIATION_KINDS) & _nearest(branch)
            condition |= Q(path__startswith=branch.path, depth=branch.depth + 1)
    branches: QuerySet[Branch] = Branch.objects.valid().filter(condition)
    return branches


def _nearest(association: Branch) -> Q:
    """Rows whose nearest association above is this one, by the ids that every branch carries."""
    if association.kind == BranchKind.COUNTY:
        return Q(county_id=association.pk)
    if association.kind == BranchKind.CITY:
        return Q(city_id=association.pk, county_id=None)
    return Q(province_id=association.pk, city_id=None, county_id=None)


def grants_of(person: User) -> list[RoleGrant]:
    """All grants of a person, those in force or to come first. One query."""
    grants = (
        RoleGrant.objects.filter(person=person).select_related("branch", "granted_by").order_by("-valid_from", "-pk")
    )
    return sorted(grants, key=lambda grant: not is_held(grant))


def is_held(grant: RoleGrant) -> bool:
    """Whether a grant is in force today or still to come."""
    return grant.valid_to is None or grant.valid_to > max(today(), grant.valid_from)


def role_help() -> list[RoleHelp]:
    """The table of roles for the help page, as access is decided."""
    return [
        RoleHelp(
            role=role.value,
            label=str(role.label),
            rights=[(str(right.label), right in READING_RIGHTS) for right in Right if right in ROLE_RIGHTS[role]],
            needs_second_factor=role in SECOND_FACTOR_ROLES,
        )
        for role in Role
    ]


def provinces_loaded() -> list[Division]:
    """The provinces whose divisions are loaded."""
    return list(Division.objects.filter(level=DivisionLevel.PROVINCE, valid_to=None).order_by("code"))


def _as_tree(branches: Iterable[Branch], counts: dict[int, int]) -> list[BranchNode]:
    """Nest branches that come depth first."""
    roots: list[BranchNode] = []
    above: list[BranchNode] = []
    for branch in branches:
        node = BranchNode(branch, below_count=counts.get(branch.pk, 0))
        while above and not branch.path.startswith(above[-1].branch.path):
            above.pop()
        (above[-1].children if above else roots).append(node)
        above.append(node)
    return roots
