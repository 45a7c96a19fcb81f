"""The desk of remembrance as its people use it; and what a dump of the database tells of it."""

from __future__ import annotations

import datetime
import io
import logging
import subprocess
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from core.backup.programs import connection_arguments, program
from core.clock import today
from core.models import ReadLog, StoredFile
from registries.choices.memorial import NameShown, PageKind, Relation
from registries.models import MemorialMessage, MemorialOccasion, MemorialPage, MemorialPlace
from registries.selectors.memorial import next_qingming
from registries.services.memorial.bookings import own_bookings
from registries.services.memorial.pages import PAGE_CONSENT
from registries.services.memorial.reading import find_pages
from tests.registries.ground import Ground
from tests.registries.memorial_ground import (
    KIN,
    KIN_PHONE,
    NAME,
    PAPER,
    PSEUDONYM,
    TEXT,
    booked,
    left,
    party,
    picture,
    planned,
    published,
    shown_message,
    written,
)
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def paper_form(ground: Ground, **over: Any) -> dict[str, Any]:
    """What a clerk types and uploads."""
    sent = {
        "key": str(uuid.uuid4()), "branch": ground.branch.code, "kind": "memorial", "relation": "child",
        "kin_name": KIN, "kin_phone": KIN_PHONE, "signed_on": today().isoformat(), "name_shown": "full",
        "shows_dates": "on", "shows_portrait": "on", "shows_text": "on", "takes_messages": "on", "name": NAME,
        "pseudonym": PSEUDONYM, "born_on": "1950-03-02", "died_on": "2024-04-04", "text": TEXT,
        "paper": SimpleUploadedFile("张三的同意书.pdf", PAPER), "portrait": SimpleUploadedFile("p.jpg", picture()),
    }  # fmt: skip
    return {**sent, **over}


def test_a_page_goes_from_the_paper_to_everybodys_eyes_by_two_people(ground: Ground) -> None:
    clerk, coordinator = client_of(ground, "clerk"), client_of(ground, "coordinator")
    assert "已保存" in post(clerk, "desk_memorial_page_new", **paper_form(ground))
    row = MemorialPage.objects.unscoped("test").select_related("consent__paper").get()
    assert row.consent.paper.name == "paper.pdf"
    assert NAME in page(clerk, "desk_memorial_page_step", row.number, "submit")
    assert "已办理" in post(clerk, "desk_memorial_page_step", row.number, "submit")
    assert "等另一位同事审核" in page(clerk, "desk_memorial_page", row.number)
    assert "须由另一位同事审核" in post(clerk, "desk_memorial_page_step", row.number, "approve")
    assert row.number in page(coordinator, "desk_memorial_pages", show="check")
    assert row.number not in page(clerk, "desk_memorial_pages", show="check")
    assert "已办理" in post(coordinator, "desk_memorial_page_step", row.number, "approve")
    assert NAME in Client().get(f"/memorial/{row.code}/").content.decode()
    assert "已撤下" in post(clerk, "desk_memorial_take_down", row.number, reason="phone")
    assert Client().get(f"/memorial/{row.code}/").status_code == 410


