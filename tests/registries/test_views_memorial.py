"""Remembrance for everybody: quiet, exact, moderated; and nothing left of who is taken down."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from core.clock import frozen_at, now, today
from registries.choices.memorial import NameShown
from registries.models import MemorialBooking, MemorialMessage, MemorialPage
from registries.services.memorial.bookings import BOOKING_CONSENT
from registries.services.memorial.messages import approve_message
from registries.services.memorial.pages import PAGE_CONSENT, take_down_page
from registries.services.memorial.places import call_off_occasion
from tests.registries.ground import Ground
from tests.registries.memorial_ground import (
    KIN,
    KIN_PHONE,
    NAME,
    PSEUDONYM,
    TEXT,
    booked,
    left,
    opened_place,
    party,
    planned,
    published,
    shown_message,
    written,
)
from tests.training.telephones import code_sent, messages_sent, with_messages

PHONE = "13900000009"
HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202etxet esrever\u2066 想您",
    "🕯️👨\u200d👩\u200d👧 一路走好",
    "{{ shown.name }}{% load x %}",
    '"onmouseover="alert(1)',
    "想您\r\n\r\nSet-Cookie: a=b",
]


@pytest.fixture(autouse=True)
def telephones(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Messages become files; nothing counted before is left."""
    cache.clear()
    yield with_messages(settings, tmp_path)
    cache.clear()


def get(path: str, client: Client | None = None) -> Any:
    return (client or Client()).get(path)


def sent(page: MemorialPage, **over: str) -> dict[str, str]:
    """A message as a browser sends it."""
    return {"key": str(uuid.uuid4()), "text": "老师，我们想您。", "name": "学生们", "website": "", **over}


def leave(page: MemorialPage, client: Client | None = None, **over: str) -> Any:
    return (client or Client()).post(f"/memorial/{page.code}/message/", sent(page, **over), follow=True)


def test_the_front_shows_places_gatherings_and_the_wall(ground: Ground) -> None:
    occasion, page = planned(ground), published(ground)
    text = get("/memorial/").content.decode()
    for word in ("示例缅怀园", "示例集体缅怀", "还可预约 10 人", NAME, page.code, occasion.on.isoformat()):
        assert word in text


def test_a_page_shows_what_was_consented_to_and_nothing_else(ground: Ground) -> None:
    page = published(ground, name_shown=NameShown.PSEUDONYM, shows_dates=False, shows_portrait=False)
    text = get(f"/memorial/{page.code}/").content.decode()
    assert PSEUDONYM in text
    assert TEXT in text
    for hidden in (NAME, KIN, KIN_PHONE, "1950", "portrait", page.number):
        assert hidden not in text
    assert NAME not in get("/memorial/").content.decode()


def test_no_page_that_names_somebody_is_indexed_archived_or_kept(ground: Ground) -> None:
    page = published(ground)
    gone = published(ground)
    take_down_page(page_id=gone.pk, reason="phone", actor=ground.person("clerk"))
    base = f"/memorial/{page.code}/"
    for path in (
        "/memorial/",
        "/memorial/stories/",
        base,
        base + "portrait/",
        base + "message/",
        f"/memorial/{gone.code}/",
    ):
        answer = get(path)
        assert answer["X-Robots-Tag"] == "noindex, noarchive, nofollow", path
        assert {"no-store", "private"} <= {one.strip() for one in answer["Cache-Control"].split(",")}, path
        if "text/html" in answer["Content-Type"]:
            assert '<meta name="robots" content="noindex, noarchive, nofollow">' in answer.content.decode()
    robots = get("/robots.txt").content.decode()
    assert "Disallow: /memorial/\n" in robots
    assert "Allow: /memorial/places/" in robots


def test_a_place_may_be_found_by_search_engines_and_names_nobody(ground: Ground) -> None:
    place, page = opened_place(ground), published(ground)
    answer = get(f"/memorial/places/{place.pk}/")
    assert "X-Robots-Tag" not in answer
    assert NAME not in answer.content.decode()
    assert page.code not in answer.content.decode()


