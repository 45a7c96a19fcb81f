"""Papers, consents and exports as their people use them at the desk and online; there is no way around."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import get_commands
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from core.clock import frozen_at, now, today
from core.models import Job, ReadLog
from registries.models import Export, Registrant, Wish
from registries.services.exports import approve_export
from registries.services.wishes import hand_over_wish, registrant_of, withdraw_wish
from tests.registries.exported import asked, csv_rows, made, worked
from tests.registries.ground import Ground, days_ago, refusal, registered, somebody
from tests.registries.papers import photo
from tests.registries.test_views_wishes import client_of, paper
from tests.training.pages import page, post

WISHES = "/desk/registries/wishes/"


def text_of(content: bytes) -> str:
    return (
        "".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).replace("\n", "").replace(" ", "")
    )


def uploaded() -> SimpleUploadedFile:
    return SimpleUploadedFile("张三.jpg", photo().read(), content_type="image/jpeg")


def test_a_clerk_corrects_a_telephone_and_sees_no_value_of_before(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    text = page(client, "desk_wish_correct", wish.number)
    assert somebody().phone not in text
    assert somebody().name not in text
    assert "已更正" in post(client, "desk_wish_correct", wish.number, reason="contact_changed", phone="13700000001")
    assert "没有改动" in post(client, "desk_wish_correct", wish.number, reason="contact_changed", phone="13700000001")


def test_a_consent_is_taken_back_and_given_again_at_the_desk_and_its_history_shows(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    post(client, "desk_wish_consent", wish.number, "transfer", act="withdraw", channel="counter")
    assert "同意“报送全国登记系统”" in page(client, "desk_wish", wish.number)
    assert "没有同意报送" in post(client, "desk_wish_hand_over", wish.number, reference="ORG1", on=today().isoformat())
    assert "我同意登记机构把我的登记报送" in page(client, "desk_wish_consent", wish.number, "transfer")
    post(client, "desk_wish_consent", wish.number, "transfer", act="give", channel="home")
    text = page(client, "desk_wish", wish.number)
    # Given, taken back, given again; and what is in force today.
    assert text.count("transfer-1") == 4
    assert "已记下" in post(client, "desk_wish_hand_over", wish.number, reference="ORG1", on=today().isoformat())


def test_to_take_back_a_needed_consent_leads_to_the_withdrawal(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    text = page(client, "desk_wish_consent", wish.number, "sensitive")
    assert f"{WISHES}{wish.number}/withdraw/" in text
    text = post(client, "desk_wish_consent", wish.number, "sensitive", act="withdraw", channel="counter")
    assert "就是撤回登记" in text
    assert Wish.objects.unscoped("test").get().status == "in_force"


def test_what_still_stands_there_is_on_a_list_and_is_ended_from_the_page(ground: Ground) -> None:
    wish, client = registered(ground, signed_on=days_ago(2)), client_of(ground, "clerk")
    hand_over_wish(wish_id=wish.pk, reference="ORG1", on=today(), actor=ground.person("clerk"))
    withdraw_wish(wish_id=wish.pk, channel="online")
    text = page(client, "desk_wishes", show="standing")
    assert wish.number in text
    assert "满 60 天" in text
    assert "在全国系统里还有效" in page(client, "desk_wish", wish.number)
    assert "两边都已撤回" in post(client, "desk_wish_there", wish.number, on=today().isoformat())
    assert wish.number not in page(client, "desk_wishes", show="standing")


def test_a_form_is_taken_down_with_its_photo_and_a_coordinator_opens_it_with_a_purpose(ground: Ground) -> None:
    clerk = client_of(ground, "clerk")
    post(clerk, "desk_wish_new", **paper(ground, clerk), paper=uploaded())
    wish = Wish.objects.unscoped("test").get()
    kept = wish.papers.get()
    address = f"{WISHES}{wish.number}/papers/{kept.pk}/"
    assert clerk.post(address, {"purpose": "核对签字"}).status_code == 403
    coordinator = client_of(ground, "coordinator")
    assert coordinator.get(address).status_code == 405
    assert "请填写后再试" in coordinator.post(address, {"purpose": ""}, follow=True).content.decode()
    answer = coordinator.post(address, {"purpose": "核对签字"})
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "no-store" in answer["Cache-Control"]
    assert ReadLog.objects.filter(purpose="核对签字", field="content").count() == 1
    assert client_of(ground, "stranger").post(address, {"purpose": "核对签字"}).status_code == 404


def test_what_is_no_photo_is_refused_and_nothing_is_registered(ground: Ground) -> None:
    clerk = client_of(ground, "clerk")
    text = post(clerk, "desk_wish_new", **paper(ground, clerk), paper=SimpleUploadedFile("a.jpg", b"MZ"))
    assert "只能是 JPG、PNG 图片或 PDF" in text
    assert not Wish.objects.unscoped("test").exists()


def test_a_photo_is_brought_later(ground: Ground) -> None:
    wish, clerk = registered(ground), client_of(ground, "clerk")
    assert "已加密保存" in post(clerk, "desk_wish_paper_new", wish.number, paper=uploaded())
    assert wish.papers.count() == 1


def test_who_signs_the_blank_form_signs_on_the_sheet_that_says_what(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    for path in (f"{WISHES}form.pdf", reverse("desk_memorial_blank")):
        content = b"".join(client.get(path).streaming_content)
        assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_the_blank_form_asks_what_the_rule_asks_and_holds_the_texts_of_consent(ground: Ground) -> None:
    answer = client_of(ground, "clerk").get(f"{WISHES}form.pdf")
    text = text_of(b"".join(answer.streaming_content))
    for words in (
        "捐献志愿登记表",
        "执行人",
        "接受单位",
        "利用后的火化和处理",
        "保密",
        "不同意捐献",
        "我同意登记机构今后",
    ):
        assert words in text, words


def test_card_and_letter_are_the_persons_own_and_printing_is_a_reading(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "coordinator")
    for kind, purpose in (("card", "打印志愿登记卡"), ("letter", "打印登记确认书")):
        answer = client.post(f"{WISHES}{wish.number}/print/{kind}/")
        text = text_of(b"".join(answer.streaming_content))
        for words in (somebody().name, wish.number, "眼角膜", "示例执行人", "以全国登记系统为准"):
            assert words in text, (kind, words)
        assert somebody().document not in text
        assert set(ReadLog.objects.filter(purpose=purpose).values_list("field", flat=True)) == {"content", "name"}
    other = registered(ground, 1, actor="coordinator")
    assert client_of(ground, "clerk").post(f"{WISHES}{other.number}/print/card/").status_code == 403


def test_who_registered_it_hands_the_card_out_on_that_day_logged_and_not_later(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    assert "打印登记卡" in page(client, "desk_wish", wish.number)
    answer = client.post(f"{WISHES}{wish.number}/print/card/")
    assert somebody().name in text_of(b"".join(answer.streaming_content))
    rows = ReadLog.objects.filter(purpose="打印志愿登记卡", reader_id=ground.person("clerk").pk)
    assert set(rows.values_list("field", flat=True)) == {"content", "name"}
    with frozen_at(now() + datetime.timedelta(days=1)):
        later = client_of(ground, "clerk")
        assert "打印登记卡" not in page(later, "desk_wish", wish.number)
        assert later.post(f"{WISHES}{wish.number}/print/card/").status_code == 403


def test_a_refusal_gets_a_letter_and_no_card(ground: Ground) -> None:
    wish, client = registered(ground, content=refusal()), client_of(ground, "coordinator")
    text = text_of(b"".join(client.post(f"{WISHES}{wish.number}/print/letter/").streaming_content))
    assert "不同意捐献登记确认书" in text
    assert "感谢您的心意" not in text
    assert "没有登记卡" in client.post(f"{WISHES}{wish.number}/print/card/", follow=True).content.decode()


def test_nothing_is_printed_of_what_ended(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "coordinator")
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert "不能再打印" in client.post(f"{WISHES}{wish.number}/print/letter/", follow=True).content.decode()


def test_an_export_goes_from_asking_to_fetching_over_the_pages(ground: Ground) -> None:
    wish, coordinator = registered(ground), client_of(ground, "coordinator")
    key = coordinator.get("/desk/registries/exports/new/").context["form"]["key"].value()
    sent = {
        "key": key, "branch": ground.branch.code, "listed": "in_force", "columns": ["name", "phone"], "format": "csv",
        "purpose": "核对纸质档案", "keep_days": "3",
    }  # fmt: skip
    assert "已申请" in post(coordinator, "desk_registry_export_new", **sent)
    export = Export.objects.unscoped("test").get()
    decide = f"/desk/registries/exports/{export.number}/decide/"
    assert coordinator.get(decide).status_code == 403
    assert "请写明不批准的理由" in client_of(ground, "head").post(decide, {"decision": "refuse"}).content.decode()
    assert "已决定" in post(client_of(ground, "head"), "desk_registry_export_decide", export.number, decision="approve")
    worked(export)
    text = page(coordinator, "desk_registry_export", export.number)
    assert "还能下载" in text
    answer = coordinator.post(f"/desk/registries/exports/{export.number}/file/")
    assert answer["Cache-Control"].count("no-store") == 1
    assert [row[1] for row in csv_rows(b"".join(answer.streaming_content))[1:]] == [somebody().name]
    assert wish.number in page(coordinator, "desk_wishes")
    for login, status in (("stranger", 404), ("head", 403), ("second", 403)):
        got = client_of(ground, login).post(f"/desk/registries/exports/{export.number}/file/")
        assert got.status_code == status, login


def test_a_stranger_sees_no_export_and_decides_on_none(ground: Ground) -> None:
    export, stranger = asked(ground), client_of(ground, "stranger")
    assert export.number not in page(stranger, "desk_registry_exports")
    for part, status in (("", 404), ("end/", 404), ("decide/", 403)):
        assert stranger.get(f"/desk/registries/exports/{export.number}/{part}").status_code == status, part


def test_an_export_is_ended_before_its_time_by_who_asked_and_who_approves(ground: Ground) -> None:
    registered(ground)
    for login in ("coordinator", "head"):
        export = made(ground)
        assert "已办理" in post(client_of(ground, login), "desk_registry_export_end", export.number)
        export.refresh_from_db()
        assert export.status == "ended"


def test_the_admin_shows_nothing_of_the_registries() -> None:
    models = set(apps.get_app_config("registries").get_models())
    assert models
    assert models & set(admin.site._registry) == set()


def test_no_api_leads_to_the_registries() -> None:
    found: list[str] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for one in patterns:
            here = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, here)
            elif isinstance(one, URLPattern) and one.callback.__module__.startswith("registries"):
                found.append(here)

    walk(get_resolver().url_patterns, "")
    assert found
    assert [one for one in found if one.startswith("api/")] == []


def test_no_command_of_the_registries_prints_anybody() -> None:
    assert [name for name, app in get_commands().items() if app == "registries"] == []


@pytest.mark.parametrize("phone", ["0571-88880001", "+852 9123 4567"])
def test_who_left_another_telephone_is_told_the_way_and_nobody_learns_anything(
    ground: Ground, settings: Any, phone: str
) -> None:
    settings.NOTIFIER = "file"
    known = Client().post("/organ/mine/", {"phone": phone}).content.decode()
    registered(ground, person=somebody(phone=phone))
    after = Client().post("/organ/mine/", {"phone": phone}).content.decode()
    assert "收不到验证码" in after
    assert ("收不到验证码" in known) == ("收不到验证码" in after)


def test_who_has_no_telephone_breaks_no_page(ground: Ground) -> None:
    person = somebody(phone="", contact_name="示例侄女", contact_phone="13600000002")
    wish = registered(ground, person=person)
    client = client_of(ground, "coordinator")
    text = post(client, "desk_wish", wish.number, show="identity", purpose="核对")
    assert "本人没有电话" in text
    assert "示例侄女" in text
    assert registrant_of(wish).phone is None
    assert Registrant.objects.unscoped("test").count() == 1


def test_approving_twice_makes_one_job(ground: Ground) -> None:
    export = asked(ground)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    text = post(client_of(ground, "head"), "desk_registry_export_decide", export.number, decision="approve")
    assert "已经决定过了" in text
    assert Job.objects.count() == 1
