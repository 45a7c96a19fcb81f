"""我的捐赠: the giver's own view, only after a code, and never of anybody else's gift."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from core.notifying import send_waiting
from donations.models import Donation, GiverRequest
from donations.services.corrections import TakingBack, approve_correction, request_correction
from donations.services.givers import answer_request, ask_about_gift, record_contact, record_feedback
from organizations.choices import Role
from tests.factories.gifts import post_gifts
from tests.factories.people import make_person, make_province

PHONE, OTHER = "13800000000", "13900000000"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path, plain_static_files: None) -> Path:
    cache.clear()
    settings.NOTIFIER = "file"
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"
    return tmp_path / "messages"


@pytest.fixture
def plain_static_files(settings: Any) -> None:
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def gifts(db: None) -> tuple[Donation, Donation]:
    """Two gifts with telephones of two givers."""
    branch = make_province()["330182"]
    clerk, approver = make_person("my.clerk", Role.CLERK, branch), make_person("my.approver", Role.APPROVER, branch)
    rows = [
        {"donor": "虚构本人甲", "amount": "88.00", "received_on": "2026-01-05", "donor_kind": "person"},
        {"donor": "虚构他人乙", "amount": "99.00", "received_on": "2026-01-05", "donor_kind": "person"},
    ]
    own, other = post_gifts(branch, rows, clerk, approver)
    record_contact(donation=own, phone=PHONE, actor=clerk)
    record_contact(donation=other, phone=OTHER, actor=clerk)
    return own, other


def code_of(files: Path) -> str:
    """The code that went last, whatever else went after it."""
    sent = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(files.glob("*.json"))]
    text = [message["text"] for message in sent if message["purpose"].endswith(".code")][-1]
    return "".join(character for character in text.split("，")[0] if character.isdigit())


def entered(client: Client, files: Path, phone: str = PHONE) -> Client:
    assert client.post("/my/", {"phone": phone})["Location"] == "/my/code/"
    send_waiting()
    assert client.post("/my/code/", {"code": code_of(files)})["Location"] == "/my/"
    return client


def test_a_giver_sees_all_of_their_own_gift_and_nothing_of_another(
    gifts: tuple[Donation, Donation], client: Client, files: Path
) -> None:
    own, other = gifts
    entered(client, files)
    page = client.get("/my/").content.decode()
    assert own.number in page
    assert other.number not in page
    assert "虚构本人甲" in client.get(f"/my/{own.number}/").content.decode()
    assert client.get(f"/my/{other.number}/").status_code == 404


def test_a_stranger_gets_the_same_answer_as_a_giver(gifts: tuple[Donation, Donation], files: Path) -> None:
    answers = []
    for phone in (PHONE, "13700000000"):
        client = Client()
        answer = client.post("/my/", {"phone": phone})
        page = client.get("/my/code/").content.decode().replace(phone[-4:], "尾号")
        answers.append((answer.status_code, answer["Location"], len(answer.content), "如果尾号" in page))
    assert answers[0] == answers[1]
    send_waiting()
    assert len(list(files.glob("*.json"))) == 1


@pytest.mark.parametrize("path", ["", "name/", "ask/", "requests/1/withdraw/"])
def test_without_a_code_every_page_leads_to_the_start(
    gifts: tuple[Donation, Donation], client: Client, path: str
) -> None:
    own = gifts[0]
    address = f"/my/{own.number}/{path}"
    answer = client.post(address) if path else client.get(address)
    assert answer["Location"] == "/my/"
    own.refresh_from_db()
    assert own.name_choice == "masked"


def test_the_choice_of_name_holds_at_once(gifts: tuple[Donation, Donation], client: Client, files: Path) -> None:
    own = gifts[0]
    entered(client, files)
    for choice, shown in (("real", "虚构本人甲"), ("anonymous", "爱心人士"), ("masked", "虚**")):
        client.post(f"/my/{own.number}/name/", {"choice": choice})
        assert shown in Client().get(f"/donations/{own.number}/").content.decode()
    assert client.post(f"/my/{own.number}/name/", {"choice": "shouted"}).status_code == 200


def test_a_request_gets_its_day_its_answer_and_shows_both(
    gifts: tuple[Donation, Donation], client: Client, files: Path
) -> None:
    own = gifts[0]
    entered(client, files)
    client.post(f"/my/{own.number}/ask/", {"kind": "copies", "text": "想要使用情况的资料"})
    asked = GiverRequest.objects.unscoped("test").get()
    clerk = own.batch.created_by
    answer_request(request_id=asked.pk, answer="资料已备好，周一可取。", actor=clerk)
    record_feedback(donation=own, told_on=own.received_on, channel="phone", summary="已电话告知用途。", actor=clerk)
    page = client.get(f"/my/{own.number}/").content.decode()
    for words in (
        "想要使用情况的资料",
        "资料已备好，周一可取。",
        "已答复",
        "已电话告知用途。",
        asked.due_on.isoformat(),
    ):
        assert words in page


def test_a_request_is_withdrawn_by_its_giver_alone(
    gifts: tuple[Donation, Donation], client: Client, files: Path
) -> None:
    own, other = gifts
    mine = ask_about_gift(donation=own, kind="copies", text="示例请求")
    theirs = ask_about_gift(donation=other, kind="copies", text="示例请求")
    entered(client, files)
    assert client.post(f"/my/{own.number}/requests/{theirs.pk}/withdraw/").status_code == 404
    client.post(f"/my/{own.number}/requests/{mine.pk}/withdraw/")
    states = dict(GiverRequest.objects.unscoped("test").values_list("pk", "status"))
    assert states == {mine.pk: "withdrawn", theirs.pk: "open"}


def test_the_same_request_twice_is_one(gifts: tuple[Donation, Donation], client: Client, files: Path) -> None:
    own = gifts[0]
    entered(client, files)
    for _twice in range(2):
        page = client.post(f"/my/{own.number}/ask/", {"kind": "objection", "text": "示例异议"})
    assert "不必重复提交" in page.content.decode()
    assert GiverRequest.objects.unscoped("test").count() == 1


def test_leaving_closes_the_pages_and_nobody_keeps_them(
    gifts: tuple[Donation, Donation], client: Client, files: Path
) -> None:
    own = gifts[0]
    entered(client, files)
    page = client.get(f"/my/{own.number}/")
    assert "no-store" in page["Cache-Control"]
    client.post("/my/leave/")
    assert client.get(f"/my/{own.number}/")["Location"] == "/my/"


def test_the_session_holds_no_number_in_clear(gifts: tuple[Donation, Donation], client: Client, files: Path) -> None:
    entered(client, files)
    assert PHONE not in json.dumps(dict(client.session.items()))


def test_without_a_way_to_send_the_page_says_so(settings: Any, client: Client, db: None) -> None:
    settings.NOTIFIER = "off"
    assert "短信验证暂未开通" in client.get("/my/").content.decode()
    assert "短信验证暂未开通" in client.post("/my/", {"phone": PHONE}).content.decode()


def test_a_giver_reads_what_was_given_back_of_their_gift(
    gifts: tuple[Donation, Donation], client: Client, files: Path
) -> None:
    own, _other = gifts
    clerk, approver = User.objects.get(login="my.clerk"), User.objects.get(login="my.approver")
    asked = request_correction(
        donation=own,
        taking=TakingBack(kind="refund", amount=Decimal("30.00")),
        reason="示例理由",
        public_note="示例：应捐赠人要求退还一部分。",
        actor=clerk,
    )
    approve_correction(correction_id=asked.pk, actor=approver)
    entered(client, files)
    assert "部分冲销或退还" in client.get("/my/").content.decode()
    page = client.get(f"/my/{own.number}/").content.decode()
    assert "应捐赠人要求退还一部分" in page
    assert "58.00" in page
