"""A branch is told that somebody died: no case, no state; they are called no more until the record is put right."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import ReadLog
from registries.choices.contacts import ContactOutcome
from registries.choices.figures import DeskMeasure
from registries.errors import RegistryError
from registries.models import Contact, DueContact
from registries.services.contacts import correct_contact, log_contact
from registries.services.departed import all_departed_wishes, departed_wishes, is_departed, told_deaths
from registries.services.planning import schedule_contact
from registries.services.told_deaths import record_death
from registries.services.upkeep import plan_upkeep
from registries.services.visits import plan_visits
from registries.services.wishes import register_wish, withdraw_wish
from tests.registries.donor_ground import S, born, brought, number_born
from tests.registries.ground import Ground, counts_for, form, registered, somebody
from tests.registries.test_selectors_contacts import plan
from tests.registries.test_services_contacts import due
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

SAID = "女儿来电说的，去年冬至"


def told(ground: Ground, about: Any, by: str = "coordinator", **over: Any) -> Contact:
    said = {"means": "phone", "note": SAID, "key": uuid.uuid4(), **over}
    return record_death(about=about, **said, actor=ground.person(by))


def put_right(ground: Ground, one: Contact, by: str = "second", **over: Any) -> Contact:
    said = {"means": "met", "outcome": "reached", "note": "", "key": uuid.uuid4(), **over}
    return correct_contact(contact_id=one.pk, **said, actor=ground.person(by))


def opened() -> int:
    return DueContact.objects.unscoped("test").filter(status="open").count()


def test_who_lives_withdraws_at_once_whatever_their_branch_was_told(ground: Ground) -> None:
    wish = registered(ground)
    told(ground, wish)
    text = page(client_of(ground, "coordinator"), "desk_wish", wish.number)
    assert ("得知本人已故" in text, "撤回登记" in text) == (True, True)
    assert withdraw_wish(wish_id=wish.pk, channel="online").status == "withdrawn"


def test_who_is_said_to_have_died_is_called_no_more_as_donor_and_by_wish_and_keeps_their_registration(
    ground: Ground,
) -> None:
    donor = brought(ground, S.TYPED, at=1)
    document = number_born(born(30, days=40), 1)
    wish = registered(ground, 1, person=somebody(1, document=document))
    elsewhere = register_wish(
        registration=form(ground.elsewhere, 1, person=somebody(1, document=document)), actor=ground.person("stranger")
    )
    assert (plan_visits(), plan_upkeep()) == (2, 1)
    first = told(ground, donor, key=(key := uuid.uuid4()))
    assert told(ground, donor, key=key).pk == first.pk
    assert (first.outcome, first.by) == (ContactOutcome.DIED, ground.person("coordinator"))
    # The other branch is told nothing.
    assert opened() == 1
    assert (plan_visits(), plan_upkeep()) == (0, 0)
    assert [is_departed(one) for one in (wish, donor, elsewhere)] == [True, True, False]
    assert departed_wishes([wish, elsewhere]) == {wish.pk}
    assert all_departed_wishes() == [wish.pk]
    with pytest.raises(RegistryError, match="已经去世"):
        schedule_contact(about=wish, reason="visit", due_on=today(), actor=ground.person("coordinator"))
    wish.refresh_from_db(), donor.refresh_from_db()
    assert (wish.status, donor.status, donor.ended_at) == ("in_force", S.TYPED, None)


def test_what_was_told_wrongly_is_put_right_by_anybody_who_keeps_registries_there(ground: Ground) -> None:
    wish = registered(ground)
    plan_visits()
    one = told(ground, wish)
    said: dict[str, Any] = {"contact_id": one.pk, "means": "met", "outcome": "reached", "note": "", "key": uuid.uuid4()}
    with pytest.raises(NotFound):
        correct_contact(**said, actor=ground.person("stranger"))
    correct_contact(**said, actor=ground.person("second"))
    assert not is_departed(wish)
    assert plan_visits() == 1


def test_it_is_said_as_the_outcome_of_a_call_with_who_said_so(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish)
    due(ground, wish, reason="upkeep")
    said: dict[str, Any] = {"due_id": one.pk, "means": "phone", "outcome": "died", "key": uuid.uuid4()}
    for note, next_on, field in (("", None, "note"), (SAID, today() + datetime.timedelta(days=9), "next_on")):
        with pytest.raises(RegistryError) as refused:
            log_contact(**said, note=note, next_on=next_on, actor=ground.person("coordinator"))
        assert set(refused.value.fields) == {field}
    log_contact(**said, note=SAID, next_on=None, actor=ground.person("coordinator"))
    assert (opened(), is_departed(wish)) == (0, True)
    # It is no outcome of a call in the counts, and nothing is counted as declined.
    (row,) = [r for r in counts_for(ground.person("coordinator")).rows if r.branch == ground.branch]
    counted = dict(zip(DeskMeasure.values, row.figures, strict=True))
    assert (counted["reached"], counted["missed"], counted["declined"]) == (0, 0, 0)


def test_from_the_page_of_contacts_it_is_written_down_and_read_for_a_purpose(ground: Ground) -> None:
    wish = registered(ground)
    client = client_of(ground, "coordinator")
    assert f"/wishes/{wish.number}/departed/" in page(client, "desk_wish_contacts", wish.number)
    assert "记下以后" in page(client, "desk_wish_departed", wish.number)
    text = post(client, "desk_wish_departed", wish.number, key=str(uuid.uuid4()), means="phone", note=SAID)
    assert ("得知本人已故" in text, SAID in text) == (True, False)
    due_row = DueContact.objects.unscoped("test").get(wish=wish)
    reads = ReadLog.objects.count()
    shown = post(client, "desk_registry_contact", due_row.key, show="notes", purpose="核对")
    assert SAID in shown
    assert ReadLog.objects.count() > reads
    assert "记下以后" not in page(client, "desk_wish_departed", wish.number)
    with pytest.raises(NotAllowed):
        told(ground, registered(ground, 2), "head")


def test_who_is_said_to_have_died_is_found_by_an_index_of_its_own(committed_ground: Ground) -> None:
    told(committed_ground, registered(committed_ground))
    assert "contact_told_died" in plan(told_deaths().values("pk"))
