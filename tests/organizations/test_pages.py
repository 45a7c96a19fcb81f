"""The desk's pages of the branch network."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from core.clock import today
from organizations.choices import Role
from organizations.context_processors import desk
from organizations.menu import MENU
from organizations.models import Branch
from organizations.services import grant_role
from organizations.views.access import desk_page
from tests.factories.people import branch_at, make_person
from tests.standing import Standing

# The small province with its towns stands.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing")]

PAGES = [
    "/desk/branches/",
    "/desk/branches/?q=建德",
    "/desk/branches/?q=没有这样的名字",
    "/desk/branches/3301/",
    "/desk/branches/330100/",
    "/desk/branches/3301/new/",
    "/desk/branches/3301/new/?kind=school",
    "/desk/branches/3301/edit/",
    "/desk/branches/330182/move/",
    "/desk/branches/330182/close/",
    "/desk/branches/330182/merge/",
    "/desk/people/hz.admin/grants/",
    "/desk/roles/",
]


@pytest.fixture
def admin(standing: Standing, client: Client) -> User:
    person = make_person("hz.admin", Role.BRANCH_ADMIN, branch_at("3301"))
    client.force_login(person)
    return person


def test_every_page_opens_for_the_administrator_and_nothing_is_cached(admin: User, client: Client) -> None:
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 200, path
        assert "no-store" in response["Cache-Control"]


def test_strangers_are_sent_to_sign_in_and_come_back(client: Client) -> None:
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/desk/")


# What the holder of a role in 3301 gets: by page, for a branch administrator / a clerk with all below / nobody.
ROUTES: list[tuple[str, int, int, int]] = [
    ("/desk/branches/", 200, 200, 200),
    ("/desk/branches/330302/", 200, 200, 200),
    ("/desk/roles/", 200, 200, 200),
    ("/desk/branches/3301/edit/", 200, 403, 403),
    ("/desk/branches/330182/edit/", 200, 403, 403),
    ("/desk/branches/330182001/edit/", 404, 403, 403),
    ("/desk/branches/33/edit/", 404, 403, 403),
    ("/desk/branches/330302/edit/", 404, 403, 403),
    ("/desk/branches/3301/new/", 200, 403, 403),
    ("/desk/branches/330182/new/", 404, 403, 403),
    ("/desk/branches/330182/move/", 200, 403, 403),
    ("/desk/branches/3301/move/", 404, 403, 403),
    ("/desk/branches/33/close/", 404, 403, 403),
    ("/desk/branches/330302/merge/", 404, 403, 403),
    ("/desk/people/nobody/grants/", 200, 403, 403),
    ("/desk/people/unknown/grants/", 404, 403, 403),
    ("/desk/branches/999999/", 404, 404, 404),
]


@pytest.mark.parametrize("who", [0, 1, 2], ids=["administrator", "clerk", "nobody"])
def test_each_route_answers_each_person_as_the_table_says(client: Client, who: int) -> None:
    people = [
        make_person("hz.admin", Role.BRANCH_ADMIN, branch_at("3301")),
        make_person("hz.clerk", Role.CLERK, branch_at("3301"), with_below=True),
        make_person("nobody"),
    ]
    client.force_login(people[who])
    assert {path: client.get(path).status_code for path, *_codes in ROUTES} == {
        path: codes[who] for path, *codes in ROUTES
    }


def test_a_superuser_without_roles_is_kept_out(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", name="示例"))
    assert client.get("/desk/branches/3301/edit/").status_code == 403
    assert client.get("/desk/people/root/grants/").status_code == 403


def test_a_school_is_made_from_the_form(admin: User, client: Client) -> None:
    data = {"name": "示例中学红十字会", "on": today().isoformat()}
    response = client.post("/desk/branches/3301/new/?kind=school", data)
    assert response["Location"] == "/desk/branches/3301-S1/"
    refused = client.post("/desk/branches/3301/new/?kind=school", data)
    assert refused.status_code == 200
    assert "请核对是否重复设立" in refused.content.decode()


def test_a_branch_moves_only_when_confirmed(client: Client) -> None:
    admin = make_person("zj.admin", Role.BRANCH_ADMIN, branch_at("3301"))
    grant_role(person=admin, role=Role.BRANCH_ADMIN, branch=branch_at("3303"), authority="示例1号", actor=None)
    client.force_login(admin)
    data = {"new_parent": "3303", "reason": "示例文号"}
    asked = client.post("/desk/branches/330182/move/", data)
    assert "温州市红十字会" in asked.content.decode()
    assert "3 个" in asked.content.decode()
    assert Branch.objects.get_parent(branch_at("330182")).code == "3301"
    assert client.post("/desk/branches/330182/move/", {**data, "step": "do"}).status_code == 302
    assert Branch.objects.get_parent(branch_at("330182")).code == "3303"


def test_closing_shows_what_refuses_it(admin: User, client: Client) -> None:
    data = {"on": today().isoformat(), "reason": "示例", "step": "do"}
    response = client.post("/desk/branches/330182/close/", data)
    assert "下面还有未停用的组织" in response.content.decode()
    assert branch_at("330182").is_open


def test_a_role_is_granted_and_taken_back_from_the_pages(admin: User, client: Client) -> None:
    person = make_person("new.clerk")
    data = {"branch": "3301", "role": Role.CLERK, "valid_from": today().isoformat()}
    assert client.post("/desk/people/new.clerk/grants/", data).status_code == 302
    grant = person.role_grants.get()
    assert (grant.branch.code, grant.granted_by) == ("3301", admin)
    again = client.post("/desk/people/new.clerk/grants/", data)
    assert "不必重复授予" in again.content.decode()
    end = f"/desk/people/new.clerk/grants/{grant.pk}/end/"
    assert client.post(end, {"on": today().isoformat(), "reason": " "}).status_code == 200
    assert client.post(end, {"on": today().isoformat(), "reason": "岗位调整"}).status_code == 302
    grant.refresh_from_db()
    assert grant.valid_to == today()


def test_a_branch_outside_ones_own_cannot_be_chosen_in_the_form(admin: User, client: Client) -> None:
    person = make_person("new.clerk")
    data = {"branch": "3303", "role": Role.CLERK, "valid_from": today().isoformat()}
    response = client.post("/desk/people/new.clerk/grants/", data)
    assert response.status_code == 200
    assert not person.role_grants.exists()


def test_roles_elsewhere_are_counted_and_not_shown(admin: User, client: Client) -> None:
    make_person("wz.clerk", Role.CLERK, branch_at("3303"))
    page = client.get("/desk/people/wz.clerk/grants/").content.decode()
    assert "另有 1 项角色" in page
    assert "温州市红十字会" not in page


def test_the_menu_shows_what_the_person_may_open_in_one_query(
    rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    request = rf.get("/desk/branches/330182/edit/")
    request.user = make_person("one", Role.CLERK, branch_at("3301"))
    with django_assert_num_queries(1):
        menu = list(desk(request)["desk_menu"])
    labels = [str(entry["label"]) for entry in menu]
    assert "组织网络" in labels
    assert "人员与角色" not in labels
    assert [str(entry["label"]) for entry in menu if entry["active"]] == ["组织网络"]


def test_the_menu_carries_counts_and_is_empty_for_strangers(rf: RequestFactory) -> None:
    request = rf.get("/desk/roles/")
    request.user = make_person("one", Role.APPROVER, branch_at("3301"))
    request.desk_counts = {"desk_roles": 3}
    assert [entry["count"] for entry in desk(request)["desk_menu"] if entry["active"]] == [3]
    assert len({entry.url_name for entry in MENU}) == len(MENU)


def test_the_door_names_the_missing_right(rf: RequestFactory) -> None:
    request = rf.get("/desk/")
    request.user = make_person("one", Role.CLERK, branch_at("3301"))
    assert desk_page()(lambda request: HttpResponse("in"))(request).content == b"in"
    with pytest.raises(Exception, match="审核捐赠并入账、退回") as refused:
        desk_page("approve_gifts")(lambda request: HttpResponse("in"))(request)
    assert type(refused.value).__name__ == "PermissionDenied"
