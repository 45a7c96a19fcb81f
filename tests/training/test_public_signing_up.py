"""Signing up without an account: a telephone shown by a code, a name, and a document only for a certificate."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from core.clock import SHANGHAI, frozen_at, now
from tests.training.ground import Ground, id_number, joined, opened
from tests.training.telephones import asked, code_sent, form_of, messages_sent, signed_up, with_messages
from training.models import Enrolment, Learner, Session
from training.services.enrolling import CONSENT_VERSION, DOCUMENT_CONSENT_VERSION, PLACES_BY_PHONE

PHONE, NAME = "13812340001", "示例甲"
MISTYPED = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def rows() -> Any:
    return Enrolment.objects.unscoped("test")


def sent(client: Client, session: Session, **data: str) -> Any:
    return client.post(f"/training/{session.number}/sign-up/name/", data)


def test_somebody_signs_up_with_telephone_code_and_name(ground: Ground, client: Client) -> None:
    session = opened(ground)
    code = signed_up(client, session.number, PHONE, NAME)
    row = rows().get()
    assert (row.code, row.status, row.channel, row.learner_id) == (code, "seated", "online", None)
    assert (row.consent, row.document_consent) == (CONSENT_VERSION, "")
    text = client.get(f"/training/place/{code}/").content.decode()
    assert "报名成功" in text
    assert "示**" in text
    assert NAME not in text
    assert PHONE not in text
    (message,) = messages_sent("training.seated")
    assert (message["phone"], message["values"]["number"]) == (PHONE, code)


def test_the_way_from_the_front_page_has_five_taps_and_three_fields(ground: Ground, client: Client) -> None:
    """学急救, the session, 报名, 获取验证码, 同意并报名; telephone, code, name."""
    session = opened(ground)
    assert 'href="/training/"' in client.get("/").content.decode()
    assert f'href="/training/{session.number}/"' in client.get("/training/").content.decode()
    assert f'href="/training/{session.number}/sign-up/"' in client.get(f"/training/{session.number}/").content.decode()
    asked(client, session.number, PHONE)
    form = client.get(f"/training/{session.number}/sign-up/name/").context["form"]
    assert [one.name for one in form if one.field.required and not one.is_hidden] == ["code", "name"]


def test_the_texts_agreed_to_stand_on_the_page_with_their_versions(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    text = client.get(f"/training/{session.number}/sign-up/name/").content.decode()
    assert f"文本版本 {CONSENT_VERSION}" in text
    assert f"文本版本 {DOCUMENT_CONSENT_VERSION}" in text
    assert "满两年后清除" in text
    words = Path(settings.BASE_DIR, "templates/public/training/_consents.html").read_text(encoding="utf-8")
    # A change of the words is a new version; then the digest here changes with it.
    place, document = words.split("{% else %}")
    assert (CONSENT_VERSION, digest(place)) == ("sign-up-1", "6ceecf7444ab")
    assert (DOCUMENT_CONSENT_VERSION, digest(document)) == ("certificate-1", "80ba4b9867b7")


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def test_a_certificate_needs_a_document_with_a_consent_of_its_own(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = {**form_of(client, session.number), "code": code_sent(), "name": NAME, "document": id_number(1)}
    refused = sent(client, session, **form)
    assert "须单独勾选同意" in refused.content.decode()
    assert Learner.objects.count() == 0
    # The code was right and is not asked for again.
    assert "短信验证码" not in refused.content.decode()
    answer = sent(client, session, **form, document_consent="on")
    assert answer.status_code == 302
    row = rows().get()
    assert row.document_consent == DOCUMENT_CONSENT_VERSION
    assert row.learner is not None
    assert id_number(1) not in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("field", "more", "sentence"),
    [
        ("name", {"name": "甲"}, "至少两个字"),
        (
            "document",
            {"document": MISTYPED, "document_consent": "on"},
            "",
        ),
        ("document", {"document_consent": "on"}, "请填写证件号码"),
        ("document", {"document": "330182800101001", "document_consent": "on"}, "15 位"),
        ("document", {"document": id_number(1, born="20200101"), "document_consent": "on"}, "未满 14 周岁"),
        ("born_on", {"document": "G12345678", "document_kind": "passport", "document_consent": "on"}, "没有出生日期"),
        ("document", {"document": "12", "document_kind": "passport", "document_consent": "on"}, "6 至 17 位"),
        (
            "born_on",
            {
                "document": "G12345678",
                "document_kind": "passport",
                "document_consent": "on",
                "born_on": "2020-01-01",
            },
            "未满 14 周岁",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_never_repeated(
    ground: Ground, client: Client, field: str, more: dict[str, str], sentence: str
) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = {**form_of(client, session.number), "code": code_sent(), "name": NAME, **more}
    answer = sent(client, session, **form)
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert field in errors
    assert sentence in str(errors[field])
    assert more.get("document", "-") not in str(errors)
    assert rows().count() == 0


def test_a_wrong_code_is_said_and_the_right_one_still_counts(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = form_of(client, session.number)
    right = code_sent()
    wrong = "000000" if right != "000000" else "111111"
    assert "验证码不对" in sent(client, session, **form, code=wrong, name=NAME).content.decode()
    assert rows().count() == 0
    assert sent(client, session, **form, code=right, name=NAME).status_code == 302


def test_the_name_is_asked_only_after_a_telephone(ground: Ground, client: Client) -> None:
    session = opened(ground)
    for answer in (client.get(f"/training/{session.number}/sign-up/name/"), sent(client, session, name=NAME)):
        assert answer["Location"] == f"/training/{session.number}/sign-up/"
    assert rows().count() == 0


def test_a_telephone_shown_within_twenty_minutes_is_not_asked_for_again(ground: Ground, client: Client) -> None:
    first, second = opened(ground), opened(ground, day=(now() + datetime.timedelta(days=9)).date())
    signed_up(client, first.number, PHONE, NAME)
    start = f"/training/{second.number}/sign-up/"
    assert client.get(start)["Location"] == f"{start}name/"
    assert "短信验证码" not in client.get(f"{start}name/").content.decode()
    with frozen_at(now() + datetime.timedelta(minutes=21)):
        assert client.get(start).status_code == 200
    assert client.get(f"{start}?again=1").status_code == 200
    assert client.get(f"{start}name/")["Location"] == start


def test_a_form_sent_twice_makes_one_place(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = {**form_of(client, session.number), "code": code_sent(), "name": NAME}
    first = sent(client, session, **form)
    # The double click, and the back button.
    again = sent(client, session, **form)
    assert again["Location"] == first["Location"]
    assert "不必重复提交" in client.get(again["Location"]).content.decode()
    assert rows().count() == 1
    assert len(messages_sent("training.seated")) == 1


def test_two_tabs_make_one_place(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    one, other = form_of(client, session.number), form_of(client, session.number)
    assert one != other
    first = sent(client, session, **one, code=code_sent(), name=NAME)
    second = sent(client, session, **other, name=NAME)
    assert first["Location"] == second["Location"]
    assert rows().count() == 1


def test_back_and_another_name_makes_another_place(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = form_of(client, session.number)
    sent(client, session, **form, code=code_sent(), name=NAME)
    assert sent(client, session, **form, name="示例乙").status_code == 302
    assert [one.place for one in rows().order_by("place")] == [1, 2]


def test_one_telephone_takes_five_places_and_no_more(ground: Ground, client: Client) -> None:
    session = opened(ground)
    signed_up(client, session.number, PHONE, "示例一")
    for n in range(2, PLACES_BY_PHONE + 1):
        form = form_of(client, session.number)
        assert sent(client, session, **form, name=f"示例{'零一二三四五六'[n]}").status_code == 302
    form = form_of(client, session.number)
    assert "最多报 5 人" in sent(client, session, **form, name="示例六").content.decode()
    # Who has one already is still shown it.
    assert sent(client, session, **form, name="示例一").status_code == 302
    assert rows().count() == PLACES_BY_PHONE


def test_a_full_class_gives_a_place_in_the_queue(ground: Ground, client: Client) -> None:
    session = opened(ground, seats=1)
    joined(session, 2, first=50)
    code = signed_up(client, session.number, PHONE, NAME)
    text = client.get(f"/training/place/{code}/").content.decode()
    assert "候补第 2 位" in text
    assert [one["values"]["number"] for one in messages_sent("training.waiting")][-1] == code


def test_signing_up_that_ended_meanwhile_is_said_on_the_form(ground: Ground, client: Client) -> None:
    session = opened(ground)
    asked(client, session.number, PHONE)
    form = {**form_of(client, session.number), "code": code_sent(), "name": NAME}
    over = session.lessons.get().starts_at.astimezone(SHANGHAI)
    Session.objects.unscoped("test").filter(pk=session.pk).update(sign_up_until=now())
    answer = sent(client, session, **form)
    assert "报名已经截止" in answer.content.decode()
    assert over > now()
    assert rows().count() == 0


def test_without_a_way_to_send_codes_the_page_names_the_telephone_of_the_branch(
    ground: Ground, client: Client, settings: Any
) -> None:
    settings.NOTIFIER = "off"
    session = opened(ground, contact="0571-00000000")
    text = client.get(f"/training/{session.number}/sign-up/").content.decode()
    assert "短信验证暂未开通" in text
    assert "0571-00000000" in text


def test_no_page_of_signing_up_is_kept_by_caches(ground: Ground, client: Client) -> None:
    session = opened(ground)
    code = signed_up(client, session.number, PHONE, NAME)
    for url in (f"/training/{session.number}/sign-up/name/", f"/training/place/{code}/"):
        answer = client.get(url)
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert 'content="noindex' in answer.content.decode()
