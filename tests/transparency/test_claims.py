"""认领未识别捐款 in public: what a claimant does and learns, which is the same whether or not a gift is there."""

from __future__ import annotations

import datetime
import json
import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import StoredFile
from core.notifying import send_waiting
from donations.models import Donation, GiftClaim, UnidentifiedGift
from donations.services.claims.asking import file_claim
from donations.services.claims.deciding import ask_for_photo, confirm_claim, decline_claim, propose_claim
from tests.donations.claims import NAME, OTHER_PHONE, PHONE, TAIL, picture, pooled, said, slip
from tests.donations.ground import STANDING, Ground
from tests.standing import Standing
from tests.transparency.test_my import code_of

NOBODY = "爱心人士"
SAID = {
    "branch": "330182",
    "payer_name": NAME,
    "amount": "100",
    "paid_on": "2026-01-05",
    "account": TAIL,
    "name_choice": "masked",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    cache.clear()
    settings.NOTIFIER = "file"
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return tmp_path / "messages"


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(standing: Standing[Ground], db: None) -> Ground:
    return standing.fresh()


def proved(files: Path, phone: str = PHONE) -> Client:
    client = Client()
    assert client.post("/claim/", {"phone": phone})["Location"] == "/claim/code/"
    send_waiting()
    answer = client.post("/claim/code/", {"code": code_of(files)})
    assert answer["Location"] in ("/claim/new/", "/claim/")
    return client


def sent(client: Client, *, photo: bool = True, **over: str) -> Any:
    data: dict[str, Any] = {**SAID, **over}
    if photo:
        data["slip"] = picture()
    return client.post("/claim/new/", data)


def _claim() -> GiftClaim:
    return GiftClaim.objects.unscoped("t").get()


def _waiting(ground: Ground, **over: str) -> UnidentifiedGift:
    return pooled(ground.posted((NOBODY, "100"))[0], ground.clerk, **over)


def test_a_claim_is_filed_seen_and_leads_to_the_gift(ground: Ground, files: Path) -> None:
    row = _waiting(ground)
    client = proved(files)
    answer = sent(client)
    claim = _claim()
    assert answer["Location"] == f"/claim/{claim.code}/"
    page = client.get(answer["Location"]).content.decode()
    assert f"已收到，编号 {claim.code}，15 个工作日内答复。" in page
    assert "正在核对" in page
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    assert "正在核对" in client.get(answer["Location"]).content.decode()
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    page = client.get(answer["Location"]).content.decode()
    assert f"/my/{row.donation.number}/" in page
    assert NAME in client.get(f"/my/{row.donation.number}/").content.decode()
    send_waiting()
    texts = [json.loads(path.read_text(encoding="utf-8"))["text"] for path in sorted(files.glob("*.json"))]
    assert "有新的答复" in texts[-1]
    assert NAME not in "".join(texts)
    assert "甲**" in Client().get(f"/donations/{row.donation.number}/").content.decode()


def _pages(ground: Ground, files: Path, phone: str) -> list[bytes]:
    client = proved(files, phone)
    answer = sent(client)
    code = answer["Location"].split("/")[2]
    pages = [answer.content, client.get(answer["Location"]).content, client.get("/claim/").content]
    spoken = " ".join(code[place : place + 4] for place in range(0, 16, 4))
    plain = []
    for page in pages:
        text = page.replace(code.encode(), b"CODE").replace(spoken.encode(), b"CODE").replace(phone[-4:].encode(), b"T")
        text = re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", text)
        text = re.sub(rb'<time datetime="[^"]+">[^<]+</time>', b"", text)
        # The minute of printing may end between the two.
        plain.append(re.sub("打印时间 [0-9 :-]+".encode(), b"", text))
    return plain


def test_the_answers_are_the_same_to_the_byte_with_and_without_a_gift(ground: Ground, files: Path) -> None:
    without = _pages(ground, files, PHONE)
    _waiting(ground)
    withal = _pages(ground, files, OTHER_PHONE)
    assert without == withal
    assert b"CODE" in withal[1]


def test_a_claim_asks_the_pool_nothing(ground: Ground, files: Path) -> None:
    _waiting(ground)
    client = proved(files)
    with CaptureQueriesContext(connection) as asked:
        sent(client)
    statements = [one["sql"] for one in asked.captured_queries]
    assert any("donations_giftclaim" in one for one in statements)
    assert [one for one in statements if "donations_unidentifiedgift" in one or "donations_donation" in one] == []


def test_every_number_gets_a_code_and_the_same_page(ground: Ground, files: Path) -> None:
    pages = []
    for phone in (PHONE, OTHER_PHONE):
        client = Client()
        client.post("/claim/", {"phone": phone})
        page = client.get("/claim/code/").content.replace(phone[-4:].encode(), b"TAIL")
        pages.append(re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", page))
    send_waiting()
    assert pages[0] == pages[1]
    assert len(list(files.glob("*.json"))) == 2


def test_nobody_sees_somebody_elses_claim(ground: Ground, files: Path) -> None:
    claim = file_claim(said=said(ground.jiande), phone=PHONE, slip=slip()).claim
    other = proved(files, OTHER_PHONE)
    for path in ("", "photo/", "withdraw/"):
        address = f"/claim/{claim.code}/{path}"
        stranger = Client()
        answer = stranger.post(address) if path else stranger.get(address)
        assert answer["Location"] == "/claim/"
        answer = other.post(address) if path else other.get(address)
        assert answer.status_code == 404
    pages = [other.get(f"/claim/{code}/").content.decode() for code in ("0" * 16, claim.code)]
    noise = r'[0-9]{8}-[0-9A-Z]{6}|csrfmiddlewaretoken" value="[^"]+"|0000000000000000|' + claim.code
    assert len({re.sub(noise, "", page) for page in pages}) == 1
    assert claim.code not in other.get("/claim/").content.decode()


def test_nothing_is_lost_where_something_has_to_be_mended(ground: Ground, files: Path) -> None:
    client = proved(files)
    page = sent(client, amount="很多").content.decode()
    assert "照片已收到" in page
    for typed in (NAME, "2026-01-05", TAIL):
        assert typed in page
    assert GiftClaim.objects.unscoped("t").count() == 0
    assert sent(client, photo=False)["Location"].startswith("/claim/")
    claim = _claim()
    assert claim.slip.is_sealed
    assert claim.slip.purge_on is None


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"consent": ""}, "须勾选同意"),
        ({"branch": ""}, "捐给了哪家红十字会："),
        ({"account": "123456"}, "只填付款卡号或账号的最后四位"),
        ({"paid_on": "2999-01-01"}, "不能晚于今天"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ground: Ground, files: Path, over: dict[str, str], words: str) -> None:
    assert words in sent(proved(files), **over).content.decode()
    assert not GiftClaim.objects.unscoped("t").exists()


