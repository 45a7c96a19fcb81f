"""微信服务号: to whoever bound their WeChat, by SMS where WeChat refuses, and codes never."""

import datetime
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction

from core.clock import now
from core.models import AuditEvent, Message, WechatBinding
from core.notifying import (
    bind_wechat,
    bound_wechat,
    can_send,
    leave_message,
    send_message,
    unbind_wechat,
)
from core.notifying.backends import NotSent, wechat
from core.retention import all_terms
from core.retention.holds import open_holds
from core.retention.rules import purge_ended_bindings, purge_messages
from core.retention.terms import Asked
from core.sealed import sealed_places
from tests.core.providers import KEY_ID, SECRET, Aliyun, Provider, Wechat

PHONE, OTHER, OPENID = "13800000000", "13900000000", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
VALUES = {"number": "示例编号0001", "day": "2026-11-26"}
SENT = {"errcode": 0, "errmsg": "ok", "msgid": 200228332}


@pytest.fixture
def service(settings: Any) -> Iterator[Provider]:
    cache.clear()
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = KEY_ID, SECRET
    settings.WECHAT_TEMPLATES = {"answered": ("tmpl", (("character_string1", "number"), ("time2", "day")))}
    settings.WECHAT_MESSAGE_URL = "https://portal.example.org/my/"
    settings.SMS_TEMPLATES = {}
    settings.NOTIFIER_BACKEND = "core.notifying.backends.AliyunNotifier"
    Wechat.tokens, Wechat.openids = ["token-one"], {"code-one": OPENID}
    with Provider(Wechat).running() as provider:
        settings.WECHAT_API_URL = provider.address
        yield provider
    cache.clear()


@pytest.fixture
def sms(settings: Any) -> Iterator[Provider]:
    settings.SMS_ACCESS_KEY_ID, settings.SMS_ACCESS_KEY_SECRET = KEY_ID, SECRET
    settings.SMS_SIGN_NAME = "示例省红十字会"
    settings.SMS_TEMPLATES = {"code": ("S1", (("code", "code"),)), "answered": ("S2", (("number", "number"),))}
    with Provider(Aliyun).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        provider.answer({"Code": "OK"})
        yield provider


def left(purpose: str = "giver.answered", values: dict[str, str] = VALUES) -> Message:
    end = now() + datetime.timedelta(hours=1)
    return leave_message(phone=PHONE, text="示例全文", purpose=purpose, give_up_at=end, values=values)


def paths(service: Provider) -> list[str]:
    return [one["path"] for one in service.received]


def bound() -> None:
    bind_wechat(phone=PHONE, openid=OPENID, consent_version="示例版")


@pytest.mark.django_db
def test_a_bound_giver_is_written_to_by_wechat_and_not_by_sms(service: Provider, sms: Provider) -> None:
    service.answer(SENT)
    bound()
    message = left()
    assert send_message(message_id=message.pk)
    assert sms.received == []
    assert paths(service) == ["/cgi-bin/stable_token", "/cgi-bin/message/template/send"]
    assert service.received[1]["query"] == {"access_token": "token-one"}
    assert service.received[1]["body"] == {
        "touser": OPENID,
        "template_id": "tmpl",
        "data": {"character_string1": {"value": "示例编号0001"}, "time2": {"value": "2026-11-26"}},
        "client_msg_id": message.row_key.hex,
        "url": "https://portal.example.org/my/",
    }


@pytest.mark.django_db
def test_the_token_is_kept_sealed_and_fetched_once(service: Provider) -> None:
    service.answer(SENT)
    bound()
    for _twice in range(2):
        assert send_message(message_id=left().pk)
    assert paths(service).count("/cgi-bin/stable_token") == 1
    kept = cache.get(f"notifying:wechat:{KEY_ID}")
    assert b"token-one" not in bytes(kept)


