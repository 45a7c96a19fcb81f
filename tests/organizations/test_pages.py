"""The desk's pages of the branch network."""

import pytest
from django.test import Client

from organizations.choices import Role
from organizations.models import Branch, RoleGrant
from tests.factories.people import branch_at, make_person, make_province

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    make_province(towns=True)
    client.force_login(make_person("hz.admin", Role.BRANCH_ADMIN, branch_at("3301")))
    return client


@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
def test_every_page_opens_for_the_administrator_of_the_branch(admin_client: Client, path: str) -> None:
    response = admin_client.get(path)
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0")
