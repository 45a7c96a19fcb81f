"""A portal that sends codes to telephones, and pages used by keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import Page

from tests import databases
from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY


@contextmanager
def portal_with_messages(
    name: str, files: Path, folders: pytest.TempPathFactory, blocker: Any
) -> Iterator[Callable[[], AbstractContextManager[Portal]]]:
    """A database of its own to be filled, and how to start a web server on it that leaves messages.

    This process sends them into a folder (tests/training/telephones.py).
    """
    folder = folders.mktemp(name)
    kept = {one: os.environ.get(one) for one in ("NOTIFIER", "NOTIFIER_GATEWAY_URL", "NOTIFIER_GATEWAY_SECRET")}
    os.environ.update(
        NOTIFIER="gateway", NOTIFIER_GATEWAY_URL="http://127.0.0.1:9/none", NOTIFIER_GATEWAY_SECRET="x" * 40
    )
    with blocker.unblock(), databases.copy_of_template(f"{COPY}_{name}"):
        with override_settings(
            PRIVATE_FILES_DIR=files,
            NOTIFIER_BACKEND="core.notifying.backends.FileNotifier",
            NOTIFIER_FILES_DIR=folder / "messages",
        ):
            cache.clear()
            yield lambda: web_server(f"{COPY}_{name}", folder)
        empty_broker()
    databases.point_at(COPY)
    for one, value in kept.items():
        if value is None:
            del os.environ[one]
        else:
            os.environ[one] = value


def typed(page: Page, name: str, text: str) -> None:
    """Go on by Tab until a field with this name has the focus, and type."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == name:
            page.keyboard.type(text)
            return
    raise AssertionError(f"no way to {name} by keyboard")


def fine(page: Page) -> None:
    """Nothing for the checker to say, and nothing to scroll sideways."""
    found = violations(page)
    # No test file, so pytest does not say what was found.
    assert found == [], found
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
