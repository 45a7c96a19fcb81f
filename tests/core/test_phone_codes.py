"""A code shows that a telephone is one's own: a few minutes, a few attempts, once, and nothing in clear."""

import datetime
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from core import clock, phone_codes
from core.errors import DomainError
from core.models import Message, PhoneCode
from core.notifying import backends, send_message, send_waiting, sending
from core.phone_codes import MOST_ATTEMPTS, CodeWrong, ask_for_code, check_code, forget_old_codes
from core.throttling import TooOften

PHONE = "13800000000"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    cache.clear()
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"
    return tmp_path / "messages"


def ask(phone: str = PHONE, *, is_known: bool = True, place: str = "192.0.2.1") -> None:
    ask_for_code(phone=phone, purpose="test", place=place, is_known=is_known)
    send_waiting()


def sent(files: Path) -> list[dict[str, str]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(files.glob("*.json"))]


def code_of(files: Path) -> str:
    text = sent(files)[-1]["text"]
    return "".join(character for character in text.split("，")[0] if character.isdigit())


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    moment = clock.now() + datetime.timedelta(**delta)
    for module in (phone_codes, sending):
        monkeypatch.setattr(module, "now", lambda: moment)


@pytest.mark.django_db
def test_the_code_that_was_sent_opens_once(files: Path) -> None:
    ask()
    code = code_of(files)
    assert check_code(phone="+86 138-0000-0000", purpose="test", code=f" {code} ") == PHONE
    with pytest.raises(CodeWrong):
        check_code(phone=PHONE, purpose="test", code=code)


@pytest.mark.django_db
def test_a_code_is_for_one_purpose_and_one_number(files: Path) -> None:
    ask()
    for phone, purpose in ((PHONE, "other"), ("13900000000", "test")):
        with pytest.raises(CodeWrong):
            check_code(phone=phone, purpose=purpose, code=code_of(files))


@pytest.mark.django_db
def test_after_five_wrong_attempts_the_right_code_does_not_count_either(files: Path) -> None:
    ask()
    code = code_of(files)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(CodeWrong):
            check_code(phone=PHONE, purpose="test", code=wrong)
    with pytest.raises(CodeWrong):
        check_code(phone=PHONE, purpose="test", code=code)


@pytest.mark.django_db
def test_a_code_ends_after_five_minutes(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    code = code_of(files)
    later(monkeypatch, minutes=5)
    with pytest.raises(CodeWrong):
        check_code(phone=PHONE, purpose="test", code=code)


@pytest.mark.django_db
def test_a_newer_code_ends_the_older(files: Path) -> None:
    ask()
    first = code_of(files)
    cache.clear()
    ask()
    if code_of(files) != first:
        with pytest.raises(CodeWrong):
            check_code(phone=PHONE, purpose="test", code=first)
    check_code(phone=PHONE, purpose="test", code=code_of(files))


@pytest.mark.django_db
def test_nothing_is_sent_to_a_number_of_which_nothing_is_known(files: Path) -> None:
    ask(is_known=False)
    assert sent(files) == []
    assert PhoneCode.objects.count() == 1
    with pytest.raises(CodeWrong):
        check_code(phone=PHONE, purpose="test", code="000000")


@pytest.mark.django_db
@pytest.mark.parametrize("is_known", [True, False])
def test_a_number_is_asked_for_once_a_minute_known_or_not(is_known: bool) -> None:
    ask(is_known=is_known)
    with pytest.raises(TooOften):
        ask(is_known=is_known)


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["", "12345", "02887654321", "12800000000", "138000000001"])
def test_what_is_no_mobile_number_is_refused(phone: str) -> None:
    with pytest.raises(DomainError) as refused:
        ask(phone)
    assert "phone" in refused.value.fields


@pytest.mark.django_db
def test_neither_number_nor_code_lie_in_clear_in_the_database(files: Path) -> None:
    ask()
    code = code_of(files)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT string_agg(t::text, '|') FROM core_phonecode t)")
        codes = cursor.fetchone()[0]
        cursor.execute("SELECT (SELECT string_agg(t::text, '|') FROM core_message t)")
        text = codes + cursor.fetchone()[0]
    assert PHONE not in text
    assert PHONE.encode().hex() not in text
    assert code.encode().hex() not in text


@pytest.mark.django_db
def test_a_sent_message_is_emptied_and_not_sent_again(files: Path) -> None:
    ask()
    message = Message.objects.get()
    assert (message.phone, message.text, message.sent_at is not None) == (None, None, True)
    assert not send_message(message_id=message.pk)
    assert len(sent(files)) == 1


@pytest.mark.django_db
def test_a_way_that_fails_is_tried_again_until_it_is_too_late(
    files: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def send(self, **_kwargs: Any) -> None:
            raise backends.NotSent("ConnectionRefusedError")

    monkeypatch.setattr(sending, "notifier", Broken)
    ask()
    message = Message.objects.get()
    assert (message.sent_at, message.failure) == (None, "")
    monkeypatch.undo()
    settings.NOTIFIER_FILES_DIR = files
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    later(monkeypatch, minutes=6)
    send_waiting()
    message.refresh_from_db()
    assert (message.failure, message.phone) == ("too_late", None)
    assert sent(files) == []


@pytest.mark.django_db
def test_old_codes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    assert forget_old_codes() == 0
    later(monkeypatch, days=2)
    assert forget_old_codes() == 1


def test_two_requests_with_the_right_code_at_once_open_once(committed_db: str, files: Path) -> None:
    ask()
    code, results = code_of(files), []
    barrier = threading.Barrier(2)

    def attempt() -> None:
        barrier.wait()
        try:
            results.append(check_code(phone=PHONE, purpose="test", code=code))
        except CodeWrong:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [PHONE, "refused"]


@pytest.mark.django_db
def test_a_code_that_is_asked_for_by_its_key_is_not_ended_by_others(files: Path) -> None:
    key = ask_for_code(phone=PHONE, purpose="test", place="192.0.2.1", is_known=True)
    send_waiting()
    own = code_of(files)
    ask(place="192.0.2.2")
    wrong = f"{(int(own) + 1) % 1_000_000:06d}"
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(CodeWrong):
            check_code(phone=PHONE, purpose="test", code=wrong)
    assert check_code(phone=PHONE, purpose="test", code=own, key=key) == PHONE
    with pytest.raises(CodeWrong):
        check_code(phone=PHONE, purpose="test", code=own, key=key)


@pytest.mark.django_db
def test_one_place_does_not_take_all_codes_of_a_number(files: Path) -> None:
    ask(place="192.0.2.1")
    with pytest.raises(TooOften):
        ask(place="192.0.2.1")
    for at in (2, 3):
        ask(place=f"192.0.2.{at}")
    with pytest.raises(TooOften):
        ask(place="192.0.2.4")
