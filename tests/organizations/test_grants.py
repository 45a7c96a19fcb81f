"""Granting and ending roles."""

import datetime
import itertools

import pytest
from django.db import IntegrityError, transaction

from core.clock import now, today
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.models import AuditEvent
from organizations.choices import ADMINISTRATOR_ROLES, OVERSIGHT_ROLES, WORK_ROLES, Right, Role
from organizations.models import RoleGrant
from organizations.permissions import may
from organizations.services import close_branch, end_grant, grant_role
from tests.factories.people import FOUNDED, branch_at, make_person
from tests.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province(standing: Standing) -> None:
    """The small province with its towns stands already."""


def test_every_role_belongs_to_one_family() -> None:
    assert set(Role.values) == WORK_ROLES | OVERSIGHT_ROLES | ADMINISTRATOR_ROLES
    assert len(WORK_ROLES) + len(OVERSIGHT_ROLES) + len(ADMINISTRATOR_ROLES) == len(Role.values)


def test_roles_that_must_be_kept_apart_are() -> None:
    administrators = {"system_admin", "security_admin", "audit_admin"}
    oversight = {"supervisor", "auditor"}
    for number, (held, role) in enumerate(itertools.permutations(Role.values, 2)):
        apart = bool({held, role} & administrators) or len({held, role} & oversight) == 1
        person = make_person(f"person{number}", held, branch_at("3301"))
        if apart:
            with pytest.raises(DomainError) as refused:
                grant_role(person=person, role=role, branch=branch_at("3301"), actor=None)
            assert refused.value.code == "roles_kept_apart"
        else:
            grant_role(person=person, role=role, branch=branch_at("3301"), actor=None)
        assert person.role_grants.count() == (1 if apart else 2), (held, role)


def test_an_auditor_with_below_does_not_work_below_but_may_elsewhere() -> None:
    person = make_person("one", Role.AUDITOR, branch_at("3301"), with_below=True)
    with pytest.raises(DomainError):
        grant_role(person=person, role=Role.CLERK, branch=branch_at("330182"), actor=None)
    grant_role(person=person, role=Role.CLERK, branch=branch_at("330302"), actor=None)
    with pytest.raises(DomainError):
        grant_role(person=person, role=Role.SUPERVISOR, branch=branch_at("33"), with_below=True, actor=None)


def test_a_past_role_keeps_nobody_apart_and_a_future_one_does() -> None:
    person = make_person("one", Role.SYSTEM_ADMIN, branch_at("33"))
    RoleGrant.objects.update(valid_to=today())
    grant_role(person=person, role=Role.CLERK, branch=branch_at("33"), actor=None)
    other = make_person("two")
    grant_role(
        person=other,
        role=Role.AUDIT_ADMIN,
        branch=branch_at("33"),
        actor=None,
        valid_from=today() + datetime.timedelta(9),
    )
    with pytest.raises(DomainError):
        grant_role(person=other, role=Role.CLERK, branch=branch_at("33"), actor=None)


def test_nobody_grants_to_themselves_not_even_past_the_service() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    with pytest.raises(DomainError, match="不能给自己授予角色"):
        grant_role(person=admin, role=Role.CLERK, branch=branch_at("3301"), actor=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            person=admin,
            role=Role.CLERK,
            branch=branch_at("3301"),
            valid_from=FOUNDED,
            granted_by=admin,
            created_at=now(),
        )


def test_granting_needs_the_right_in_that_branch() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    person = make_person("two")
    grant = grant_role(person=person, role=Role.CLERK, branch=branch_at("3301"), actor=admin)
    assert (grant.granted_by, grant.valid_from) == (admin, today())
    with pytest.raises(NotAllowed):
        grant_role(person=person, role=Role.CLERK, branch=branch_at("330182"), authority="示例", actor=admin)
    with pytest.raises(NotFound):
        grant_role(person=person, role=Role.CLERK, branch=branch_at("330302"), authority="示例", actor=admin)
    with pytest.raises(NotAllowed):
        grant_role(person=make_person("three"), role=Role.SYSTEM_ADMIN, branch=branch_at("3301"), actor=admin)


