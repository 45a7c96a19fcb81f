"""A giver on a phone: from the code on a receipt to the payment that the gift paid, in four taps and two fields.

Journey 1 of the site's journeys. Taps are counted by the page itself, so a tap more would show.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from core.clock import today
from core.notifying import send_waiting
from donations.models import Donation
from donations.services.givers import record_contact
from spending.models import Payment
from tests import databases
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.factories.gifts import post_gifts
from tests.spending.ground import make_ground

pytestmark = pytest.mark.browser

PHONE = "13800000000"
GATEWAY = {
    "NOTIFIER": "gateway",
    "NOTIFIER_GATEWAY_URL": "http://127.0.0.1:9/send",
    "NOTIFIER_GATEWAY_SECRET": "示例密钥-仅用于测试",
}
MOST_TAPS = 4


@dataclass(frozen=True)
class Given:
    """A gift of 500 that lies in a pool with others, and the payment of a county that used it."""

    portal: Portal
    gift: Donation
    payment: Payment


@pytest.fixture(scope="module")
def given(
    django_db_setup: None,
    django_db_blocker: Any,
    collected_static: None,
    files: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Given]:
    """A city that sent a pool to its county, which paid; the portal's pages ask for codes, this process sends them."""
    folder = tmp_path_factory.mktemp("portal")
    before = {name: os.environ.get(name) for name in GATEWAY}
    os.environ.update(GATEWAY)
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_giver") as name:
        with override_settings(PRIVATE_FILES_DIR=files), web_server(name, folder) as running:
            ground = make_ground()
            city, county = ground.fund("3301"), ground.fund("330182")
            clerk, approver = ground.person("3301.clerk"), ground.person("3301.approver")
            rows = [
                {"donor": donor, "amount": amount, "received_on": today(), "donor_kind": "person"}
                for donor, amount in (("示例甲某", "500"), ("示例乙某", "1500"))
            ]
            gift, _other = post_gifts(city.branch, rows, clerk, approver, city)
            record_contact(donation=gift, phone=PHONE, actor=clerk)
            ground.arrived(ground.sent(city, "330182", "2000"), county)
            yield Given(running, gift, ground.paid(county, "2000"))
        empty_broker()
    for variable, value in before.items():
        os.environ.pop(variable) if value is None else os.environ.__setitem__(variable, value)


def counted(context: BrowserContext) -> Page:
    """A page that counts the taps on it, over all the addresses it goes to."""
    page = context.new_page()
    page.expose_binding("portalTapped", lambda source: taps.append(source["frame"].url))
    taps: list[str] = []
    page.add_init_script("addEventListener('click', event => event.isTrusted && window.portalTapped(), true)")
    page.taps = taps  # type: ignore[attr-defined]
    return page


def sent_code(folder: Path) -> str:
    """The code in the one message that waits."""
    with override_settings(NOTIFIER_BACKEND="core.notifying.backends.FileNotifier", NOTIFIER_FILES_DIR=folder):
        assert send_waiting() == 1
    text = json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))["text"]
    found = re.search(r"\d{6}", text)
    assert found is not None
    return found[0]


def test_from_the_receipt_to_the_payment_in_four_taps_and_two_fields(
    given: Given, open_context: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    page = counted(open_context(width=390, has_touch=True))
    # The code on the receipt is the gift's address: what it shows needs no field and names nobody.
    page.goto(f"{given.portal.url}/donations/{given.gift.number}/")
    expect(page.get_by_text("示**", exact=True)).to_be_visible()
    expect(page.get_by_text("示例甲某")).to_have_count(0)
    page.get_by_role("link", name="这是我的捐赠，用手机号查看完整记录").tap()
    page.get_by_label("捐赠时留的手机号").fill(PHONE)
    page.get_by_role("button", name="获取验证码").tap()
    code = page.get_by_label("短信验证码")
    code.wait_for()
    code.fill(sent_code(tmp_path))
    page.get_by_role("button", name="验证并查看").tap()
    page.get_by_role("link", name=given.gift.number).tap()
    expect(page.get_by_text("示例甲某").first).to_be_visible()
    way = page.get_by_role("main")
    expect(way).to_contain_text("¥500.00")
    expect(way).to_contain_text("按先进先出规则对应，非实物对应")
    expect(way.get_by_role("link", name=re.compile(given.payment.number))).to_be_visible()
    assert len(page.taps) <= MOST_TAPS, page.taps  # type: ignore[attr-defined]
