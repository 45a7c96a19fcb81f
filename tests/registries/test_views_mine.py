"""我的登记: seen, changed and withdrawn by telephone, code and name; nothing is told to a guesser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import frozen_at, now, today
from core.kept_phones import STAYS
from core.models import AuditEvent
from registries.models import RegistrantEvent, Wish
from registries.services.correcting import Correction, correct_registrant
from registries.services.registrants import registrant_of
from registries.services.wishes import hand_over_wish
from tests.registries.ground import Ground, registered, somebody
from tests.training.telephones import code_sent, messages_sent, with_messages

PHONE, NAME = somebody().phone, somebody().name


@pytest.fixture(autouse=True)
def telephones(settings: Any, tmp_path: Path) -> Path:
    """Messages become files."""
    return with_messages(settings, tmp_path)


def proved(client: Client, *, phone: str = PHONE, name: str = NAME) -> str:
    """Go through telephone, code and name; where it leads."""
    answer = client.post("/organ/mine/", {"phone": phone})
    assert answer["Location"] == "/organ/mine/code/"
    return str(client.post("/organ/mine/code/", {"code": code_sent(), "name": name}).headers.get("Location", ""))


def test_somebody_sees_what_they_declared_and_withdraws_it_in_three_pages(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    assert proved(client) == "/organ/mine/wishes/"
    text = client.get("/organ/mine/wishes/").content.decode()
    assert wish.number in text
    assert "全部器官、眼角膜" in text
    assert client.get(f"/organ/mine/wishes/{wish.number}/withdraw/").status_code == 200
    client.post(f"/organ/mine/wishes/{wish.number}/withdraw/")
    wish.refresh_from_db()
    assert wish.status == "withdrawn"
    assert wish.number not in client.get("/organ/mine/wishes/").content.decode()
    looks = AuditEvent.objects.filter(verb="registries.wish.seen_online", object_key=wish.number)
    assert looks.count() >= 2


def test_one_that_was_handed_over_is_not_said_to_be_gone_everywhere(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    hand_over_wish(wish_id=wish.pk, reference="ORG 2026", on=today(), actor=ground.person("clerk"))
    proved(client)
    answer = client.post(f"/organ/mine/wishes/{wish.number}/withdraw/", follow=True).content.decode()
    assert "请在全国登记页面也撤回" in answer
    assert "从现在起不再有效" not in answer


def test_a_stranger_learns_nothing_by_a_telephone(ground: Ground) -> None:
    registered(ground)
    pages = []
    for phone in (PHONE, "13799999999"):
        client = Client(REMOTE_ADDR=f"127.0.0.{len(pages) + 2}")
        answer = client.post("/organ/mine/", {"phone": phone}, follow=True)
        tail = phone[-4:]
        pages.append(
            (answer.status_code, answer.content.decode().replace(tail, "尾号").split("csrfmiddlewaretoken")[0])
        )
    assert pages[0] == pages[1]
    assert len(messages_sent("registries.code")) == 1


def refused(client: Client, *, code: str, name: str) -> str:
    """What the page says to a code and a name that open nothing, without what changes with each page."""
    answer = client.post("/organ/mine/code/", {"code": code, "name": name})
    assert answer.status_code == 200
    text = answer.content.decode()
    for typed in (code, name):
        text = text.replace(f'value="{typed}"', "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|尾号 [0-9]{4}', "", text)


def test_an_unknown_number_a_wrong_name_and_a_wrong_code_are_answered_alike(ground: Ground) -> None:
    registered(ground)
    known, unknown = Client(), Client(REMOTE_ADDR="127.0.0.2")
    known.post("/organ/mine/", {"phone": PHONE})
    right = code_sent()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    unknown.post("/organ/mine/", {"phone": "13799999999"})
    answers = {
        refused(known, code=right, name="别人"),
        refused(known, code=wrong, name=NAME),
        refused(known, code=wrong, name="别人"),
        refused(unknown, code=wrong, name=NAME),
    }
    assert len(answers) == 1
    assert "没有查到" in answers.pop()
    assert known.get("/organ/mine/wishes/")["Location"] == "/organ/mine/"
    # A name that was mistyped takes no new code.
    assert known.post("/organ/mine/code/", {"code": right, "name": NAME})["Location"] == "/organ/mine/wishes/"


def work_of(client: Client, path: str, sent: dict[str, str]) -> tuple[list[str], int]:
    """The statements that an answer took, without their values, and how many."""
    with CaptureQueriesContext(connection) as done:
        client.post(path, sent)
    statements = [re.sub(r"'[^']*'|[0-9]+", "", one["sql"])[:160] for one in done]
    # Kept or rolled back is the one difference.
    return [one.replace("ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT") for one in statements], len(done)


def test_a_number_takes_the_same_work_whether_it_is_registered_or_not(ground: Ground) -> None:
    registered(ground)
    asked, tried = [], []
    for at, (phone, name) in enumerate([(PHONE, NAME), ("13799999999", NAME), (PHONE, "别人")]):
        client = Client(REMOTE_ADDR=f"127.0.0.{at + 2}")
        client.get("/organ/mine/")
        asked.append(work_of(client, "/organ/mine/", {"phone": phone}))
        tried.append(work_of(client, "/organ/mine/code/", {"code": "1", "name": name}))
    assert asked[0] == asked[1] == asked[2]
    assert tried[0] == tried[1] == tried[2]
    assert any("core_message" in one for one in asked[1][0])
    assert len(messages_sent("registries.code")) == 2


def test_a_stranger_who_asks_for_somebodys_codes_and_tries_them_does_not_keep_them_out(ground: Ground) -> None:
    registered(ground)
    stranger, client = Client(REMOTE_ADDR="127.0.0.9"), Client()
    client.post("/organ/mine/", {"phone": PHONE})
    own = code_sent()
    with frozen_at(now() + timedelta(seconds=1)):
        stranger.post("/organ/mine/", {"phone": PHONE})
        for _one in range(6):
            stranger.post("/organ/mine/code/", {"code": "000000", "name": NAME})
    # One's own code is neither replaced nor used up by what was asked for elsewhere.
    assert client.post("/organ/mine/code/", {"code": own, "name": NAME})["Location"] == "/organ/mine/wishes/"
    for n in range(1, 12):
        with frozen_at(now() + n * timedelta(minutes=2)):
            last = stranger.post("/organ/mine/", {"phone": PHONE})
    assert "太频繁" in last.content.decode()
    with frozen_at(now() + timedelta(minutes=24)):
        assert proved(Client()) == "/organ/mine/wishes/"


def test_a_wrong_code_is_refused_and_five_of_them_end_it(ground: Ground) -> None:
    registered(ground)
    client = Client()
    client.post("/organ/mine/", {"phone": PHONE})
    right = code_sent()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _one in range(5):
        assert "验证码不对" in client.post("/organ/mine/code/", {"code": wrong, "name": NAME}).content.decode()
    assert "验证码不对" in client.post("/organ/mine/code/", {"code": right, "name": NAME}).content.decode()


def test_ten_names_a_day_are_tried_with_a_number_by_whoever_holds_it_and_then_none(ground: Ground) -> None:
    registered(ground)
    client = Client()
    for n in range(10):
        with frozen_at(now() + n * timedelta(minutes=2)):
            assert proved(client, name=f"猜{n}") == ""
    # From another place, where codes are left: the right name is not taken either.
    client = Client(REMOTE_ADDR="127.0.0.7")
    with frozen_at(now() + timedelta(minutes=21)):
        client.post("/organ/mine/", {"phone": PHONE})
        answer = client.post("/organ/mine/code/", {"code": code_sent(), "name": NAME})
        assert "太频繁" in answer.content.decode()
        assert client.get("/organ/mine/wishes/")["Location"] == "/organ/mine/"


def test_ten_codes_a_day_go_to_a_number_from_one_place(ground: Ground) -> None:
    registered(ground)
    for n in range(10):
        with frozen_at(now() + n * timedelta(minutes=2)):
            assert Client().post("/organ/mine/", {"phone": PHONE}).status_code == 302
    with frozen_at(now() + timedelta(minutes=21)):
        assert "太频繁" in Client().post("/organ/mine/", {"phone": PHONE}).content.decode()


def test_no_more_than_thirty_codes_a_day_go_to_a_number_from_all_places(ground: Ground) -> None:
    registered(ground)
    answers = []
    for n in range(31):
        with frozen_at(now() + n * timedelta(minutes=2)):
            client = Client(REMOTE_ADDR=f"127.0.1.{n + 1}")
            answers.append(client.post("/organ/mine/", {"phone": PHONE}).status_code)
    assert answers == [302] * 30 + [200]


def test_the_telephone_that_goes_is_told_and_so_is_the_one_of_a_withdrawal(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    proved(client)
    client.post("/organ/mine/contact/", {"phone": "13700000001"})
    client.post("/organ/mine/contact/", {"code": code_sent()})
    (told,) = messages_sent("registries.phone_changed")
    assert (told["phone"], told["values"]["tail"]) == (PHONE, "0001")
    assert "13700000001" not in told["text"]
    client.post(f"/organ/mine/wishes/{wish.number}/withdraw/")
    (told,) = messages_sent("registries.withdrawn")
    assert (told["phone"], told["values"]["number"]) == ("13700000001", wish.number)
    assert "器官" not in told["text"]


def test_the_telephone_that_the_staff_takes_away_is_told_too(ground: Ground) -> None:
    registrant = registrant_of(registered(ground))
    for phone in ("13700000002", "0571-85000000"):
        correction = Correction(reason="contact_changed", phone=phone)
        correct_registrant(registrant_id=registrant.pk, correction=correction, actor=ground.person("clerk"))
    told = messages_sent("registries.phone_changed")
    assert [one["phone"] for one in told] == [PHONE, "13700000002"]
    # A landline gets no message.
    back = Correction(reason="contact_changed", phone=PHONE)
    correct_registrant(registrant_id=registrant.pk, correction=back, actor=ground.person("clerk"))
    assert len(messages_sent("registries.phone_changed")) == 2


def test_it_closes_after_twenty_minutes_and_on_leaving(ground: Ground) -> None:
    registered(ground)
    client = Client()
    proved(client)
    client.post("/organ/mine/wishes/")
    assert client.get("/organ/mine/wishes/")["Location"] == "/organ/mine/"
    with frozen_at(now() + STAYS):
        proved(client)
    with frozen_at(now() + STAYS * 2):
        assert client.get("/organ/mine/wishes/")["Location"] == "/organ/mine/"


def test_the_wish_of_somebody_else_is_not_found(ground: Ground) -> None:
    registered(ground)
    other, client = registered(ground, 1), Client()
    proved(client)
    assert client.get(f"/organ/mine/wishes/{other.number}/withdraw/").status_code == 404
    assert client.post(f"/organ/mine/wishes/{other.number}/withdraw/").status_code == 404
    assert Wish.objects.unscoped("test").filter(status="in_force").count() == 2


def test_the_telephone_is_changed_once_the_new_one_is_shown_by_a_code(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    proved(client)
    client.post("/organ/mine/contact/", {"phone": "13700000001"})
    assert "验证码不对" in client.post("/organ/mine/contact/", {"code": "1"}).content.decode()
    client.post("/organ/mine/contact/", {"code": code_sent()})
    event = RegistrantEvent.objects.get(registrant=registrant_of(wish), verb="phone_changed")
    assert (event.fields, event.actor_id) == (["phone"], None)
    with frozen_at(now() + STAYS):
        assert proved(Client(), phone="13700000001") == "/organ/mine/wishes/"


def test_no_page_of_it_is_kept_or_indexed_and_the_session_holds_nothing_of_the_person(ground: Ground) -> None:
    registered(ground)
    client = Client()
    proved(client)
    for path in ("", "wishes/", "contact/"):
        answer = client.get(f"/organ/mine/{path}", follow=True)
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer.content.decode()
    kept = "".join(str(one.get_decoded()) for one in Session.objects.all())
    assert PHONE not in kept
    assert NAME not in kept


def test_the_facts_and_the_three_questions_are_answered_and_nothing_is_kept(ground: Ground) -> None:
    client = Client()
    assert "登记不等于捐献" in client.get("/organ/").content.decode()
    answers = {"is_adult": "yes", "has_capacity": "yes", "has_told": "no"}
    assert "先和家人谈谈" in client.post("/organ/check/", answers).content.decode()
    assert "还不能登记" in client.post("/organ/check/", {**answers, "is_adult": "no"}).content.decode()
    assert "监护人" in client.post("/organ/check/", {**answers, "has_capacity": "no"}).content.decode()
    assert Session.objects.count() == 0


def test_a_second_click_on_a_withdrawal_is_told_that_it_is_done(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    proved(client)
    where = f"/organ/mine/wishes/{wish.number}/withdraw/"
    assert "已撤回" in client.post(where, follow=True).content.decode()
    answer = client.post(where, follow=True)
    assert answer.status_code == 200
    assert "这份登记已经撤回，不用再办一次" in answer.content.decode()
