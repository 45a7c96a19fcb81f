"""Moving, closing and merging branches: the tree of today changes, no past row does."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import today
from core.errors import Conflict, DomainError
from organizations.choices import OVERSIGHT_ROLES, BranchKind
from organizations.models import Branch, RoleGrant
from organizations.permissions import require_manage_below
from organizations.services.branches import check_parent
from organizations.services.tree import lock_tree

# What a subtree takes over from its new parent; the rest stands within the subtree itself.
INHERITED: dict[str, tuple[str, ...]] = {
    BranchKind.CITY: ("province_id",),
    BranchKind.COUNTY: ("province_id", "city_id"),
}
INHERITED_BELOW = ("province_id", "city_id", "county_id")


@transaction.atomic
def move_branch(*, branch: Branch, new_parent: Branch, reason: str, actor: User | None) -> Branch:
    """Move a branch and all below it under another parent.

    Recomputes province, city and county of the whole subtree; rows of work keep those they were made with. Takes the
    lock of the tree. The actor keeps both the old and the new place. Raises NotFound or NotAllowed, DomainError for a
    cycle, a wrong kind of parent or a missing reason, Conflict where it stands there already.
    """
    lock_tree()
    branch, new_parent = Branch.objects.get(pk=branch.pk), Branch.objects.get(pk=new_parent.pk)
    _require_both_places(actor, branch, new_parent)
    _check_reason(reason)
    _check_open(branch)
    if new_parent.path.startswith(branch.path):
        raise DomainError(
            "move_into_itself",
            _("不能把“%(branch)s”移到它自己或它的下级“%(parent)s”之下。")
            % {"branch": branch.name, "parent": new_parent.name},
            {"new_parent": _("新上级在它自己的下面。")},
        )
    check_parent(branch.kind, new_parent)
    if Branch.objects.get_parent(branch).pk == new_parent.pk:
        raise Conflict(
            "already_there",
            _("“%(branch)s”已经在“%(parent)s”之下。") % {"branch": branch.name, "parent": new_parent.name},
        )
    _move(branch, new_parent)
    record_audit(
        "organizations.branch.moved",
        actor=actor,
        obj=branch,
        object_key=branch.code,
        branch_code=branch.code,
        changed_fields=["parent"],
        reason=reason.strip(),
    )
    branch.refresh_from_db()
    return branch


@transaction.atomic
def close_branch(*, branch: Branch, on: datetime.date, reason: str, actor: User | None) -> Branch:
    """Close a branch that has none open below it: `on` is the first day on which it no longer works, today or before.

    Ends the work and administrator roles held in it on that day (never before today). Takes the lock of the tree, then
    those of `settings.CLOSING_CHECKS`. Raises NotFound or NotAllowed, DomainError where it is the top, has open
    branches below it, the day is wrong, or it still holds something (`branch_holds`).
    """
    lock_tree()
    branch = Branch.objects.get(pk=branch.pk)
    _require_place_above(actor, branch)
    _check_reason(reason)
    open_below = list(Branch.objects.get_children(branch).valid()[:3])
    if open_below:
        raise DomainError(
            "open_below",
            _("“%(branch)s”下面还有未停用的组织（%(names)s），请先移走、停用它们，或办理合并。")
            % {"branch": branch.name, "names": _("、").join(child.name for child in open_below)},
        )
    _close(branch, on, None, reason, actor)
    return branch


@transaction.atomic
def merge_branch(*, branch: Branch, successor: Branch, on: datetime.date, reason: str, actor: User | None) -> Branch:
    """Merge a branch into its successor: what stands below it moves there, then it closes on the day `on`.

    Past rows stay with the branch as it was. Takes the lock of the tree. The actor keeps both places. Raises as
    `close_branch` and `move_branch` do.
    """
    lock_tree()
    branch, successor = Branch.objects.get(pk=branch.pk), Branch.objects.get(pk=successor.pk)
    _require_both_places(actor, branch, successor)
    _check_reason(reason)
    if successor.path.startswith(branch.path):
        raise DomainError(
            "merge_into_itself",
            _("不能把“%(branch)s”并入它自己或它的下级；请选另一个组织。") % {"branch": branch.name},
            {"successor": _("不能并入自己或下级。")},
        )
    if not successor.is_open:
        raise DomainError(
            "successor_closed",
            _("“%(successor)s”已停用，不能并入；请选仍在运行的组织。") % {"successor": successor.name},
            {"successor": _("后续组织已停用。")},
        )
    for child in list(Branch.objects.get_children(branch).valid()):
        check_parent(child.kind, successor)
        _move(Branch.objects.get(pk=child.pk), Branch.objects.get(pk=successor.pk))
    branch = Branch.objects.get(pk=branch.pk)
    _close(branch, on, successor, reason, actor)
    return branch


def _move(branch: Branch, new_parent: Branch) -> None:
    # A branch that moves holds its own level; only what lies above it changes, and for the whole subtree alike.
    inherited = {column: getattr(new_parent, column) for column in INHERITED.get(branch.kind, INHERITED_BELOW)}
    Branch.objects.move(branch, new_parent, pos="sorted-child")
    Branch.objects.below(Branch.objects.get(pk=branch.pk)).update(**inherited)


def _close(branch: Branch, on: datetime.date, successor: Branch | None, reason: str, actor: User | None) -> None:
    _check_open(branch)
    if not branch.valid_from < on <= today():
        raise DomainError(
            "wrong_day",
            _("停用日期应在启用日期 %(start)s 之后、不晚于今天。") % {"start": branch.valid_from},
            {"on": _("请填启用日之后到今天之间的日期。")},
        )
    _check_empty(branch)
    branch.valid_to = on
    branch.successor = successor
    branch.save(update_fields=["valid_to", "successor"])
    _end_roles(branch, actor, reason)
    record_audit(
        "organizations.branch.merged" if successor else "organizations.branch.closed",
        actor=actor,
        obj=branch,
        object_key=branch.code,
        branch_code=branch.code,
        changed_fields=["valid_to", "successor"] if successor else ["valid_to"],
        reason=reason.strip(),
    )


def _end_roles(branch: Branch, actor: User | None, reason: str) -> None:
    """Nobody works in a closed branch; who oversees it may still read."""
    for grant in (
        RoleGrant.objects.select_for_update().filter(branch=branch, valid_to=None).exclude(role__in=OVERSIGHT_ROLES)
    ):
        grant.valid_to = max(today(), grant.valid_from)
        grant.save(update_fields=["valid_to"])
        record_audit(
            "organizations.rolegrant.ended",
            actor=actor,
            obj=grant,
            branch_code=branch.code,
            changed_fields=["valid_to"],
            reason=reason.strip(),
        )


def _require_place_above(actor: User | None, branch: Branch) -> None:
    parent = Branch.objects.get_parent(branch)
    if parent is None:
        raise DomainError("top_stays", _("“%(branch)s”是最上级，不能移动、停用或合并。") % {"branch": branch.name})
    if actor is not None:
        require_manage_below(actor, parent)


def _require_both_places(actor: User | None, branch: Branch, other: Branch) -> None:
    _require_place_above(actor, branch)
    if actor is not None:
        require_manage_below(actor, other)


def _check_open(branch: Branch) -> None:
    if not branch.is_open:
        raise Conflict(
            "branch_closed", _("“%(branch)s”已于 %(day)s 停用。") % {"branch": branch.name, "day": branch.valid_to}
        )


def _check_empty(branch: Branch) -> None:
    """Ask the apps above, by `settings.CLOSING_CHECKS`, what the branch still holds: each says it in sentences."""
    held = [sentence for path in settings.CLOSING_CHECKS for sentence in import_string(path)(branch)]
    if held:
        raise DomainError("branch_holds", " ".join(held))


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError("reason_missing", _("请写明理由（例如批准文号）。"), {"reason": _("请写明理由。")})
