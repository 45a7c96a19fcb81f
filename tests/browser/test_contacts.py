"""A coordinator's contact by keyboard on a telephone: from the day to the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext

from registries.models import Contact, DueContact
from tests.browser.portal import Portal
from tests.browser.telephones import fine, portal_with_messages, typed
from tests.registries.ground import Ground, make_ground, registered, somebody
from tests.registries.test_services_contacts import due

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Portal, Ground]]:
    """A portal in which a coordinator has somebody to contact today."""
    with portal_with_messages("contacting", files, tmp_path_factory, django_db_blocker) as start:
        ground = make_ground()
        due(ground, registered(ground))
        with start() as running:
            yield running, ground


def test_a_coordinator_calls_somebody_and_writes_it_down_by_keyboard(
    desk: tuple[Portal, Ground], open_context: Callable[..., BrowserContext]
) -> None:
    portal, ground = desk
    client = Client()
    client.force_login(ground.person("coordinator"), backend="allauth.account.auth_backends.AuthenticationBackend")
    context = open_context(width=390)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])
    page = context.new_page()
    page.goto(f"{portal.url}/desk/registries/")
    fine(page)
    page.get_by_role("link", name=DueContact.objects.unscoped("test").get().about.number).focus()
    page.keyboard.press("Enter")
    page.get_by_text("怎么说、核对什么").wait_for()
    fine(page)
    assert page.locator("a[href^='tel:']").count() == 0
    page.get_by_role("button", name="显示姓名和电话").focus()
    page.keyboard.press("Enter")
    page.locator(f"a[href='tel:{somebody().phone}']").wait_for()
    fine(page)
    page.get_by_label("没有接通").focus()
    page.keyboard.press("Space")
    typed(page, "note", "傍晚再打")
    page.get_by_role("button", name="登记结果").focus()
    page.keyboard.press("Enter")
    page.get_by_text("已登记，这件联系办结").wait_for()
    fine(page)
    assert Contact.objects.unscoped("test").get().outcome == "no_answer"
