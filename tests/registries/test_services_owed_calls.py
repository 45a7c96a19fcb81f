"""What a told death cancelled comes back by the state of the donor, once it is put right."""

from __future__ import annotations

import uuid

import pytest

from core.clock import today
from registries.models import DueContact
from registries.services.donors.giving import take_answer
from tests.registries.donor_ground import S, born, brought, number_born
from tests.registries.ground import Ground, registered, somebody
from tests.registries.test_services_told_deaths import SAID, opened, put_right, told


@pytest.mark.parametrize(
    ("status", "is_lost", "reasons"),
    [
        (S.MATCHED, False, ["remobilise"]),
        (S.REMOBILISING, False, ["remobilise"]),
        (S.REMOBILISING, True, ["recover"]),
        (S.LOST, False, ["recover"]),
        (S.FOLLOW_UP, False, ["follow_up"]),
        (S.TYPED, False, []),
    ],
)
def test_a_death_put_right_brings_back_once_what_the_state_of_the_donor_asks_for(
    ground: Ground, status: str, is_lost: bool, reasons: list[str]
) -> None:
    donor = brought(ground, status)
    if is_lost:
        take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=ground.person("coordinator"))
        donor.refresh_from_db()
    one = told(ground, donor)
    assert opened() == 0
    again = put_right(ground, one, outcome="died", note=SAID)
    assert opened() == 0
    key = uuid.uuid4()
    for _sent in range(2):
        put_right(ground, again, key=key)
    rows = DueContact.objects.unscoped("test").filter(status="open")
    assert [one.reason for one in rows] == reasons
    assert [one.due_on for one in rows if one.reason == "follow_up"] == [donor.follow_up_on] * (status == S.FOLLOW_UP)


def test_a_death_told_twice_and_put_right_once_brings_no_call_back(ground: Ground) -> None:
    donor = brought(ground, S.MATCHED)
    first, second = told(ground, donor), told(ground, donor)
    put_right(ground, first)
    assert opened() == 0
    put_right(ground, second)
    assert opened() == 1


def test_a_death_told_of_the_wish_and_put_right_there_brings_back_the_calls_about_the_donor(ground: Ground) -> None:
    donor = brought(ground, S.MATCHED, at=1)
    wish = registered(ground, 1, person=somebody(1, document=number_born(born(30, days=40), 1)))
    one = told(ground, wish)
    assert opened() == 0
    put_right(ground, one)
    assert [due.donor_id for due in DueContact.objects.unscoped("test").filter(status="open")] == [donor.pk]
