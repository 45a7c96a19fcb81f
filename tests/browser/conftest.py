"""A browser, and people who sit in front of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import current_app
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.databases import one_at_a_time
from tests.workers import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "虚构口令-示例-2026"
# No test of a page takes so long; Playwright waits for a script in a page without a limit.
PATIENCE_SECONDS = 600
# What is to be seen may take so long on a machine that has much else to do.
SOON = 20_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, the one that `bin/setup test` installs."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path is not None, "no Chromium: run bin/setup test"
    # The driver's loop runs in this thread, and Django would refuse to ask the database beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-background-networking"])
        expect.set_options(timeout=SOON)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def browser_that_answers(chromium: Browser) -> Iterator[None]:
    """End a browser that answers no more: a test that waits for it without a limit fails instead of hanging."""
    watch = threading.Timer(PATIENCE_SECONDS, end_browsers)
    watch.daemon = True
    watch.start()
    yield
    watch.cancel()


def end_browsers() -> None:
    """End the browsers that this process started."""
    for child in psutil.Process().children(recursive=True):
        if "chrom" in child.name():
            child.kill()


@pytest.fixture(scope="session")
def collected_static() -> None:
    """The static files as a server serves them, once a run: collected, with their digests in their names."""
    with one_at_a_time("static") as made:
        if not made.exists():
            environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "redcross_portal.settings"}
            command = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(command, check=True, cwd=ROOT, env=environment)
            made.write_text(str(django_settings.STATIC_ROOT), encoding="utf-8")
        elif not Path(django_settings.STATIC_ROOT, "staticfiles.json").is_file():
            # Collected by another process of the run, and compressed, which is most of the work.
            shutil.copytree(made.read_text(encoding="utf-8"), django_settings.STATIC_ROOT, dirs_exist_ok=True)
    assert Path(django_settings.STATIC_ROOT, "staticfiles.json").is_file()


@pytest.fixture(scope="package")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the portal's private files lie, for this process and the portal's."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def shared_files(private_files: None, files: Path, settings: Any) -> None:
    """The portal's own files, in place of a folder for each test."""
    settings.PRIVATE_FILES_DIR = files


@pytest.fixture
def open_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a browser of its own: other cookies, another size, with or without JavaScript."""
    opened: list[BrowserContext] = []

    def start(*, width: int = 1280, **options: Any) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True, **options
        )
        context.set_default_timeout(SOON)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


def empty_broker() -> None:
    """Forget what was sent to the broker: of another database, it is nobody's work here."""
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()


def sign_in(page: Page, url: str, login: str, *, keyboard: bool = False) -> None:
    """Sign in on the page, with the mouse or by keys alone."""
    page.goto(f"{url}/accounts/login/")
    if keyboard:
        page.get_by_label("登录名").focus()
        page.keyboard.type(login)
        page.keyboard.press("Tab")
        page.keyboard.insert_text(PASSWORD)
        page.keyboard.press("Enter")
    else:
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
