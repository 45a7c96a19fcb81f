"""My place: what its code opens and what it does not, and giving it up."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import frozen_at
from core.models import ReadLog
from tests.training.ground import Ground, all_passed, held, joined, opened
from tests.training.telephones import messages_sent, with_messages
from training.models import Enrolment, Session
from training.services.issuing import issue_certificates
from training.services.moving import move_session
from training.views.public import places as place_views


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def page(client: Client, code: str, rest: str = "") -> str:
    answer = client.get(f"/training/place/{code}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_place_shows_masked_name_state_lessons_and_code(ground: Ground, client: Client) -> None:
    session = opened(ground)
    (one,) = joined(session, 1)
    text = page(client, one.code)
    for words in ("赵**", "已报名", session.place, f"{one.code[:4]} {one.code[4:8]}", "加入日历", "取消报名"):
        assert words in text
    for hidden in ("赵示例甲", "13800000000", "330182198001010"):
        assert hidden not in text
    # The name was opened for the day's work, once, and that stands in the log.
    page(client, one.code)
    assert ReadLog.objects.filter(work__startswith="training.shown_name:", field="name").count() == 1


def test_the_code_is_read_as_people_write_it(ground: Ground, client: Client) -> None:
    (one,) = joined(opened(ground), 1)
    assert one.code[:4] in page(client, f"{one.code[:8].lower()} {one.code[8:]}")


def test_the_code_of_the_message_is_typed_on_a_page_that_the_list_leads_to(ground: Ground, client: Client) -> None:
    (one,) = joined(opened(ground), 1)
    assert 'href="/training/place/"' in client.get("/training/").content.decode()
    assert client.get("/training/place/").status_code == 200
    answer = client.post("/training/place/", {"place": f"{one.code[:4].lower()} {one.code[4:]}"})
    assert answer["Location"] == f"/training/place/{one.code}/"
    wrong = client.post("/training/place/", {"place": "0" * 16})
    assert "没有这个报名编号" in wrong.content.decode()


def test_a_wrong_code_is_not_there_and_guessing_is_ended(
    ground: Ground, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = place_views.Limit("training_place", 3, 3_600)
    monkeypatch.setattr(place_views, "LIMIT", limit)
    answers = [client.get(f"/training/place/{'0' * 15}{n}/").status_code for n in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    # Neither is a right one told from a wrong one then.
    (one,) = joined(opened(ground), 1)
    assert client.get(f"/training/place/{one.code}/").status_code == 429
    assert client.post(f"/training/place/{one.code}/cancel/").status_code == 429


def test_the_position_in_the_queue_is_that_of_now(ground: Ground, client: Client) -> None:
    session = opened(ground, seats=1)
    seated, second, third, fourth = joined(session, 4)
    assert "候补第 3 位" in page(client, fourth.code)
    client.post(f"/training/place/{second.code}/cancel/")
    assert "候补第 2 位" in page(client, fourth.code)
    client.post(f"/training/place/{seated.code}/cancel/")
    assert "已报名" in page(client, third.code)
    assert "候补第 1 位" in page(client, fourth.code)


def test_cancelling_asks_once_and_moves_up_who_waits_longest(ground: Ground, client: Client) -> None:
    session = opened(ground, seats=1)
    seated, waiting, _last = joined(session, 3)
    assert "确定取消" in page(client, seated.code, "cancel/")
    assert Enrolment.objects.unscoped("test").get(pk=seated.pk).status == "seated"
    answer = client.post(f"/training/place/{seated.code}/cancel/", follow=True)
    assert "报名已取消" in answer.content.decode()
    assert Enrolment.objects.unscoped("test").get(pk=waiting.pk).status == "seated"
    told = [one["values"]["number"] for one in messages_sent("training.seated")]
    assert told[-1] == waiting.code
    assert [one["values"]["number"] for one in messages_sent("training.cancelled")] == [seated.code]
    # Again, from the other tab: told, and nothing more happens.
    again = client.post(f"/training/place/{seated.code}/cancel/", follow=True)
    assert "已经取消" in again.content.decode()
    assert client.get(f"/training/place/{seated.code}/cancel/").status_code == 302
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count) == (1, 1)


def test_what_came_of_the_exam_is_not_for_a_code_alone(ground: Ground, client: Client) -> None:
    session = opened(ground)
    passed, failed = joined(session, 2)
    held(ground, session, {passed.pk: all_passed(session), failed.pk: all_passed(session)})
    end = session.lessons.get().ends_at + datetime.timedelta(hours=2)
    with frozen_at(end):
        signed = page(client, passed.code)
        issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
        finished = page(client, passed.code)
    for text in (signed, finished):
        assert "考核已结束" in text
        assert "合格" not in text
        assert "330182-2026-Z" not in text
        assert "取消报名" not in text


def test_a_session_that_is_not_held_says_so(ground: Ground, client: Client) -> None:
    session = opened(ground)
    (one,) = joined(session, 1)
    move_session(Session.objects.unscoped("test").get(pk=session.pk), "cancelled", actor=ground.person("officer"))
    text = page(client, one.code)
    assert "这个班不办了" in text
    assert "加入日历" not in text


def test_the_calendar_of_a_place_leads_back_to_it(ground: Ground, client: Client) -> None:
    (one,) = joined(opened(ground), 1)
    answer = client.get(f"/training/place/{one.code}/calendar.ics")
    text = answer.content.decode().replace("\r\n ", "")
    assert f"URL:http://testserver/training/place/{one.code}/" in text
    assert "no-store" in answer["Cache-Control"]
    # Its name, which is seen in lists of downloads, is the session's.
    assert one.code not in answer["Content-Disposition"]


def test_the_device_remembers_places_opened_on_it_and_forgets_what_is_cancelled(ground: Ground, client: Client) -> None:
    first, second = joined(opened(ground), 2)
    page(client, first.code)
    page(client, second.code)
    cookie = client.cookies["training_places"]
    assert cookie.value == f"{second.code}.{first.code}"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/training/")
    client.post(f"/training/place/{second.code}/cancel/", follow=True)
    assert client.cookies["training_places"].value == first.code
    client.post(f"/training/place/{first.code}/cancel/", follow=True)
    assert client.cookies["training_places"].value == ""


def test_crawlers_are_told_to_leave_places_alone(ground: Ground, client: Client) -> None:
    assert "Disallow: /training/place/" in client.get("/robots.txt").content.decode()
