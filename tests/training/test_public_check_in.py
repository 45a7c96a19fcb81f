"""Checking in by the code on the screen: in time, once, also later without a network; what is called stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import frozen_at, now
from core.errors import NotFound
from tests.training.ground import Ground, joined, opened
from tests.training.telephones import code_sent, with_messages
from training.choices import Presence
from training.errors import TrainingError
from training.models import Attendance, Enrolment, Lesson, Session
from training.services.attending import call_roll
from training.services.check_in_codes import code_for, read_code

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


class Class:
    """A session with two people and one lesson."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.session: Session = opened(ground)
        self.lesson: Lesson = self.session.lessons.get()
        self.one, self.other = joined(self.session, 2)

    def address(self, moment: datetime.datetime | None = None) -> str:
        return f"/training/check-in/{code_for(self.lesson, moment)}/"

    @contextmanager
    def under_way(self, minutes: int = 5) -> Iterator[datetime.datetime]:
        """So many minutes after the lesson began."""
        with frozen_at(self.lesson.starts_at + minutes * MINUTE) as moment:
            yield moment

    def mark(self, enrolment: Enrolment | None = None) -> Attendance | None:
        return Attendance.objects.filter(enrolment=enrolment or self.one).first()


@pytest.fixture
def held(ground: Ground) -> Class:
    return Class(ground)


def test_a_code_is_short_and_is_read_as_it_was_made(held: Class) -> None:
    with held.under_way() as moment:
        for code in (code_for(held.lesson), code_for(held.lesson, moment)):
            assert len(code) <= 18
            assert read_code(code.replace("-", "").lower()).lesson == held.lesson


def test_no_other_text_is_a_code(held: Class) -> None:
    with held.under_way() as moment:
        code = code_for(held.lesson, moment)
    last = "0" if code[-1] != "0" else "1"
    slot = code.split("-")[1]
    moved = code.replace(slot, f"{slot[:-1]}{'0' if slot[-1] != '0' else '1'}")
    for text in ("", "-", code[:-1] + last, code[:-1], moved, "U" * 14, "0" * 40, "\x00", "甲" * 14):
        with pytest.raises(NotFound):
            read_code(text)


def test_a_code_is_shown_from_an_hour_before_to_an_hour_after_the_lesson(held: Class) -> None:
    for moment in (held.lesson.starts_at - 61 * MINUTE, held.lesson.ends_at + 61 * MINUTE):
        with pytest.raises(TrainingError, match="签到时间"):
            code_for(held.lesson, moment)
    assert code_for(held.lesson, held.lesson.starts_at - 60 * MINUTE)


def test_a_known_device_checks_in_with_one_tap(held: Class, client: Client) -> None:
    client.get(f"/training/place/{held.one.code}/")
    with held.under_way() as moment:
        page = client.get(held.address(moment))
        assert "赵** 签到" in page.content.decode()
        answer = client.post(held.address(moment), {"scan": page.context["scan"].sealed, "place": held.one.code})
        assert answer["Location"] == f"/training/place/{held.one.code}/"
        mark = held.mark()
        assert mark is not None
        assert (mark.presence, mark.method, mark.at) == ("present", "scan", moment)
        assert "已签到" in client.get(answer["Location"]).content.decode()


