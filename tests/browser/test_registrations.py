"""我的登记 by keyboard on a telephone: seen, the telephone changed, withdrawn; each page as the checker sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from registries.models import Wish
from registries.services.reading import reveal_identity
from tests.browser.portal import Portal
from tests.browser.telephones import fine, portal_with_messages, typed
from tests.registries.ground import make_ground, registered, somebody
from tests.training.telephones import code_sent

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def registering(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A portal in which somebody is registered, at whom a coordinator has looked."""
    with portal_with_messages("registering", files, tmp_path_factory, django_db_blocker) as start:
        ground = make_ground()
        reveal_identity(wish=registered(ground), purpose="核对登记表", actor=ground.person("coordinator"))
        with start() as running:
            yield running


def test_somebody_finds_and_withdraws_their_registration_by_keyboard(
    registering: Portal, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(width=390).new_page()
    page.goto(f"{registering.url}/organ/")
    page.get_by_role("link", name="我的登记：查看、改电话、撤回").click()
    fine(page)
    typed(page, "phone", somebody().phone)
    page.keyboard.press("Enter")
    page.wait_for_url("**/organ/mine/code/")
    fine(page)
    typed(page, "code", code_sent())
    typed(page, "name", somebody().name)
    page.keyboard.press("Enter")
    page.wait_for_url("**/organ/mine/wishes/")
    fine(page)
    page.get_by_role("link", name="谁看过我的登记").click()
    page.get_by_text("协调员").wait_for()
    fine(page)
    page.get_by_role("link", name="返回我的登记").click()
    page.get_by_role("link", name="更换手机号").click()
    fine(page)
    typed(page, "phone", "13700000009")
    page.keyboard.press("Enter")
    page.get_by_text("尾号 0009").wait_for()
    fine(page)
    typed(page, "code", code_sent())
    page.keyboard.press("Enter")
    page.get_by_text("手机号已更换").wait_for()
    page.get_by_role("link", name="撤回", exact=True).click()
    fine(page)
    page.get_by_role("button", name="确定撤回").focus()
    page.keyboard.press("Enter")
    page.get_by_text("没有有效的登记", exact=True).wait_for()
    fine(page)
    assert Wish.objects.unscoped("test").get().status == "withdrawn"
