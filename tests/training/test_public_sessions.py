"""Sessions as everybody reads them: the list, its files, feed and API, one session, the calendar, the search."""

from __future__ import annotations

import csv
import datetime
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import SHANGHAI, now, today
from organizations.models import Division
from tests.training.ground import Ground, joined, make_plan, opened, version_of
from training.models import Instructor, Session
from training.selectors.public.calendars import folded
from training.selectors.public.open_data import SESSION_FIELDS
from training.services.sessions import close_session, create_session


def page(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


def on(days: int) -> datetime.date:
    return today() + datetime.timedelta(days=days)


def three(ground: Ground) -> list[Session]:
    """Sessions of the county on two days, soonest first; the last one of another course in the next county."""
    return [
        opened(ground, day=on(3), title="早班"),
        opened(ground, day=on(5), hour=8, title="上午班"),
        opened(
            ground,
            day=on(5),
            hour=14,
            title="邻县班",
            area=Division.objects.get(code="330106"),
            version=version_of("first-aider"),
        ),
    ]


def test_the_list_has_open_sessions_for_the_public_and_no_others(ground: Ground, client: Client) -> None:
    shown = opened(ground, title="公开班")
    create_session(plan=make_plan(ground, day=on(8), title="草稿班"), actor=ground.person("officer"))
    opened(ground, day=on(9), title="专场班", audience="closed", organisation="示例中学")
    closed = opened(ground, day=on(10), title="截止班")
    close_session(session_id=closed.pk, actor=ground.person("officer"))
    text = page(client, "/training/")
    assert shown.number in text
    assert "剩 10 个（共 10 个）" in text
    assert not any(word in text for word in ("草稿班", "专场班", "截止班"))
    # What was closed can still be read by its number; what the public never saw cannot.
    assert "报名已截止" in page(client, f"/training/{closed.number}/")
    hidden = Session.objects.unscoped("test").exclude(pk__in=[shown.pk, closed.pk])
    assert hidden.count() == 2
    for one in hidden:
        assert "没有编号为" in page(client, f"/training/{one.number}/", 404)


def test_an_empty_portal_says_what_comes_next(ground: Ground, client: Client) -> None:
    text = page(client, "/training/")
    assert "现在没有正在报名的培训班" in text
    assert "/feed/training.xml" in text


def test_a_full_session_shows_the_length_of_its_queue(ground: Ground, client: Client) -> None:
    session = opened(ground, seats=2)
    joined(session, 2)
    assert "已满，还没有人候补" in page(client, "/training/")
    joined(session, 3, first=2)
    text = page(client, "/training/")
    assert "已满，3 人候补" in text
    assert "报名候补" in page(client, f"/training/{session.number}/")


def test_filters_narrow_by_division_day_and_course(ground: Ground, client: Client) -> None:
    early, morning, other = three(ground)

    def found(query: str) -> set[str]:
        return {row["number"] for row in json.loads(page(client, f"/training.json{query}"))}

    assert found("") == {early.number, morning.number, other.number}
    assert found("?area=330182") == {early.number, morning.number}
    assert found("?area=3301") == {early.number, morning.number, other.number}
    assert found(f"?from={on(4)}") == {morning.number, other.number}
    assert found("?kind=first_aider") == {other.number}
    for query in ("?area=33018", "?from=tomorrow", "?kind=nothing"):
        assert "没有列出结果" in page(client, f"/training/{query}", 400)
        assert client.get(f"/training.csv{query}", headers={"accept": "application/json"}).json()["fields"]


def test_the_county_is_remembered_as_a_preference_and_forgotten_when_cleared(ground: Ground, client: Client) -> None:
    three(ground)
    assert "邻县班" not in page(client, "/training/?area=330182")
    cookie = client.cookies["training_area"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("330182", True, "Lax")
    again = client.get("/training/")
    assert "邻县班" not in again.content.decode()
    assert "按您上次选的地区" in again.content.decode()
    # One person's county is nobody else's page.
    assert "private" in again["Cache-Control"]
    assert "邻县班" in page(client, "/training/?area=")
    assert client.cookies["training_area"].value == ""
    assert "邻县班" in page(client, "/training/")
    client.cookies["training_area"] = "<script>"
    assert "邻县班" in page(client, "/training/")


def test_pages_follow_each_other_without_loss_both_ways(ground: Ground, client: Client) -> None:
    wanted = [one.number for one in three(ground)]
    first = client.get("/api/v1/courses/", {"page_size": 1}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [one["results"][0]["number"] for one in (first, second, third)] == wanted
    assert (first["previous"], third["next"]) == (None, None)
    back = client.get(third["previous"]).json()
    assert back["results"] == second["results"]
    assert client.get(back["previous"]).json()["results"] == first["results"]
    assert client.get("/api/v1/courses/?page=x").json()["code"] == "page_unreadable"
    assert "翻页参数" in page(client, "/training/?page=n2026-02-30.1", 400)


def test_csv_json_and_api_have_the_same_fields_in_the_same_order(ground: Ground, client: Client) -> None:
    session = three(ground)[0]
    table = list(csv.DictReader(io.StringIO(page(client, "/training.csv?area=330182"))))
    rows = json.loads(page(client, "/training.json?area=330182"))
    listed = client.get("/api/v1/courses/?area=330182").json()["results"]
    one = client.get(f"/api/v1/courses/{session.number}/").json()
    assert tuple(table[0]) == tuple(rows[0]) == tuple(listed[0]) == tuple(one) == SESSION_FIELDS
    assert [row["number"] for row in table] == [row["number"] for row in rows] == [row["number"] for row in listed]
    assert (one["free_seats"], one["sign_up"], one["url"]) == (10, "open", f"/training/{session.number}/")
    assert client.get("/api/v1/courses/33-2026-K00000009/").status_code == 404


def test_the_schema_of_the_api_has_the_courses(ground: Ground, client: Client) -> None:
    schema = page(client, "/api/v1/schema/")
    assert "/api/v1/courses/:" in schema
    assert "/api/v1/courses/{number}/:" in schema
    assert "/api/v1/courses/" in page(client, "/api/v1/docs/")


def test_the_list_costs_as_many_queries_with_thirty_sessions_as_with_three(ground: Ground, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, "/training/?area=3301")
        return len(captured)

    three(ground)
    queries()
    few = queries()
    for n in range(9):
        opened(ground, day=on(20 + n))
    assert queries() == few
    assert few <= 4


def test_the_feed_has_what_was_opened_last_first(ground: Ground, client: Client) -> None:
    sessions = three(ground)
    items = ElementTree.fromstring(page(client, "/feed/training.xml")).findall(".//item")  # noqa: S314 -- our own
    assert [one.findtext("link", "").rsplit("/", 2)[1] for one in items] == [one.number for one in reversed(sessions)]
    assert "早班" in str(items[-1].findtext("title"))
    assert items[-1].findtext("pubDate")


def test_a_session_names_its_teachers_only_where_they_agreed(ground: Ground, client: Client) -> None:
    Instructor.objects.unscoped("test").filter(pk=ground.instructors["lead"].pk).update(
        name="示例公开师资", is_name_public=True
    )
    Instructor.objects.unscoped("test").filter(pk=ground.instructors["second"].pk).update(name="示例保密师资")
    session = opened(ground, contact="0571-00000000")
    text = page(client, f"/training/{session.number}/")
    assert "示例公开师资（一级应急救护师）" in text
    assert "示例保密师资" not in text
    # What a certificate needs.
    for words in (
        "14 周岁以上",
        "心肺复苏、AED 使用、气道异物梗阻",
        "有效期 36 个月",
        "每次课都到",
        "tel:0571-00000000",
    ):
        assert words in text


def test_a_session_says_when_signing_up_begins_and_that_it_is_over(ground: Ground, client: Client) -> None:
    session = opened(ground, sign_up_from=now() + datetime.timedelta(days=1))
    assert "报名还没有开始" in page(client, f"/training/{session.number}/")
    assert client.get(f"/training/{session.number}/sign-up/").status_code == 302
    rows = Session.objects.unscoped("test").filter(pk=session.pk)
    rows.update(sign_up_from=None, sign_up_until=now() - datetime.timedelta(minutes=1))
    assert "报名已截止" in page(client, f"/training/{session.number}/")


def test_the_calendar_has_an_event_for_each_lesson_in_utc(ground: Ground, client: Client) -> None:
    session = opened(ground, day=datetime.date(on(40).year, on(40).month, 9), title="班，第 1 期; 含,逗号")
    answer = client.get(f"/training/{session.number}/calendar.ics")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.count("BEGIN:VEVENT") == 1
    start = session.lessons.get().starts_at
    assert f"DTSTART:{start.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}" in text
    assert start.astimezone(SHANGHAI).hour == 9
    assert "含\\,逗号" in text.replace("\r\n ", "")
    assert "第 1 期\\; " in text.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize("line", ["", "甲" * 25, "甲" * 26, "a" * 75, "a" * 76, "a甲" * 60])
def test_a_folded_line_is_whole_again_when_unfolded(line: str) -> None:
    got = folded(line)
    assert got.decode().replace("\r\n ", "") == line + "\r\n"
    assert all(len(piece) <= 75 for piece in got.split(b"\r\n"))


def test_the_search_finds_a_session_by_its_number(ground: Ground, client: Client) -> None:
    session = opened(ground)
    assert client.get("/search/", {"q": session.number.lower()})["Location"] == f"/training/{session.number}/"
    unknown = client.get("/search/", {"q": "330182-2026-K00009999"})
    assert "没有找到这个编号" in unknown.content.decode()


def test_the_front_page_leads_to_first_aid(ground: Ground, client: Client) -> None:
    text = page(client, "/")
    assert 'href="/training/"' in text
    assert "学急救" in text


def test_words_of_others_are_shown_as_words(ground: Ground, client: Client) -> None:
    session = opened(ground, title="<b>班</b>", place="<script>路")
    for url in ("/training/", f"/training/{session.number}/"):
        text: Any = page(client, url)
        assert "<b>班" not in text
        assert "<script>路" not in text


def test_the_list_leads_to_all_that_stands_around_training(ground: Ground, client: Client) -> None:
    text = page(client, "/training/")
    for address in ("/aed/", "/certificates/", "/training/coverage/", "/training/rescues/", "/training/contracts/"):
        assert f'href="{address}"' in text
        page(client, address)