def test_of_who_was_taken_down_nothing_is_left_anywhere_public(ground: Ground) -> None:
    place, page = opened_place(ground), published(ground)
    word = "山里教书的老师"
    shown_message(ground, page, f"想念{word}")
    client = Client()
    assert NAME in get(f"/memorial/{page.code}/", client).content.decode()
    assert word in get(f"/memorial/{page.code}/", client).content.decode()
    take_down_page(page_id=page.pk, reason="phone", actor=ground.person("clerk"))
    base = f"/memorial/{page.code}/"
    gone = ["", "portrait/", "message/"]
    for path in gone:
        answer = get(base + path, client)
        assert answer.status_code == 410, path
        assert "怀念仍在心里" in answer.content.decode()
    assert client.post(base + "candle/").status_code == 410
    assert leave(page, client).status_code == 410
    everywhere = [
        *(base + path for path in gone), "/", "/memorial/", "/memorial/stories/", f"/memorial/places/{place.pk}/",
        "/sitemap.xml", "/robots.txt", f"/search/?q={NAME}", "/data/", "/data/datapackage.json", "/feed/disclosure.xml",
        "/feed/reports.xml", "/feed/training.xml", "/feed/spending.xml", "/feed/campaigns.xml", "/api/v1/schema/",
        f"/memorial/?after={today().isoformat()}_{page.pk + 1}",
    ]  # fmt: skip
    for path in everywhere:
        for browser in (client, Client()):
            text = get(path, browser).content.decode()
            shown = text.replace(f"?q={NAME}", "").replace(f'value="{NAME}"', "").replace(f"“{NAME}”", "")
            for trace in (NAME, TEXT, word, "学生们"):
                assert trace not in shown, (path, trace)
            if path not in {base + one for one in gone}:
                assert page.code not in text, path


def test_an_open_form_does_not_bring_a_page_back(ground: Ground) -> None:
    page = published(ground)
    values = sent(page)
    take_down_page(page_id=page.pk, reason="counter", actor=ground.person("clerk"))
    assert Client().post(f"/memorial/{page.code}/message/", values).status_code == 410
    assert not MemorialMessage.objects.unscoped("test").exists()


def test_a_draft_and_a_made_up_code_are_not_there(ground: Ground) -> None:
    page = written(ground)
    for code in (page.code, "0" * 16, "x", "%00", "a" * 500, "../desk"):
        assert get(f"/memorial/{code}/").status_code == 404, code


def test_a_message_waits_and_is_seen_once_it_was_approved(ground: Ground) -> None:
    page = published(ground)
    text = leave(page).content.decode()
    assert "工作人员看过以后才会显示" in text
    assert "老师，我们想您。" not in text
    message = MemorialMessage.objects.unscoped("test").get()
    approve_message(message_id=message.pk, actor=ground.person("coordinator"))
    assert "老师，我们想您。" in get(f"/memorial/{page.code}/").content.decode()


def test_a_message_sent_twice_is_one(ground: Ground) -> None:
    page = published(ground)
    values = sent(page)
    for _time in range(2):
        assert Client().post(f"/memorial/{page.code}/message/", values).status_code == 302
    assert MemorialMessage.objects.unscoped("test").count() == 1


def test_a_program_that_fills_in_everything_is_answered_as_a_person_and_leaves_nothing(ground: Ground) -> None:
    page = published(ground)
    assert "工作人员看过以后才会显示" in leave(page, website="http://spam.example").content.decode()
    assert not MemorialMessage.objects.unscoped("test").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_as_words(ground: Ground, text: str) -> None:
    page = published(ground)
    leave(page, text=text, name="<b>名</b>")
    message = MemorialMessage.objects.unscoped("test").get()
    assert "<script>alert(1)" not in get_queue(ground)
    approve_message(message_id=message.pk, actor=ground.person("coordinator"))
    shown = get(f"/memorial/{page.code}/").content.decode()
    assert "<script>alert(1)" not in shown
    assert "onerror=alert(1)>" not in shown
    assert "<b>名" not in shown
    assert "\u202e" not in shown
    assert 'dir="auto"' in shown


