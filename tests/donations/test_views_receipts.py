"""Receipts at the desk: the work list, recording, cancelling, a list, printing."""

import io

import pytest
from django.core.cache import cache
from django.test import Client

from donations.models import Donation
from donations.selectors.receipts import receipts_of
from donations.services.receipts import ReceiptDraft, record_receipt
from tests.donations.ground import Ground


@pytest.fixture
def gift(ground: Ground) -> Donation:
    return ground.posted(("示例甲", "100.00"))[0]


@pytest.fixture
def clerk(ground: Ground) -> Client:
    return ground.client(ground.clerk)


def desk(gift: Donation, rest: str = "") -> str:
    return f"/desk/donations/gifts/{gift.number}/{rest}"


def test_a_waiting_gift_leads_to_the_form_and_off_the_list(gift: Donation, clerk: Client) -> None:
    assert desk(gift, "receipt/") in clerk.get("/desk/receipts/").content.decode()
    sent = {"state": "issued", "code": "33010126", "number": "0000000001", "check_code": "a1b2c3",
            "issued_on": "2026-01-08", "note": ""}  # fmt: skip
    assert clerk.post(desk(gift, "receipt/"), sent).status_code == 302
    assert desk(gift, "receipt/") not in clerk.get("/desk/receipts/").content.decode()
    assert "0000000001" in clerk.get(desk(gift)).content.decode()


def test_a_refused_form_keeps_what_was_typed_and_says_why(gift: Donation, clerk: Client) -> None:
    page = clerk.post(desk(gift, "receipt/"), {"state": "issued", "code": "33010126", "number": "12"}).content.decode()
    assert "票据号码应为" in page
    assert "请填写开票日期" in page
    assert 'value="33010126"' in page


def test_cancelling_asks_for_the_reason_and_lets_another_be_recorded(
    ground: Ground, gift: Donation, clerk: Client
) -> None:
    draft = ReceiptDraft("waived", note="来电放弃")
    receipt = record_receipt(donation=gift, draft=draft, actor=ground.clerk)
    address = desk(gift, f"receipt/{receipt.pk}/cancel/")
    assert "请" in clerk.post(address, {"reason": ""}).content.decode()
    assert clerk.post(address, {"reason": "改为开票"}).status_code == 302
    assert receipts_of(gift)[0].state == "cancelled"
    assert "这张票据已经作废" in clerk.get(address).content.decode()


def test_a_wrong_list_names_its_rows_on_the_page(gift: Donation, clerk: Client) -> None:
    text = (
        "捐赠编号,票据代码,票据号码,校验码,开票日期,金额\n" + f"{gift.number},33010126,0000000001,a1b2c3,2026-01-08,1\n"
    )
    upload = io.BytesIO(text.encode())
    upload.name = "票据.csv"
    page = clerk.post("/desk/receipts/import/", {"file": upload}).content.decode()
    assert "没有登记任何票据" in page
    assert "第 2 行" in page


def test_printing_gives_a_pdf_and_is_a_post(gift: Donation, clerk: Client) -> None:
    address = desk(gift, "papers/acknowledgement/")
    assert clerk.get(address).status_code == 405
    answer = clerk.post(address)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert "补打" in clerk.get(desk(gift)).content.decode()


def test_the_public_finds_a_gift_by_its_receipt_only_if_all_agrees(
    ground: Ground, gift: Donation, client: Client
) -> None:
    cache.clear()
    draft = ReceiptDraft("issued", "33010126", "0000000001", "a1b2c3", gift.received_on)
    record_receipt(donation=gift, draft=draft, actor=ground.clerk)
    right = {"number": "0000000001", "amount": "100", "received_on": gift.received_on.isoformat()}
    assert client.post("/search/receipt/", right)["Location"] == f"/donations/{gift.number}/"
    assert "没有查到" in client.post("/search/receipt/", {**right, "amount": "101"}).content.decode()
    assert "已开具" in client.get(f"/donations/{gift.number}/").content.decode()
    assert client.get(f"/api/v1/donations/{gift.number}/").json()["receipt"] == "issued"


def test_trying_numbers_through_ends_after_a_few(ground: Ground, client: Client) -> None:
    cache.clear()
    sent = {"number": "0000000001", "amount": "100", "received_on": "2026-01-05"}
    answers = [client.post("/search/receipt/", sent).status_code for _attempt in range(21)]
    assert (answers[0], answers[-1]) == (200, 429)
