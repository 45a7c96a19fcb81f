"""Granting and ending roles."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, DomainError
from organizations.choices import ADMINISTRATOR_ROLES, OVERSIGHT_ROLES, WORK_ROLES, Role
from organizations.models import Branch, RoleGrant, stands_in
from organizations.permissions import require_grant


@transaction.atomic
def grant_role(
    *,
    person: User,
    role: str,
    branch: Branch,
    actor: User | None,
    with_below: bool = False,
    authority: str = "",
    valid_from: datetime.date | None = None,
) -> RoleGrant:
    """Grant a role in one branch from a day on (today by default); `actor` None is the system (set-up, commands).

    Locks the person's row, so that two grants made at once cannot add up to a forbidden pair. Raises NotFound or
    NotAllowed where the actor may not grant it, DomainError where the roles must be kept apart, where a role in another
    branch than the person's own names no written authority (代录), and Conflict where it is held already.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    branch = Branch.objects.get(pk=branch.pk)
    if actor is not None:
        require_grant(actor, role, branch)
    start = valid_from or today()
    held = list(_overlapping(person, start))
    _check_person(person, actor)
    _check_branch(role, branch)
    _check_kept_apart(role, branch, with_below, held)
    _check_authority(role, branch, authority.strip(), held)
    if any(grant.role == role and grant.branch_id == branch.pk for grant in held):
        raise Conflict(
            "role_held",
            _("此人在“%(branch)s”已有“%(role)s”角色，不必重复授予；要改范围或起止日期，请先收回再授予。")
            % {"branch": branch.name, "role": Role(role).label},
        )
    grant = RoleGrant.objects.create(
        person=person,
        role=role,
        branch=branch,
        with_below=with_below,
        authority=authority.strip(),
        valid_from=start,
        granted_by=actor,
        created_at=now(),
    )
    record_audit(
        "organizations.rolegrant.granted",
        actor=actor,
        obj=grant,
        branch_code=branch.code,
        changed_fields=["role", "with_below", "valid_from", *(["authority"] if grant.authority else [])],
    )
    return grant


@transaction.atomic
def end_grant(*, grant: RoleGrant, on: datetime.date, actor: User | None, reason: str) -> RoleGrant:
    """End a grant: `on` is the first day on which it no longer holds, today or later.

    A grant that has not begun is ended on its own first day and never comes into force. Locks the grant. Raises
    Conflict where it has been ended already, DomainError for a day in the past or a missing reason.
    """
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("branch", "person").get(pk=grant.pk)
    if actor is not None:
        require_grant(actor, grant.role, grant.branch)
    if not reason.strip():
        raise DomainError("reason_missing", _("请写明收回角色的理由。"), {"reason": _("请写明理由。")})
    if grant.valid_to is not None:
        raise Conflict("grant_ended", _("这项角色已定于 %(day)s 收回，无须再办。") % {"day": grant.valid_to})
    if on < today():
        raise DomainError(
            "day_in_the_past",
            _("收回日期不能早于今天，已经用过的权限无法追溯收回。"),
            {"on": _("请填今天或以后的日期。")},
        )
    grant.valid_to = max(on, grant.valid_from)
    grant.save(update_fields=["valid_to"])
    record_audit(
        "organizations.rolegrant.ended",
        actor=actor,
        obj=grant,
        branch_code=grant.branch.code,
        changed_fields=["valid_to"],
        reason=reason.strip(),
    )
    return grant


def _overlapping(person: User, start: datetime.date) -> list[RoleGrant]:
    """Grants that hold on `start` or at any time after it."""
    grants = RoleGrant.objects.filter(person_id=person.pk).select_related("branch")
    return [grant for grant in grants if grant.valid_to is None or grant.valid_to > max(start, grant.valid_from)]


def _check_person(person: User, actor: User | None) -> None:
    if actor is not None and actor.pk == person.pk:
        raise DomainError("not_to_oneself", _("不能给自己授予角色，请由另一位有此权限的人办理。"))
    if not person.is_active:
        raise DomainError("person_disabled", _("此账号已停用，不能授予角色；请先启用账号。"))


def _check_branch(role: str, branch: Branch) -> None:
    if not branch.is_open and role not in OVERSIGHT_ROLES:
        raise DomainError(
            "branch_closed",
            _("“%(branch)s”已于 %(day)s 停用，只能授予监事、审计角色查阅旧账。")
            % {"branch": branch.name, "day": branch.valid_to},
        )


def _check_kept_apart(role: str, branch: Branch, with_below: bool, held: list[RoleGrant]) -> None:
    """The three administrators are apart from each other and from all work; nobody works where they oversee."""
    for other in held:
        if role in ADMINISTRATOR_ROLES or other.role in ADMINISTRATOR_ROLES:
            apart = other.role != role
        elif role in OVERSIGHT_ROLES and other.role in WORK_ROLES:
            apart = stands_in(other.branch, branch, with_below=with_below)
        elif role in WORK_ROLES and other.role in OVERSIGHT_ROLES:
            apart = stands_in(branch, other.branch, with_below=other.with_below)
        else:
            apart = False
        if apart:
            raise DomainError(
                "roles_kept_apart",
                _(
                    "此人已在“%(branch)s”任“%(held)s”，不能兼任“%(role)s”：系统、安全、审计管理员三者分设且不办业务，监督审计的人不经办所监督的红十字会的业务。请换一位人员，或先收回原角色。"
                )
                % {"branch": other.branch.name, "held": Role(other.role).label, "role": Role(role).label},
                {"role": _("与已有角色不能兼任。")},
            )


def _check_authority(role: str, branch: Branch, authority: str, held: list[RoleGrant]) -> None:
    """A work role outside the person's own branch names the written authority; own = where they work without one."""
    own = {grant.branch_id for grant in held if grant.role in WORK_ROLES and not grant.authority}
    if role in WORK_ROLES and own and branch.pk not in own and not authority:
        raise DomainError(
            "authority_missing",
            _("“%(branch)s”不是此人本单位，授予“%(role)s”须写明书面代录依据（文号或委托书）。")
            % {"branch": branch.name, "role": Role(role).label},
            {"authority": _("请填写代录依据，例如“建红字2026年3号委托书”。")},
        )
