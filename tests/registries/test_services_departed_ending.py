"""What is in force of whoever died ends once nothing rests on it, and what it says goes after that."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.db import transaction

from core.clock import frozen_at, now, today
from core.models import AuditEvent
from core.retention import Asked, open_holds
from core.sealed import open_for_work
from registries.choices import Item, WishStatus
from registries.choices.cases import CaseStatus
from registries.choices.donors import IN_FORCE, LEFT_DAYS
from registries.errors import RegistryError, WrongState
from registries.models import CasePerson, DueContact, RegistryTally, Wish
from registries.selectors.wishes import wishes_for
from registries.services.cases.handing import end_case
from registries.services.cases.purging import EXIT_DAYS, GIVEN_DAYS, purge_cases
from registries.services.contacts import plan_contact
from registries.services.departed_ending import TOLD_DAYS, end_departed
from registries.services.donors import leaving
from registries.services.donors.states import DonorStatus
from registries.services.figures.tallying import count_steps
from registries.services.purging import ENDED_DAYS, purge_donors, purge_registrants
from registries.services.visits import plan_visits
from registries.services.wishes import register_wish, withdraw_wish
from tests.registries.case_ground import case_in
from tests.registries.donor_ground import S, born, brought, number_born
from tests.registries.ground import Ground, form, gift, id_number, registered, somebody
from tests.registries.test_services_departed import elsewhere
from tests.registries.test_services_told_deaths import put_right, told
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def asked(days: int, *, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


def night(days: int) -> int:
    """What ends in a night: cases first, as the table has it."""
    purge_cases(asked(days))
    return end_departed(asked(days)).destroyed


def tallies() -> list[str]:
    count_steps()
    rows = RegistryTally.objects.unscoped("test").order_by("year", "branch_id")
    return [str(json.loads(open_for_work(one, "content", work="tests.tally:1") or "{}")) for one in rows]


@pytest.mark.parametrize(("state", "days"), [("declined", EXIT_DAYS), ("closed", GIVEN_DAYS)])
def test_a_wish_in_force_ends_in_every_branch_with_the_case_that_tells_of_the_death_and_not_before(
    ground: Ground, state: str, days: int
) -> None:
    # Neither covers what the case asks for, so that the family decides.
    tissue = gift(items=(Item.TISSUE,))
    here, other = registered(ground, 1, content=tissue), registered(ground, 2)
    there = register_wish(registration=form(ground.elsewhere, 1, content=tissue), actor=ground.person("stranger"))
    case_in(ground, state, document=id_number(1))
    assert night(days - 1) == 0
    purge_cases(asked(days + 1))
    assert end_departed(asked(days + 1, is_dry=True)).due == 2
    assert end_departed(asked(days + 1)).destroyed == 2
    assert end_departed(asked(days + 1)).due == 0
    for one in (here, there):
        one.refresh_from_db()
        assert (one.status, one.ended_at is not None) == (WishStatus.DEPARTED, True)
        event = one.events.order_by("-pk")[0]
        assert (event.from_status, event.to_status, event.actor) == ("in_force", "departed", None)
        assert AuditEvent.objects.filter(verb="registries.wish.departed", object_key=one.number).exists()
    other.refresh_from_db()
    assert other.status == WishStatus.IN_FORCE


def test_what_the_dead_wished_and_who_they_were_goes_a_month_after_it_ended_and_then_their_document(
    ground: Ground,
) -> None:
    wish = registered(ground, 1)
    case = case_in(ground, "declined", document=id_number(1))
    before = tallies()
    assert night(EXIT_DAYS + 1) == 1
    assert CasePerson.objects.get(case=case).document_digest is not None
    purge_registrants(asked(ENDED_DAYS - 1))
    assert Wish.objects.unscoped("test").get(pk=wish.pk).content is not None
    purge_registrants(asked(ENDED_DAYS + 1))
    wish.refresh_from_db()
    assert (wish.registrant, wish.content, wish.status) == (None, None, WishStatus.DEPARTED)
    night(EXIT_DAYS + 40)
    assert CasePerson.objects.get(case=case).document_digest is None
    # What was published of them stays true.
    assert tallies() == before


def test_nothing_ends_while_another_case_about_the_person_is_kept(ground: Ground) -> None:
    wish = registered(ground, 1)
    case_in(ground, "declined", document=id_number(1))
    case_in(ground, CaseStatus.NOTIFIED, document=id_number(1))
    assert night(EXIT_DAYS + 1) == 0
    wish.refresh_from_db()
    assert wish.status == WishStatus.IN_FORCE


def test_a_case_that_was_a_mistake_ends_nobodys_wish(ground: Ground) -> None:
    wish = registered(ground, 1)
    case = case_in(ground, CaseStatus.NOTIFIED, document=id_number(1))
    end_case(case_id=case.pk, to_status="stopped", reason="mistake", on=today(), actor=ground.person("coordinator"))
    assert [night(days) for days in (EXIT_DAYS + 1, EXIT_DAYS + 400)] == [0, 0]
    assert withdraw_wish(wish_id=wish.pk, channel="online").status == WishStatus.WITHDRAWN


def test_what_a_branch_was_told_ends_a_wish_after_three_years_unless_it_was_put_right(ground: Ground) -> None:
    wish, living, other = registered(ground, 1), registered(ground, 2), elsewhere(ground, 1)
    told(ground, wish)
    put_right(ground, told(ground, living))
    assert night(TOLD_DAYS - 1) == 0
    assert night(TOLD_DAYS + 2) == 1
    for one, status in ((wish, "departed"), (living, "in_force"), (other, "in_force")):
        one.refresh_from_db()
        assert one.status == status


def test_a_case_that_is_kept_says_more_than_what_was_told_long_ago(ground: Ground) -> None:
    wish = registered(ground, 1, content=gift(items=(Item.TISSUE,)))
    told(ground, wish)
    case_in(ground, "closed", document=id_number(1))
    assert night(TOLD_DAYS + 2) == 0
    assert night(GIVEN_DAYS + 2) == 1


def test_a_death_told_of_the_wish_ends_the_donor_too_and_the_library_is_to_be_told(ground: Ground) -> None:
    donor = brought(ground, S.TYPED, at=1)
    wish = registered(ground, 1, person=somebody(1, document=number_born(born(30, days=40), 1)))
    told(ground, wish)
    assert night(TOLD_DAYS + 2) == 2
    wish.refresh_from_db(), donor.refresh_from_db()
    assert (wish.status, donor.status, donor.is_known_there) == ("departed", S.DECEASED, True)
    text = page(client_of(ground, "coordinator"), "desk_donor", donor.number)
    assert "按保存期限" in text
    purge_donors(asked(LEFT_DAYS + 1)), purge_registrants(asked(ENDED_DAYS + 1))
    for one in (wish, donor):
        one.refresh_from_db()
        assert one.registrant is None


def test_who_lives_and_is_found_meanwhile_keeps_what_they_have(ground: Ground) -> None:
    """A race: the night has its list, then the record is put right; each row is looked at again under its lock."""
    wish = registered(ground, 1)
    first = told(ground, wish)
    with frozen_at(now() + datetime.timedelta(days=TOLD_DAYS + 2)):
        put_right(ground, first)
        assert end_departed(Asked(today(), False, open_holds())).due == 0


def test_what_is_still_open_is_cancelled_with_the_wish(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = registered(ground, 1)
    with transaction.atomic():
        due = plan_contact(about=wish, reason="visit", due_on=today())
    told_of = "registries.services.told_deaths.end_calls_of"
    monkeypatch.setattr(told_of, lambda *_args, **_how: 0)
    told(ground, wish)
    assert night(TOLD_DAYS + 2) == 1
    assert due is not None
    assert DueContact.objects.unscoped("test").get(pk=due.pk).status == "cancelled"
    assert plan_visits() == 0


def test_the_page_of_an_ended_wish_says_that_the_term_was_over_and_nobodys_name(ground: Ground) -> None:
    wish = registered(ground, 1)
    told(ground, wish)
    night(TOLD_DAYS + 2)
    text = page(client_of(ground, "coordinator"), "desk_wish", wish.number)
    assert "本人已故，期满终止" in text
    assert "按保存期限" in text
    assert "撤回登记" not in text
    assert wish in wishes_for(ground.person("coordinator"), "ended")


@pytest.mark.parametrize("status", sorted(IN_FORCE - {S.LOST}))
def test_a_donor_who_is_known_to_have_died_leaves_from_wherever_they_stood(ground: Ground, status: str) -> None:
    donor = brought(ground, status)
    actor = ground.person("coordinator")
    client = client_of(ground, "coordinator")
    said: dict[str, Any] = {"donor_id": donor.pk, "on": today(), "actor": actor}
    assert "已故退库" not in page(client, "desk_donor", donor.number)
    with pytest.raises(RegistryError, match="得知本人已故"):
        leaving.retire_deceased_donor(**said)
    told(ground, donor)
    assert "已故退库" in page(client, "desk_donor", donor.number)
    post(client, "desk_donor_step", donor.number, "deceased", on=today().isoformat())
    donor.refresh_from_db()
    assert (donor.status, donor.ended_at is not None) == (DonorStatus.DECEASED, True)
    assert not DueContact.objects.unscoped("test").filter(donor=donor, status="open").exists()
    with pytest.raises(WrongState):
        leaving.retire_deceased_donor(**said)
