"""Contacts: planned, written down, cancelled, carried over, handed on; what is refused, and in which words."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from core.sealed import open_for_work
from registries.choices import ConsentSubject
from registries.choices.contacts import DUE_TRANSITIONS, ContactReason, DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Contact, ContactHandOver, Donor, DueContact, Wish
from registries.services.consents import consents_in_force, take_back_consents
from registries.services.contact_giving import hand_over_contacts
from registries.services.contacts import (
    _closed,
    cancel_contacts,
    correct_contact,
    log_contact,
    plan_contact,
    write_contact,
)
from registries.services.last_calls import log_last_contact
from registries.services.registrants import registrant_of
from registries.services.visits import plan_visits
from registries.services.wishes import change_wish, withdraw_wish
from tests.ledger.test_concurrency import at_once
from tests.registries.donor_ground import joined
from tests.registries.ground import Ground, days_ago, gift, registered

TOMORROW = datetime.timedelta(days=1)


def due(ground: Ground, wish: Wish | Donor, coordinator: str = "coordinator", **over: Any) -> DueContact:
    """A contact that is due today, of a coordinator; of nobody where `coordinator` is empty."""
    said: dict[str, Any] = {"reason": ContactReason.VISIT, "due_on": today(), **over}
    with transaction.atomic():
        planned = plan_contact(about=wish, coordinator=ground.person(coordinator) if coordinator else None, **said)
    assert planned is not None
    return planned


def logged(ground: Ground, one: DueContact, by: str = "coordinator", **over: Any) -> Contact:
    """What came of it, as the coordinator writes it down."""
    said: dict[str, Any] = {
        "means": "phone", "outcome": "reached", "note": "", "next_on": None, "key": uuid.uuid4(), **over
    }  # fmt: skip
    return log_contact(due_id=one.pk, actor=ground.person(by), **said)


def opened() -> list[DueContact]:
    return list(DueContact.objects.unscoped("test").filter(status="open").order_by("pk"))


def test_a_contact_is_planned_once_for_a_reason_and_a_day(ground: Ground) -> None:
    wish = registered(ground)
    first = due(ground, wish)
    assert due(ground, wish).pk == first.pk
    assert due(ground, wish, reason=ContactReason.UPKEEP).pk != first.pk
    assert due(ground, wish, due_on=today() + TOMORROW).pk != first.pk
    assert (first.branch_id, first.about, first.status) == (ground.branch.pk, wish, "open")


def test_nobody_is_planned_without_a_consent_to_be_contacted(ground: Ground) -> None:
    without = frozenset(ConsentSubject.values) - {ConsentSubject.CONTACT}
    wish = registered(ground, consents=without)
    assert plan_contact(about=wish, reason="visit", due_on=today()) is None
    assert opened() == []


def test_nobody_is_called_once_the_consent_to_be_contacted_is_taken_back(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    take_back_consents(
        registrant_of(wish), [ConsentSubject.CONTACT], channel="counter", actor=ground.person("coordinator")
    )
    with pytest.raises(WrongState, match="请不要再联系"):
        logged(ground, one)
    assert Contact.objects.unscoped("test").count() == 0
    cancel_contacts(about=wish)


def test_what_came_of_it_closes_it_and_plans_the_next(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    row = logged(ground, one, outcome="no_answer", note="下午再打", next_on=today() + TOMORROW)
    one.refresh_from_db()
    assert (one.status, one.closed_by, row.due_id, row.about) == ("done", ground.person("coordinator"), one.pk, wish)
    (following,) = opened()
    assert (following.reason, following.due_on) == (one.reason, today() + TOMORROW)
    assert following.coordinator == ground.person("coordinator")
    assert open_for_work(row, "note", work="test:1") == "下午再打"
    assert AuditEvent.objects.filter(verb="registries.contact.written", object_key=str(row.pk)).exists()


def test_a_form_sent_twice_is_one_contact(ground: Ground) -> None:
    one, key = due(ground, registered(ground)), uuid.uuid4()
    assert logged(ground, one, key=key).pk == logged(ground, one, key=key).pk
    with pytest.raises(WrongState, match="已联系"):
        logged(ground, one)


def test_of_two_who_log_one_contact_at_once_one_is_told_so(committed_ground: Ground) -> None:
    one = due(committed_ground, registered(committed_ground), "")
    results = at_once(lambda: logged(committed_ground, one), lambda: logged(committed_ground, one, "second"))
    assert sorted(type(result).__name__ for result in results) == ["Contact", "WrongState"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"means": "pigeon"}, "means"),
        ({"outcome": ""}, "outcome"),
        ({"note": "长" * 501}, "note"),
        ({"next_on": today()}, "next_on"),
        ({"next_on": today() + datetime.timedelta(days=800)}, "next_on"),
    ],
)
def test_what_is_wrong_is_refused_by_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    one = due(ground, registered(ground))
    with pytest.raises(RegistryError) as refused:
        logged(ground, one, **over)
    assert set(refused.value.fields) == {field}
    assert opened() == [one]


def test_a_contact_is_logged_by_its_coordinator_alone_and_what_is_nobodys_by_any_of_the_branch(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    for login, error in (("second", NotFound), ("head", NotAllowed), ("stranger", NotFound), ("province", NotAllowed)):
        with pytest.raises(error):
            logged(ground, one, login)
    assert logged(ground, due(ground, wish, "", reason="upkeep"), "second").by == ground.person("second")


@pytest.mark.parametrize("status", DueStatus.values)
@pytest.mark.parametrize("to_status", DueStatus.values)
def test_a_due_contact_moves_as_the_table_says_and_not_otherwise(ground: Ground, status: str, to_status: str) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    if status == DueStatus.DONE:
        logged(ground, one)
    elif status == DueStatus.CANCELLED:
        cancel_contacts(about=wish)
    with transaction.atomic():
        if to_status in DUE_TRANSITIONS[status]:
            assert _closed(one.pk, to_status, actor=ground.person("coordinator")).status == to_status
        else:
            with pytest.raises(WrongState):
                _closed(one.pk, to_status, actor=ground.person("coordinator"))
        transaction.set_rollback(True)


def test_a_withdrawn_person_has_no_contact_open_a_second_later_and_gets_no_new_one(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    withdraw_wish(wish_id=wish.pk, channel="online")
    one.refresh_from_db()
    assert (one.status, one.closed_by) == ("cancelled", None)
    assert plan_contact(about=wish, reason="visit", due_on=today() + TOMORROW) is None
    with pytest.raises(WrongState, match="请不要再联系"):
        logged(ground, one)


def test_nobody_is_planned_while_they_withdraw(committed_ground: Ground) -> None:
    wish = registered(committed_ground)

    def plan() -> Any:
        with transaction.atomic():
            return plan_contact(about=wish, reason="visit", due_on=today())

    at_once(plan, lambda: withdraw_wish(wish_id=wish.pk, channel="online"))
    assert opened() == []


def test_some_reasons_alone_are_cancelled(ground: Ground) -> None:
    wish = registered(ground)
    kept = due(ground, wish, reason="upkeep")
    due(ground, wish)
    assert cancel_contacts(about=wish, reasons=["visit"]) == 1
    assert opened() == [kept]


def test_what_is_open_goes_over_to_the_wish_that_takes_the_place_of_another(ground: Ground) -> None:
    old = registered(ground)
    due(ground, old)
    new = change_wish(
        wish_id=old.pk, content=gift(items=("cornea",)), channel="counter", signed_on=today(), key=uuid.uuid4(),
        actor=ground.person("clerk"),
    )  # fmt: skip
    assert [(one.about, one.reason, one.coordinator) for one in opened()] == [
        (new, "visit", ground.person("coordinator"))
    ]


def test_a_coordinator_hands_their_own_over_and_has_none_afterwards(ground: Ground) -> None:
    mine, other = due(ground, registered(ground)), due(ground, registered(ground, 1), "second")
    actor, second, key = ground.person("coordinator"), ground.person("second"), uuid.uuid4()
    said: dict[str, Any] = {"from_person": actor, "to_person": second, "branch": ground.branch, "actor": actor}
    done = hand_over_contacts(**said, key=key)
    assert (done.contact_count, done.by, done.to_person) == (1, actor, second)
    assert {one.pk: one.coordinator for one in opened()} == {mine.pk: second, other.pk: second}
    assert hand_over_contacts(**said, key=key).pk == done.pk
    with pytest.raises(WrongState, match="没有可移交"):
        hand_over_contacts(**said)
    with pytest.raises(NotFound):
        logged(ground, mine)
    assert AuditEvent.objects.filter(verb="registries.contacts.handed_over").count() == 1


def test_the_head_hands_over_anybodys_and_nobodys_and_a_colleague_may_not(ground: Ground) -> None:
    due(ground, registered(ground)), due(ground, registered(ground, 1), "")
    said: dict[str, Any] = {"to_person": ground.person("second"), "branch": ground.branch}
    for one in (ground.person("coordinator"), None):
        with pytest.raises(NotAllowed):
            hand_over_contacts(from_person=one, actor=ground.person("second"), **said)
        hand_over_contacts(from_person=one, actor=ground.person("head"), **said)
    assert [one.coordinator for one in opened()] == [ground.person("second")] * 2


def test_contacts_go_to_somebody_who_works_in_the_branch_alone(ground: Ground) -> None:
    one = due(ground, registered(ground))
    for login in ("stranger", "head", "province", "coordinator"):
        with pytest.raises(RegistryError) as refused:
            hand_over_contacts(
                from_person=ground.person("coordinator"), to_person=ground.person(login), branch=ground.branch,
                actor=ground.person("head"),
            )  # fmt: skip
        assert set(refused.value.fields) == {"to_person"}
    assert opened() == [one]
    assert ContactHandOver.objects.unscoped("test").count() == 0


def test_a_slip_is_put_right_by_a_second_record_once_and_by_who_wrote_it(ground: Ground) -> None:
    first = logged(ground, due(ground, registered(ground)))
    said: dict[str, Any] = {"contact_id": first.pk, "means": "phone", "outcome": "no_answer", "note": ""}
    with pytest.raises(NotFound):
        correct_contact(**said, key=uuid.uuid4(), actor=ground.person("second"))
    key = uuid.uuid4()
    second = correct_contact(**said, key=key, actor=ground.person("coordinator"))
    assert correct_contact(**said, key=key, actor=ground.person("coordinator")).pk == second.pk
    assert (second.corrects, second.due_id, second.reason) == (first, first.due_id, first.reason)
    with pytest.raises(WrongState):
        correct_contact(**said, key=uuid.uuid4(), actor=ground.person("coordinator"))
    assert Contact.objects.unscoped("test").count() == 2


def test_a_step_writes_a_contact_that_no_plan_asked_for(ground: Ground) -> None:
    wish = registered(ground)
    row = write_contact(
        about=wish, reason="step", means="met", outcome="reached", note="", actor=ground.person("coordinator")
    )
    assert (row.due, row.note, row.about) == (None, None, wish)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registries_contact SET outcome = 'declined'",
        "UPDATE registries_contact SET note = NULL",
        "DELETE FROM registries_contact",
        "UPDATE registries_duecontact SET due_on = due_on + 1",
        "UPDATE registries_duecontact SET status = 'open', closed_at = NULL, closed_by_id = NULL",
        "DELETE FROM registries_duecontact",
        "UPDATE registries_contacthandover SET contact_count = 9",
    ],
)
def test_the_database_refuses_to_change_what_took_place(ground: Ground, statement: str) -> None:
    logged(ground, due(ground, registered(ground)), note="谈得很好")
    due(ground, registered(ground, 1))
    hand_over_contacts(
        from_person=ground.person("coordinator"), to_person=ground.person("second"), branch=ground.branch,
        actor=ground.person("head"),
    )  # fmt: skip
    refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_contact_is_about_one_thing(ground: Ground) -> None:
    with pytest.raises(DatabaseError, match="duecontact_about_one"), transaction.atomic():
        DueContact.objects.create(
            **DueContact.lineage_of(ground.branch), reason="visit", due_on=days_ago(1), status="open"
        )


def test_who_asks_to_be_called_no_more_takes_the_consent_back_in_the_same_step(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    due(ground, wish, reason=ContactReason.UPKEEP)
    said: dict[str, Any] = {"due_id": one.pk, "means": "phone", "outcome": "reached", "note": "", "key": uuid.uuid4()}
    first = log_last_contact(**said, actor=ground.person("coordinator"))
    assert ConsentSubject.CONTACT not in consents_in_force(registrant_of(wish))
    assert opened() == []
    assert plan_visits() == 0
    assert log_last_contact(**said, actor=ground.person("coordinator")).pk == first.pk
    wish.refresh_from_db()
    assert wish.status == "in_force"


def test_a_donor_who_asks_to_be_called_no_more_stays_a_donor_and_is_not_called(ground: Ground) -> None:
    donor = joined(ground, 1)
    one, _other = due(ground, donor), due(ground, donor, reason=ContactReason.UPKEEP)
    said: dict[str, Any] = {"due_id": one.pk, "means": "phone", "outcome": "declined", "note": "", "key": uuid.uuid4()}
    log_last_contact(**said, actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert (donor.is_called, donor.ended_at) == (False, None)
    assert opened() == []
