"""Every page, signed in as somebody who may: the checker, the width, the words, and nothing missing."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response

from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.permissions.objects import OBJECTS, Objects
from tests.permissions.people import ANONYMOUS, EVERYBODY, Who
from tests.permissions.rules import OK
from tests.permissions.table import TABLE

pytestmark = pytest.mark.browser

# Files, feeds, programs' answers, and parts of pages.
NOT_PAGES = {
    "desk_agreement_paper", "desk_campaign_file", "desk_change_paper",
    "campaigns_json", "campaigns_feed", "campaigns_csv",
    "give_csv", "give_json", "api_campaigns", "campaign_json", "api_campaign", "campaign_file", "my_code", "my_gift",
    # One's own registrations, once telephone, code and name were shown: tests/browser/test_registrations.py.
    "registry_mine_consent", "desk_wish_blank",
    "registry_mine_code", "registry_mine_wishes", "registry_mine_withdraw", "registry_mine_contact",
    "registry_mine_readings",
    "desk_exchange_manifest", "desk_exchange_problems", "desk_intake_problems", "desk_intake_template",
    # Booking, once a telephone was shown; the way to national pages, where these are set: tests/registries.
    "organ_book_details", "stemcell_book_details", "registry_request_code", "registry_request_own",
    "registry_request_cancel",
    "registry_mine_donor_withdraw", "registry_mine_donor_consent", "registry_mine_donor_kin",
    # Pictures and papers; one's own booking once the telephone was shown.
    "memorial_booking_cancel", "memorial_candle", "memorial_portrait", "desk_memorial_portrait",
    "desk_memorial_blank",
    "claim_code", "claim_new", "claim_detail", "my_wechat", "my_wechat_callback",
    "api_branches", "api_donation", "api_donations", "api_report", "api_reports", "api_schema", "desk_batch_file",
    "desk_batch_problems", "desk_batch_progress", "desk_counter_amount", "desk_gift_voucher", "desk_import_template",
    "desk_job_file", "desk_opening_template", "desk_row_letter", "desk_row_voucher", "disclosure_feed",
    "donations_csv", "donations_json",
    "api_fund", "api_fund_statement", "api_funds", "fund_csv", "fund_json",
    "healthz", "metrics", "readyz", "report_csv", "report_json", "report_package", "report_pdf", "report_volume",
    "robots", "sitemap",
    "desk_annual_pdf", "desk_annual_opinion_file", "report_annual_csv", "report_opinion",
    "report_certificates_csv", "report_ends_csv", "report_lessons_csv", "report_training_csv",
    "report_registries_csv", "registry_figures_csv", "registry_figures_json",
    "setup", "report_use_csv", "report_balance_csv", "spending_feed", "reports_feed",
    "desk_report_file", "desk_report_progress", "audit_trail_csv",
    "api_payment", "api_spending", "spending_csv", "spending_document", "spending_json", "desk_payments_csv",
    "desk_statement_progress", "desk_month_sheet_file",
    "training_csv", "training_json", "training_feed", "training_worker", "training_session_ics", "training_place_ics",
    "training_sign_up_name", "api_courses", "api_course",
    "log_feed", "audit_log_checkpoint", "api_verify",
    "log_checkpoint", "log_tile", "log_entries", "api_log", "api_log_record", "api_log_consistency",
    "desk_roster_template",
    "training_coverage_csv", "training_coverage_json", "training_lessons_csv", "training_certificates_csv",
    "training_schools_csv", "desk_organisations_csv", "desk_bases_quality_csv", "desk_expiring_csv", "data_package",
    "data_csv",
    "aed_csv", "aed_json", "desk_mass_lesson_evidence", "desk_rescue_evidence", "training_class_feedback",
    "certificate_keys", "certificate_status", "certificate_json", "api_certificate", "desk_legacy_problems",
    "desk_legacy_template",
    "desk_transfers_csv", "desk_payment_document", "desk_payment_copy_file", "desk_transfer_evidence",
}  # fmt: skip
# A report as a document: no page of the portal around it, and set for paper.
DOCUMENTS = {"report_html"}
PAGES = [name for name, route in TABLE.items() if route.get and name not in NOT_PAGES | DOCUMENTS]
STRANGERS = ["account_login", "account_reset_password", "account_reset_password_done", "account_inactive"]
# Words that no reader should meet: what a template forgot to fill in, and values of the program.
SLIPS = re.compile(r"\{\{|\{%|\}\}|\bNone\b|\bTrue\b|\bFalse\b|\bnull\b|\bundefined\b|\bNaN\b|<bound|object at 0x")


def first_with(title: str, where: str) -> str:
    """The address that showed a title first, in whichever process of this run: `where` itself if none did."""
    with (Path(os.environ["TEST_RUN_DIR"]) / "titles.json").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        titles: dict[str, str] = json.loads(file.read() or "{}")
        first = titles.setdefault(title, where)
        file.truncate(0)
        json.dump(titles, file)
    return first


@pytest.fixture(scope="module")
def objects(
    django_db_setup: None, django_db_blocker: Any, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Objects]:
    """One object of each kind, committed."""
    with OBJECTS.copy(django_db_blocker, f"{COPY}_pages"), django_db_blocker.unblock():
        OBJECTS.copy_files(files)
        with override_settings(PRIVATE_FILES_DIR=files):
            yield OBJECTS.fresh()
        empty_broker()


@pytest.fixture(scope="module")
def portal(
    objects: Objects, collected_static: None, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A web server over the objects; no page of these tests needs the worker."""
    folder = tmp_path_factory.mktemp("portal")
    with override_settings(PRIVATE_FILES_DIR=files), web_server(f"{COPY}_pages", folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser_of(portal: Portal, objects: Objects, chromium: Browser) -> Iterator[Any]:
    """A function that gives the browser in which a person is signed in."""
    contexts: dict[str, BrowserContext] = {}

    def get(who: Who) -> BrowserContext:
        if who.login not in contexts:
            context = chromium.new_context(locale="zh-CN")
            context.set_default_timeout(20_000)
            if who.login:
                client = Client()
                client.force_login(
                    objects.people[who.login], backend="allauth.account.auth_backends.AuthenticationBackend"
                )
                value = client.cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])
            contexts[who.login] = context
        return contexts[who.login]

    yield get
    for context in contexts.values():
        context.close()


