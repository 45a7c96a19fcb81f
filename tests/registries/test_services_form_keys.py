"""Tests of the keys of forms: a second click, also at the very same moment, is answered as the first."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import reverse

from core.clock import today
from core.errors import NotAllowed
from registries.checks import all_checks
from registries.errors import WrongState
from registries.models import (
    Case,
    Contact,
    ContactHandOver,
    DueContact,
    ExchangeFile,
    Export,
    MemorialBooking,
    MemorialMessage,
    SampleBatch,
)
from registries.services import contact_giving, contacts
from registries.services.cases import family, notifying
from registries.services.contact_giving import hand_over_contacts
from registries.services.contacts import correct_contact, log_contact, plan_contact
from registries.services.donors import sampling
from registries.services.donors.contacting import note_contact
from registries.services.donors.sampling import make_batch
from registries.services.exchange import files
from registries.services.exchange.files import open_outgoing
from registries.services.exports import ExportRequest, asking, request_export
from registries.services.memorial import bookings, messages
from registries.services.memorial.bookings import book_gathering, cancel_booking
from registries.services.memorial.messages import Words, leave_words
from registries.services.requests.filing import file_request
from tests.ledger.test_concurrency import WAIT_SECONDS, at_once
from tests.registries.asking import asking as asking_for
from tests.registries.case_ground import KIN_PHONE, assign, begun, notice, notified
from tests.registries.donor_ground import bag_of, brought, joined
from tests.registries.ground import Ground, registered
from tests.registries.memorial_ground import opened_place, party, planned, published

Send = Callable[[], Any]
NOTED = {"reason": "upkeep", "means": "phone", "outcome": "reached", "note": ""}


def a_notification(ground: Ground) -> Send:
    notified(ground)
    said = notice(ground.branch, document="", name="")
    return lambda: notifying.notify_case(notice=said, actor=ground.person("coordinator"))


def a_file(ground: Ground) -> Send:
    key = uuid.uuid4()
    return lambda: open_outgoing(branch=ground.branch, key=key, actor=ground.person("clerk"))


def an_export(ground: Ground) -> Send:
    said = ExportRequest(
        branch=ground.branch, listed="in_force", columns=("name",), purpose="核对纸质档案", keep_days=3, format="csv"
    )
    return lambda: request_export(asked=said, actor=ground.person("coordinator"))


def due_of(ground: Ground, at: int = 0) -> int:
    wish = registered(ground, at)
    with transaction.atomic():
        due = plan_contact(about=wish, reason="visit", due_on=today(), coordinator=ground.person("coordinator"))
    assert due is not None
    return due.pk


def a_contact(ground: Ground) -> Send:
    said = {"means": "phone", "outcome": "reached", "note": "", "next_on": None, "key": uuid.uuid4()}
    due_id = due_of(ground)
    return lambda: log_contact(due_id=due_id, **said, actor=ground.person("coordinator"))


def a_hand_over(ground: Ground) -> Send:
    due_of(ground)
    mine, theirs, key = ground.person("coordinator"), ground.person("second"), uuid.uuid4()
    return lambda: hand_over_contacts(from_person=mine, to_person=theirs, branch=ground.branch, actor=mine, key=key)


def a_box(ground: Ground) -> Send:
    bag, key = bag_of(brought(ground, "sampled")), uuid.uuid4()
    return lambda: make_batch(
        branch=ground.branch, box="箱1", sample_ids=[bag.pk], key=key, actor=ground.person("clerk")
    )


FORMS: dict[str, tuple[ModuleType, Callable[[Ground], Send], type[Model]]] = {
    "notification": (notifying, a_notification, Case),
    "file": (files, a_file, ExchangeFile),
    "export": (asking, an_export, Export),
    "contact": (contacts, a_contact, Contact),
    "hand_over": (contact_giving, a_hand_over, ContactHandOver),
    "box": (sampling, a_box, SampleBatch),
}


def let_go(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look for the first row before either writes one, with nobody waiting for the other."""
    read = threading.Barrier(2, timeout=WAIT_SECONDS)

    def unheld(rows: QuerySet[Any], key: uuid.UUID, *, field: str = "key", **_same: Any) -> Any:
        first = rows.filter(**{field: key}).first()
        read.wait()
        return first

    monkeypatch.setattr(module, "sent_before", unheld)
    monkeypatch.setattr(module, "hold_key", lambda _key: None, raising=False)


