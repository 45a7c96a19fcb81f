"""Requests of the public: what is taken down, how they come and go, what becomes of them."""

from __future__ import annotations

import datetime
import uuid
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.clock import frozen_at, now, today
from core.errors import NotAllowed, NotFound
from core.models import ReadLog
from core.retention.holds import open_holds
from core.retention.terms import Asked as RetentionAsked
from registries.choices.requests import (
    KINDS_OF,
    REQUEST_KEPT_DAYS,
    REQUEST_TRANSITIONS,
    DeclineReason,
    RequestKind,
    RequestStatus,
)
from registries.errors import RegistryError, WrongState
from registries.models import Request, RequestEvent
from registries.services.requests import filing as services
from registries.services.requests.filing import (
    CONSENT_VERSION,
    Asked,
    arrange_request,
    cancel_request,
    decline_request,
    file_request,
    finish_request,
    own_request,
)
from registries.services.requests.purging import purge_requests
from registries.services.requests.reading import masked_askers, own_request_shown, reveal_asker
from tests.registries.asking import ADDRESS, NAME, ORGANISATION, a_talk, a_visit, arranged, asking
from tests.registries.ground import Ground
from tests.training.telephones import messages_sent, with_messages

PHONE = "13900000001"


def filed(ground: Ground, asked: Asked | None = None, *, phone: str = PHONE, key: uuid.UUID | None = None) -> Request:
    """A request of the ground's branch."""
    return file_request(asked=asked or asking(ground.branch), phone=phone, key=key or uuid.uuid4()).request


def test_a_form_sent_twice_is_one_request(ground: Ground) -> None:
    key = uuid.uuid4()
    first = file_request(asked=asking(ground.branch), phone=PHONE, key=key)
    second = file_request(asked=asking(ground.branch), phone=PHONE, key=key)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.request.pk == second.request.pk
    assert first.request.number == f"330106-{today().year}-Q00000001"