@pytest.mark.django_db
@pytest.mark.parametrize("code", [40001, 42001])
def test_a_token_that_is_over_is_fetched_anew_once(service: Provider, code: int) -> None:
    Wechat.tokens = ["token-one", "token-two"]
    service.answer({"errcode": code, "errmsg": "token"})
    service.answer(SENT)
    bound()
    assert send_message(message_id=left().pk)
    sends = [one["query"]["access_token"] for one in service.received if "template" in one["path"]]
    assert sends == ["token-one", "token-two"]


@pytest.mark.django_db
def test_a_token_that_stays_over_is_not_asked_for_again_and_again(service: Provider) -> None:
    service.answer({"errcode": 40001, "errmsg": "token"})
    bound()
    message = left()
    assert not send_message(message_id=message.pk)
    assert len(service.received) == 4
    message.refresh_from_db()
    assert (message.failure, message.phone is not None) == ("", True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "status"),
    [({"errcode": 43004, "errmsg": "require subscribe"}, 200), ({"errcode": -1}, 200), (b"", 500), (b"garbage", 200)],
)
def test_where_wechat_refuses_the_message_goes_by_sms(
    service: Provider, sms: Provider, content: Any, status: int
) -> None:
    service.answer(content, status)
    bound()
    assert send_message(message_id=left().pk)
    assert sms.received[0]["TemplateParam"] == {"number": "示例编号0001"}


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "failure"), [(43004, "wechat 43004"), (40003, "wechat 40003"), (-1, "")])
def test_without_sms_a_final_refusal_ends_the_message_and_another_waits(
    service: Provider, code: int, failure: str
) -> None:
    service.answer({"errcode": code, "errmsg": f"{PHONE} {OPENID}"})
    bound()
    message = left()
    assert not send_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.failure, message.phone is None) == (failure, bool(failure))


@pytest.mark.django_db
def test_without_a_binding_the_message_goes_by_sms_or_ends(service: Provider, sms: Provider, settings: Any) -> None:
    assert send_message(message_id=left().pk)
    assert len(sms.received) == 1
    settings.SMS_TEMPLATES = {}
    message = left()
    assert not send_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.failure == "not_bound"
    assert service.received == []


@pytest.mark.django_db
def test_codes_go_by_sms_whoever_is_bound(service: Provider, sms: Provider, settings: Any) -> None:
    settings.WECHAT_TEMPLATES = {**settings.WECHAT_TEMPLATES, "code": ("tmpl", (("number1", "code"),))}
    bound()
    assert send_message(message_id=left("giver.code", {"code": "987654", "minutes": "5"}).pk)
    assert service.received == []
    assert sms.received[0]["TemplateParam"] == {"code": "987654"}


@pytest.mark.django_db
def test_whether_a_message_can_reach_somebody(service: Provider, settings: Any) -> None:
    assert not can_send(purpose="giver.answered", phone=PHONE)
    bound()
    assert can_send(purpose="giver.answered", phone=PHONE)
    assert not can_send(purpose="giver.answered", phone=OTHER)
    assert not can_send(purpose="giver.code", phone=PHONE)
    settings.WECHAT_APP_ID = ""
    assert not can_send(purpose="giver.answered", phone=PHONE)


@pytest.mark.django_db
def test_unbinding_empties_the_row_and_stops_messages_at_once(service: Provider) -> None:
    service.answer(SENT)
    bound()
    message = left()
    assert unbind_wechat(phone="138 0000 0000")
    assert not send_message(message_id=message.pk)
    assert service.received == []
    row = WechatBinding.objects.get()
    assert (row.phone, row.phone_digest, row.openid, row.consent_version) == (None, None, None, "示例版")
    assert row.ended_at is not None
    assert bound_wechat(PHONE) is None
    assert not unbind_wechat(phone=PHONE)
    verbs = AuditEvent.objects.filter(object_label="core.wechatbinding").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["core.wechatbinding.bound", "core.wechatbinding.ended"]


@pytest.mark.django_db
def test_binding_again_ends_the_binding_before() -> None:
    bound()
    bind_wechat(phone=PHONE, openid="another-openid", consent_version="示例版")
    bind_wechat(phone=OTHER, openid="another-openid", consent_version="示例版")
    assert [row.ended_at is None for row in WechatBinding.objects.order_by("pk")] == [False, True, True]