@pytest.mark.parametrize("name", FORMS)
def test_without_the_key_held_one_of_two_clicks_at_once_ends_in_an_error(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, form, model = FORMS[name]
    send, there = form(committed_ground), model._base_manager.count()
    let_go(module, monkeypatch)
    results = at_once(send, send)
    assert sorted(isinstance(one, Exception) for one in results) == [False, True]
    assert model._base_manager.count() == there + 1


@pytest.mark.parametrize("name", FORMS)
def test_two_clicks_at_once_and_a_third_later_are_answered_alike(committed_ground: Ground, name: str) -> None:
    _module, form, model = FORMS[name]
    send, there = form(committed_ground), model._base_manager.count()
    results = [*at_once(send, send), send()]
    assert [one for one in results if isinstance(one, Exception)] == []
    assert len({one.pk for one in results}) == 1
    assert model._base_manager.count() == there + 1
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


def words_on_two_pages(ground: Ground) -> list[Send]:
    pages, words = [published(ground), published(ground)], Words("老师，我们想您。", "", uuid.uuid4())
    return [lambda page=page: leave_words(page_id=page.pk, words=words) for page in pages]  # type: ignore[misc]


def one_form_for_two_gatherings(ground: Ground) -> list[Send]:
    place, who = opened_place(ground), party()
    both = [planned(ground, place, days=days) for days in (7, 8)]
    return [lambda one=one: book_gathering(occasion_id=one.pk, party=who) for one in both]  # type: ignore[misc]


PUBLIC: dict[str, tuple[ModuleType, Callable[[Ground], list[Send]], type[Model]]] = {
    "words": (messages, words_on_two_pages, MemorialMessage),
    "booking": (bookings, one_form_for_two_gatherings, MemorialBooking),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_without_the_key_held_one_form_for_two_things_at_once_ends_in_an_error_of_the_database(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, both, model = PUBLIC[name]
    sends = both(committed_ground)
    let_go(module, monkeypatch)
    assert sorted(isinstance(one, IntegrityError) for one in at_once(*sends)) == [False, True]
    assert model._base_manager.count() == 1


@pytest.mark.parametrize("name", PUBLIC)
def test_of_one_form_for_two_things_at_once_one_stands_and_the_other_is_told(
    committed_ground: Ground, name: str
) -> None:
    _module, both, model = PUBLIC[name]
    results = at_once(*both(committed_ground))
    assert sorted(type(one).__name__ for one in results) == sorted([model.__name__, "WrongState"])
    assert {one.code for one in results if isinstance(one, WrongState)} == {"form_used"}
    assert model._base_manager.count() == 1


def refused(send: Send) -> None:
    with pytest.raises(WrongState) as told:
        send()
    assert told.value.code == "form_used"
    assert "请重新打开" in told.value.message


def test_a_notification_of_somebody_else_on_a_page_that_the_browser_brought_back_is_told_so(ground: Ground) -> None:
    said = notice(ground.branch)
    case = notifying.notify_case(notice=said, actor=ground.person("coordinator"))
    again = {"branch": ground.branch, "key": said.key}
    assert notifying.notify_case(notice=said, actor=ground.person("coordinator")).pk == case.pk
    refused(lambda: notifying.notify_case(notice=notice(**again), actor=ground.person("second")))
    for over in ({"caller_phone": "13700000002"}, {"name": "示例捐献者乙"}):
        other = notice(**again, **over)
        refused(lambda other=other: notifying.notify_case(notice=other, actor=ground.person("coordinator")))
    assert Case.objects.unscoped("test").count() == 1


def test_a_key_of_a_contact_answers_for_its_own_person_and_plan_alone(ground: Ground) -> None:
    key, actor = uuid.uuid4(), ground.person("coordinator")
    said: dict[str, Any] = {"means": "phone", "outcome": "reached", "note": "", "key": key}
    ids = [due_of(ground, at) for at in range(2)]
    first = log_contact(due_id=ids[0], next_on=None, **said, actor=actor)
    refused(lambda: log_contact(due_id=ids[1], next_on=None, **said, actor=actor))
    refused(lambda: correct_contact(contact_id=first.pk, **said, actor=actor))
    refused(lambda: note_contact(donor_id=joined(ground, 5).pk, **NOTED, key=key, actor=actor))
    assert Contact.objects.unscoped("test").count() == 1
    donors = [joined(ground, at) for at in (6, 7)]
    noted = note_contact(donor_id=donors[0].pk, **NOTED, key=(other := uuid.uuid4()), actor=actor)
    assert note_contact(donor_id=donors[0].pk, **NOTED, key=other, actor=actor).pk == noted.pk
    refused(lambda: note_contact(donor_id=donors[1].pk, **NOTED, key=other, actor=actor))
    refused(lambda: note_contact(donor_id=donors[0].pk, **NOTED, key=other, actor=ground.person("second")))


def test_a_key_of_a_file_an_export_and_a_box_answers_for_who_sent_it_alone(ground: Ground) -> None:
    key, clerk, second = uuid.uuid4(), ground.person("clerk"), ground.person("second")
    open_outgoing(branch=ground.branch, key=key, actor=clerk)
    refused(lambda: open_outgoing(branch=ground.branch, key=key, actor=ground.person("coordinator")))
    bags = [bag_of(brought(ground, "sampled", at)).pk for at in range(2)]
    make_batch(branch=ground.branch, box="箱1", sample_ids=bags[:1], key=key, actor=clerk)
    refused(lambda: make_batch(branch=ground.branch, box="箱1", sample_ids=bags[:1], key=key, actor=second))
    refused(lambda: make_batch(branch=ground.branch, box="箱1", sample_ids=bags, key=key, actor=clerk))
    asked = {"branch": ground.branch, "columns": ("name",), "purpose": "核对纸质档案", "keep_days": 3, "key": key}
    request_export(asked=ExportRequest(listed="in_force", **asked), actor=ground.person("coordinator"))
    with pytest.raises(NotAllowed):
        request_export(asked=ExportRequest(listed="in_force", **asked), actor=second)
    refused(
        lambda: request_export(asked=ExportRequest(listed="withdrawn", **asked), actor=ground.person("coordinator"))
    )


def test_a_booking_is_answered_again_to_its_telephone_alone_and_not_once_it_was_cancelled(ground: Ground) -> None:
    occasion, who = planned(ground), party()
    first = book_gathering(occasion_id=occasion.pk, party=who)
    assert book_gathering(occasion_id=occasion.pk, party=who).pk == first.pk
    refused(lambda: book_gathering(occasion_id=occasion.pk, party=party(1, key=who.key)))
    refused(lambda: book_gathering(occasion_id=occasion.pk, party=party(key=who.key, party_size=3)))
    cancel_booking(booking_id=first.pk, phone=who.phone)
    refused(lambda: book_gathering(occasion_id=occasion.pk, party=who))
    assert MemorialBooking.objects.unscoped("test").count() == 1


def test_other_words_on_a_form_that_was_sent_are_told_so_and_not_thrown_away(ground: Ground) -> None:
    page, key = published(ground), uuid.uuid4()
    first = leave_words(page_id=page.pk, words=Words("老师，我们想您。", "", key))
    assert leave_words(page_id=page.pk, words=Words("老师，我们想您。", "", key)).pk == first.pk
    refused(lambda: leave_words(page_id=page.pk, words=Words("老师，一路走好。", "", key)))


def test_a_request_is_answered_again_to_its_telephone_alone(ground: Ground) -> None:
    key, asked = uuid.uuid4(), asking_for(ground.branch)
    first = file_request(asked=asked, phone="13900000001", key=key)
    assert file_request(asked=asked, phone="13900000001", key=key).request.pk == first.request.pk
    refused(lambda: file_request(asked=asked, phone="13900000002", key=key))


def test_a_second_child_on_the_form_of_the_first_is_told_so(ground: Ground) -> None:
    case = notified(ground)
    assign(ground, case, "coordinator", "second")
    begun(ground, case)
    kin = family.Kin(relation="child", name="示例子女甲", phone=KIN_PHONE)
    other = family.Kin(relation="child", name="示例子女乙", phone=KIN_PHONE, key=kin.key)
    actor = ground.person("coordinator")
    first = family.write_kin(case_id=case.pk, kin=kin, actor=actor)
    assert family.write_kin(case_id=case.pk, kin=kin, actor=actor).pk == first.pk
    refused(lambda: family.write_kin(case_id=case.pk, kin=other, actor=actor))


def test_a_second_click_at_the_desk_leads_to_the_same_box(ground: Ground, client: Client) -> None:
    bag = bag_of(brought(ground, "sampled"))
    client.force_login(ground.person("clerk"))
    said = {"box": "箱1", "samples": [str(bag.pk)], "key": str(uuid.uuid4())}
    pages = [client.post(reverse("desk_sample_batch_new"), said) for _n in range(2)]
    assert [one.status_code for one in pages] == [302, 302]
    assert pages[0]["Location"] == pages[1]["Location"]
    other = client.post(reverse("desk_sample_batch_new"), {**said, "key": str(uuid.uuid4())})
    assert "已装箱" in other.content.decode()


def test_a_second_click_at_the_desk_leads_to_the_same_case(ground: Ground, client: Client) -> None:
    client.force_login(ground.person("coordinator"))
    said = {
        "key": str(uuid.uuid4()), "branch": ground.branch.code, "kinds": ["organ"], "notifier": "opo",
        "caller_name": "示例报告人", "caller_phone": "13700000001", "on": today().isoformat(),
    }  # fmt: skip
    pages = [client.post(reverse("desk_case_new"), said) for _n in range(2)]
    assert [one.status_code for one in pages] == [302, 302], pages[0].content.decode()
    assert pages[0]["Location"] == pages[1]["Location"]
    later = (today() - datetime.timedelta(days=1)).isoformat()
    assert "请重新打开" in client.post(reverse("desk_case_new"), {**said, "on": later}).content.decode()


def test_a_second_click_at_the_desk_says_the_same_of_a_contact_and_a_hand_over(ground: Ground, client: Client) -> None:
    due = DueContact.objects.unscoped("test").get(pk=due_of(ground))
    client.force_login(ground.person("coordinator"))
    said = {"key": str(uuid.uuid4()), "means": "phone", "outcome": "reached"}
    pages = [client.post(reverse("desk_contact_log", args=[due.key]), said, follow=True) for _n in range(2)]
    assert ["已登记，这件联系办结" in one.content.decode() for one in pages] == [True, True]
    due_of(ground, 1)
    where = f"{reverse('desk_hand_over_confirm')}?branch={ground.branch.code}&from=coordinator"
    said = {"key": str(uuid.uuid4()), "to_person": "second"}
    pages = [client.post(where, said, follow=True) for _n in range(2)]
    assert ["已把 1 件联系交给" in one.content.decode() for one in pages] == [True, True]