def test_a_photo_is_needed_and_has_to_be_one(ground: Ground, files: Path) -> None:
    client = proved(files)
    assert "请选择凭证的照片" in sent(client, photo=False).content.decode()
    broken = picture()
    broken.write(b"none")
    broken.seek(0)
    assert "凭证" in client.post("/claim/new/", {**SAID, "slip": broken}).content.decode()
    assert not StoredFile.objects.exists()


def test_the_same_claim_twice_leads_to_the_first(ground: Ground, files: Path) -> None:
    client = proved(files)
    first = sent(client)["Location"]
    again = sent(client)
    assert again["Location"] == first
    assert "不必重复提交" in client.get(first).content.decode()


def test_a_photo_that_was_asked_for_is_sent_from_the_page(ground: Ground, files: Path) -> None:
    client = proved(files)
    address = sent(client)["Location"]
    claim = _claim()
    ask_for_photo(claim_id=claim.pk, problem="cut_off", actor=ground.clerk)
    assert "凭证没有拍全" in client.get(address).content.decode()
    assert "请选择凭证的照片" in client.post(f"{address}photo/").content.decode()
    assert client.post(f"{address}photo/", {"slip": picture("blue")})["Location"] == address
    assert "正在核对" in client.get(address).content.decode()


def test_a_declined_claim_reads_one_of_the_neutral_reasons(ground: Ground, files: Path) -> None:
    client = proved(files)
    address = sent(client)["Location"]
    decline_claim(claim_id=_claim().pk, reason="not_matched", note="另有其人已认领", actor=ground.clerk)
    page = client.get(address).content.decode()
    assert "提供的内容与登记不能逐项核对一致" in page
    assert "另有其人" not in page


def test_a_claim_is_withdrawn_by_its_claimant(ground: Ground, files: Path) -> None:
    client = proved(files)
    address = sent(client)["Location"]
    client.post(f"{address}withdraw/")
    assert "您已撤回" in client.get(address).content.decode()
    client.post(f"{address}withdraw/")
    assert _claim().state == "withdrawn"


def test_too_many_forms_from_one_place_wait(ground: Ground, files: Path) -> None:
    client = proved(files)
    answers = [client.post("/claim/new/", {}).status_code for _again in range(42)]
    assert answers[-1] == 429
    assert not GiftClaim.objects.unscoped("t").exists()


def test_without_a_way_to_send_the_page_says_so(settings: Any, db: None) -> None:
    settings.NOTIFIER = "off"
    for answer in (Client().get("/claim/"), Client().post("/claim/", {"phone": PHONE})):
        assert "短信验证暂未开通" in answer.content.decode()


def test_a_hidden_name_stays_hidden(ground: Ground, files: Path) -> None:
    row = _waiting(ground)
    client = proved(files)
    sent(client, name_choice="anonymous")
    claim = _claim()
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    number = row.donation.number
    stranger = Client()
    lists = ("/donations/", "/donations.csv", "/donations.json")
    for address in (*lists, f"/donations/{number}/", f"/api/v1/donations/{number}/"):
        answer = stranger.get(address)
        text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert NAME not in text, address
        assert "甲**" not in text, address
    gift = Donation.objects.unscoped("t").get(pk=row.donation_id)
    assert (gift.amount, gift.received_on) == (Decimal("100.00"), datetime.date(2026, 1, 5))
