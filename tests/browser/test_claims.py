"""A claim by keyboard alone on a telephone, with the checker on each page; and without JavaScript, at 200 %."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page

from core.notifying import send_waiting
from donations.models import GiftClaim
from tests import databases
from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.donations.claims import NAME, TAIL, picture
from tests.donations.ground import make_ground
from tests.transparency.test_my import code_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def portal(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A web server that leaves messages; this process sends them into a folder."""
    folder = tmp_path_factory.mktemp("claims")
    before = os.environ.get("NOTIFIER")
    os.environ["NOTIFIER"] = "gateway"
    os.environ.update(NOTIFIER_GATEWAY_URL="http://127.0.0.1:9/none", NOTIFIER_GATEWAY_SECRET="x" * 40)
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_claims"):
        with override_settings(
            PRIVATE_FILES_DIR=files,
            NOTIFIER_BACKEND="core.notifying.backends.FileNotifier",
            NOTIFIER_FILES_DIR=folder / "messages",
        ):
            cache.clear()
            make_ground()
            with web_server(f"{COPY}_claims", folder) as running:
                yield running
        empty_broker()
    for name in ("NOTIFIER_GATEWAY_URL", "NOTIFIER_GATEWAY_SECRET"):
        del os.environ[name]
    if before is None:
        del os.environ["NOTIFIER"]
    else:
        os.environ["NOTIFIER"] = before


def sent_code() -> str:
    """The code that went last."""
    folder = Path(settings.NOTIFIER_FILES_DIR)
    send_waiting()
    return code_of(folder)


def to(page: Page, name: str) -> None:
    """Go on by Tab until a field with this name has the focus."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == name:
            return
    raise AssertionError(f"no way to {name} by keyboard")


def typed(page: Page, name: str, text: str) -> None:
    to(page, name)
    page.keyboard.type(text)


def fine(page: Page) -> None:
    """Nothing for the checker to say, and nothing to scroll sideways."""
    assert violations(page) == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_claim_is_made_by_keyboard_on_a_telephone(
    portal: Portal, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    photo = tmp_path / "slip.png"
    photo.write_bytes(picture().read())
    page = open_context(width=390).new_page()
    page.goto(f"{portal.url}/claim/")
    fine(page)
    typed(page, "phone", "13912345670")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claim/code/")
    fine(page)
    typed(page, "code", sent_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/claim/new/")
    fine(page)
    to(page, "branch")
    page.keyboard.type("建德")
    assert page.eval_on_selector("[name=branch]", "field => field.value") in ("330182", "")
    page.select_option("[name=branch]", "330182")
    typed(page, "payer_name", NAME)
    typed(page, "amount", "100")
    to(page, "paid_on")
    page.fill("[name=paid_on]", "2026-01-05")
    typed(page, "account", "12")
    to(page, "slip")
    page.set_input_files("[name=slip]", photo)
    to(page, "consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    fine(page)
    # The photo is there still; only what was wrong is typed again.
    assert "照片已收到" in page.inner_text("main")
    typed(page, "account", "")
    page.keyboard.press("Control+a")
    page.keyboard.type(TAIL)
    to(page, "consent")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/claim/[0-9A-Z]{16}/$"))
    fine(page)
    claim = GiftClaim.objects.unscoped("t").get()
    assert claim.code in page.inner_text("main")
    assert "正在核对" in page.inner_text("main")


def test_a_claim_is_made_without_scripts_at_200_percent(
    portal: Portal, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    photo = tmp_path / "slip.png"
    photo.write_bytes(picture("blue").read())
    page = open_context(width=640, java_script_enabled=False).new_page()
    page.goto(f"{portal.url}/claim/")
    page.fill("[name=phone]", "13912345671")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/claim/code/")
    page.fill("[name=code]", sent_code())
    page.click("main form button[type=submit]")
    page.select_option("[name=branch]", "330182")
    for name, text in (("payer_name", NAME), ("amount", "88.8"), ("paid_on", "2026-01-05"), ("account", TAIL)):
        page.fill(f"[name={name}]", text)
    page.set_input_files("[name=slip]", photo)
    page.check("[name=consent]")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile("/claim/[0-9A-Z]{16}/$"))
    assert "正在核对" in page.inner_text("main")
    page.goto(f"{portal.url}/claim/")
    assert "我的认领" in page.inner_text("main")