@pytest.mark.django_db
def test_number_and_account_lie_sealed_and_an_ended_row_holds_neither() -> None:
    bound()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(t::text, '|') || (SELECT string_agg(a::text, '|') FROM core_auditevent a) "
            "FROM core_wechatbinding t"
        )
        rows = cursor.fetchone()[0]
    assert all(private not in rows and private.encode().hex() not in rows for private in (PHONE, OPENID))
    with pytest.raises(IntegrityError), transaction.atomic():
        WechatBinding.objects.update(ended_at=now())


def test_two_bindings_of_a_number_at_once_leave_one_open(committed_db: str) -> None:
    barrier, results = threading.Barrier(2), []

    def bind(openid: str) -> None:
        barrier.wait()
        try:
            bind_wechat(phone=PHONE, openid=openid, consent_version="示例版")
            results.append("bound")
        except Exception as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=bind, args=(f"openid-{one}",)) for one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) in (["Conflict", "bound"], ["bound", "bound"])
    assert WechatBinding.objects.filter(ended_at=None).count() == 1


@pytest.mark.django_db
def test_the_log_holds_neither_account_nor_token_nor_secret(
    service: Provider, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    private = f"{PHONE} {OPENID} token-one {SECRET}"
    bound()
    for content, status in (({"errcode": private, "errmsg": private}, 200), (private.encode(), 500)):
        service.answers.clear()
        service.answer(content, status)
        send_message(message_id=left().pk)
    settings.WECHAT_APP_SECRET = "wrong"
    cache.clear()
    send_message(message_id=left().pk)
    settings.WECHAT_API_URL = "http://127.0.0.1:9"
    send_message(message_id=left().pk)
    assert "was not sent: wechat unknown_code" in caplog.text
    assert "was not sent: wechat 40125" in caplog.text
    assert [word for word in (PHONE, OPENID, "token-one", SECRET, KEY_ID) if word in caplog.text] == []


def test_a_code_of_wechat_tells_by_which_account_a_page_was_opened(service: Provider) -> None:
    assert wechat.openid_of("code-one") == OPENID
    with pytest.raises(NotSent, match="wechat 40029"):
        wechat.openid_of("used")
    Wechat.openids = {"code-two": "<script>"}
    with pytest.raises(NotSent):
        wechat.openid_of("code-two")


def test_the_address_that_leads_to_wechat_is_as_documented(service: Provider) -> None:
    assert wechat.authorize_url(back="https://portal.example.org/my/wechat/callback/", state="abc") == (
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid={KEY_ID}"
        "&redirect_uri=https%3A%2F%2Fportal.example.org%2Fmy%2Fwechat%2Fcallback%2F"
        "&response_type=code&scope=snsapi_base&state=abc#wechat_redirect"
    )


@pytest.mark.django_db
def test_ended_messages_and_bindings_go_when_their_time_is_over() -> None:
    bound()
    unbind_wechat(phone=PHONE)
    bind_wechat(phone=OTHER, openid=OPENID, consent_version="示例版")
    done, waiting = left(), left()
    long_ago = now() - datetime.timedelta(days=4 * 366)
    Message.objects.filter(pk=done.pk).update(failure="too_late", created_at=long_ago)
    Message.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    WechatBinding.objects.filter(ended_at__isnull=False).update(ended_at=long_ago)
    asked = Asked(now().date(), False, open_holds())
    assert (purge_messages(asked).destroyed, purge_ended_bindings(asked).destroyed) == (1, 1)
    assert Message.objects.get().pk == waiting.pk
    assert bound_wechat(OTHER) is not None


def test_what_lies_sealed_is_known_to_the_change_of_keys_and_has_its_time() -> None:
    assert {"core.message.values", "core.wechatbinding.phone", "core.wechatbinding.openid"} <= {
        str(place) for place in sealed_places()
    }
    assert {"core.messages", "core.wechat_bindings"} <= {term.key for term in all_terms()}