def get_queue(ground: Ground) -> str:
    client = Client()
    client.force_login(ground.person("coordinator"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.get(reverse("desk_memorial_messages")).content.decode())


@pytest.mark.parametrize("text", ["\x00想您", "长" * 201, "长" * 5000, "", "\u200b\u200f"])
def test_what_cannot_be_kept_is_said_at_its_field(ground: Ground, text: str) -> None:
    page = published(ground)
    answer = leave(page, text=text)
    assert answer.status_code == 200
    assert "field--wrong" in answer.content.decode()
    assert not MemorialMessage.objects.unscoped("test").exists()


def test_what_was_typed_stays_where_it_was_refused(ground: Ground) -> None:
    assert "长长长" in leave(published(ground), text="长" * 201).content.decode()


def test_messages_candles_and_reports_are_throttled_by_a_digest_of_the_address(ground: Ground) -> None:
    page = published(ground)
    base, client = f"/memorial/{page.code}/", Client(REMOTE_ADDR="203.0.113.77")
    codes = [client.post(base + "message/", sent(page)).status_code for _time in range(22)]
    assert (codes[:20], codes[20:]) == ([302] * 20, [429] * 2)
    codes = [client.post(base + "candle/").status_code for _time in range(62)]
    assert (codes[:60], codes[60:]) == ([302] * 60, [429] * 2)
    kept = str(getattr(cache, "_cache", {}))
    assert "203.0.113.77" not in kept
    assert Client(REMOTE_ADDR="203.0.113.78").post(base + "candle/").status_code == 302


def test_a_candle_is_lit_without_a_count(ground: Ground) -> None:
    page = published(ground)
    assert "烛光已点亮" in Client().post(f"/memorial/{page.code}/candle/", follow=True).content.decode()
    text = get(f"/memorial/{page.code}/").content.decode()
    assert "有人在这里点过烛光" in text
    assert not re.search(
        r"[0-9]+\s*(?:人|次|支|条|位)", re.sub(r"<[^>]+>", " ", text.split("<main")[1].split("</main")[0])
    )


def test_a_page_that_takes_no_messages_offers_none(ground: Ground) -> None:
    page = published(ground, takes_messages=False)
    text = get(f"/memorial/{page.code}/").content.decode()
    assert "点一支烛光" not in text
    assert leave(page).status_code == 404


def test_a_reported_message_is_gone_from_the_page_at_once(ground: Ground) -> None:
    page = published(ground)
    message = shown_message(ground, page)
    path = f"/memorial/{page.code}/messages/{message.code}/report/"
    assert path in get(f"/memorial/{page.code}/").content.decode()
    assert get(path).status_code == 200
    assert "老师，我们想您。" in get(f"/memorial/{page.code}/").content.decode()
    assert "先不显示" in Client().post(path, {"reason": "unkind"}, follow=True).content.decode()
    assert "老师，我们想您。" not in get(f"/memorial/{page.code}/").content.decode()
    assert Client().post(f"/memorial/{page.code}/messages/nobody/report/", {"reason": "unkind"}).status_code == 404


def test_older_messages_follow_without_gap(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registries.services.memorial.showing.MESSAGES_SIZE", 2)
    page = published(ground)
    for word in "甲乙丙":
        shown_message(ground, page, f"想念{word}")
    first = get(f"/memorial/{page.code}/")
    assert [one.text for one in first.context["messages_shown"]] == ["想念丙", "想念乙"]
    rest = get(f"/memorial/{page.code}/" + first.context["more_url"].partition("#")[0])
    assert [one.text for one in rest.context["messages_shown"]] == ["想念甲"]


def prove(client: Client, path: str, phone: str = PHONE) -> None:
    assert client.post(path, {"phone": phone})["Location"] == path


def test_somebody_books_a_gathering_by_telephone_and_code_and_cancels_it(ground: Ground) -> None:
    occasion, client = planned(ground), Client()
    path = f"/memorial/gatherings/{occasion.pk}/book/"
    prove(client, path)
    form = client.get(path).context["form"]
    values = {"key": form["key"].value(), "name": "示例来者", "party_size": "3", "visitor": "kin"}
    wrong = client.post(path, {**values, "code": "000000"}).content.decode()
    assert "验证码不对" in wrong or "field--wrong" in wrong
    assert "预约成功" in client.post(path, {**values, "code": code_sent()}, follow=True).content.decode()
    booking = MemorialBooking.objects.unscoped("test").get()
    assert (booking.party_size, booking.visitor, booking.consent_version) == (3, "kin", BOOKING_CONSENT)
    assert booking.number in client.get("/memorial/bookings/").content.decode()
    assert client.get(f"/memorial/bookings/{booking.number}/cancel/").status_code == 200
    assert "已取消" in client.post(f"/memorial/bookings/{booking.number}/cancel/", follow=True).content.decode()
    assert "还可预约 10 人" in get(f"/memorial/gatherings/{occasion.pk}/").content.decode()


def test_somebody_books_half_a_day_at_a_place(ground: Ground) -> None:
    place, client = opened_place(ground), Client()
    path = f"/memorial/places/{place.pk}/book/"
    prove(client, path)
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    values = {"key": str(uuid.uuid4()), "name": "示例来者", "party_size": "1", "visitor": "public", "part": "morning"}
    text = client.post(path, {**values, "on": today().isoformat(), "code": code_sent()}).content.decode()
    assert "请选择明天起" in text
    assert "预约成功" in client.post(path, {**values, "on": tomorrow}, follow=True).content.decode()


def test_ones_bookings_are_shown_after_the_code_and_nobody_elses(ground: Ground) -> None:
    occasion = planned(ground)
    mine, other = booked(occasion, 1, phone=PHONE), booked(occasion, 2)
    client = Client()
    assert mine.number not in client.get("/memorial/bookings/").content.decode()
    prove(client, "/memorial/bookings/")
    assert client.get(f"/memorial/bookings/{mine.number}/cancel/").status_code == 302
    client.post("/memorial/bookings/", {"code": code_sent()})
    text = client.get("/memorial/bookings/").content.decode()
    assert mine.number in text
    assert other.number not in text
    assert client.post(f"/memorial/bookings/{other.number}/cancel/").status_code == 404
    where = f"/memorial/bookings/{mine.number}/cancel/"
    assert "已取消，名额已放回" in client.post(where, follow=True).content.decode()
    assert "已经取消，不用再办一次" in client.post(where, follow=True).content.decode()
    with frozen_at(now() + datetime.timedelta(minutes=21)):
        assert mine.number not in client.get("/memorial/bookings/").content.decode()
    assert not [one for one in client.session.items() if PHONE in str(one)]


def test_a_called_off_gathering_says_so_and_takes_nobody(ground: Ground) -> None:
    occasion = planned(ground)
    booked(occasion)
    call_off_occasion(occasion_id=occasion.pk, actor=ground.person("clerk"))
    text = get(f"/memorial/gatherings/{occasion.pk}/").content.decode()
    assert "活动已取消" in text
    assert "/book/" not in text
    assert get(f"/memorial/gatherings/{occasion.pk}/book/").status_code == 302
    assert len(messages_sent("memorial.called_off")) == 1
    assert party().phone not in text


def test_without_a_way_for_codes_the_page_says_so(ground: Ground, settings: Any) -> None:
    settings.NOTIFIER, settings.NOTIFIER_BACKEND = "off", "core.notifying.backends.NoNotifier"
    for path in ("/memorial/bookings/", f"/memorial/gatherings/{planned(ground).pk}/book/"):
        assert "短信验证暂未开通" in get(path).content.decode()


@pytest.mark.parametrize(
    ("template", "version"),
    [
        ("public/registries/memorial/_booking_consent.html", BOOKING_CONSENT),
        ("registries/memorial/_consent.html", PAGE_CONSENT),
    ],
)
def test_each_text_of_consent_is_shown_in_the_version_that_is_written_down(template: str, version: str) -> None:
    assert re.findall(r'data-version="([^"]+)"', render_to_string(template)) == [version]


def test_a_wall_page_costs_a_fixed_number_of_queries(ground: Ground, django_assert_max_num_queries: Any) -> None:
    for _at in range(6):
        published(ground)
    get("/memorial/")
    with django_assert_max_num_queries(10):
        get("/memorial/")
    assert left(published(ground)).status == "waiting"