def tab_of(context: BrowserContext) -> Page:
    """The one tab of a browser: where each page has its own, a process starts for it and reads the checker anew."""
    return context.pages[0] if context.pages else context.new_page()


def somebody_who_may(name: str) -> Who:
    """The first of the table's people who is let in; strangers first."""
    rule = TABLE[name].get
    assert rule is not None
    return next(who for who in EVERYBODY if rule.answer(who) == OK)


def address(objects: Objects, name: str) -> str:
    route = TABLE[name]
    arguments = {keyword: objects.named[key] for keyword, key in (route.arguments or {}).items()}
    return reverse(name.split(":")[0], kwargs=arguments) + route.query


@contextmanager
def complaints_of(page: Page) -> Iterator[list[str]]:
    """What the browser complains of in a tab until the block ends: the console, the scripts, missing files."""
    said: list[str] = []

    def hear_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            said.append(message.text)

    def hear_script(error: Error) -> None:
        said.append(str(error))

    def hear_answer(answer: Response) -> None:
        if answer.status >= 400:
            said.append(f"{answer.status} {answer.url}")

    page.on("console", hear_console)
    page.on("pageerror", hear_script)
    page.on("response", hear_answer)
    try:
        yield said
    finally:
        page.remove_listener("console", hear_console)
        page.remove_listener("pageerror", hear_script)
        page.remove_listener("response", hear_answer)


def findings(page: Page, url: str) -> list[str]:
    """Everything that is wrong with a page at 1280 and 390 px and at 200 %."""
    # What the page before has still to say or to ask for ends here, unheard.
    page.goto("about:blank")
    with complaints_of(page) as complaints:
        return seen_in(page, url, complaints)


def seen_in(page: Page, url: str, complaints: list[str]) -> list[str]:
    """The findings, with what the browser complained of until the page was there."""
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200, f"{url}: {answer.status}"
    found = list(complaints)
    found += [f"1280 px: {hit}" for hit in violations(page)]
    # Half the width is what is left at 200 %.
    for width in (640, 390):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width} px: {wide} px wide"] if wide > width else []
    found += [f"390 px: {hit}" for hit in violations(page)]
    # The page for programmers says what `null` means; a record is shown byte for byte.
    words = page.inner_text("body")
    for verbatim in page.locator("pre").all_inner_texts():
        words = words.replace(verbatim, "")
    found += [f"word: {slip}" for slip in SLIPS.findall(words) if (slip, url[-6:]) != ("null", "/docs/")]
    title = page.title()
    # The port is each process's own.
    where = urlsplit(url)._replace(scheme="", netloc="").geturl()
    if (first := first_with(title, where)) != where:
        found.append(f"title “{title}” also at {first}")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(portal: Portal, objects: Objects, browser_of: Any, name: str) -> None:
    assert findings(tab_of(browser_of(somebody_who_may(name))), portal.url + address(objects, name)) == []


@pytest.mark.parametrize("name", STRANGERS)
def test_a_page_of_signing_in_can_be_read_by_everybody(portal: Portal, browser_of: Any, name: str) -> None:
    assert findings(tab_of(browser_of(ANONYMOUS)), portal.url + reverse(name)) == []


def test_what_is_no_page_is_a_file_or_an_answer_to_programs(portal: Portal, objects: Objects, browser_of: Any) -> None:
    """That no page hides in the list of those left out."""
    pages = []
    for name in sorted(NOT_PAGES - {"setup", "report_volume"}):
        got = browser_of(somebody_who_may(name)).request.get(portal.url + address(objects, name), max_redirects=0)
        kind = got.headers.get("content-type", "")
        if got.status == 200 and kind.startswith("text/html") and "<html" in got.text():
            pages.append(name)
    assert pages == []


def test_the_report_as_a_document_has_no_findings(portal: Portal, objects: Objects, browser_of: Any) -> None:
    page = browser_of(ANONYMOUS).new_page()
    page.goto(portal.url + address(objects, "report_html"))
    assert violations(page) == []
    page.close()
