"""微信通知: bound by the session that went to WeChat, for the number that showed a code, with consent; and unbound."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from core.models import Message, WechatBinding
from core.notifying import bind_wechat, bound_wechat, send_waiting
from core.sealed import open_for_work
from donations.models import Donation, GiverRequest
from donations.services.givers import answer_request, ask_about_gift, record_contact
from organizations.choices import Role
from tests.core.providers import KEY_ID, SECRET, Provider, Wechat
from tests.factories.gifts import post_gifts
from tests.factories.people import make_person, make_province
from transparency.views.public.my_wechat import CONSENT_VERSION

PHONE, OTHER = "13800000000", "13900000000"
OPENID, ANOTHER = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "oAnother0000000000000000000"
IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36 MicroMessenger/8.0.50"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    cache.clear()
    settings.NOTIFIER = "file"
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"
    return tmp_path / "messages"


@pytest.fixture
def service(settings: Any, files: Path) -> Iterator[Provider]:
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = KEY_ID, SECRET
    settings.WECHAT_TEMPLATES = {"answered": ("tmpl", (("character_string1", "number"), ("time2", "day")))}
    Wechat.tokens, Wechat.openids = ["token-one"], {"code-one": OPENID, "code-two": ANOTHER}
    with Provider(Wechat).running() as provider:
        settings.WECHAT_API_URL = provider.address
        provider.answer({"errcode": 0, "errmsg": "ok", "msgid": 1})
        yield provider


@pytest.fixture
def gift(db: None) -> Donation:
    branch = make_province()["330182"]
    clerk, approver = make_person("my.clerk", Role.CLERK, branch), make_person("my.approver", Role.APPROVER, branch)
    rows = [
        {"donor": name, "amount": "88.00", "received_on": "2026-01-05", "donor_kind": "person"}
        for name in ("虚构本人甲", "虚构他人乙")
    ]
    own, other = post_gifts(branch, rows, clerk, approver)
    record_contact(donation=own, phone=PHONE, actor=clerk)
    record_contact(donation=other, phone=OTHER, actor=clerk)
    return own


def entered(files: Path, phone: str = PHONE, **options: Any) -> Client:
    client = Client(headers={"user-agent": IN_WECHAT}, **options)
    client.post("/my/", {"phone": phone})
    send_waiting()
    values = json.loads(sorted(files.glob("*.json"))[-1].read_text(encoding="utf-8"))["values"]
    assert client.post("/my/code/", {"code": values["code"]})["Location"] == "/my/"
    return client


def gone_to_wechat(client: Client) -> str:
    """Agree, and return the state that WeChat is to bring back."""
    answer = client.post("/my/wechat/bind/", {"agreed": "on"})
    address = urlsplit(answer["Location"])
    assert (address.netloc, address.path) == ("open.weixin.qq.com", "/connect/oauth2/authorize")
    query = parse_qs(address.query)
    assert query["redirect_uri"] == ["http://testserver/my/wechat/callback/"]
    return query["state"][0]


def come_back(client: Client, **query: str) -> str:
    return client.get("/my/wechat/callback/", query, follow=True).content.decode()


def test_a_giver_binds_sees_it_and_unbinds(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    assert "/my/wechat/" in client.get("/my/").content.decode()
    assert "我已阅读" in client.get("/my/wechat/").content.decode()
    page = come_back(client, code="code-one", state=gone_to_wechat(client))
    assert "已绑定微信" in page
    assert OPENID not in page
    row = WechatBinding.objects.get()
    assert open_for_work(row, "openid", work="tests:1") == OPENID
    assert row.consent_version == CONSENT_VERSION
    assert "解绑微信" in client.get("/my/wechat/").content.decode()
    client.post("/my/wechat/unbind/")
    row.refresh_from_db()
    assert (row.openid, row.phone, row.ended_at is not None) == (None, None, True)
    assert "我已阅读" in client.get("/my/wechat/").content.decode()


def test_without_consent_nobody_goes_to_wechat(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    page = client.post("/my/wechat/bind/", {})
    assert page.status_code == 200
    assert "同意后才能绑定" in page.content.decode()
    assert "giver_wechat_state" not in client.session


@pytest.mark.parametrize("state", ["", "0" * 32, "状态"])
def test_a_state_that_was_not_given_out_binds_nothing(
    gift: Donation, files: Path, service: Provider, state: str
) -> None:
    client = entered(files)
    right = gone_to_wechat(client)
    assert "没有绑定" in come_back(client, code="code-one", state=state)
    # The right one is used up by that.
    assert "没有绑定" in come_back(client, code="code-one", state=right)
    assert not WechatBinding.objects.exists()
    assert service.received == []


def test_a_state_counts_once(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    state = gone_to_wechat(client)
    come_back(client, code="code-one", state=state)
    assert "没有绑定" in come_back(client, code="code-two", state=state)
    row = WechatBinding.objects.get()
    assert open_for_work(row, "openid", work="tests:1") == OPENID


def test_what_another_session_began_binds_nothing_here(gift: Donation, files: Path, service: Provider) -> None:
    attacker, victim = entered(files, OTHER), entered(files)
    stolen = gone_to_wechat(attacker)
    assert "没有绑定" in come_back(victim, code="code-two", state=stolen)
    assert "没有绑定" in come_back(victim, code="code-two", state="")
    stranger = Client()
    assert stranger.get("/my/wechat/callback/", {"code": "code-two", "state": stolen})["Location"] == "/my/"
    assert not WechatBinding.objects.exists()


def test_what_was_begun_for_another_number_binds_nothing(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    state = gone_to_wechat(client)
    kept = {name: client.session[name] for name in ("giver_wechat", "giver_wechat_state")}
    client.post("/my/leave/")
    client.post("/my/", {"phone": OTHER})
    send_waiting()
    values = json.loads(sorted(files.glob("*.json"))[-1].read_text(encoding="utf-8"))["values"]
    client.post("/my/code/", {"code": values["code"]})
    assert set(kept) <= set(client.session.keys())
    assert "没有绑定" in come_back(client, code="code-one", state=state)
    assert not WechatBinding.objects.exists()


def test_a_refusal_of_wechat_or_of_its_reader_binds_nothing(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    assert "没有绑定" in come_back(client, state=gone_to_wechat(client))
    assert "微信没有确认" in come_back(client, code="used", state=gone_to_wechat(client))
    assert not WechatBinding.objects.exists()


@pytest.mark.parametrize("path", ["bind/", "unbind/"])
def test_forms_without_their_token_are_refused(gift: Donation, files: Path, service: Provider, path: str) -> None:
    bind_wechat(phone=PHONE, openid=OPENID, consent_version=CONSENT_VERSION)
    client = entered(files)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"/my/wechat/{path}", {"agreed": "on"}).status_code == 403
    assert bound_wechat(PHONE) is not None


@pytest.mark.parametrize("path", ["", "bind/", "unbind/", "callback/"])
def test_without_a_code_every_page_leads_to_the_start(
    gift: Donation, service: Provider, client: Client, path: str
) -> None:
    address = f"/my/wechat/{path}"
    answer = client.post(address) if path in ("bind/", "unbind/") else client.get(address)
    assert answer["Location"] == "/my/"


@pytest.mark.parametrize("path", ["", "bind/", "unbind/", "callback/"])
def test_without_a_service_account_nothing_of_it_is_there(gift: Donation, files: Path, path: str) -> None:
    client = entered(files)
    address = f"/my/wechat/{path}"
    answer = client.post(address) if path in ("bind/", "unbind/") else client.get(address)
    assert answer.status_code == 404
    assert "wechat" not in client.get("/my/").content.decode()


def test_outside_wechat_the_page_says_where_to_bind(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    page = client.get("/my/wechat/", headers={"user-agent": "Mozilla/5.0 Firefox/140.0"}).content.decode()
    assert "请在微信中打开" in page
    assert "我已阅读" not in page


def test_the_form_may_lead_to_wechat_and_nowhere_else(gift: Donation, files: Path, service: Provider) -> None:
    client = entered(files)
    policy = client.get("/my/wechat/")["Content-Security-Policy"]
    assert "form-action 'self' https://open.weixin.qq.com;" in f"{policy};"
    assert "weixin" not in client.get("/my/")["Content-Security-Policy"]


def test_an_answer_is_told_by_wechat_and_says_nothing_of_it(gift: Donation, files: Path, service: Provider) -> None:
    bind_wechat(phone=PHONE, openid=OPENID, consent_version=CONSENT_VERSION)
    ask_about_gift(donation=gift, kind="copies", text="示例请求内容")
    asked = GiverRequest.objects.unscoped("test").get()
    answer_request(request_id=asked.pk, answer="示例答复内容", actor=gift.batch.created_by)
    assert send_waiting() == 1
    sent = service.received[-1]["body"]
    assert sent["touser"] == OPENID
    assert sent["data"]["character_string1"] == {"value": gift.number}
    assert "示例" not in json.dumps(sent, ensure_ascii=False).replace(gift.number, "")


def test_an_answer_is_told_by_sms_where_nothing_is_bound_and_by_nothing_where_sms_is_off(
    gift: Donation, files: Path, settings: Any
) -> None:
    ask_about_gift(donation=gift, kind="copies", text="示例请求内容")
    asked = GiverRequest.objects.unscoped("test").get()
    answer_request(request_id=asked.pk, answer="示例答复内容", actor=gift.batch.created_by)
    send_waiting()
    (path,) = files.glob("*.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert (told["phone"], told["purpose"]) == (PHONE, "giver.answered")
    assert gift.number in told["text"]
    assert "示例答复内容" not in told["text"]
    Message.objects.all().delete()
    settings.NOTIFIER_BACKEND = "core.notifying.backends.NoNotifier"
    ask_about_gift(donation=gift, kind="objection", text="示例请求内容")
    asked = GiverRequest.objects.unscoped("test").get(status="open")
    answer_request(request_id=asked.pk, answer="示例答复内容", actor=gift.batch.created_by)
    assert not Message.objects.exists()


def test_the_version_of_the_consent_changes_with_its_words() -> None:
    words = (Path(django_settings.BASE_DIR) / "templates/public/my/_wechat_consent.html").read_bytes()
    # Other words: another CONSENT_VERSION, and both here.
    assert (CONSENT_VERSION, hashlib.sha256(words).hexdigest()[:16]) == ("2026-11", "139e5478e115c7ab")