def test_what_a_kind_does_not_need_is_not_kept(ground: Ground) -> None:
    row = filed(ground, asking(ground.branch, address=ADDRESS, organisation=ORGANISATION, people_count=9))
    shown = reveal_asker(request=row, purpose="安排", actor=ground.person("clerk"))
    assert (row.people_count, shown.address, shown.organisation) == (None, "", "")


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"kind": RequestKind.HOME_VISIT}, "kind"),
        ({"name": " \x00 "}, "name"),
        ({"first_day": datetime.date(2020, 1, 1)}, "first_day"),
        ({"second_day": datetime.date(2099, 1, 1)}, "second_day"),
        ({"kind": RequestKind.TALK}, "organisation"),
        ({"kind": RequestKind.TALK, "organisation": "示例", "people_count": 5_001}, "people_count"),
        ({"subject": "organ", "kind": RequestKind.HOME_VISIT}, "address"),
        ({"part": "night"}, "part"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(RegistryError) as caught:
        filed(ground, asking(ground.branch, **over))
    assert field in caught.value.fields
    assert Request.objects.unscoped("test").count() == 0


def test_a_telephone_has_three_open_requests_at_most(ground: Ground) -> None:
    made = [filed(ground) for _n in range(services.MOST_OPEN)]
    with pytest.raises(RegistryError, match="没有办结"):
        filed(ground)
    cancel_request(request_id=made[0].pk)
    filed(ground)


def _in_state(ground: Ground, status: str) -> Request:
    row, clerk = filed(ground, phone=f"139{uuid.uuid4().int % 10**8:08d}"), ground.person("clerk")
    if status in (RequestStatus.ACCEPTED, RequestStatus.DONE):
        arrange_request(request_id=row.pk, arranged=arranged(), actor=clerk)
    if status == RequestStatus.DONE:
        finish_request(request_id=row.pk, actor=clerk)
    if status == RequestStatus.CANCELLED:
        cancel_request(request_id=row.pk, actor=clerk)
    if status == RequestStatus.DECLINED:
        decline_request(request_id=row.pk, reason=DeclineReason.NO_CAPACITY, actor=clerk)
    return row


STEPS = {
    RequestStatus.ACCEPTED: lambda row, actor: arrange_request(request_id=row.pk, arranged=arranged(), actor=actor),
    RequestStatus.DONE: lambda row, actor: finish_request(request_id=row.pk, actor=actor),
    RequestStatus.CANCELLED: lambda row, actor: cancel_request(request_id=row.pk, actor=actor),
    RequestStatus.DECLINED: lambda row, actor: decline_request(request_id=row.pk, reason="twice", actor=actor),
}


@pytest.mark.parametrize(("status", "target"), list(product(RequestStatus.values, STEPS)))
def test_each_state_leads_where_the_table_says_and_nowhere_else(ground: Ground, status: str, target: str) -> None:
    row = _in_state(ground, status)
    events = RequestEvent.objects.count()
    if target in REQUEST_TRANSITIONS[status]:
        assert STEPS[target](row, ground.person("clerk")).status == target
        assert RequestEvent.objects.count() == events + 1
    else:
        with pytest.raises(WrongState):
            STEPS[target](row, ground.person("clerk"))
        assert RequestEvent.objects.count() == events


def test_nothing_is_done_before_its_day(ground: Ground) -> None:
    row, clerk = filed(ground), ground.person("clerk")
    later = arranged(on=today() + datetime.timedelta(days=1))
    arrange_request(request_id=row.pk, arranged=later, actor=clerk)
    with pytest.raises(RegistryError, match="还没有到"):
        finish_request(request_id=row.pk, actor=clerk)


def test_only_who_keeps_the_registries_of_the_branch_takes_steps(ground: Ground) -> None:
    row = filed(ground)
    for login in ("stranger", "province", "supervisor", "head"):
        for step in STEPS.values():
            with pytest.raises((NotAllowed, NotFound)):
                step(row, ground.person(login))


def test_the_person_cancels_twice_and_it_is_cancelled_once(ground: Ground) -> None:
    row = filed(ground)
    cancel_request(request_id=row.pk)
    cancel_request(request_id=row.pk)
    assert list(row.events.values_list("verb", "actor")) == [("made", None), ("cancelled", None)]


def test_messages_say_number_and_day_and_never_what_it_is_about(ground: Ground, settings: Any, tmp_path: Path) -> None:
    with_messages(settings, tmp_path)
    row, clerk = filed(ground, a_visit(ground.branch)), ground.person("clerk")
    arrange_request(request_id=row.pk, arranged=arranged(), actor=clerk)
    decline_request(request_id=row.pk, reason=DeclineReason.NOT_REACHED, actor=clerk)
    sent = messages_sent()
    assert [one["purpose"] for one in sent] == ["request.received", "request.arranged", "request.declined"]
    for one in sent:
        assert row.number in one["text"]
        assert set(one["values"]) == {"number", "day"}
        for word in ("捐献", "器官", "采样", "上门", ADDRESS, NAME):
            assert word not in one["text"]


def test_who_asked_is_opened_with_a_purpose_by_whom_the_branch_lets_and_each_value_is_logged(ground: Ground) -> None:
    row = filed(ground, a_talk(ground.branch))
    for login in ("head", "stranger", "province"):
        with pytest.raises((NotAllowed, NotFound)):
            reveal_asker(request=row, purpose="打电话商量时间", actor=ground.person(login))
    shown = reveal_asker(request=row, purpose="打电话商量时间", actor=ground.person("coordinator"))
    assert (shown.name, shown.phone, shown.organisation) == (NAME, PHONE, ORGANISATION)
    looks = ReadLog.objects.filter(object_key=row.number, reader_login="coordinator")
    assert set(looks.values_list("field", flat=True)) == {"name", "phone", "details", "place"}
    assert masked_askers([row], reader=ground.person("clerk")) == {row.pk: "示**"}


def test_number_and_telephone_open_it_together_only(ground: Ground) -> None:
    row, other = filed(ground), filed(ground, phone="13900000002")
    assert own_request(phone=PHONE, number=f" {row.number.lower()} ") == row.pk
    assert own_request(phone=PHONE, number=other.number) is None
    assert own_request(phone="13900000003", number=row.number) is None


def _purge(*, days: int, is_dry: bool = False) -> tuple[int, int]:
    day = today() + datetime.timedelta(days=days)
    found = purge_requests(RetentionAsked(today=day, is_dry=is_dry, holds=open_holds()))
    return found.due, found.destroyed


def test_who_asked_is_destroyed_ninety_days_after_the_end_and_the_count_stays(ground: Ground) -> None:
    row, still = filed(ground, a_talk(ground.branch)), filed(ground)
    arrange_request(request_id=row.pk, arranged=arranged(), actor=ground.person("clerk"))
    finish_request(request_id=row.pk, actor=ground.person("clerk"))
    assert _purge(days=REQUEST_KEPT_DAYS) == (0, 0)
    assert _purge(days=REQUEST_KEPT_DAYS + 1, is_dry=True) == (1, 0)
    assert _purge(days=REQUEST_KEPT_DAYS + 1) == (1, 1)
    row.refresh_from_db()
    assert (row.name, row.phone, row.details, row.place, row.phone_digest) == (None, None, None, None, None)
    assert (row.status, row.people_count) == (RequestStatus.DONE, 40)
    assert own_request_shown(row.pk) is None
    still.refresh_from_db()
    assert still.destroyed_at is None
    assert "九十天" in Path("templates/public/registries/request_cancel.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registries_request SET kind = 'call_back'",
        "UPDATE registries_request SET consent_version = 'x'",
        "UPDATE registries_request SET name = NULL",
        "DELETE FROM registries_request",
        "UPDATE registries_requestevent SET verb = 'x'",
        "DELETE FROM registries_requestevent",
    ],
)
def test_what_was_asked_for_stands(ground: Ground, change: str) -> None:
    filed(ground)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_what_ended_moves_no_more_in_the_database_either(ground: Ground) -> None:
    row = filed(ground)
    cancel_request(request_id=row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.unscoped("test").filter(pk=row.pk).update(status="new", ended_at=None)


def test_each_page_offers_what_is_taken_there() -> None:
    assert RequestKind.SAMPLE not in KINDS_OF["organ"]
    assert RequestKind.HOME_VISIT not in KINDS_OF["stemcell"]


def test_the_text_of_consent_and_its_version_are_held_together() -> None:
    text = Path("templates/public/registries/_request_consent.html").read_text(encoding="utf-8")
    # A change of the words is a new version, and new words here.
    assert (CONSENT_VERSION, SAID in text) == ("request-1", True)
    assert f'data-version="{CONSENT_VERSION}"' in text


SAID = (
    "我单独同意我选的红十字会用我留下的称呼、手机号、单位和地址安排这次预约。"
    "它们和预约的事项放在一起会说明我关心捐献，属于敏感个人信息，所以加密保存，不公开；"
    "只有写明用途的工作人员才能打开，每次打开都有记录；办完或取消满 90 天后销毁。我可以随时取消预约。"
)


def test_an_old_request_is_looked_at_no_longer_than_it_is_kept(ground: Ground) -> None:
    row = filed(ground)
    with frozen_at(now() + datetime.timedelta(days=400)):
        # Nobody ended it: it is still to be done, and stays.
        assert _purge(days=400) == (0, 0)
        assert own_request_shown(row.pk) is not None
