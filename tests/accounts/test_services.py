"""What administrators do to accounts."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import EmailTaken, LoginTaken, NothingToDo, NotOnOneself
from accounts.models import User
from accounts.services import (
    change_person,
    create_person,
    disable_person,
    enable_person,
    reset_second_factor,
    unlock_person,
)
from accounts.services.people import _LOGIN
from core.errors import DomainError
from core.models import AuditEvent
from tests.accounts.conftest import PASSWORD


def test_each_act_leaves_its_row_in_the_trail(person, keeper):
    change_person(person=person, name="示例甲甲", email="", actor=keeper)
    disable_person(person=person, actor=keeper, reason="调离")
    enable_person(person=person, actor=keeper)
    unlock_person(person=person, actor=keeper)
    rows = AuditEvent.objects.filter(object_key="jia.shili", actor_login="guan.shili").order_by("id")
    assert [(row.verb, row.changed_fields, row.reason) for row in rows] == [
        ("accounts.user.changed", ["email", "name"], ""),
        ("accounts.user.disabled", ["is_active"], "调离"),
        ("accounts.user.enabled", ["is_active"], ""),
        ("accounts.user.unlocked", [], ""),
    ]


def test_the_trail_holds_names_of_fields_and_no_values(person, keeper):
    change_person(person=person, name="虚构姓名", email="fiction@example.org", actor=keeper)
    kept = " ".join(str(row) for row in AuditEvent.objects.values_list())
    assert "虚构姓名" not in kept
    assert "fiction@example.org" not in kept


@pytest.mark.parametrize("login", ["", "甲", "Ab c", "-x", "a/b", "a" * 61, "a\nb"])
def test_a_login_that_is_none_is_refused_before_the_database_has_to(db, login):
    with pytest.raises(DomainError, match="登录名") as refused:
        create_person(login=login, name="示例", actor=None)
    assert "login" in refused.value.fields


@given(login=st.text(min_size=1, max_size=20))
def test_what_the_form_of_a_login_lets_through_the_database_takes_as_well(login):
    constraint = next(one for one in User._meta.constraints if one.name == "user_login_is_plain")
    if _LOGIN.fullmatch(login):
        constraint.validate(User, User(login=login, name="示例"))


def test_a_login_is_taken_whatever_its_case(person):
    with pytest.raises(LoginTaken):
        create_person(login="JIA.shili", name="示例", actor=None)


def test_an_address_belongs_to_one_person(person, keeper):
    with pytest.raises(EmailTaken):
        create_person(login="yi.shili", name="示例乙", email="JIA@example.org", actor=keeper)
    with pytest.raises(EmailTaken):
        change_person(person=keeper, name=keeper.name, email="jia@example.org", actor=person)
    change_person(person=person, name="示例甲甲", email="jia@example.org", actor=keeper)


def test_many_people_may_have_no_address(db):
    create_person(login="a1", name="示例", actor=None)
    create_person(login="a2", name="示例", actor=None)


def test_nobody_disables_or_resets_themselves(person):
    with pytest.raises(NotOnOneself):
        disable_person(person=person, actor=person, reason="x")
    with pytest.raises(NotOnOneself):
        reset_second_factor(person=person, actor=person, reason="x")


def test_what_is_done_already_is_said(person, keeper):
    with pytest.raises(NothingToDo):
        enable_person(person=person, actor=keeper)
    with pytest.raises(NothingToDo):
        reset_second_factor(person=person, actor=keeper, reason="当面核对")
    disable_person(person=person, actor=keeper, reason="调离")
    with pytest.raises(NothingToDo):
        disable_person(person=person, actor=keeper, reason="调离")


@pytest.mark.parametrize("service", [disable_person, reset_second_factor])
def test_a_reason_is_needed(person, keeper, service):
    with pytest.raises(DomainError, match="请写明"):
        service(person=person, actor=keeper, reason="  ")


def test_resetting_the_second_factor_removes_it_and_ends_the_sessions(client, person, keeper):
    client.post("/accounts/login/", {"login": "jia.shili", "password": PASSWORD})
    TOTP.activate(person, generate_totp_secret())
    reset_second_factor(person=person, actor=keeper, reason="当面核对工作证")
    assert not Authenticator.objects.filter(user=person).exists()
    assert client.get("/desk/jobs/").status_code == 302
    assert AuditEvent.objects.get(verb="accounts.second_factor.reset").reason == "当面核对工作证"
