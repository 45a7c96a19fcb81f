"""What a branch was told of a death outlasts the row of which it was told."""

from __future__ import annotations

import datetime

from core.clock import today
from core.retention import Asked, open_holds
from core.sealed import open_for_work
from registries.choices.donors import LEFT_DAYS
from registries.models import Contact, Donor, Wish
from registries.services.departed import is_departed, told_deaths
from registries.services.donors.leaving import withdraw_donor
from registries.services.purging import ENDED_DAYS, purge_donors, purge_registrants
from registries.services.upkeep import plan_upkeep
from registries.services.visits import plan_visits
from registries.services.wishes import withdraw_wish
from tests.registries.donor_ground import S, born, brought, number_born
from tests.registries.ground import Ground, registered, somebody
from tests.registries.test_services_told_deaths import SAID, opened, put_right, told


def both(ground: Ground) -> tuple[Wish, Donor]:
    """Somebody's wish and the same person as a donor in the library."""
    donor = brought(ground, S.TYPED, at=1)
    return registered(ground, 1, person=somebody(1, document=number_born(born(30, days=40), 1))), donor


def asked(days: int) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry=False, holds=open_holds())


def test_a_death_told_of_a_wish_is_known_of_the_donor_when_the_wish_is_emptied(ground: Ground) -> None:
    wish, donor = both(ground)
    first = told(ground, wish)
    withdraw_wish(wish_id=wish.pk, channel="online")
    for _night in range(2):
        purge_registrants(asked(ENDED_DAYS + 1))
    wish.refresh_from_db()
    assert wish.registrant is None
    assert is_departed(donor)
    assert (plan_upkeep(), opened()) == (0, 0)
    carried = Contact.objects.unscoped("test").get(donor=donor)
    assert (carried.by, carried.at, carried.means) == (first.by, first.at, first.means)
    assert open_for_work(carried, "note", work="tests.carried:1") == SAID
    first.refresh_from_db()
    assert first.note is None
    put_right(ground, carried)
    assert not is_departed(donor)
    assert plan_upkeep() == 1


def test_a_death_told_of_a_donor_is_known_of_the_wish_when_the_donor_is_emptied(ground: Ground) -> None:
    wish, donor = both(ground)
    told(ground, donor)
    withdraw_donor(donor_id=donor.pk, channel="online")
    for _night in range(2):
        assert purge_donors(asked(LEFT_DAYS + 1)).failed == 0
    donor.refresh_from_db()
    assert donor.registrant is None
    assert is_departed(wish)
    assert (plan_visits(), opened()) == (0, 0)
    assert Contact.objects.unscoped("test").filter(wish=wish).count() == 1


def test_nothing_is_written_over_of_a_death_put_right_nor_where_nothing_is_in_force(ground: Ground) -> None:
    wish, donor = both(ground)
    put_right(ground, told(ground, wish))
    withdraw_wish(wish_id=wish.pk, channel="online")
    purge_registrants(asked(ENDED_DAYS + 1))
    assert not Contact.objects.unscoped("test").filter(donor=donor).exists()
    told(ground, donor)
    withdraw_donor(donor_id=donor.pk, channel="online")
    purge_donors(asked(LEFT_DAYS + 1))
    assert told_deaths().count() == 1
