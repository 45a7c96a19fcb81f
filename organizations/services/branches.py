"""Making branches and keeping their particulars."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.errors import Conflict, DomainError
from core.identifiers import IdentifierError, check_credit_code, normalise_identifier
from organizations.choices import AREA_KINDS, PARENT_KINDS, SECTOR_LETTERS, BranchKind
from organizations.models import Branch, Division
from organizations.permissions import require_manage, require_manage_below
from organizations.services.tree import lock_tree

SUFFIX = "红十字会"
# What may be kept by hand; the place in the tree and the dates have services of their own.
FACTS = ("name", "short_name", "credit_code", "address", "phone", "founded_on")


@transaction.atomic
def create_branch(
    *,
    parent: Branch,
    kind: str,
    on: datetime.date,
    actor: User | None,
    division: Division | None = None,
    name: str = "",
    short_name: str = "",
) -> Branch:
    """Make a branch below `parent` from the day `on`; `actor` None is the system.

    Area kinds stand for `division` and carry its code and, unless told, its name; sector kinds (school, company …)
    stand in a division (the parent's by default) and are numbered within it without gap. Takes the lock of the tree.
    Raises NotFound or NotAllowed, DomainError for a wrong parent, division or name, Conflict where the area has its
    branch already.
    """
    lock_tree()
    parent = Branch.objects.select_related("division").get(pk=parent.pk)
    if actor is not None:
        require_manage_below(actor, parent)
    check_parent(kind, parent)
    place = _place_of(kind, parent, division)
    full_name = name.strip() or _default_name(kind, parent, place)
    if not full_name:
        raise DomainError("name_missing", _("请填写这个组织的全称。"), {"name": _("请填写全称。")})
    _check_name_free(full_name, parent)
    branch: Branch = Branch.objects.add_child(
        parent,
        {
            "code": place.code if kind in AREA_KINDS else next_sector_code(place, kind),
            "name": full_name,
            "short_name": (short_name.strip() or short_name_of(full_name))[:40],
            "kind": kind,
            "division": place,
            "valid_from": on,
            "province_id": parent.province_id,
            "city_id": parent.city_id,
            "county_id": parent.county_id,
        },
    )
    stand_for_itself(branch)
    record_audit(
        "organizations.branch.created", actor=actor, obj=branch, object_key=branch.code, branch_code=branch.code
    )
    return branch


@transaction.atomic
def update_branch_facts(*, branch: Branch, actor: User | None, **facts: Any) -> Branch:
    """Change particulars of a branch: name, short_name, credit_code, address, phone, founded_on.

    Says nothing to the trail where nothing changed. Locks the row. Raises TypeError for any other field, NotFound or
    NotAllowed, DomainError where a fact is wrong.
    """
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"not facts of a branch: {sorted(unknown)}")
    branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
    if actor is not None:
        require_manage(actor, branch)
    facts = {field: value.strip() if isinstance(value, str) else value for field, value in facts.items()}
    if "credit_code" in facts:
        facts["credit_code"] = normalise_identifier(facts["credit_code"])
    changed = [field for field, value in facts.items() if getattr(branch, field) != value]
    _check_facts(branch, {field: facts[field] for field in changed})
    if changed:
        for field in changed:
            setattr(branch, field, facts[field])
        branch.save(update_fields=changed)
        record_audit(
            "organizations.branch.changed",
            actor=actor,
            obj=branch,
            object_key=branch.code,
            branch_code=branch.code,
            changed_fields=changed,
        )
    return branch


def rename_branch(*, branch: Branch, name: str, actor: User | None, short_name: str = "") -> Branch:
    """Give a branch another name; rows and published reports keep pointing at it by its code."""
    return update_branch_facts(branch=branch, actor=actor, name=name, short_name=short_name or short_name_of(name))


def short_name_of(name: str) -> str:
    """杭州市西湖区红十字会 → 杭州市西湖区红会, for narrow columns."""
    return f"{name.removesuffix(SUFFIX)}红会" if name.endswith(SUFFIX) else name[:40]


def check_parent(kind: str, parent: Branch) -> None:
    """Refuse a parent that is closed or of a kind below which `kind` does not stand."""
    if not parent.is_open:
        raise DomainError(
            "parent_closed",
            _("“%(parent)s”已停用，下面不能再设组织；请选它的后续组织。") % {"parent": parent.name},
            {"parent": _("上级已停用。")},
        )
    if parent.kind not in PARENT_KINDS[kind]:
        raise DomainError(
            "wrong_parent_kind",
            _("“%(kind)s”不能设在“%(parent)s”（%(parent_kind)s）之下；可以的上级是：%(kinds)s。")
            % {
                "kind": BranchKind(kind).label,
                "parent": parent.name,
                "parent_kind": parent.get_kind_display(),
                "kinds": _("、").join(
                    str(BranchKind(one).label) for one in BranchKind.values if one in PARENT_KINDS[kind]
                )
                or _("无（省红十字会是最上级）"),
            },
            {"parent": _("上级类别不对。")},
        )


def stand_for_itself(branch: Branch) -> None:
    """An association is its own ancestor at its level; needs its id, so it is written after the row is made."""
    column = {BranchKind.PROVINCE: "province", BranchKind.CITY: "city", BranchKind.COUNTY: "county"}.get(
        BranchKind(branch.kind)
    )
    if column:
        setattr(branch, column, branch)
        branch.save(update_fields=[column])


def next_sector_code(division: Division, kind: str) -> str:
    """The next code `<division>-<letter><n>`; branches are never deleted, so the series has no gap. Needs the lock."""
    prefix = f"{division.code}-{SECTOR_LETTERS[kind]}"
    taken = Branch.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    return f"{prefix}{max((int(code.removeprefix(prefix)) for code in taken), default=0) + 1}"


def _place_of(kind: str, parent: Branch, division: Division | None) -> Division:
    place = division or parent.division
    if kind in AREA_KINDS and (division is None or division.level != kind):
        raise DomainError(
            "wrong_division_level",
            _("请选择这个组织所在的%(level)s级区划。") % {"level": BranchKind(kind).label.removesuffix(SUFFIX)},
            {"division": _("区划级别与组织类别不符。")},
        )
    if not place.code.startswith(parent.division.code):
        raise DomainError(
            "division_elsewhere",
            _("区划“%(division)s”（%(code)s）不在“%(parent)s”的辖区内，请重新选择。")
            % {"division": place.name, "code": place.code, "parent": parent.name},
            {"division": _("不在上级的辖区内。")},
        )
    if place.valid_to is not None:
        raise DomainError(
            "division_closed",
            _("区划“%(division)s”（%(code)s）已撤销，请选择现行区划。") % {"division": place.name, "code": place.code},
            {"division": _("区划已撤销。")},
        )
    existing = Branch.objects.filter(code=place.code).first() if kind in AREA_KINDS else None
    if existing is not None:
        raise Conflict(
            "area_has_branch",
            _("区划 %(code)s 已有“%(branch)s”，不能重复设立。") % {"code": place.code, "branch": existing.name},
            {"division": _("这个区划已有组织。")},
        )
    return place


def _default_name(kind: str, parent: Branch, place: Division) -> str:
    return f"{parent.name.removesuffix(SUFFIX)}{place.name}{SUFFIX}" if kind in AREA_KINDS else ""


def _check_name_free(name: str, parent: Branch) -> None:
    if len(name) > 80:
        raise DomainError(
            "name_too_long", _("名称最多 80 个字，现有 %(n)d 个。") % {"n": len(name)}, {"name": _("名称太长。")}
        )
    if Branch.objects.valid().filter(name=name, province_id=parent.province_id).exists():
        raise Conflict(
            "name_taken", _("已有组织叫“%(name)s”，请核对是否重复设立。") % {"name": name}, {"name": _("名称重复。")}
        )


def _check_facts(branch: Branch, facts: dict[str, Any]) -> None:
    if "name" in facts:
        if not facts["name"]:
            raise DomainError("name_missing", _("请填写这个组织的全称。"), {"name": _("请填写全称。")})
        _check_name_free(facts["name"], branch)
    if facts.get("credit_code"):
        try:
            check_credit_code(facts["credit_code"])
        except IdentifierError as error:
            raise DomainError(error.code, error.message, {"credit_code": error.message}) from error
