"""Contacts planned by hand, about wishes and donors alike: when it makes sense, whose, and what is to be said."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.clock import today
from core.errors import DomainError, NotAllowed, NotFound
from core.models import AuditEvent, ReadLog
from core.retention import Asked, open_holds
from registries.choices.contacts import ContactReason, DueStatus
from registries.choices.donors import CONTACTS_MAKE_SENSE, IN_FORCE, LEFT_DAYS
from registries.models import DueContact, DueNote
from registries.services.cases.notifying import notify_case
from registries.services.contacts import log_contact
from registries.services.donors.consenting import take_back_donor_consent
from registries.services.donors.leaving import defer_donor, withdraw_donor
from registries.services.planning import reasons_by_hand, schedule_contact
from registries.services.purging import purge_donors, purge_registrants
from registries.services.wishes import change_wish, withdraw_wish
from tests.registries.case_ground import notice
from tests.registries.donor_ground import S, brought, joined
from tests.registries.ground import Ground, gift, id_number, registered
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

SAID = "先问问考试完了没有"


def planned(ground: Ground, about: Any, by: str = "coordinator", **over: Any) -> DueContact:
    said: dict[str, Any] = {"reason": "upkeep", "due_on": today(), **over}
    return schedule_contact(about=about, actor=ground.person(by), **said)


def refused(ground: Ground, about: Any, **over: Any) -> DomainError:
    with pytest.raises(DomainError) as found:
        planned(ground, about, **over)
    return found.value


def test_a_contact_of_a_donor_is_planned_for_oneself_and_said_twice_it_is_one(ground: Ground) -> None:
    donor = joined(ground)
    first = planned(ground, donor, note=SAID)
    assert planned(ground, donor, note="别的").pk == first.pk
    assert (first.donor, first.coordinator, first.status) == (donor, ground.person("coordinator"), DueStatus.OPEN)
    assert DueNote.objects.count() == 1


@pytest.mark.parametrize("make", [registered, joined])
def test_it_is_ones_own_or_nobodys_or_of_another_who_works_there(ground: Ground, make: Any) -> None:
    about, second = make(ground), ground.person("second")
    assert planned(ground, about, is_free=True).coordinator is None
    assert planned(ground, about, reason="step", for_whom=second).coordinator == second
    for login in ("head", "stranger", "province", "supervisor"):
        assert set(refused(ground, about, reason="visit", for_whom=ground.person(login)).fields) == {"whose"}
    for login in ("head", "stranger", "province"):
        with pytest.raises((NotAllowed, NotFound)):
            planned(ground, about, by=login, reason="visit")
    assert AuditEvent.objects.filter(verb="registries.contact.planned").count() == 2


def test_the_same_contact_of_another_is_named_and_not_taken_over(ground: Ground) -> None:
    donor = joined(ground)
    planned(ground, donor, by="second")
    assert ground.person("second").name in refused(ground, donor).fields["due_on"]


def test_who_left_who_died_and_who_is_not_to_be_rung_is_not_planned(ground: Ground) -> None:
    gone, dead, silent = joined(ground), registered(ground, 1), joined(ground, 2)
    withdraw_donor(donor_id=gone.pk, channel="online")
    notify_case(notice=notice(ground.branch, document=id_number(1)), actor=ground.person("coordinator"))
    take_back_donor_consent(donor_id=silent.pk, subject="stem_contact", channel="counter", actor=ground.person("clerk"))
    for about in (gone, dead, silent):
        about.refresh_from_db()
        assert refused(ground, about).code == "contact_not_consented"
    assert not DueContact.objects.unscoped("test").filter(status="open").exists()


def test_before_a_deferral_is_over_only_what_makes_sense_is_planned(ground: Ground) -> None:
    donor, until = joined(ground), today() + datetime.timedelta(days=30)
    defer_donor(donor_id=donor.pk, until=until, reason="away", actor=ground.person("clerk"))
    assert until.isoformat() in refused(ground, donor, reason="step").fields["due_on"]
    assert planned(ground, donor, reason="step", due_on=until).due_on == until
    assert planned(ground, donor, reason="upkeep").due_on == today()


@pytest.mark.parametrize(
    ("status", "reasons"),
    [
        (S.ENROLLED, {"upkeep", "step", "visit"}),
        (S.MATCHED, {"upkeep", "step", "visit", "remobilise", "recover"}),
        (S.LOST, {"upkeep", "recover"}),
        (S.FOLLOW_UP, {"upkeep", "step", "visit", "follow_up"}),
    ],
)
def test_a_reason_fits_where_a_donor_stands(ground: Ground, status: str, reasons: set[str]) -> None:
    donor = brought(ground, status)
    assert set(reasons_by_hand(donor)) == reasons
    for reason in sorted(set(ContactReason.values) - reasons):
        assert set(refused(ground, donor, reason=reason).fields) == {"reason"}


def test_every_state_in_force_has_a_reason_and_none_that_is_over() -> None:
    assert set().union(*CONTACTS_MAKE_SENSE.values()) == IN_FORCE


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"reason": "x"}, "reason"),
        ({"due_on": today() - datetime.timedelta(days=1)}, "due_on"),
        ({"due_on": today() + datetime.timedelta(days=800)}, "due_on"),
        ({"note": "长" * 501}, "note"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    assert set(refused(ground, joined(ground), **over).fields) == {field}


def test_what_is_to_be_said_lies_sealed_and_is_read_for_a_purpose(ground: Ground) -> None:
    donor = joined(ground)
    one, client = planned(ground, donor, note=SAID), client_of(ground, "coordinator")
    assert SAID.encode() not in bytes(DueNote.objects.get().note or b"")
    where = reverse("desk_registry_contact", kwargs={"key": one.key})
    before = client.get(where).content.decode()
    assert "安排说明" in before
    assert SAID not in before
    assert SAID in client.post(where, {"show": "notes", "purpose": "准备联系"}).content.decode()
    assert ReadLog.objects.filter(purpose="准备联系", object_label="registries.duenote").count() == 1
    assert client_of(ground, "clerk").post(where, {"show": "notes", "purpose": "准备联系"}).status_code in (403, 404)


def test_what_is_to_be_said_goes_over_with_a_changed_wish(ground: Ground) -> None:
    wish, actor = registered(ground), ground.person("coordinator")
    planned(ground, wish, note=SAID)
    new = change_wish(
        wish_id=wish.pk, content=gift(), channel="counter", signed_on=today(), key=uuid.uuid4(), actor=actor
    )
    due = DueContact.objects.unscoped("test").get(wish=new)
    text = client_of(ground, "coordinator").post(
        reverse("desk_registry_contact", kwargs={"key": due.key}), {"show": "notes", "purpose": "准备联系"}
    )
    assert SAID in text.content.decode()


def test_what_is_to_be_said_is_emptied_with_whom_it_is_about(ground: Ground) -> None:
    donor, wish = joined(ground), registered(ground, 1)
    for about in (donor, wish):
        planned(ground, about, note=SAID)
    withdraw_donor(donor_id=donor.pk, channel="online")
    withdraw_wish(wish_id=wish.pk, channel="online")
    later = Asked(today() + datetime.timedelta(days=LEFT_DAYS + 1), False, open_holds())
    assert purge_donors(later).destroyed == 1
    assert purge_registrants(later).destroyed == 2
    assert [(one.note, one.destroyed_at is not None) for one in DueNote.objects.all()] == [(None, True)] * 2


@pytest.mark.parametrize(
    "change",
    ["UPDATE registries_duenote SET note = NULL", "UPDATE registries_duenote SET at = now()",
     "DELETE FROM registries_duenote"],
)  # fmt: skip
def test_what_was_written_down_stands(ground: Ground, change: str) -> None:
    planned(ground, joined(ground), note=SAID)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_from_the_page_of_a_donor_a_contact_is_planned_seen_and_gone_to(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "coordinator")
    assert reverse("desk_donor_contacts", args=[donor.number]) in page(client, "desk_donor", donor.number)
    sent = {"reason": "upkeep", "due_on": today().isoformat(), "whose": "", "note": SAID}
    assert "现在可以联系" in post(client, "desk_donor_contacts", donor.number, **sent)
    due = DueContact.objects.unscoped("test").get()
    where = reverse("desk_registry_contact", kwargs={"key": due.key})
    for name in ("desk_donor", "desk_donor_contacts"):
        assert where in page(client, name, donor.number)
        assert where not in page(client_of(ground, "second"), name, donor.number)
    log_contact(
        due_id=due.pk, means="phone", outcome="reached", note="", next_on=None, key=uuid.uuid4(),
        actor=ground.person("coordinator"),
    )  # fmt: skip
    text = page(client, "desk_donor_contacts", donor.number)
    assert where in text
    assert "联系上了" in text


def test_whose_it_is_is_chosen_on_the_page_among_who_works_there(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "coordinator")
    sent = {"reason": "upkeep", "due_on": today().isoformat()}
    post(client, "desk_donor_contacts", donor.number, **sent, whose="stranger")
    assert not DueContact.objects.unscoped("test").exists()
    post(client, "desk_donor_contacts", donor.number, **sent, whose="-")
    assert "已安排" in post(client, "desk_donor_contacts", donor.number, **{**sent, "reason": "step"}, whose="second")
    rows = DueContact.objects.unscoped("test").order_by("pk")
    assert [one.coordinator for one in rows] == [None, ground.person("second")]


def test_who_left_has_a_history_and_no_form(ground: Ground) -> None:
    donor = joined(ground)
    withdraw_donor(donor_id=donor.pk, channel="online")
    text = page(client_of(ground, "coordinator"), "desk_donor_contacts", donor.number)
    assert "不再联系" in text
    assert "安排一次联系" not in text
    answer = client_of(ground, "stranger").get(reverse("desk_donor_contacts", args=[donor.number]))
    assert answer.status_code == 404
