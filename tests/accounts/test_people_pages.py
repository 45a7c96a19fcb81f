"""Accounts at the desk, and who may keep whose."""

import re

import pytest
from django.test import Client

from accounts.models import User
from core.errors import NotAllowed
from core.models import AuditEvent
from organizations.choices import Right, Role
from organizations.services import grant_role
from organizations.services import people as services
from organizations.services.people import may_keep
from tests.accounts.conftest import PASSWORD
from tests.factories.people import make_person, make_province


@pytest.fixture
def tree(db):
    return make_province()


@pytest.fixture
def sysadmin(tree):
    return make_person("xitong", Role.SYSTEM_ADMIN, tree["33"])


@pytest.fixture
def security(tree):
    return make_person("anquan", Role.SECURITY_ADMIN, tree["33"])


@pytest.fixture
def clerk(tree):
    return make_person("jiande.shili", Role.CLERK, tree["330182"], name="示例建德")


def _as(person):
    client = Client()
    client.force_login(person)
    return client


def test_an_administrator_makes_a_person_who_sets_their_password_by_a_link_shown_once(sysadmin):
    desk = _as(sysadmin)
    made = desk.post("/desk/new-person/", {"login": "Xin.Ren", "name": "示例新", "email": ""})
    assert made["Location"] == "/desk/people/xin.ren/"
    page = desk.post("/desk/people/xin.ren/password-link/")
    assert "no-store" in page["Cache-Control"]
    path = re.search(r"http://testserver(/accounts/password/reset/key/[^\s<\"]+)", page.content.decode())[1]
    visitor = Client()
    form = visitor.get(path, follow=True).redirect_chain[-1][0]
    visitor.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert visitor.post("/accounts/login/", {"login": "xin.ren", "password": PASSWORD}).status_code == 302
    assert path not in desk.get("/desk/people/xin.ren/").content.decode()
    kept = " ".join(str(row) for row in AuditEvent.objects.values_list())
    assert path.split("-", 1)[1] not in kept


def test_what_the_service_refuses_stands_on_the_form(sysadmin, clerk):
    page = _as(sysadmin).post("/desk/new-person/", {"login": "jiande.shili", "name": "示例", "email": ""})
    assert page.status_code == 200
    assert "已有这个登录名" in page.content.decode()


def test_the_list_finds_people_by_login_and_name_and_goes_on_by_pages(sysadmin, clerk, django_assert_max_num_queries):
    User.objects.bulk_create([User(login=f"p{n:03}", name="示例众", password="!") for n in range(120)])
    desk = _as(sysadmin)
    assert "示例建德" in desk.get("/desk/people/?q=建德").content.decode()
    assert "示例建德" in desk.get("/desk/people/?q=JIANDE").content.decode()
    assert "没有找到" in desk.get("/desk/people/?q=nobody").content.decode()
    seen, path = [], "/desk/people/"
    while path:
        with django_assert_max_num_queries(8):
            page = desk.get(path).content.decode()
        seen += re.findall(r'href="/desk/people/([a-z0-9._-]+)/"', page)
        after = re.search(r'href="(\?after=[^"]+)"', page)
        path = f"/desk/people/{after[1]}" if after else None
    assert len(seen) == len(set(seen)) == User.objects.count()


def test_disabling_asks_for_a_reason_and_enabling_gives_back(sysadmin, clerk):
    desk = _as(sysadmin)
    assert desk.get("/desk/people/jiande.shili/disable/").status_code == 200
    assert desk.post("/desk/people/jiande.shili/disable/", {"reason": " "}).status_code == 200
    clerk.refresh_from_db()
    assert clerk.is_active
    assert desk.post("/desk/people/jiande.shili/disable/", {"reason": "调离"}).status_code == 302
    clerk.refresh_from_db()
    assert not clerk.is_active
    assert "已停用" in desk.get("/desk/people/jiande.shili/").content.decode()
    desk.post("/desk/people/jiande.shili/enable/")
    clerk.refresh_from_db()
    assert clerk.is_active


def test_a_locked_person_is_shown_and_unlocked(sysadmin, clerk):
    for _ in range(5):
        Client().post("/accounts/login/", {"login": "jiande.shili", "password": "wrong"})
    desk = _as(sysadmin)
    assert "已锁定" in desk.get("/desk/people/jiande.shili/").content.decode()
    desk.post("/desk/people/jiande.shili/unlock/")
    assert "已锁定" not in desk.get("/desk/people/jiande.shili/").content.decode()


def test_taking_over_an_account_needs_two_administrators(sysadmin, security, clerk):
    """One gives the password, another the factor: neither can do both."""
    with pytest.raises(NotAllowed):
        services.reset_account_factor(person=clerk, reason="当面核对", actor=sysadmin)
    with pytest.raises(NotAllowed):
        services.give_password_link(person=clerk, actor=security)
    assert _as(sysadmin).post("/desk/people/jiande.shili/reset-factor/", {"reason": "x"}).status_code == 403
    assert _as(security).post("/desk/people/jiande.shili/password-link/").status_code == 403


ACTIONS = ["edit/", "disable/", "enable/", "unlock/", "password-link/", "reset-factor/"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM_ADMIN])
@pytest.mark.parametrize("action", [one for one in ACTIONS if one != "reset-factor/"])
def test_no_other_role_keeps_accounts(tree, clerk, role, action):
    desk = _as(make_person("yi.shili", role, tree["33"]))
    assert desk.post(f"/desk/people/jiande.shili/{action}", {"reason": "x", "name": "x"}).status_code == 403


def test_a_lower_administrator_keeps_only_people_of_their_own_branch(tree, clerk, sysadmin):
    county = make_person("jiande.xitong", Role.SYSTEM_ADMIN, tree["330182"])
    both = make_person("liangtou", Role.CLERK, tree["330182"])
    make_more = make_person("sheng.shili", Role.APPROVER, tree["33"])
    grant_role(person=both, role=Role.CLERK, branch=tree["3301"], actor=None, authority="示例委托书1号")
    may = {person.login: may_keep(county, person, Right.MANAGE_PEOPLE) for person in (clerk, both, make_more, sysadmin)}
    assert may == {"jiande.shili": True, "liangtou": False, "sheng.shili": False, "xitong": False}
    assert all(may_keep(sysadmin, person, Right.MANAGE_PEOPLE) for person in (clerk, both, make_more))
    with pytest.raises(NotAllowed):
        services.give_password_link(person=make_more, actor=county)


def test_an_administrator_with_a_password_of_somebody_elses_making_cannot_help_themselves(sysadmin):
    with pytest.raises(NotAllowed):
        services.give_password_link(person=sysadmin, actor=sysadmin)
    assert _as(sysadmin).post("/desk/people/xitong/password-link/").status_code == 403


def test_nobody_is_there_for_a_login_that_nobody_has(sysadmin):
    assert _as(sysadmin).get("/desk/people/nobody/").status_code == 404


@pytest.mark.parametrize("page", ["new-person/", "people/jiande.shili/edit/", "people/jiande.shili/disable/"])
def test_each_form_has_a_way_back(sysadmin, clerk, page):
    content = _as(sysadmin).get(f"/desk/{page}").content.decode()
    main = content.split("<main", 1)[1]
    assert re.search(r'<a class="btn[^"]*" href="/desk/people/[^"]*"', main)
