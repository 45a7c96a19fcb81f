"""Booking without an account, one's own request, and the desk's list; nothing is told to a guesser."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from core.clock import frozen_at, now, today
from core.kept_phones import STAYS
from core.models import ReadLog
from registries.models import Request
from registries.services.cases.units import end_unit, open_unit
from registries.services.requests.filing import arrange_request, file_request
from tests.factories.people import branch_at, make_person
from tests.registries.asking import ADDRESS, NAME, arranged, asking
from tests.registries.ground import Ground
from tests.training.telephones import code_sent, messages_sent, with_messages

PHONE = "13900000001"


@pytest.fixture(autouse=True)
def telephones(settings: Any, tmp_path: Path) -> Path:
    """Messages become files."""
    return with_messages(settings, tmp_path)


def booked(client: Client, subject: str = "stemcell", *, phone: str = PHONE, **over: Any) -> Any:
    """Book on the pages; the answer to the last form."""
    answer = client.post(f"/{subject}/book/", {"phone": phone})
    assert answer["Location"] == f"/{subject}/book/details/", answer.content.decode()
    page = client.get(f"/{subject}/book/details/")
    day = (today() + datetime.timedelta(days=9)).isoformat()
    sent = {"kind": "call_back", "branch": "330106", "first_day": day, "part": "any", "name": NAME, "consent": "on"}
    sent |= {"code": code_sent(), "key": str(page.context["form"]["key"].value())}
    return client.post(f"/{subject}/book/details/", {**sent, **over})


def made() -> Request:
    """The one request that is there."""
    return Request.objects.unscoped("test").get()


def test_a_visit_is_booked_in_two_pages_seen_and_cancelled(ground: Ground) -> None:
    client = Client()
    answer = booked(client, "organ", kind="home_visit", address=ADDRESS)
    assert answer["Location"] == "/booked/mine/"
    row = made()
    page = client.get("/booked/mine/").content.decode()
    assert row.number in page
    assert "待安排" in page
    arrange_request(request_id=row.pk, arranged=arranged(), actor=ground.person("clerk"))
    assert "示例楼 101" in client.get("/booked/mine/").content.decode()
    assert client.get("/booked/mine/cancel/").status_code == 200
    assert "九十天" in client.post("/booked/mine/cancel/", follow=True).content.decode()
    assert made().status == "cancelled"


def test_the_form_sent_again_makes_no_second_request(ground: Ground) -> None:
    client = Client()
    booked(client)
    page = client.get("/stemcell/book/details/")
    key = str(page.context["form"]["key"].value())
    day = (today() + datetime.timedelta(days=9)).isoformat()
    sent = {"kind": "sample", "branch": "330106", "first_day": day, "part": "any", "name": NAME, "consent": "on"}
    for _n in range(2):
        assert client.post("/stemcell/book/details/", {**sent, "key": key})["Location"] == "/booked/mine/"
    assert Request.objects.unscoped("test").count() == 2


def test_a_program_that_fills_in_the_hidden_field_gets_no_code(ground: Ground) -> None:
    answer = Client().post("/stemcell/book/", {"phone": PHONE, "website": "http://example.org"})
    assert answer.status_code == 200
    assert "没有提交成" in answer.content.decode()
    assert messages_sent() == []
    assert "没有提交成" in booked(Client(), website="x").content.decode()
    assert Request.objects.unscoped("test").count() == 0


def test_a_wrong_code_and_a_missing_consent_are_said_and_a_right_code_counts(ground: Ground) -> None:
    client = Client()
    assert "验证码不对" in booked(client, code="000000x1").content.decode()
    with frozen_at(now() + datetime.timedelta(minutes=2)):
        assert "不同意就不能在网上预约" in booked(Client(), consent="").content.decode()
    assert Request.objects.unscoped("test").count() == 0


def test_a_guesser_learns_nothing_by_numbers(ground: Ground) -> None:
    booked(Client())
    sent, row = len(messages_sent("request.code")), made()
    pages = []
    with frozen_at(now() + datetime.timedelta(minutes=2)):
        for phone, number in ((PHONE, row.number), (PHONE, "330106-2026-Q00000099"), ("13900000002", row.number)):
            client = Client(REMOTE_ADDR=f"127.0.0.{len(pages) + 2}")
            with frozen_at(now() + datetime.timedelta(minutes=2 * len(pages))):
                answer = client.post("/booked/", {"phone": phone, "number": number}, follow=True)
            text = answer.content.decode().replace(phone[-4:], "尾号").split("csrfmiddlewaretoken")[0]
            pages.append((answer.status_code, text))
    assert pages[0] == pages[1] == pages[2]
    assert len(messages_sent("request.code")) == sent + 1


def test_number_telephone_and_code_open_it_for_twenty_minutes(ground: Ground) -> None:
    booked(Client())
    client, row = Client(), made()
    with frozen_at(now() + datetime.timedelta(minutes=2)):
        client.post("/booked/", {"phone": PHONE, "number": row.number})
        assert client.get("/booked/mine/")["Location"] == "/booked/"
        assert "验证码不对" in client.post("/booked/code/", {"code": "1"}).content.decode()
        assert client.post("/booked/code/", {"code": code_sent()})["Location"] == "/booked/mine/"
        assert row.number in client.get("/booked/mine/").content.decode()
    with frozen_at(now() + datetime.timedelta(minutes=2) + STAYS):
        assert client.get("/booked/mine/")["Location"] == "/booked/"
        assert client.post("/booked/mine/cancel/")["Location"] == "/booked/"
    assert made().status == "new"


def test_no_page_of_it_is_kept_and_the_session_holds_nothing_of_the_person(ground: Ground) -> None:
    client = Client()
    booked(client, "organ", kind="home_visit", address=ADDRESS)
    for path in ("/organ/book/details/", "/booked/mine/", "/booked/mine/cancel/"):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer.content.decode()
    kept = "".join(str(one.get_decoded()) for one in Session.objects.all())
    assert PHONE not in kept
    assert NAME not in kept


def test_without_messages_one_is_led_to_the_telephone(ground: Ground, settings: Any) -> None:
    settings.NOTIFIER = "off"
    for path in ("/organ/book/", "/stemcell/book/", "/booked/"):
        assert "短信验证暂未开通" in Client().get(path).content.decode()


def test_the_facts_of_stem_cells_and_the_three_questions_and_nothing_is_kept(ground: Ground) -> None:
    client = Client()
    page = client.get("/stemcell/").content.decode()
    for fact in ("18 至 45 周岁", "6 至 8 毫升", "7 天静思期", "患者可能有生命危险", "中华骨髓库", "自愿、无偿"):
        assert fact in page
    answers = {"is_of_age": "yes", "is_healthy": "yes", "is_reachable": "no"}
    assert "两位亲友" in client.post("/stemcell/check/", answers).content.decode()
    assert "现在不能加入" in client.post("/stemcell/check/", {**answers, "is_of_age": "no"}).content.decode()
    assert "请先不要加入" in client.post("/stemcell/check/", {**answers, "is_healthy": "no"}).content.decode()
    assert Session.objects.count() == 0
    assert Request.objects.unscoped("test").count() == 0


def test_one_is_told_before_one_leaves_for_the_national_pages(ground: Ground, settings: Any) -> None:
    client = Client()
    settings.PORTAL = {**settings.PORTAL, "stemcell_registry_url": "", "organ_registry_url": ""}
    assert client.get("/stemcell/leave/")["Location"] == "/stemcell/"
    url = "https://registry.example.org/join?from=portal"
    settings.PORTAL = {**settings.PORTAL, "stemcell_registry_url": url, "organ_registry_url": url}
    for subject in ("organ", "stemcell"):
        facts = client.get(f"/{subject}/").content.decode()
        assert url not in facts
        assert f"/{subject}/leave/" in facts
        page = client.get(f"/{subject}/leave/").content.decode()
        assert "即将离开本网站" in page
        assert url in page


def test_the_desk_sees_masked_names_reveals_by_purpose_and_takes_steps(ground: Ground, client: Client) -> None:
    booked(Client())
    row = made()
    client.force_login(ground.person("clerk"))
    page = client.get("/desk/registries/requests/").content.decode()
    assert "示**" in page
    assert NAME not in page
    assert ReadLog.objects.filter(object_key=row.number, reader_login="clerk").count() == 1
    detail = f"/desk/registries/requests/{row.number}/"
    assert NAME not in client.get(detail).content.decode()
    assert "写明用途" in client.post(detail, {"purpose": "x"}).content.decode()
    assert NAME in client.post(detail, {"purpose": "打电话商量时间"}).content.decode()
    client.post(f"{detail}arrange/", {"on": today().isoformat(), "time": "14:30", "place": ""})
    assert made().status == "accepted"
    client.post(f"{detail}finish/")
    assert made().status == "done"
    assert row.number in client.get("/desk/registries/requests/?show=ended").content.decode()


def test_a_request_of_another_city_is_not_there(ground: Ground, client: Client) -> None:
    booked(Client())
    client.force_login(ground.person("stranger"))
    assert client.get(f"/desk/registries/requests/{made().number}/").status_code == 404
    assert made().number not in client.get("/desk/registries/requests/").content.decode()


def test_the_list_of_requests_has_no_query_for_each_row(
    ground: Ground, client: Client, django_assert_max_num_queries: Any
) -> None:
    for at in range(4):
        booked(Client(), phone=f"1390000010{at}")
    client.force_login(ground.person("clerk"))
    with django_assert_max_num_queries(16):
        client.get("/desk/registries/requests/")


def test_the_desk_is_promised_an_sms_only_where_one_is_sent(ground: Ground, settings: Any) -> None:
    row = file_request(asked=asking(ground.branch), phone="13700000009", key=uuid.uuid4()).request
    client, path = Client(), f"/desk/registries/requests/{row.number}/arrange/"
    client.force_login(ground.person("clerk"))
    assert "会收到一条短信" in client.get(path).content.decode()
    settings.NOTIFIER, settings.NOTIFIER_BACKEND = "off", "core.notifying.backends.NoNotifier"
    text = client.get(path).content.decode()
    assert "不会发短信" in text
    assert "会收到" not in text


def test_the_page_says_where_to_go_what_to_bring_and_which_units_receive_bodies(ground: Ground) -> None:
    ground.branch.address, ground.branch.phone = "示例路 33 号", "0571-00000000"
    ground.branch.save(update_fields=["address", "phone"])
    head = make_person("province.head", "registry_head", branch_at("33"))
    school = open_unit(province=branch_at("33"), kind="medical_school", name="示例医科大学", actor=head)
    open_unit(province=branch_at("33"), kind="eye_bank", name="示例眼库一号", actor=head)
    text = Client().get("/organ/").content.decode()
    for said in ("示例路 33 号", "0571-00000000", "示例医科大学", "委托书", "第十条第三款", 'href="/organ/book/"'):
        assert said in text
    assert "示例眼库一号" not in text
    assert "示例路 33 号" in Client().get("/stemcell/").content.decode()
    end_unit(unit_id=school.pk, actor=head)
    assert "示例医科大学" not in Client().get("/organ/").content.decode()


def test_who_may_register_chooses_the_national_page_with_its_notice_or_a_day_on_site(
    ground: Ground, settings: Any
) -> None:
    client = Client()
    organ = {"is_adult": "yes", "has_capacity": "yes", "has_told": "yes"}
    stemcell = {"is_of_age": "yes", "is_healthy": "yes", "is_reachable": "yes"}
    for subject, answers, kind in (("organ", organ, "on_site"), ("stemcell", stemcell, "sample")):
        settings.PORTAL = {**settings.PORTAL, f"{subject}_registry_url": "https://example.org/"}
        text = client.post(f"/{subject}/check/", answers).content.decode()
        assert f'href="/{subject}/leave/"' in text
        assert f'href="/{subject}/book/?kind={kind}"' in text
        settings.PORTAL = {**settings.PORTAL, f"{subject}_registry_url": ""}
        text = client.post(f"/{subject}/check/", answers).content.decode()
        assert f'href="/{subject}/leave/"' not in text
        assert f'href="/{subject}/book/?kind={kind}"' in text


def test_registering_on_site_asks_for_name_telephone_branch_and_time_alone(ground: Ground) -> None:
    client, query = Client(), "?kind=on_site&branch=330106"
    assert 'href="/organ/book/?kind=on_site&amp;branch=330106"' in client.get("/organ/").content.decode()
    answer = client.post(f"/organ/book/{query}", {"phone": PHONE})
    assert answer["Location"] == f"/organ/book/details/{query}"
    page = client.get(answer["Location"])
    form = page.context["form"]
    assert [one.name for one in form.visible_fields() if one.name not in ("code", "consent", "website")] == [
        "branch", "first_day", "part", "name",
    ]  # fmt: skip
    assert '<option value="330106" selected>' in page.content.decode()
    day = (today() + datetime.timedelta(days=3)).isoformat()
    sent = {"kind": "on_site", "branch": "330106", "first_day": day, "part": "morning", "name": NAME, "consent": "on"}
    sent |= {"code": code_sent(), "key": str(form["key"].value())}
    assert client.post(answer["Location"], sent)["Location"] == "/booked/mine/"
    row = made()
    assert (row.kind, row.branch.code, row.part) == ("on_site", "330106", "morning")
    assert "预约到现场登记" in client.get("/booked/mine/").content.decode()


def test_what_was_chosen_before_is_a_kind_of_that_page_and_the_code_of_a_branch_or_nothing(ground: Ground) -> None:
    client = Client()
    client.post("/organ/book/", {"phone": PHONE})
    for query in ("?kind=sample", "?kind=%00", "?branch=<b>", "?branch=" + "3" * 90, f"?phone={PHONE}"):
        assert client.get(f"/organ/book/details/{query}").status_code == 200
        assert Client().get(f"/organ/book/details/{query}")["Location"] == "/organ/book/"
