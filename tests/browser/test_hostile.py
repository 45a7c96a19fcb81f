"""What people do that nobody planned: two clicks, the back button, two tabs, a session that ended in the middle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.services import end_sessions
from core.models import Job
from core.progress import NoProgress
from donations.models import Batch, BatchEvent, StagedGift
from donations.services.batches import open_counter_batch, open_file_batch, submit_batch
from donations.services.rows import add_row
from donations.services.staging import read_batch
from ledger.services import ensure_default_fund
from tests import databases
from tests.browser.conftest import PASSWORD, empty_broker, sign_in
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.factories.lists import Gift, write_hubei_like
from tests.factories.people import FOUNDED, branch_at, make_person, make_province

pytestmark = pytest.mark.browser

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def portal(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A web server over a small province; no worker takes the jobs, so what was queued can be counted."""
    folder = tmp_path_factory.mktemp("portal")
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_hostile") as name:
        with override_settings(PRIVATE_FILES_DIR=files), web_server(name, folder) as running:
            make_province()
            make_person("clerk", "clerk", branch_at("3301"), password=PASSWORD)
            make_person("approver", "approver", branch_at("3301"), password=PASSWORD)
            yield running
        empty_broker()


def counter_batch(*donors: str) -> Batch:
    """A batch of the clerk's in hand."""
    clerk = User.objects.get(login="clerk")
    fund = ensure_default_fund(branch=branch_at("3301"), on=FOUNDED, actor=None)
    batch = open_counter_batch(branch=branch_at("3301"), fund=fund, actor=clerk)
    for donor in donors:
        add_row(batch_id=batch.pk, typed={"donor": donor, "amount": "10", "received_on": "2026-01-05"}, actor=clerk)
    return batch


def as_person(open_context: Open, portal: Portal, login: str) -> Page:
    page = open_context().new_page()
    sign_in(page, portal.url, login)
    return page


def test_two_clicks_approve_once(portal: Portal, open_context: Open) -> None:
    batch = counter_batch("示例甲")
    submit_batch(batch_id=batch.pk, actor=User.objects.get(login="clerk"))
    page = as_person(open_context, portal, "approver")
    page.goto(f"{portal.url}/desk/donations/batches/{batch.number}/approve/")
    page.get_by_role("button", name="批准入账").dblclick()
    expect(page).to_have_url(re.compile(f"/batches/{batch.number}/$"))
    assert BatchEvent.objects.filter(batch=batch, to_status="posting").count() == 1
    assert Job.objects.filter(idempotency_key__startswith=f"post:{batch.number}:").count() == 1


def test_going_back_and_submitting_again_changes_nothing(portal: Portal, open_context: Open) -> None:
    batch = counter_batch("示例乙")
    page = as_person(open_context, portal, "clerk")
    step = f"{portal.url}/desk/donations/batches/{batch.number}/submit/"
    page.goto(step)
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_text("已提交，等待另一位审核人办理。")).to_be_visible()
    page.go_back()
    again = page.get_by_role("button", name="确认提交")
    # The page may come back as it was, or as it is now: either way nothing is handed on twice.
    if again.count():
        again.click()
        expect(page).to_have_url(re.compile(f"/batches/{batch.number}/$"))
    expect(page.get_by_text("待审核").first).to_be_visible()
    assert BatchEvent.objects.filter(batch=batch, to_status="submitted").count() == 1


def test_a_gift_typed_once_is_one_gift_also_when_sent_twice(portal: Portal, open_context: Open) -> None:
    page = as_person(open_context, portal, "clerk")
    page.goto(f"{portal.url}/desk/donations/new/")
    form = page.locator("form", has=page.locator("input[name=entry_key]"))
    form.locator("input[name=donor]").fill("示例丙丁戊")
    form.locator("input[name=amount]").fill("1.2万")
    form.locator("input[name=received_on]").fill("今天")
    # The same form sent twice over, as two impatient clicks on a slow line do.
    form.evaluate(
        """async form => {
            const send = () => fetch(form.action, {method: "POST", body: new FormData(form)});
            await Promise.all([send(), send()]);
        }"""
    )
    assert StagedGift.objects.filter(amount="12000.00").count() == 1


def test_of_two_tabs_on_one_row_the_later_one_is_told(portal: Portal, open_context: Open, tmp_path: Path) -> None:
    clerk = User.objects.get(login="clerk")
    fund = ensure_default_fund(branch=branch_at("3301"), on=FOUNDED, actor=None)
    path = write_hubei_like(tmp_path / "示例.csv", [Gift("示例己", "5"), Gift("示例庚", "6")])
    with path.open("rb") as source:
        batch = open_file_batch(source=source, filename=path.name, branch=fund.branch, fund=fund, actor=clerk)
    batch = read_batch(batch_id=batch.pk, job=NoProgress())
    row = StagedGift.objects.filter(batch=batch).order_by("row_number")[0]
    context = open_context()
    first, second = context.new_page(), context.new_page()
    sign_in(first, portal.url, "clerk")
    address = f"{portal.url}/desk/donations/batches/{batch.number}/rows/{row.row_number}/"
    first.goto(address)
    second.goto(address)
    for page, amount in ((first, "7"), (second, "8")):
        page.get_by_label("金额（元）").fill(amount)
        # The one who is first must be through before the other begins.
        with page.expect_navigation():
            page.get_by_role("button", name="保存").click()
    expect(second.locator("[role=alert], .alert--danger").first).to_contain_text("修改")
    row.refresh_from_db()
    assert str(row.amount) == "7.00"


def test_a_session_that_ends_in_the_middle_of_a_form_leads_back_and_writes_nothing(
    portal: Portal, open_context: Open
) -> None:
    batch = counter_batch("示例辛")
    page = as_person(open_context, portal, "clerk")
    step = f"{portal.url}/desk/donations/batches/{batch.number}/submit/"
    page.goto(step)
    clerk = User.objects.get(login="clerk")
    end_sessions(person=clerk, actor=None)
    page.get_by_role("button", name="确认提交").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert BatchEvent.objects.filter(batch=batch, to_status="submitted").count() == 0
    page.locator("input[name=login]").fill("clerk")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/desk/"))
    expect(page.get_by_role("button", name="退出")).to_be_visible()
