"""Public pages before anything was posted."""

import pytest
from django.test import Client

from tests.factories.people import make_province
from tests.transparency.test_public_pages import PAGES, TEXTS, body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", [*PAGES.values(), *TEXTS])
def test_every_page_answers_on_an_empty_portal(client: Client, url: str) -> None:
    expected = 400 if "branch=3301" in url else 404 if url == "/branches/330106/" else 200
    body(client, url, expected)


def test_empty_pages_say_why_and_what_next(client: Client) -> None:
    assert "还没有公示的捐赠" in body(client, "/donations/")
    assert "还没有公开的报告" in body(client, "/reports/")
    make_province()
    assert "没有符合条件的捐赠" in body(client, "/donations/?branch=3301")
