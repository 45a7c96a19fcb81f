"""The people of the demo: those of the contract, who can sign in, and staff of further branches, who cannot."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from accounts.services.people import create_person
from organizations.choices import Role
from organizations.models import Branch
from organizations.services import grant_role


@dataclass(frozen=True)
class Somebody:
    """A login, the name shown at the desk, and one role in one branch."""

    login: str
    name: str
    role: str
    branch: str
    with_below: bool = False


# The logins are a promise (README); one password for all.
PEOPLE: tuple[Somebody, ...] = (
    Somebody("province.clerk", "示例省录入", Role.CLERK, "33"),
    Somebody("province.finance", "示例省财务", Role.FINANCE, "33", with_below=True),
    Somebody("province.cashier", "示例省出纳", Role.FINANCE, "33"),
    Somebody("province.leader", "示例省负责人", Role.LEADER, "33"),
    Somebody("hangzhou.clerk", "示例杭州录入", Role.CLERK, "3301"),
    Somebody("hangzhou.approver", "示例杭州审核", Role.APPROVER, "3301", with_below=True),
    Somebody("hangzhou.finance", "示例杭州财务", Role.FINANCE, "3301"),
    Somebody("hangzhou.leader", "示例杭州负责人", Role.LEADER, "3301"),
    Somebody("jiande.clerk", "示例建德录入", Role.CLERK, "330182"),
    Somebody("jiande.approver", "示例建德审核", Role.APPROVER, "330182"),
    Somebody("jiande.leader", "示例建德负责人", Role.LEADER, "330182"),
    Somebody("wenzhou.clerk", "示例温州录入", Role.CLERK, "3303"),
    Somebody("wenzhou.approver", "示例温州审核", Role.APPROVER, "3303"),
    Somebody("wenzhou.finance", "示例温州财务", Role.FINANCE, "3303"),
    Somebody("wenzhou.leader", "示例温州负责人", Role.LEADER, "3303"),
    Somebody("warehouse", "示例仓管", Role.WAREHOUSE, "33"),
    Somebody("training.officer", "示例培训", Role.TRAINING_OFFICER, "33"),
    Somebody("hangzhou.trainer", "示例杭州培训", Role.TRAINING_OFFICER, "3301"),
    Somebody("hangzhou.instructor", "示例杭州师资", Role.INSTRUCTOR, "3301"),
    Somebody("registry.coordinator", "示例协调员", Role.REGISTRY_COORDINATOR, "33", with_below=True),
    Somebody("registry.head", "示例捐献负责人", Role.REGISTRY_HEAD, "33", with_below=True),
    Somebody("hangzhou.head", "示例杭州捐献负责人", Role.REGISTRY_HEAD, "3301"),
    Somebody("hangzhou.registrar", "示例杭州登记员", Role.REGISTRY_CLERK, "3301"),
    Somebody("hangzhou.coordinator", "示例杭州协调员", Role.REGISTRY_COORDINATOR, "3301"),
    Somebody("wenzhou.coordinator", "示例温州协调员", Role.REGISTRY_COORDINATOR, "3303"),
    Somebody("publisher", "示例公示", Role.PUBLISHER, "33", with_below=True),
    Somebody("supervisor", "示例监事", Role.SUPERVISOR, "33", with_below=True),
    Somebody("auditor", "示例审计", Role.AUDITOR, "33", with_below=True),
    Somebody("province.admin", "示例省管理员", Role.BRANCH_ADMIN, "33"),
    Somebody("sysadmin", "示例系统管理员", Role.SYSTEM_ADMIN, "33"),
)
# Clerk and second person of the branches of the contract.
DESKS: dict[str, tuple[str, str]] = {
    "33": ("province.clerk", "province.finance"),
    "3301": ("hangzhou.clerk", "hangzhou.approver"),
    "330182": ("jiande.clerk", "jiande.approver"),
    "3303": ("wenzhou.clerk", "wenzhou.approver"),
}


@dataclass(frozen=True)
class Desk:
    """A branch with the two people through whose hands its gifts go."""

    branch: Branch
    clerk: User
    approver: User


def create_people(branches: dict[str, Branch], password: str, *, since: datetime.date) -> dict[str, User]:
    """Make the people of the contract with their roles, from `since` on; by login."""
    people: dict[str, User] = {}
    with transaction.atomic():
        for one in PEOPLE:
            people[one.login] = _create(one, branches[one.branch], since)
        # Hashing takes half a second on purpose; one password needs it once.
        User.objects.filter(login__in=people).update(password=make_password(password))
    return people


def staff_branch(branch: Branch, people: dict[str, User], *, since: datetime.date) -> Desk:
    """The desk of a branch: the people of the contract, or two made here, who have no password and never sign in."""
    if branch.code in DESKS:
        clerk, approver = (people[login] for login in DESKS[branch.code])
        return Desk(branch, clerk, approver)
    with transaction.atomic():
        clerk = _create(Somebody(f"{branch.code}.clerk", "示例录入", Role.CLERK, branch.code), branch, since)
        approver = _create(Somebody(f"{branch.code}.approver", "示例审核", Role.APPROVER, branch.code), branch, since)
    return Desk(branch, clerk, approver)


def _create(one: Somebody, branch: Branch, since: datetime.date) -> User:
    person = create_person(login=one.login, name=one.name, actor=None, is_staff=one.role == Role.SYSTEM_ADMIN)
    grant_role(person=person, role=one.role, branch=branch, with_below=one.with_below, valid_from=since, actor=None)
    return person