def test_work_in_another_branch_names_its_written_authority() -> None:
    clerk = make_person("one", Role.CLERK, branch_at("3301"))
    with pytest.raises(DomainError) as refused:
        grant_role(person=clerk, role=Role.CLERK, branch=branch_at("330182"), actor=None, authority="  ")
    assert refused.value.code == "authority_missing"
    assert "authority" in refused.value.fields
    grant_role(person=clerk, role=Role.CLERK, branch=branch_at("330182"), actor=None, authority="示例委托书1号")
    # The branch recorded for does not become their own by that.
    with pytest.raises(DomainError):
        grant_role(person=clerk, role=Role.APPROVER, branch=branch_at("330182"), actor=None)


def test_a_role_is_held_once() -> None:
    clerk = make_person("one", Role.CLERK, branch_at("3301"))
    with pytest.raises(Conflict):
        grant_role(person=clerk, role=Role.CLERK, branch=branch_at("3301"), actor=None)


def test_a_disabled_person_and_a_closed_branch_get_no_work() -> None:
    with pytest.raises(DomainError, match="已停用"):
        grant_role(person=make_person("one", is_active=False), role=Role.CLERK, branch=branch_at("33"), actor=None)
    close_branch(branch=branch_at("330182102"), on=today(), reason="示例", actor=None)
    with pytest.raises(DomainError, match="停用"):
        grant_role(person=make_person("two"), role=Role.CLERK, branch=branch_at("330182102"), actor=None)
    grant_role(person=make_person("three"), role=Role.AUDITOR, branch=branch_at("330182102"), actor=None)


def test_an_ended_role_stays_on_record_and_gives_nothing() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    clerk = make_person("two", Role.CLERK, branch_at("3301"))
    grant = end_grant(grant=clerk.role_grants.get(), on=today(), actor=admin, reason="岗位调整")
    assert grant.valid_to == today()
    assert not may(clerk, Right.ENTER_GIFTS, branch_at("3301"))
    event = AuditEvent.objects.get(verb="organizations.rolegrant.ended")
    assert (event.actor_login, event.branch_code, event.reason) == ("one", "3301", "岗位调整")
    with pytest.raises(Conflict):
        end_grant(grant=grant, on=today(), actor=admin, reason="岗位调整")


def test_a_role_is_not_taken_back_in_the_past_nor_without_reason() -> None:
    grant = make_person("two", Role.CLERK, branch_at("3301")).role_grants.get()
    with pytest.raises(DomainError, match="不能早于今天"):
        end_grant(grant=grant, on=today() - datetime.timedelta(1), actor=None, reason="示例")
    with pytest.raises(DomainError, match="理由"):
        end_grant(grant=grant, on=today(), actor=None, reason=" ")


def test_a_role_that_has_not_begun_never_comes_into_force() -> None:
    tomorrow = today() + datetime.timedelta(1)
    grant = make_person("two", Role.CLERK, branch_at("3301"), valid_from=tomorrow).role_grants.get()
    assert end_grant(grant=grant, on=today(), actor=None, reason="示例").valid_to == tomorrow
    assert not RoleGrant.objects.valid_on(tomorrow).exists()


def test_ending_needs_the_right_as_granting_does() -> None:
    grant = make_person("two", Role.CLERK, branch_at("330182")).role_grants.get()
    with pytest.raises(NotAllowed):
        end_grant(
            grant=grant, on=today(), actor=make_person("one", Role.BRANCH_ADMIN, branch_at("3301")), reason="示例"
        )


def test_the_trail_names_fields_and_no_person() -> None:
    make_person("two", Role.CLERK, branch_at("3301"), name="虚构姓名")
    event = AuditEvent.objects.get(verb="organizations.rolegrant.granted")
    assert "虚构姓名" not in str(vars(event))
    assert event.changed_fields == ["role", "valid_from", "with_below"]
