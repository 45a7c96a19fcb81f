"""A certificate's page in a browser, as after a scan: the signed text behind the # is checked there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, expect

from tests import databases
from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.training.certified import certified
from tests.training.ground import make_ground
from training.models import Certificate

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def certificates(
    django_db_setup: None, django_db_blocker: Any, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Certificate]]:
    """Two people's certificates, committed."""
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_certificates"):
        with override_settings(PRIVATE_FILES_DIR=files):
            yield certified(make_ground(), 2)
        empty_broker()
    databases.point_at(COPY)


@pytest.fixture(scope="module")
def portal(
    certificates: list[Certificate], collected_static: None, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A web server over them."""
    folder = tmp_path_factory.mktemp("portal")
    with override_settings(PRIVATE_FILES_DIR=files), web_server(f"{COPY}_certificates", folder) as running:
        yield running


def test_a_scan_tells_true_forged_and_moved_apart(
    portal: Portal, certificates: list[Certificate], open_context: Callable[..., BrowserContext]
) -> None:
    first, second = certificates
    last = "B" if first.payload[-2] == "A" else "A"
    forged = f"{first.payload[:-2]}{last}{first.payload[-1]}"
    for code, payload, said in (
        (first.code, first.payload, "签名有效，与登记一致"),
        (first.code, forged, "签名无效"),
        (first.code, "1.2.3", "签名无效"),
        (second.code, first.payload, "签名有效，但与登记不一致"),
    ):
        page = open_context(width=390).new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(f"{portal.url}/certificates/{code}/#{payload}")
        expect(page.locator("[data-answer] .notice__title")).to_have_text(said)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []
        page.close()


def test_without_a_scan_or_without_javascript_the_page_says_the_state_alone(
    portal: Portal, certificates: list[Certificate], open_context: Callable[..., BrowserContext]
) -> None:
    for has_javascript in (True, False):
        page = open_context(width=390, java_script_enabled=has_javascript).new_page()
        payload = "" if has_javascript else f"#{certificates[0].payload}"
        page.goto(f"{portal.url}/certificates/{certificates[0].code}/{payload}")
        expect(page.locator(".notice__title").first).to_have_text("有效")
        expect(page.locator('[data-behaviour="certificate"]')).to_be_hidden()
        page.close()
