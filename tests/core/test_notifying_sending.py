"""From the row to the provider: once, again, in time, and with nothing told on the way."""

import datetime
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.clock import now
from core.models import Message
from core.notifying import leave_message, send_message, send_waiting, sending
from tests.core.providers import KEY_ID, SECRET, Aliyun, Provider

PHONE, TEXT = "13800000000", "您的验证码是 987654，5 分钟内有效。"
VALUES = {"code": "987654", "minutes": "5"}
OK = {"Code": "OK", "Message": "OK", "BizId": "1", "RequestId": "2"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    settings.SMS_ACCESS_KEY_ID, settings.SMS_ACCESS_KEY_SECRET = KEY_ID, SECRET
    settings.SMS_SIGN_NAME = "示例省红十字会"
    settings.SMS_TEMPLATES = {"code": ("SMS_1", (("code", "code"),))}
    settings.NOTIFIER_BACKEND = "core.notifying.backends.AliyunNotifier"
    with Provider(Aliyun).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        yield provider


def left(minutes: float = 5, **over: Any) -> Message:
    facts = {"phone": PHONE, "text": TEXT, "purpose": "giver.code", "values": VALUES, **over}
    return leave_message(give_up_at=now() + datetime.timedelta(minutes=minutes), **facts)


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    moment = clock.now() + datetime.timedelta(**delta)
    monkeypatch.setattr(sending, "now", lambda: moment)


@pytest.mark.django_db
def test_the_values_lie_sealed_and_are_emptied_after_sending(provider: Provider) -> None:
    provider.answer(OK)
    message = left()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '|') FROM core_message t")
        row = cursor.fetchone()[0]
    assert all(private not in row and private.encode().hex() not in row for private in (PHONE, "987654"))
    assert send_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.phone, message.text, message.values, message.failure) == (None, None, None, "")
    assert provider.received[0]["TemplateParam"] == {"code": "987654"}


@pytest.mark.django_db
def test_what_passes_is_tried_again_with_a_growing_pause(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.answer({"Code": "isp.SYSTEM_ERROR"})
    provider.answer({"Code": "Throttling.User"}, 400)
    provider.answer(OK)
    message = left()
    later(monkeypatch, seconds=40)
    assert send_waiting() == 0
    message.refresh_from_db()
    assert message.phone is not None
    assert message.try_after is not None
    assert 49 <= (message.try_after - message.created_at).total_seconds() <= 52
    assert send_waiting() == 0
    assert len(provider.received) == 1
    later(monkeypatch, seconds=60)
    assert send_waiting() == 0
    later(monkeypatch, seconds=80)
    assert send_waiting() == 1
    assert len(provider.received) == 3


@pytest.mark.django_db
def test_it_is_given_up_in_time_also_within_a_pause(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.answer(b"", 500)
    message = left()
    later(monkeypatch, minutes=4, seconds=50)
    send_waiting()
    later(monkeypatch, minutes=5)
    assert send_waiting() == 0
    message.refresh_from_db()
    assert (message.failure, message.phone, message.values) == ("too_late", None, None)
    assert len(provider.received) == 1


@pytest.mark.django_db
def test_a_message_that_waited_longer_than_a_day_ends_too(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    message = left(minutes=24 * 60)
    later(monkeypatch, days=3)
    send_waiting()
    message.refresh_from_db()
    assert (message.failure, message.phone) == ("too_late", None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["isv.MOBILE_NUMBER_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.BUSINESS_LIMIT_CONTROL"]
)
def test_a_final_refusal_ends_the_message_with_the_code_alone(provider: Provider, code: str) -> None:
    provider.answer({"Code": code, "Message": f"{PHONE} 987654"})
    message = left()
    assert send_waiting() == 0
    message.refresh_from_db()
    assert (message.failure, message.sent_at, message.phone, message.values) == (code, None, None, None)
    assert send_waiting() == 0
    assert len(provider.received) == 1


@pytest.mark.django_db
def test_a_message_without_values_ends_here_and_goes_by_a_way_of_texts(
    provider: Provider, settings: Any, tmp_path: Any
) -> None:
    first, second = left(values=None), left(values=None)
    send_message(message_id=first.pk)
    first.refresh_from_db()
    assert first.failure == "values_missing"
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path
    assert send_message(message_id=second.pk)


@pytest.mark.django_db
def test_what_ends_soonest_goes_first(provider: Provider) -> None:
    provider.answer(OK)
    slow, quick = left(minutes=600), left(minutes=5)
    assert send_waiting(limit=1) == 1
    slow.refresh_from_db()
    quick.refresh_from_db()
    assert (slow.sent_at, quick.sent_at is not None) == (None, True)


@pytest.mark.django_db
def test_a_slow_provider_does_not_hold_up_other_work(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.answer(OK)
    left(), left()
    monkeypatch.setattr(sending, "LONGEST_TICK_SECONDS", -1)
    assert [send_waiting(), send_waiting(), send_waiting()] == [1, 1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["aliyun", "tencent"])
def test_the_log_holds_neither_number_nor_text_nor_secret(
    provider: Provider, settings: Any, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.NOTIFIER_BACKEND = f"core.notifying.backends.{way.title()}Notifier"
    settings.SMS_APP_ID, settings.SMS_REGION = "1400006666", "ap-guangzhou"
    private = f"{PHONE} {TEXT} {SECRET}"
    for content, status in (({"Code": private, "Message": private}, 200), (private.encode(), 500)):
        provider.answers.clear()
        provider.answer(content, status)
        send_message(message_id=left().pk)
    settings.SMS_ENDPOINT = "http://127.0.0.1:9"
    send_message(message_id=left().pk)
    said = caplog.text
    assert "was not sent" in said
    assert [word for word in (PHONE, "987654", SECRET, KEY_ID, "示例省") if word in said] == []


def test_two_workers_send_one_message_once(committed_db: str, provider: Provider) -> None:
    provider.answer(OK)
    provider.delay_seconds = 0.3
    message = left()
    results: list[bool] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        try:
            results.append(send_message(message_id=message.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert len(provider.received) == 1
