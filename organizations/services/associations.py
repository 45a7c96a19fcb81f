"""Making the associations of a province from its divisions."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.errors import DomainError
from organizations.choices import BranchKind, DivisionLevel, Right
from organizations.models import Branch, Division
from organizations.permissions import require_anywhere
from organizations.services.branches import SUFFIX, short_name_of, stand_for_itself
from organizations.services.tree import lock_tree

# Levels on paper only (GB/T 2260): municipalities and provinces group what they govern directly under such names.
GROUPING_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@transaction.atomic
def create_associations(*, actor: User | None, on: datetime.date, province_code: str = "") -> list[Branch]:
    """Make the associations of a province, its cities and counties from the divisions loaded; return the new ones.

    `province_code` may be left out where one province is loaded. Associations that exist stay as they are, so a second
    call makes nothing. Districts (区) carry their city's name, cities and counties their own. Takes the lock of the
    tree. Raises DomainError where the province is not known or the tree belongs to another one, NotAllowed for a person
    without MANAGE_SYSTEM once there are branches.
    """
    lock_tree()
    if actor is not None and Branch.objects.exists():
        require_anywhere(actor, Right.MANAGE_SYSTEM)
    province = _province(province_code)
    divisions = Division.objects.filter(
        code__startswith=province.code, valid_to=None, level__in=[DivisionLevel.CITY, DivisionLevel.COUNTY]
    ).order_by("level", "code")
    branches = {branch.code: branch for branch in Branch.objects.filter(code__startswith=province.code)}
    made: list[Branch] = []
    if province.code not in branches:
        branches[province.code] = _make(None, province, BranchKind.PROVINCE, province.name, on)
        made.append(branches[province.code])
    names = {division.code: division.name for division in divisions}
    for division in divisions:
        if division.code in branches or division.name in GROUPING_NAMES:
            continue
        city_name = names.get(division.code[:4], "")
        if division.level == DivisionLevel.COUNTY and division.name == city_name:
            continue  # a city without counties (东莞市) has one in the table that repeats it
        parent = branches.get(division.code[:4]) if division.level == DivisionLevel.COUNTY else None
        parent = parent or branches[province.code]
        name = _county_name(division, parent) if division.level == DivisionLevel.COUNTY else division.name
        branches[division.code] = _make(parent, division, BranchKind(division.level), name, on)
        made.append(branches[division.code])
    if made:
        record_audit(
            "organizations.associations.created",
            actor=actor,
            object_label=Branch._meta.label_lower,
            object_key=province.code,
            branch_code=province.code,
        )
    return made


def _province(code: str) -> Division:
    provinces = Division.objects.filter(level=DivisionLevel.PROVINCE, valid_to=None)
    if code:
        provinces = provinces.filter(code=code)
    found = list(provinces[:2])
    if not found:
        raise DomainError("no_province", _("还没有载入这个省的区划，请先运行 load_divisions。"))
    if len(found) > 1:
        raise DomainError("which_province", _("载入的区划不止一个省，请指明为哪个省建立红十字会。"))
    top = Branch.objects.get_root_nodes().exclude(code=found[0].code).first()
    if top is not None:
        raise DomainError("another_top", _("组织网络的最上级已是“%(top)s”，一个平台只服务一个省。") % {"top": top.name})
    return found[0]


def _county_name(division: Division, parent: Branch) -> str:
    if division.name.endswith("区") and not division.name.endswith("自治区"):
        return f"{parent.name.removesuffix(SUFFIX)}{division.name}"
    return division.name


def _make(parent: Branch | None, division: Division, kind: BranchKind, name: str, on: datetime.date) -> Branch:
    fields = {
        "code": division.code,
        "name": f"{name}{SUFFIX}",
        "short_name": short_name_of(f"{name}{SUFFIX}")[:40],
        "kind": kind,
        "division": division,
        "valid_from": on,
        "province_id": parent.province_id if parent else None,
        "city_id": parent.city_id if parent else None,
    }
    branch: Branch = Branch.objects.add_child(parent, fields) if parent else Branch.objects.add_root(fields)
    stand_for_itself(branch)
    return branch
