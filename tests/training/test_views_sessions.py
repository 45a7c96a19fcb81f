"""Sessions at the desk, by pages alone."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import SHANGHAI, now
from organizations.services import grant_role
from tests.factories.people import FOUNDED, branch_at, make_person
from tests.training.ground import Ground, joined, make_instructor, make_plan, opened
from training.models import Session
from training.selectors.sessions import SessionFilter, sessions_for
from training.services.sessions import create_session

pytestmark = pytest.mark.django_db


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def client_of(ground: Ground, login: str) -> Client:
    client = Client()
    client.force_login(ground.person(login), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, name: str, *args: Any, **values: Any) -> str:
    response = client.post(reverse(name, args=args), values, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def lesson(ground: Ground, row: int, on: datetime.date, **over: Any) -> dict[str, Any]:
    values = {
        "day": on.isoformat(),
        "starts": "09:00",
        "ends": "12:00",
        "lead": str(ground.instructors["lead"].pk),
        "assistants": [str(ground.instructors["second"].pk)],
        **over,
    }
    return {f"lesson{row}-{name}": value for name, value in values.items()}


def form(ground: Ground, *lessons: dict[str, Any], **over: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "course": "cpr-aed",
        "title": "2026 年第 3 期示例班",
        "area": "330182",
        "place": "示例路 1 号三楼教室",
        "contact": "0571-00000000",
        "seats": "12",
        "audience": "public",
        "organisation": "",
        "key_group": "none",
        "sign_up_from": "",
        "sign_up_until": "",
        "key": str(uuid.uuid4()),
        "lesson_count": str(max(len(lessons), 1)),
    }
    for one in lessons:
        values |= one
    return {**values, **over}


def test_a_session_goes_from_a_draft_to_cancelled_by_pages(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    new = page(officer, "desk_training_session_new")
    assert "再加一次课" in new
    assert "示例师资（一级应急救护师，" in new
    sent = form(ground, lesson(ground, 1, in_days(7)), lesson(ground, 2, in_days(8), starts="13:30", ends="16:30"))
    saved = post(officer, "desk_training_session_new", **sent)
    assert "已保存" in saved
    assert "13:30–16:30" in saved
    # The back button and a second click find the session that is there.
    assert "已保存" in post(officer, "desk_training_session_new", **sent)
    number = Session.objects.unscoped("test").get().number
    confirm = page(officer, "desk_training_session_step", number, "open")
    assert "2 次课" in confirm
    assert "12 人" in confirm
    assert "已开放报名" in post(officer, "desk_training_session_step", number, "open")
    assert "现在是“报名中”" in post(officer, "desk_training_session_step", number, "open")
    assert "报名已截止" in post(officer, "desk_training_session_step", number, "close")
    assert "现在不能办理" in page(officer, "desk_training_session_step", number, "close")
    missing = post(officer, "desk_training_session_step", number, "cancel", reason="")
    assert "取消原因" in missing
    done = post(officer, "desk_training_session_step", number, "cancel", reason="报名人数不足")
    assert "培训班已取消" in done
    assert "报名人数不足" in done
    assert "现在可以办理" not in done


def test_a_row_is_added_with_the_one_before_it_and_dropped_again_and_nothing_typed_is_lost(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    typed = form(ground, lesson(ground, 1, in_days(7)), title="", place="只写了一半")
    added = post(officer, "desk_training_session_new", **typed, add_lesson="1")
    assert "第 2 次课" in added
    assert in_days(8).isoformat() in added
    assert "只写了一半" in added
    assert typed["key"] in added
    assert "还有问题要改" not in added
    assert Session.objects.unscoped("test").count() == 0
    two = form(ground, lesson(ground, 1, in_days(7)), lesson(ground, 2, in_days(9)))
    dropped = post(officer, "desk_training_session_new", **two, drop_lesson="1")
    assert "第 2 次课" not in dropped
    assert in_days(9).isoformat() in dropped
    assert in_days(7).isoformat() not in dropped


def test_there_are_at_most_eight_rows_whatever_is_sent(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    for count, rows in (("8", 8), ("900", 8), ("-1", 2), ("x", 2)):
        shown = post(officer, "desk_training_session_new", **form(ground, lesson_count=count), add_lesson="1")
        assert shown.count('<fieldset class="card-box"') == rows
        assert ("再加一次课" in shown) is (rows < 8)


def test_an_empty_row_is_left_out_and_half_a_row_is_refused(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    empty = lesson(ground, 2, in_days(8), day="", lead="", assistants=[])
    half = lesson(ground, 2, in_days(8), lead="", assistants=[])
    refused = post(officer, "desk_training_session_new", **form(ground, lesson(ground, 1, in_days(7)), half))
    assert "请选择主讲" in refused
    assert "课次还不完整" in refused
    assert Session.objects.unscoped("test").count() == 0
    saved = post(officer, "desk_training_session_new", **form(ground, lesson(ground, 1, in_days(7)), empty))
    assert "已保存" in saved
    assert Session.objects.unscoped("test").get().lessons.count() == 1


def test_what_the_service_refuses_of_lessons_stands_at_the_top_of_the_form(ground: Ground) -> None:
    other = opened(ground)
    officer = client_of(ground, "officer")
    clash = post(officer, "desk_training_session_new", **form(ground, lesson(ground, 1, in_days(7))))
    assert other.number in clash
    many = post(officer, "desk_training_session_new", **form(ground, lesson(ground, 1, in_days(9)), seats="40"))
    assert "至少要 4 名师资" in many
    early = post(officer, "desk_training_session_new", **form(ground, lesson(ground, 1, datetime.date(2019, 1, 1))))
    assert "没有有效的版本" in early


def test_an_instructor_who_is_not_on_offer_cannot_be_sent(ground: Ground) -> None:
    stranger = make_instructor(branch_at("3303"), name="示例外地")
    officer = client_of(ground, "officer")
    assert "示例外地" not in page(officer, "desk_training_session_new")
    sent = form(ground, lesson(ground, 1, in_days(7), lead=str(stranger.pk)))
    post(officer, "desk_training_session_new", **sent)
    assert Session.objects.unscoped("test").count() == 0


def test_a_draft_is_changed_by_its_page_and_an_open_session_is_not(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    session = create_session(plan=make_plan(ground, day=in_days(7)), actor=ground.person("officer"))
    shown = page(officer, "desk_training_session_edit", session.number)
    assert "心肺复苏班" in shown
    assert in_days(7).isoformat() in shown
    # The end of signing up was left to the first lesson, and is again.
    moved = form(ground, lesson(ground, 1, in_days(5)), title="示例改名")
    assert "示例改名" in post(officer, "desk_training_session_edit", session.number, **moved)
    post(officer, "desk_training_session_step", session.number, "open")
    assert "现在不能修改" in page(officer, "desk_training_session_edit", session.number)
    late = form(ground, lesson(ground, 1, in_days(6)), title="示例再改")
    assert "现在不能修改" in post(officer, "desk_training_session_edit", session.number, **late)
    session.refresh_from_db()
    assert session.starts_on == in_days(5)


def test_seats_and_lessons_of_an_open_session_change_by_pages_that_repeat_the_numbers(ground: Ground) -> None:
    session = opened(ground, seats=2)
    joined(session, 4)
    officer = client_of(ground, "officer")
    asked = page(officer, "desk_training_seats", session.number)
    assert "候补" in asked
    assert "50 人" in asked
    assert "不能少于" in post(officer, "desk_training_seats", session.number, seats="1")
    assert "1 人从候补递补" in post(officer, "desk_training_seats", session.number, seats="3")
    lesson_id = session.lessons.get().pk
    assert "3 人" in page(officer, "desk_training_lesson_move", session.number, lesson_id)
    times = {"day": in_days(-1).isoformat(), "starts": "09:00", "ends": "12:00"}
    assert "已经过去" in post(officer, "desk_training_lesson_move", session.number, lesson_id, **times)
    times["day"] = in_days(9).isoformat()
    done = post(officer, "desk_training_lesson_move", session.number, lesson_id, **times)
    assert "课次时间已改" in done
    assert "改到" in done


def test_pages_of_a_session_are_missing_for_strangers_and_refused_without_the_right(ground: Ground) -> None:
    session = opened(ground)
    lesson_id = session.lessons.get().pk
    addresses = [
        reverse("desk_training_session_edit", args=[session.number]),
        reverse("desk_training_seats", args=[session.number]),
        reverse("desk_training_lesson_move", args=[session.number, lesson_id]),
        reverse("desk_training_session_step", args=[session.number, "cancel"]),
    ]
    detail = reverse("desk_training_session", args=[session.number])
    for url in [*addresses, detail]:
        assert client_of(ground, "stranger").get(url).status_code == 404
        assert client_of(ground, "lead").get(url).status_code == (200 if url == detail else 403)
    assert client_of(ground, "officer").get(addresses[3].replace("cancel", "none")).status_code == 404
    missing = reverse("desk_training_lesson_move", args=[session.number, lesson_id + 999])
    assert client_of(ground, "officer").get(missing).status_code == 404


def test_the_list_is_narrowed_and_shows_what_the_person_may_see(ground: Ground) -> None:
    session, later = opened(ground), opened(ground, day=in_days(40))
    draft = create_session(plan=make_plan(ground, day=in_days(60)), actor=ground.person("officer"))
    auditor = client_of(ground, "auditor")
    everything = page(auditor, "desk_training_sessions")
    assert all(one.number in everything for one in (session, later, draft))
    assert "新建培训班" not in everything
    for query, wanted in (
        ({"status": "draft"}, {draft}),
        ({"branch": "3301"}, {session, later, draft}),
        ({"branch": "330106"}, set()),
        ({"from_on": in_days(40).isoformat()}, {later, draft}),
        ({"to_on": in_days(40).isoformat()}, {session, later}),
        ({"course": "first-aider"}, set()),
    ):
        shown = page(auditor, "desk_training_sessions", **query)
        assert {one for one in (session, later, draft) if one.number in shown} == wanted
        assert ("没有符合条件的培训班" in shown) is (not wanted)
    assert "还没有培训班" in page(client_of(ground, "stranger"), "desk_training_sessions")


def test_pages_of_the_list_follow_each_other_without_gap_or_repetition(ground: Ground) -> None:
    officer = ground.person("officer")
    # Two begin on one day.
    days = [7, 7, 8, 9, 10]
    made = [
        create_session(plan=make_plan(ground, day=in_days(day), hour=9 + 4 * n % 8), actor=officer).number
        for n, day in enumerate(days)
    ]
    seen: list[str] = []
    cursor = ""
    for _page in range(5):
        found = sessions_for(officer, SessionFilter(), cursor, limit=2)
        seen += [one.number for one in found.sessions]
        cursor = found.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == len(set(seen))
    for broken in ("x", "20261301.1", "99999999999.1", "20260101.", "１２.1"):
        assert len(sessions_for(officer, SessionFilter(), broken, limit=9).sessions) == 5


def test_lists_and_pages_ask_the_database_as_often_for_many_as_for_few(
    ground: Ground, django_assert_max_num_queries: Any
) -> None:
    first = opened(ground)
    officer = client_of(ground, "officer")
    page(officer, "desk_training_sessions")
    with django_assert_max_num_queries(100) as few:
        page(officer, "desk_training_sessions")
    with django_assert_max_num_queries(100) as few_lessons:
        page(officer, "desk_training_session", first.number)
    for day in range(10, 16):
        opened(ground, day=in_days(day))
    with django_assert_max_num_queries(100) as many:
        page(officer, "desk_training_sessions")
    assert len(many) == len(few) <= 8
    assert len(few_lessons) <= 12


def test_somebody_who_plans_in_two_branches_chooses_for_which(ground: Ground) -> None:
    both = make_person("both", "training_officer", ground.branch)
    grant_role(
        person=both,
        role="training_officer",
        branch=branch_at("3301"),
        authority="示例委托书1号",
        actor=None,
        valid_from=FOUNDED,
    )
    ground.people["both"] = both
    client = client_of(ground, "both")
    assert "为哪个红十字会办理" in page(client, "desk_training_session_new")
    assert "杭州市红十字会" in page(client, "desk_training_session_new", branch="3301")
    assert client.get(reverse("desk_training_session_new"), {"branch": "3303"}).status_code == 404
