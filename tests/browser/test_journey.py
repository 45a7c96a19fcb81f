"""The whole way of a list: brought in, mended, decided, approved on a telephone, public, reported, published, checked.

The gifts are posted in the last month and its report is made in this one: the portal's processes live the first part
some days ago (PORTAL_CLOCK_SHIFT_DAYS) and the second part now.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from core.clock import frozen_at, now, today
from core.money import capital_amount, format_yuan
from ledger.services import ensure_default_fund
from tests import databases
from tests.browser.axe import violations
from tests.browser.conftest import PASSWORD, empty_broker, sign_in
from tests.browser.portal import Portal, running_portal
from tests.conftest import COPY
from tests.factories.gifts import post_gifts
from tests.factories.lists import Gift, write_hubei_like
from tests.factories.people import FOUNDED, branch_at, make_person, make_province

pytestmark = pytest.mark.browser

# The 15th of the last month, as a distance in days.
LAST_MONTH = (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=15)
SHIFT = (LAST_MONTH - today()).days
EARLIER = LAST_MONTH.replace(day=5)
SLOW = 60_000
# Whether the page's own scripts run; a driver's question is answered also where they do not.
ALIVE = "() => Boolean(window.htmx)"


@dataclass(frozen=True)
class World:
    """Two lists, and the sums that must come out."""

    database: str
    folder: Path
    first: list[Gift]
    second: list[Gift]

    @property
    def total(self) -> Decimal:
        """Everything that is posted in the last month: the gift before, the mended list, the second list; in yuan."""
        return Decimal("66.00") + Decimal("1086.50") + Decimal("30.00")


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A small province with its people, one gift of the last month, and two lists to bring in."""
    day = f"{EARLIER:%Y.%m.%d}"
    first = [
        Gift("示例甲乙", "500.00", day),
        Gift("虚构示例贸易有限公司", "400.50", day),
        # Two letters in place of noughts: to be mended to 120.
        Gift("示例丙丁", "12O", day),
        # The same as the gift that is posted already.
        Gift("示例戊己", "66", day),
    ]
    second = [Gift("示例庚辛", "10", day), Gift("示例壬癸", "20", day)]
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_journey") as name:
        with override_settings(PRIVATE_FILES_DIR=files):
            make_province()
            city = branch_at("3301")
            clerk = make_person("clerk", "clerk", city, password=PASSWORD)
            approver = make_person("approver", "approver", city, password=PASSWORD)
            make_person("publisher", "publisher", city, password=PASSWORD)
            make_person("auditor", "auditor", branch_at("33"), with_below=True, password=PASSWORD)
            fund = ensure_default_fund(branch=city, on=FOUNDED, actor=None)
            with frozen_at(now() + datetime.timedelta(days=SHIFT - 1)):
                gift = {"donor": "示例戊己", "amount": "66.00", "received_on": EARLIER.isoformat()}
                post_gifts(city, [gift], clerk, approver, fund)
            empty_broker()
            yield World(name, tmp_path_factory.mktemp("lists"), first, second)
        empty_broker()


Open = Callable[..., BrowserContext]


def bring_in(page: Page, portal: Portal, path: Path, *, keys: bool) -> None:
    """Upload a list and wait until it is read."""
    page.goto(f"{portal.url}/desk/donations/import/")
    page.locator("input[type=file]").set_input_files(path)
    button = page.get_by_role("button", name="上传并核对")
    if keys:
        button.focus()
        page.keyboard.press("Enter")
    else:
        button.click()
    page.wait_for_url(re.compile("/desk/donations/batches/"))
    wait_for_job(page)


def wait_for_job(page: Page) -> None:
    """Wait until the batch's job is done: the part of the page renews itself; without JavaScript one presses 刷新."""
    done = page.get_by_role("link", name="查看结果")
    ready = page.locator("#batch-sums + *, #batch-buttons a").first
    refresh = page.get_by_role("link", name="刷新进度")
    # The page that was pressed on may still stand here: without this, no job on it would be taken for a job done.
    expect(page.locator(".job").or_(ready).first).to_be_attached(timeout=SLOW)
    for _turn in range(200):
        if not page.locator(".job").count():
            break
        if done.count():
            done.click()
            break
        if page.evaluate(ALIVE):
            expect(done).to_be_visible(timeout=SLOW)
        else:
            # On a page that is only half there, a job that has not come yet would be taken for a job done.
            with page.expect_navigation():
                refresh.click()
    expect(ready).to_be_attached(timeout=SLOW)
    expect(page.locator(".job")).to_have_count(0)