def test_a_strange_device_checks_in_by_the_number_of_the_place(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        page = client.get(held.address(moment)).content.decode()
        assert "为谁签到" not in page
        wrong = client.post(held.address(moment), {"place": "0" * 16})
        assert "没有这个报名编号" in wrong.content.decode()
        spoken = f"{held.one.code[:4]} {held.one.code[4:]}".lower()
        assert client.post(held.address(moment), {"place": spoken}).status_code == 302
        assert held.mark() is not None
        # And is known from then on.
        assert "赵** 签到" in client.get(held.address(moment)).content.decode()


def test_a_strange_device_checks_in_by_telephone_and_its_code(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        url = held.address(moment)
        scan = client.get(url).context["scan"].sealed
        asked = client.post(url, {"do": "phone", "phone": "13800000001", "scan": scan})
        assert "尾号 0001" in asked.content.decode()
        code = code_sent()
    # The message took four minutes: the code on the screen is another by now, this page goes on.
    with held.under_way(9):
        assert client.get(url).status_code == 400
        shown = client.post(url, {"do": "code", "code": code, "scan": scan}).content.decode()
        assert "钱** 签到" in shown
        assert "赵**" not in shown
        assert client.post(url, {"place": held.other.code, "scan": scan}).status_code == 302
    mark = held.mark(held.other)
    assert mark is not None
    # It counts when the code was seen.
    assert mark.at == moment


def test_a_telephone_without_a_seat_here_is_told(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        url = held.address(moment)
        scan = client.get(url).context["scan"].sealed
        client.post(url, {"do": "phone", "phone": "13900000000", "scan": scan})
        shown = client.post(url, {"do": "code", "code": code_sent(), "scan": scan})
        assert "在本班没有名额" in shown.content.decode()


def test_a_code_passed_on_is_old_after_two_minutes(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        url = held.address(moment)
    for seconds, status in ((0, 200), (90, 200), (151, 400)):
        with frozen_at(moment + datetime.timedelta(seconds=seconds)):
            answer = client.get(url)
            assert answer.status_code == status, seconds
    assert "已经换新" in answer.content.decode()
    # The one for screens without scripts is good for the lesson, and no longer.
    whole = held.address()
    with held.under_way(100):
        assert client.get(whole).status_code == 200
    with frozen_at(held.lesson.ends_at + 61 * MINUTE):
        assert client.get(whole).status_code == 400


def test_a_scan_is_sealed_for_a_page_of_its_own_lesson(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        url = held.address(moment)
        answer = client.post(url, {"place": held.one.code, "scan": "eyJsZXNzb24iOjF9:x:y"})
        assert answer.status_code == 400
        assert held.mark() is None


def test_somebody_of_another_class_or_of_the_queue_is_refused(held: Class, client: Client) -> None:
    other = opened(held.ground, day=held.lesson.starts_at.date(), hour=15, seats=1)
    seated, waiting = joined(other, 2, first=10)
    with held.under_way() as moment:
        for code in (seated.code, waiting.code):
            answer = client.post(held.address(moment), {"place": code})
            assert "不是您所报班次" in answer.content.decode()
    lesson = other.lessons.get()
    with frozen_at(lesson.starts_at) as moment:
        answer = client.post(f"/training/check-in/{code_for(lesson, moment)}/", {"place": waiting.code})
        assert "没有名额" in answer.content.decode()
    assert Attendance.objects.count() == 0


def sends(client: Client, place: Enrolment, token: str, at: datetime.datetime | None = None) -> Any:
    """What the page's module sends."""
    data = {"token": token} | ({"at": at.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")} if at else {})
    url = f"/training/place/{place.code}/check-in/"
    return client.post(url, data, headers={"accept": "application/json"})


def test_a_scan_without_a_network_counts_when_it_was_made(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        token = code_for(held.lesson, moment)
    scanned = moment + datetime.timedelta(seconds=40)
    # Home again, hours later.
    with held.under_way(600):
        answer = sends(client, held.one, token, scanned)
        assert answer.status_code == 200
        assert "签到成功" in answer.json()["said"]
        mark = held.mark()
        assert mark is not None
        assert (mark.at, mark.received_at) == (scanned, now())
        # Sent twice is one.
        assert sends(client, held.one, token, scanned).status_code == 200
    assert Attendance.objects.count() == 1


def test_a_telephones_clock_a_little_off_is_held_to_the_time_of_the_code(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        token = code_for(held.lesson, moment)
    shown = read_code(token)
    with held.under_way(600):
        assert sends(client, held.one, token, moment - 3 * MINUTE).status_code == 200
        assert sends(client, held.other, token, moment + 6 * MINUTE).status_code == 200
    first, second = held.mark(), held.mark(held.other)
    assert first is not None
    assert second is not None
    assert (first.at, second.at) == (shown.shown_from, shown.shown_until)


@pytest.mark.parametrize("minutes", [-20, -7, 9, 60])
def test_a_time_that_does_not_go_with_the_code_is_refused(held: Class, client: Client, minutes: int) -> None:
    with held.under_way() as moment:
        token = code_for(held.lesson, moment)
    with held.under_way(600):
        answer = sends(client, held.one, token, moment + minutes * MINUTE)
        assert (answer.status_code, answer.json()["code"]) == (400, "check_in_apart")
    assert held.mark() is None


def test_a_clock_more_than_five_minutes_ahead_is_refused(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        for token in (code_for(held.lesson, moment), code_for(held.lesson)):
            answer = sends(client, held.one, token, moment + 6 * MINUTE)
            assert (answer.status_code, answer.json()["code"]) == (400, "check_in_ahead")
        assert sends(client, held.one, code_for(held.lesson), moment + 4 * MINUTE).status_code == 200
        mark = held.mark()
        assert mark is not None
        assert mark.at == moment


def test_of_two_scans_the_earlier_stands_whichever_arrives_first(held: Class, client: Client) -> None:
    with held.under_way() as early:
        first = code_for(held.lesson, early)
    with held.under_way(20) as late:
        assert sends(client, held.one, code_for(held.lesson, late)).status_code == 200
    with held.under_way(90):
        assert sends(client, held.one, first, early).status_code == 200
    mark = held.mark()
    assert mark is not None
    assert mark.at == early


def test_what_the_instructor_called_stands_over_a_scan_and_is_told(held: Class, client: Client) -> None:
    with held.under_way() as moment:
        token = code_for(held.lesson, moment)
        roll = {held.one.pk: Presence.ABSENT.value, held.other.pk: Presence.LATE.value}
        call_roll(session_id=held.session.pk, lesson_id=held.lesson.pk, marks=roll, actor=held.ground.person("lead"))
        assert "记为缺课" in sends(client, held.one, token, moment).json()["said"]
        assert "记为迟到" in sends(client, held.other, token, moment).json()["said"]
    marks = [(one.presence, one.method) for one in Attendance.objects.order_by("enrolment_id")]
    assert marks == [("absent", "roll"), ("late", "roll")]


def test_checking_in_by_typing_the_code_works_without_scripts(held: Class, client: Client) -> None:
    url = f"/training/place/{held.one.code}/check-in/"
    with held.under_way() as moment:
        page = client.get(url).content.decode()
        for rule in ("点名的结果为准", "最早的一次为准", "快五分钟以上的不收"):
            assert rule in page
        assert "请扫描屏幕上的二维码" in client.post(url, {}).content.decode()
        assert "这不是签到码" in client.post(url, {"token": "ABC"}).content.decode()
        answer = client.post(url, {"token": code_for(held.lesson, moment)}, follow=True)
        assert "签到成功" in answer.content.decode()


def test_the_worker_reaches_no_further_than_training(held: Class, client: Client) -> None:
    answer = client.get("/training/worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in answer
    assert answer["Cache-Control"] == "no-cache"


def desk(held: Class) -> str:
    return reverse("desk_training_qr", kwargs={"number": held.session.number, "lesson_id": held.lesson.pk})


def test_the_screen_shows_a_new_code_when_it_asks_and_without_scripts_one_for_the_lesson(
    held: Class, client: Client
) -> None:
    client.force_login(held.ground.person("lead"))
    with held.under_way() as moment:
        page = client.get(desk(held)).content.decode()
        assert code_for(held.lesson) in page.split("<noscript>")[1].split("</noscript>")[0]
        assert code_for(held.lesson, moment) not in page
        part = client.get(desk(held), headers={"HX-Request": "true"}).content.decode()
        assert code_for(held.lesson, moment) in part
        assert "<html" not in part
        assert "已签到 0 人，共 2 人" in part
    with frozen_at(moment + MINUTE):
        later = client.get(desk(held), headers={"HX-Request": "true"}).content.decode()
        assert code_for(held.lesson, moment) not in later


def test_the_screen_says_why_there_is_no_code_days_before(held: Class, client: Client) -> None:
    client.force_login(held.ground.person("lead"))
    page = client.get(desk(held)).content.decode()
    assert "现在不出示签到码" in page
    assert code_for(held.lesson) not in page


def test_a_lesson_of_another_class_is_not_shown(held: Class, client: Client) -> None:
    other = opened(held.ground, day=held.lesson.starts_at.date(), hour=15)
    client.force_login(held.ground.person("lead"))
    url = reverse("desk_training_qr", kwargs={"number": other.number, "lesson_id": held.lesson.pk})
    assert client.get(url).status_code == 404
