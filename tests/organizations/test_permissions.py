"""Who may do what in which branch."""

import datetime

import pytest

from accounts.models import User
from core.clock import today
from core.errors import NotAllowed, NotFound
from organizations.choices import READING_RIGHTS, ROLE_RIGHTS, Right, Role
from organizations.models import RoleGrant, remember_grants
from organizations.permissions import (
    branches_with,
    holds_anywhere,
    is_recorded_for,
    may,
    may_grant,
    may_manage,
    may_manage_below,
    needs_second_factor,
    require,
    require_anywhere,
    rights_of,
)
from organizations.services import end_grant, grant_role
from tests.factories.people import branch_at, make_person
from tests.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province(standing: Standing) -> None:
    """The small province with its towns stands already."""


@pytest.mark.parametrize("role", Role.values)
def test_a_role_gives_its_rights_in_its_branch_and_reading_alone_below(role: str) -> None:
    person = make_person("one", role, branch_at("3301"), with_below=True)
    for right in Right.values:
        given = right in ROLE_RIGHTS[role]
        assert may(person, right, branch_at("3301")) is given
        for below in ("330182", "330182001", "330182001001"):
            assert may(person, right, branch_at(below)) is (given and right in READING_RIGHTS)
        for elsewhere in ("33", "3303", "330302"):
            assert not may(person, right, branch_at(elsewhere))


def test_without_with_below_even_reading_stays_in_the_branch() -> None:
    person = make_person("one", Role.SUPERVISOR, branch_at("3301"))
    assert may(person, Right.VIEW_GIFTS, branch_at("3301"))
    assert not may(person, Right.VIEW_GIFTS, branch_at("330182"))


def test_a_grant_in_a_town_reaches_its_communities_by_the_tree() -> None:
    person = make_person("one", Role.SUPERVISOR, branch_at("330182001"), with_below=True)
    assert may(person, Right.VIEW_GIFTS, branch_at("330182001001"))
    assert not may(person, Right.VIEW_GIFTS, branch_at("330182102"))
    assert not may(person, Right.VIEW_GIFTS, branch_at("330182"))


def test_outside_ones_branches_is_not_found_and_inside_is_not_allowed() -> None:
    clerk = make_person("one", Role.CLERK, branch_at("3301"), with_below=True)
    with pytest.raises(NotAllowed) as refused:
        require(clerk, Right.ENTER_GIFTS, branch_at("330182"))
    assert "建德市红十字会" in refused.value.message
    assert "录入和导入捐赠" in refused.value.message
    with pytest.raises(NotFound):
        require(clerk, Right.ENTER_GIFTS, branch_at("330302"))
    with pytest.raises(NotFound):
        require(make_person("nobody"), Right.VIEW_GIFTS, branch_at("33"))


def test_superusers_and_staff_have_no_right_by_that() -> None:
    person = User.objects.create_superuser("root", name="示例")
    assert rights_of(person) == frozenset()
    assert not any(may(person, right, branch_at("33")) for right in Right.values)
    with pytest.raises(NotAllowed):
        require_anywhere(person, *Right.values)


def test_a_disabled_person_holds_nothing() -> None:
    person = make_person("one", Role.FINANCE, branch_at("33"), with_below=True)
    person.is_active = False
    assert rights_of(person) == frozenset()
    assert not branches_with(person, Right.VIEW_GIFTS).exists()


def test_ended_and_future_grants_give_nothing_and_the_last_day_does_not_count() -> None:
    day = today()
    person = make_person("one")
    for role, start, end in (
        (Role.CLERK, day - datetime.timedelta(9), day),
        (Role.APPROVER, day + datetime.timedelta(1), None),
        (Role.PUBLISHER, day, day + datetime.timedelta(1)),
    ):
        grant = grant_role(person=person, role=role, branch=branch_at("33"), actor=None, valid_from=start)
        RoleGrant.objects.filter(pk=grant.pk).update(valid_to=end)
    assert rights_of(person) == ROLE_RIGHTS[Role.PUBLISHER]


def test_rights_are_fresh_outside_a_request_and_read_once_within(django_assert_num_queries) -> None:
    person = make_person("one", Role.CLERK, branch_at("33"))
    assert holds_anywhere(person, Right.ENTER_GIFTS)
    end_grant(grant=person.role_grants.get(), on=today(), actor=None, reason="示例")
    assert not holds_anywhere(person, Right.ENTER_GIFTS)
    other = make_person("two", Role.CLERK, branch_at("33"))
    province = branch_at("33")
    with django_assert_num_queries(1):
        remember_grants(other)
        remember_grants(other)
        assert may(other, Right.ENTER_GIFTS, province)
        assert rights_of(other)


def test_recording_for_another_branch_shows_its_authority_and_for_ones_own_none() -> None:
    clerk = make_person("one", Role.CLERK, branch_at("3301"))
    grant_role(person=clerk, role=Role.CLERK, branch=branch_at("330182"), actor=None, authority="示例委托书1号")
    assert is_recorded_for(clerk, branch_at("330182")) == "示例委托书1号"
    assert is_recorded_for(clerk, branch_at("3301")) == ""
    assert is_recorded_for(clerk, branch_at("33")) == ""


@pytest.mark.parametrize("role", Role.values)
def test_approvers_publishers_and_administrators_need_a_second_factor(role: str) -> None:
    expected = role in {
        "approver",
        "finance",
        "leader",
        "publisher",
        # Whoever keeps the registries reads what is most sensitive.
        "registry_clerk",
        "registry_coordinator",
        "registry_head",
        "branch_admin",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert needs_second_factor(make_person("one", role, branch_at("33"))) is expected


def test_whoever_opens_the_administrators_site_needs_a_second_factor() -> None:
    assert needs_second_factor(make_person("one", is_staff=True))
    assert not needs_second_factor(make_person("two"))


def test_an_association_keeps_itself_and_what_stands_directly_below_it() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    assert may_manage(admin, branch_at("3301"))
    assert may_manage_below(admin, branch_at("3301"))
    assert may_manage(admin, branch_at("330182"))
    assert not may_manage_below(admin, branch_at("330182"))
    assert not may_manage(admin, branch_at("330182001"))
    assert not may_manage(admin, branch_at("33"))
    assert not may_manage(admin, branch_at("330302"))


def test_grass_roots_branches_are_kept_by_the_next_association_above() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("330182"))
    assert may_manage_below(admin, branch_at("330182001"))
    assert may_manage(admin, branch_at("330182001001"))
    assert not may_manage_below(admin, branch_at("330106109"))


def test_the_association_above_names_the_administrator_below_and_nobody_else_there() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    assert may_grant(admin, Role.BRANCH_ADMIN, branch_at("330182"))
    assert not may_grant(admin, Role.CLERK, branch_at("330182"))
    assert may_grant(admin, Role.CLERK, branch_at("3301"))
    assert not may_grant(admin, Role.BRANCH_ADMIN, branch_at("33"))
    assert not may_grant(admin, Role.BRANCH_ADMIN, branch_at("330302"))


def test_the_three_administrators_are_named_by_a_security_administrator_only() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("33"))
    security = make_person("two", Role.SECURITY_ADMIN, branch_at("33"))
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert not may_grant(admin, role, branch_at("33"))
        assert may_grant(security, role, branch_at("33"))
        assert not may_grant(security, role, branch_at("3301"))


def test_an_authority_below_is_not_read_from_a_stale_path() -> None:
    stale = branch_at("330182")
    person = make_person("one", Role.SUPERVISOR, branch_at("3301"), with_below=True)
    stale.path = branch_at("3303").path
    assert may(person, Right.VIEW_GIFTS, stale)