def press(page: Page, role: Any, name: str, *, keys: bool) -> None:
    """Press a button or link, with the mouse or by the keyboard."""
    target = page.get_by_role(role, name=name).first
    expect(target).to_be_visible()
    if keys:
        target.focus()
        page.keyboard.press("Enter")
    else:
        target.click()


def submit(page: Page, sentence: str, *, keys: bool) -> None:
    """Hand the batch on, after reading its numbers."""
    press(page, "link", "提交审核", keys=keys)
    expect(page.get_by_role("heading", name=sentence)).to_be_visible()
    press(page, "button", "确认提交", keys=keys)
    expect(page.get_by_text("已提交，等待另一位审核人办理。")).to_be_visible()


def approve(page: Page, portal: Portal, sentence: str) -> None:
    """Approve on a telephone, from the queue."""
    page.goto(f"{portal.url}/desk/approvals/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press(page, "link", "打开审核", keys=False)
    press(page, "link", "批准入账", keys=False)
    expect(page.get_by_role("heading", name=sentence)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press(page, "button", "批准入账", keys=False)
    wait_for_job(page)
    expect(page.get_by_text("已入账并公开")).to_be_visible(timeout=SLOW)


def clerk_by_keyboard(page: Page, portal: Portal, path: Path) -> None:
    """The clerk's part without a mouse."""
    sign_in(page, portal.url, "clerk", keyboard=True)
    bring_in(page, portal, path, keys=True)
    # In place: the row opens where it stands, and closes when it is saved.
    wrong = page.locator("tr.is-danger")
    expect(wrong).to_have_count(1)
    wrong.get_by_role("link", name="改").focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name=re.compile("修改第"))
    amount = form.get_by_label("金额（元）")
    amount.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("120")
    page.keyboard.press("Control+Enter")
    expect(form).to_have_count(0)
    expect(wrong).to_have_count(0)
    doubtful = page.locator("tr.is-warning")
    expect(doubtful).to_have_count(1)
    doubtful.get_by_role("button", name="是另一笔，保留").focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr strong", has_text="是另一笔，保留")).to_be_visible()
    submit(page, "将提交 4 笔，合计 ¥1,086.50", keys=True)


def test_a_list_goes_the_whole_way_to_a_published_report(
    world: World, collected_static: None, open_context: Open, tmp_path: Path
) -> None:
    list_1 = write_hubei_like(world.folder / "示例名单一.xls", world.first, 1086.50, label_column=1)
    list_2 = write_hubei_like(world.folder / "示例名单二.xls", world.second, 30, label_column=1)
    with running_portal(world.database, tmp_path, shift_days=SHIFT) as portal:
        clerk = open_context()
        clerk_by_keyboard(clerk.new_page(), portal, list_1)
        telephone = open_context(width=390, has_touch=True, is_mobile=True)
        page = telephone.new_page()
        sign_in(page, portal.url, "approver")
        approve(page, portal, "将入账并公开 4 笔，合计 ¥1,086.50")
        without_javascript(open_context, portal, list_2)
        the_public_sees_the_sum_and_no_name(open_context().new_page(), portal, world)
    empty_broker()
    with running_portal(world.database, tmp_path, shift_days=0) as portal:
        number = a_report_is_asked_for(open_context().new_page(), portal)
        another_person_checks_it(open_context().new_page(), portal, number)
        a_third_approves_it(open_context().new_page(), portal, number, world)
        an_auditor_checks_the_file(open_context().new_page(), portal, number, world, tmp_path)


def without_javascript(open_context: Open, portal: Portal, path: Path) -> None:
    """The same way for a second list, with no script at all."""
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, portal.url, "clerk")
    bring_in(page, portal, path, keys=False)
    submit(page, "将提交 2 笔，合计 ¥30.00", keys=False)
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, portal.url, "approver")
    page.goto(f"{portal.url}/desk/approvals/")
    press(page, "link", "打开审核", keys=False)
    press(page, "link", "批准入账", keys=False)
    press(page, "button", "批准入账", keys=False)
    wait_for_job(page)
    expect(page.get_by_text("已入账并公开")).to_be_visible(timeout=SLOW)


