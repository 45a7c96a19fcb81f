"""Cases at the desk on a telephone at night: each page as the checker sees it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from registries.demo.cases import leave_cases
from registries.demo.wishes import leave_registrations
from registries.models import Case
from tests.browser.portal import Portal
from tests.browser.telephones import fine, portal_with_messages
from tests.factories.people import branch_at, make_person, make_province

pytestmark = pytest.mark.browser

PARTS = (
    "", "person/", "end/", "family/", "kin/", "consent/", "witness/", "witness/print/", "hand-over/",
    "certificate/", "entitlements/", "use/", "use/print/",
)  # fmt: skip
LOGINS = {
    "hangzhou.registrar": ("registry_clerk", "3301"),
    "hangzhou.coordinator": ("registry_coordinator", "3301"),
    "hangzhou.head": ("registry_head", "3301"),
    "wenzhou.coordinator": ("registry_coordinator", "3303"),
    "registry.coordinator": ("registry_coordinator", "33"),
    "registry.head": ("registry_head", "33"),
    "supervisor": ("supervisor", "33"),
}


@pytest.fixture(scope="module")
def caring(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A portal with the demo's cases."""
    with portal_with_messages("caring", files, tmp_path_factory, django_db_blocker) as start:
        make_province()
        people = {
            login: make_person(login, role, branch_at(code), with_below=code == "33")
            for login, (role, code) in LOGINS.items()
        }
        leave_registrations(branch_at("3301"), branch_at("3303"), people)
        leave_cases(branch_at("3301"), branch_at("33"), people)
        with start() as running:
            yield running


def page_of(context: BrowserContext, portal: Portal, login: str) -> Page:
    """A page in which somebody is signed in."""
    client = Client()
    person = User.objects.get(login=login)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": portal.url}])
    return context.new_page()


def seen(page: Page, address: str, name: str) -> None:
    """A page is fine; kept as a picture where somebody wants to look."""
    page.goto(address)
    folder = os.environ.get("CASES_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    fine(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_each_page_of_a_case_is_fine(caring: Portal, open_context: Callable[..., BrowserContext], width: int) -> None:
    page = page_of(open_context(width=width), caring, "hangzhou.coordinator")
    desk = f"{caring.url}/desk/registries/cases/"
    for part in ("", "new/"):
        seen(page, desk + part, f"{width}-list-{part.strip('/')}")
    for status in ("care", "consented", "family_deciding"):
        number = Case.objects.unscoped("test").get(status=status).number
        for part in PARTS if status != "family_deciding" else ("", "kin/"):
            seen(page, f"{desk}{number}/{part}", f"{width}-{status}-{part.replace('/', '')}")
    number = Case.objects.unscoped("test").get(status="consented").number
    page.goto(f"{desk}{number}/")
    page.locator("details.reveal summary").click()
    page.get_by_label("用途").fill("联系家属")
    page.get_by_role("button", name="显示捐献人和家属").click()
    page.get_by_text("身份只显示这一次").wait_for()
    fine(page)
    head = page_of(open_context(width=width), caring, "hangzhou.head")
    for part in ("assign/", "grants/"):
        seen(head, f"{desk}{number}/{part}", f"{width}-head-{part.strip('/')}")
    seen(head, f"{desk}units/", f"{width}-head-units")
    seen(head, f"{caring.url}/desk/registries/cases/", f"{width}-head-list")