def test_the_portrait_is_shown_at_the_desk_and_to_everybody_and_the_readings_stand_in_the_log(ground: Ground) -> None:
    row, client = published(ground), client_of(ground, "coordinator")
    shown = {}
    for name, ask in (("desk_memorial_paper", client.post), ("desk_memorial_portrait", client.get)):
        address = f"/desk/registries/memorial/pages/{row.number}/{name.rsplit('_')[-1]}/"
        answer = ask(address, {"purpose": "核对家属来电"})
        assert answer.status_code == 200
        shown[name] = b"".join(answer.streaming_content)
        assert shown[name]
        assert "no-store" in answer["Cache-Control"]
    said = PdfReader(io.BytesIO(shown["desk_memorial_paper"])).pages[0].extract_text()
    assert [one for one in (row.number, "coordinator", "核对家属来电") if one not in said] == []
    read = ReadLog.objects.filter(reader_login="coordinator")
    assert read.filter(purpose="核对家属来电").count() == 1
    assert read.filter(purpose__contains=row.number).count() == 1
    public = Client().get(f"/memorial/{row.code}/portrait/")
    assert public["Content-Type"] == "image/jpeg"
    assert b"".join(public.streaming_content)[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"name": "甲"}, "请填写姓名"),
        ({"text": "请打 13800000000"}, "不能公开的内容"),
        ({"paper": SimpleUploadedFile("a.exe", b"MZ\x00\x01")}, "凭证只能是"),
        ({"portrait": SimpleUploadedFile("a.svg", b"<svg/>")}, "照片只能是"),
        ({"born_on": "2015-01-01"}, "未成年人"),
        ({"name": "a\x00b"}, "null"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_no_file_stays_for_good(
    ground: Ground, over: dict[str, Any], word: str
) -> None:
    client = client_of(ground, "clerk")
    text = post(client, "desk_memorial_page_new", **paper_form(ground, **over))
    assert word in text or "field--wrong" in text
    assert not MemorialPage.objects.unscoped("test").exists()
    assert set(StoredFile.objects.values_list("purge_on", flat=True)) <= {today()}


def test_a_portrait_that_nobody_consented_to_is_not_kept(ground: Ground) -> None:
    sent = paper_form(ground)
    del sent["shows_portrait"]
    post(client_of(ground, "clerk"), "desk_memorial_page_new", **sent)
    assert MemorialPage.objects.unscoped("test").get().portrait is None
    assert StoredFile.objects.count() == 1


def test_a_draft_is_changed_and_what_was_submitted_is_not(ground: Ground) -> None:
    row, client = written(ground), client_of(ground, "second")
    assert TEXT in page(client, "desk_memorial_page_edit", row.number)
    sent = {"name": NAME, "pseudonym": PSEUDONYM, "born_on": "1950-03-02", "died_on": "2024-04-04", "text": "新的文字"}
    assert "修改已保存" in post(client, "desk_memorial_page_edit", row.number, **sent)
    post(client, "desk_memorial_page_step", row.number, "submit")
    assert "只有起草中" in post(client, "desk_memorial_page_edit", row.number, **sent)


def test_lists_mask_names_and_who_signed_is_shown_once_for_a_purpose(ground: Ground) -> None:
    row, client = published(ground), client_of(ground, "clerk")
    for text in (page(client, "desk_memorial_pages", show="published"), page(client, "desk_memorial_page", row.number)):
        assert "示**" in text
        assert NAME not in text
    assert KIN_PHONE in post(client, "desk_memorial_page", row.number, purpose="核对来电")
    assert KIN_PHONE not in page(client, "desk_memorial_page", row.number)
    assert "查看签字的家属" not in page(client_of(ground, "head"), "desk_memorial_page", row.number)
    assert client_of(ground, "head").post(
        f"/desk/registries/memorial/pages/{row.number}/", {"purpose": "核对来电"}
    ).status_code == 403  # fmt: skip


def test_a_page_is_found_by_the_full_name_which_stands_in_no_address(ground: Ground) -> None:
    row, client = published(ground), client_of(ground, "clerk")
    assert row.number in post(client, "desk_memorial_find", name=NAME)
    assert "没有这个姓名" in post(client, "desk_memorial_find", name="示例别人")
    assert client.get(f"/desk/registries/memorial/pages/find/?name={NAME}").context["rows"] is None


def test_the_queue_shows_what_waits_with_its_flags_and_decides(ground: Ground) -> None:
    row, client = published(ground), client_of(ground, "coordinator")
    good, bad = left(row), left(row, "受者谢谢您")
    text = page(client, "desk_memorial_messages")
    assert "可能提到接受者" in text
    assert text.count('value="approve"') == 1
    post(client, "desk_memorial_decide", good.code, act="approve")
    assert "请选择" in post(client, "desk_memorial_decide", bad.code, act="decline", reason="")
    assert "不能显示" in post(client, "desk_memorial_decide", bad.code, act="approve")
    post(client, "desk_memorial_decide", bad.code, act="decline", reason="recipient")
    assert "没有等待审核的留言" in page(client, "desk_memorial_messages")
    states = MemorialMessage.objects.unscoped("test").order_by("pk").values_list("status", flat=True)
    assert list(states) == ["shown", "declined"]
    assert client_of(ground, "stranger").post(
        f"/desk/registries/memorial/messages/{good.code}/decide/", {"act": "decline", "reason": "advert"}
    ).status_code == 404  # fmt: skip


def test_places_and_gatherings_are_kept_at_the_desk(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    sent = {
        "key": str(uuid.uuid4()), "branch": ground.branch.code, "area": "330106", "name": "示例纪念林",
        "address": "示例路 1 号", "opening_hours": "全天", "visit_seats": "5", "visit_weekdays": ["1", "6"],
        "opened_on": today().isoformat(),
    }  # fmt: skip
    assert "可预约" in post(client, "desk_memorial_place_new", **{**sent, "visit_weekdays": []})
    for _twice in range(2):
        assert "公开页面上可以看到" in post(client, "desk_memorial_place_new", **sent)
    place = MemorialPlace.objects.unscoped("test").get()
    assert "修改已保存" in post(client, "desk_memorial_place_edit", place.pk, **{**sent, "name": "示例纪念园"})
    on = (today() + datetime.timedelta(days=5)).isoformat()
    said = {
        "key": str(uuid.uuid4()),
        "place": place.pk,
        "title": "示例缅怀",
        "on": on,
        "starts_at": "09:30",
        "seats": "9",
    }
    assert "可以预约了" in post(client, "desk_memorial_gathering_new", **said)
    assert "示例缅怀" in page(client, "desk_memorial_gatherings")
    assert "示例缅怀" in page(client, "desk_memorial")
    assert "今后的活动" in post(client, "desk_memorial_place_close", place.pk)
    occasion = place.occasions.unscoped("test").get()
    assert "已取消" in post(client, "desk_memorial_call_off", occasion.pk)
    assert "已停用" in post(client, "desk_memorial_place_close", place.pk)


def test_who_comes_is_masked_and_shown_for_a_purpose_and_cancelled_for_them(ground: Ground) -> None:
    booking, client = booked(planned(ground)), client_of(ground, "clerk")
    for text in (page(client, "desk_memorial_bookings"), page(client, "desk_memorial_gathering", booking.occasion_id)):
        assert booking.number in text
        assert party().name not in text
    assert party().phone in post(client, "desk_memorial_booking", booking.number, purpose="活动通知")
    assert "名额已放回" in post(client, "desk_memorial_booking_cancel", booking.number)
    assert "已由他人办理" in post(client, "desk_memorial_booking_cancel", booking.number)


def test_the_home_of_remembrance_lists_what_comes_and_kin_for_a_purpose(ground: Ground) -> None:
    row = published(ground)
    client = client_of(ground, "coordinator")
    text = page(client, "desk_memorial")
    assert "清明" in text
    assert KIN_PHONE not in text
    text = post(client, "desk_memorial", purpose="清明活动邀请")
    assert KIN_PHONE in text
    assert row.number in text
    assert KIN_PHONE not in post(client_of(ground, "head"), "desk_memorial", purpose="清明活动邀请")


def test_the_desk_asks_for_a_gathering_around_qingming_until_one_is_planned(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    assert "前后还没有安排" in page(client, "desk_memorial")
    planned(ground, days=(next_qingming(today()) - today()).days)
    assert "前后还没有安排" not in page(client, "desk_memorial")


def _dump() -> str:
    arguments, environment = connection_arguments()
    argv = [program("pg_dump"), *arguments, "--format", "plain"]
    done = subprocess.run(argv, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_a_dump_and_the_log_tell_of_nobody_who_is_remembered_signed_booked_or_wrote(
    committed_ground: Ground, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    row = published(committed_ground)
    word = "山里教书的老师"
    shown_message(committed_ground, row, f"想念{word}")
    booked(planned(committed_ground))
    find_pages(name=NAME, actor=committed_ground.person("clerk"))
    own_bookings(party().phone)
    Client().get(f"/memorial/{row.code}/")
    dump = _dump()
    assert row.number in dump
    for value in (NAME, PSEUDONYM, TEXT, KIN, KIN_PHONE, party().name, party().phone, word, "1950-03-02", "学生们"):
        for shape in (value, value.encode().hex()):
            assert shape not in dump, value
            assert shape not in caplog.text, value


def test_the_signed_consent_is_opened_by_post_with_a_purpose_and_to_nobody_who_opens_nobody(ground: Ground) -> None:
    row = published(ground)
    address = f"/desk/registries/memorial/pages/{row.number}/paper/"
    clerk, head = client_of(ground, "clerk"), client_of(ground, "head")
    assert clerk.get(address).status_code == 405
    assert head.post(address, {"purpose": "看看"}).status_code == 403
    assert "打开签好的同意书" not in page(head, "desk_memorial_page", row.number)
    assert "打开签好的同意书" in page(clerk, "desk_memorial_page", row.number)
    assert "须写明用途" in clerk.post(address, {"purpose": " "}, follow=True).content.decode()
    assert not ReadLog.objects.filter(field="file", reader_login__in=["clerk", "head"]).exists()


def test_a_family_has_less_shown_at_the_desk_and_its_telephone_put_right(ground: Ground) -> None:
    row, clerk = published(ground), client_of(ground, "clerk")
    assert "请勾选" in post(clerk, "desk_memorial_narrow", row.number)
    assert "已照办" in post(clerk, "desk_memorial_narrow", row.number, fewer=["invites", "shows_text"])
    assert "不愿意，不要联系" in page(clerk, "desk_memorial_page", row.number)
    assert TEXT not in Client().get(f"/memorial/{row.code}/").content.decode()
    assert "不再显示生平文字" not in page(clerk, "desk_memorial_narrow", row.number)
    assert "已更正" in post(clerk, "desk_memorial_kin_phone", row.number, phone="13700000008")
    assert "13700000008" in post(clerk, "desk_memorial_page", row.number, purpose="核对来电")
    assert client_of(ground, "head").get(
        f"/desk/registries/memorial/pages/{row.number}/kin-phone/"
    ).status_code == 403  # fmt: skip


def test_a_message_that_is_shown_is_taken_off_at_the_familys_word(ground: Ground) -> None:
    row, clerk = published(ground), client_of(ground, "clerk")
    message, other = shown_message(ground, row), shown_message(ground, row, "老师一路走好。")
    text = page(clerk, "desk_memorial_page", row.number)
    assert "老师，我们想您。" in text
    assert '<option value="family" selected>' in text
    answer = clerk.post(f"/desk/registries/memorial/messages/{message.code}/decide/", {"reason": "family"})
    assert answer["Location"] == f"/desk/registries/memorial/pages/{row.number}/"
    seen = Client().get(f"/memorial/{row.code}/").content.decode()
    assert "老师，我们想您。" not in seen
    assert "老师一路走好。" in seen
    assert MemorialMessage.objects.unscoped("test").get(pk=other.pk).status == "shown"
    assert ReadLog.objects.filter(purpose="审核缅怀留言", reader_login="clerk").exists()


def test_the_blank_consent_holds_its_text_version_and_every_choice(ground: Ground) -> None:
    clerk = client_of(ground, "clerk")
    assert "/desk/registries/memorial/consent.pdf" in page(clerk, "desk_memorial_pages")
    content = b"".join(clerk.get("/desk/registries/memorial/consent.pdf").streaming_content)
    text = "".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).split())
    labels = [str(one) for one in (*Relation.labels, *NameShown.labels, *PageKind.labels)]
    for words in (*labels, "照片", "生卒日期", "生平文字", "留言", "愿意收到", "全体监护人", "随时可以", PAGE_CONSENT):
        assert words in text, words


def test_a_place_is_reopened_half_a_day_closed_and_a_gathering_moved_at_the_desk(ground: Ground) -> None:
    clerk, occasion = client_of(ground, "clerk"), planned(ground)
    place = occasion.place
    day = today() + datetime.timedelta(days=3)
    sent = {"on": day.isoformat(), "part": "morning"}
    assert "已写明" in post(clerk, "desk_memorial_half_days", place.pk, **sent)
    assert f"{day} 上午" in " ".join(page(clerk, "desk_memorial_half_days", place.pk).replace("</time>", "").split())
    assert "不接受预约的半天" in Client().get(f"/memorial/places/{place.pk}/").content.decode()
    closed = MemorialOccasion.objects.unscoped("test").get(place=place, kind="visit")
    reopen = f'href="{reverse("desk_memorial_half_day_reopen", kwargs={"pk": closed.pk})}"'
    assert reopen in page(clerk, "desk_memorial_half_days", place.pk)
    assert reopen in page(clerk, "desk_memorial_gathering", closed.pk)
    assert "公众马上可以预约" in page(clerk, "desk_memorial_half_day_reopen", closed.pk)
    assert "重新接受预约" in post(clerk, "desk_memorial_half_day_reopen", closed.pk)
    assert "不接受预约的半天" not in Client().get(f"/memorial/places/{place.pk}/").content.decode()
    assert reopen not in page(clerk, "desk_memorial_half_days", place.pk)
    assert "不用办" in page(clerk, "desk_memorial_half_day_reopen", closed.pk)
    assert "不能办理" in post(clerk, "desk_memorial_half_day_reopen", closed.pk)
    assert clerk.get(reverse("desk_memorial_half_day_reopen", kwargs={"pk": occasion.pk})).status_code == 404
    sent = {"on": day.isoformat(), "starts_at": "14:30", "text": "请在南门集合。"}
    assert "已保存" in post(clerk, "desk_memorial_gathering_edit", occasion.pk, **sent)
    seen = Client().get(f"/memorial/gatherings/{occasion.pk}/").content.decode()
    assert "14:30" in seen
    assert "请在南门集合。" in seen
    assert "改时间" in page(clerk, "desk_memorial_gathering", occasion.pk)
    post(clerk, "desk_memorial_call_off", occasion.pk)
    assert "不能修改" in page(clerk, "desk_memorial_gathering_edit", occasion.pk)
    post(clerk, "desk_memorial_place_close", place.pk)
    assert Client().get(f"/memorial/places/{place.pk}/").status_code == 404
    assert "已重新启用" in post(clerk, "desk_memorial_place_reopen", place.pk)
    assert Client().get(f"/memorial/places/{place.pk}/").status_code == 200