def the_public_sees_the_sum_and_no_name(page: Page, portal: Portal, world: World) -> None:
    page.goto(f"{portal.url}/donations/?branch=3301")
    text = page.inner_text("main")
    assert format_yuan(world.total) in text
    for gift in [*world.first, *world.second]:
        assert (gift.donor in text) == gift.donor.startswith("虚构")
    assert "示**" in text
    assert violations(page) == []


def a_report_is_asked_for(page: Page, portal: Portal) -> str:
    """The clerk asks for the report of the last month; returns its number."""
    sign_in(page, portal.url, "clerk")
    page.goto(f"{portal.url}/desk/reports/new/")
    page.locator("select[name=branch]").select_option("3301")
    page.locator("select[name=scope]").select_option("alone")
    page.locator("select[name=period]").select_option(f"{LAST_MONTH:%Y-%m}")
    press(page, "button", "固定数据并制作", keys=False)
    page.wait_for_url(re.compile("/desk/reports/[0-9]+-"))
    number = page.url.rstrip("/").rsplit("/", 1)[1]
    expect(page.locator(".job[data-state=queued], .job[data-state=running]")).to_have_count(0, timeout=SLOW)
    page.goto(f"{portal.url}/desk/reports/{number}/")
    expect(page.get_by_text("待复核").first).to_be_visible()
    expect(page.get_by_role("link", name="批准并公开")).to_have_count(0)
    return number


def another_person_checks_it(page: Page, portal: Portal, number: str) -> None:
    sign_in(page, portal.url, "publisher")
    page.goto(f"{portal.url}/desk/reports/{number}/")
    press(page, "link", "核对", keys=False)
    explain_what_is_odd(page, portal, number)
    press(page, "button", "核对无误", keys=False)
    # Whoever checked it does not approve it.
    expect(page.get_by_text("须由另一位有公开权限的人批准")).to_be_visible()
    expect(page.get_by_role("link", name="批准并公开")).to_have_count(0)


def a_third_approves_it(page: Page, portal: Portal, number: str, world: World) -> None:
    sign_in(page, portal.url, "approver")
    page.goto(f"{portal.url}/desk/reports/{number}/")
    press(page, "link", "批准并公开", keys=False)
    expect(page.get_by_role("heading", name=f"将公开 7 笔，合计 {format_yuan(world.total)}")).to_be_visible()
    expect(page.get_by_text(capital_amount(world.total))).to_be_visible()
    press(page, "button", "批准并公开", keys=False)
    page.wait_for_url(f"**/desk/reports/{number}/")
    expect(page.locator(".job[data-state=queued], .job[data-state=running]")).to_have_count(0, timeout=SLOW)
    page.goto(f"{portal.url}/desk/reports/{number}/")
    expect(page.get_by_text("到公开页面查看")).to_be_visible()


def explain_what_is_odd(page: Page, portal: Portal, number: str) -> None:
    """The lists of this journey hold two gifts alike, which a publisher explains before anything goes out."""
    expect(page.get_by_text("请在“异常”页逐条说明")).to_be_visible()
    while True:
        page.goto(f"{portal.url}/desk/reports/{number}/anomalies/")
        choice = page.locator("[name=chosen]")
        if not choice.count():
            break
        if choice.first.evaluate("field => field.tagName") == "SELECT":
            values = choice.first.evaluate("field => [...field.options].map(option => option.value).filter(Boolean)")
            if not values:
                break
            choice.first.select_option(values[0])
        else:
            choice.first.check()
        page.fill("[name=reason]", "示例：核对过凭证，确为两笔。")
        with page.expect_navigation():
            press(page, "button", "保存说明", keys=False)
    page.goto(f"{portal.url}/desk/reports/{number}/check/")


def an_auditor_checks_the_file(page: Page, portal: Portal, number: str, world: World, folder: Path) -> None:
    sign_in(page, portal.url, "auditor")
    page.goto(f"{portal.url}/audit/reports/{number}/")
    shown = re.findall(r"[0-9a-f]{64}", page.content())
    with page.expect_download() as started:
        page.locator(f"a[href*='/{number}/files/signed/0/']").first.click()
    path = folder / "report.pdf"
    started.value.save_as(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in shown
    flat = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in PdfReader(path).pages))
    assert f"{world.total:,.2f}" in flat
    assert capital_amount(world.total) in flat
    for gift in [*world.first, *world.second]:
        assert (gift.donor in flat) == gift.donor.startswith("虚构")
