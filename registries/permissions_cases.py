"""Who may open a case and who may do what in it (docs/registries-cases.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.errors import NotAllowed, NotFound
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import RoleGrant, held_grants
from registries.choices.cases import CaseStatus
from registries.models import Case, CaseCoordinator, CaseGrant

if TYPE_CHECKING:
    from organizations.models import Branch

# One of these rights in any branch, before any case is looked for.
DOOR: tuple[str, ...] = (Right.KEEP_CASES, Right.ASSIGN_COORDINATORS, Right.COUNT_REGISTRIES)


def case_for(person: User, number: str) -> Case:
    """A case that the person may open, by its number; raises NotFound for any other."""
    found: Case | None = (
        Case.objects.opened_to(person)
        .select_related("branch", "province", "notified_by", "confirmed_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("case_not_found", _("没有找到这个案例，或您没有参与，请核对编号。"))
    return found


def holds_within(person: User, right: str, branch: Branch) -> bool:
    """Whether a person holds a right in a branch or in one above it (人体器官捐献和移植条例 Art. 19)."""
    line = line_of(branch)
    return any(right in ROLE_RIGHTS[grant.role] and grant.branch_id in line for grant in held_grants(person))


def line_of(branch: Branch) -> frozenset[int]:
    """The ids of a branch and of the associations above it."""
    ids = (branch.pk, branch.county_id, branch.city_id, branch.province_id)
    return frozenset(one for one in ids if one is not None)


def is_coordinator(person: User, case: Case) -> bool:
    """Whether a person accompanies a case today, and still keeps cases there or above."""
    rows = CaseCoordinator.objects.filter(case_id=case.pk, person_id=person.pk, released_at=None)
    return holds_within(person, Right.KEEP_CASES, case.branch) and rows.exists()


def is_taker(person: User, case: Case) -> bool:
    """Whether a person took the notification down and nobody is assigned yet."""
    is_theirs = case.notified_by_id == person.pk and case.status == CaseStatus.NOTIFIED
    return is_theirs and holds_within(person, Right.KEEP_CASES, case.branch)


def grant_of(person: User, case: Case) -> CaseGrant | None:
    """The grant by which a person may look into a case today."""
    return CaseGrant.objects.in_force().filter(case_id=case.pk, person_id=person.pk).first()


def require_worker(person: User, case: Case) -> None:
    """Refuse who does not work on a case: 404 who may not open it, 403 who may."""
    if not (is_coordinator(person, case) or is_taker(person, case)):
        _refuse(person, case, _("只有这个案例的协调员才能办理，请联系捐献工作负责人指派。"))


def require_coordinator(person: User, case: Case) -> None:
    """Refuse who does not accompany a case: 404 who may not open it, 403 who may."""
    if not is_coordinator(person, case):
        _refuse(person, case, _("只有已指派到这个案例的协调员才能办理，请联系捐献工作负责人指派。"))


def require_head(person: User, case: Case) -> None:
    """Refuse who does not assign in the branch of a case or above: 404 who may not open it, 403 who may."""
    if not holds_within(person, Right.ASSIGN_COORDINATORS, case.branch):
        _refuse(person, case, _("只有本会或上级会的捐献工作负责人才能办理。"))


def require_reader(person: User, case: Case) -> None:
    """Refuse who may not see the people of a case: those who work on it may, and those who were let into it."""
    if not (is_coordinator(person, case) or is_taker(person, case) or grant_of(person, case)):
        _refuse(person, case, _("您可以看到编号和进度，不能查看身份；确有需要，请捐献工作负责人按案例准许。"))


def possible_coordinators(branch: Branch) -> QuerySet[User]:
    """Who may be assigned to a case of a branch: those who keep cases there or above it, by name; one query."""
    return _people_with(Right.KEEP_CASES, branch)


def possible_lookers(branch: Branch) -> QuerySet[User]:
    """Who may be let into a case of a branch: those who count registries there or above it, by name; one query."""
    return _people_with(Right.COUNT_REGISTRIES, branch)


def _people_with(right: str, branch: Branch) -> QuerySet[User]:
    grants = RoleGrant.objects.valid_on(today()).filter(
        role__in=[role for role, rights in ROLE_RIGHTS.items() if right in rights], branch_id__in=line_of(branch)
    )
    rows: QuerySet[User] = User.objects.filter(pk__in=grants.values("person_id"), is_active=True)
    return rows.order_by("name", "pk")


def _refuse(person: User, case: Case, sentence: str) -> None:
    if not Case.objects.opened_to(person).filter(pk=case.pk).exists():
        raise NotFound("case_not_found", _("没有找到这个案例，或您没有参与，请核对编号。"))
    raise NotAllowed("case_not_yours", sentence)
