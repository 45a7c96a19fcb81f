"""What was withdrawn here and still stands in the national system is not forgotten, and not kept for ever."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.utils import DatabaseError

from core.clock import today
from core.errors import NotAllowed, NotFound
from registries.errors import RegistryError, WrongState
from registries.models import Registrant, Wish
from registries.selectors.wishes import wishes_for
from registries.services.purging import ENDED_DAYS, STANDING_DAYS, purge_registrants
from registries.services.wishes import change_wish, hand_over_wish, note_withdrawn_there, withdraw_wish
from tests.registries.ground import Ground, days_ago, gift, registered
from tests.registries.test_services_purging import asked


def handed_over(ground: Ground, at: int = 0) -> Wish:
    wish = registered(ground, at, signed_on=days_ago(3))
    return hand_over_wish(wish_id=wish.pk, reference=f"ORG{at}001", on=days_ago(1), actor=ground.person("clerk"))


def standing(ground: Ground) -> list[Wish]:
    return wishes_for(ground.person("coordinator"), "standing")


def test_it_stands_on_a_list_until_the_day_is_written_down_once(ground: Ground) -> None:
    clerk, wish = ground.person("clerk"), handed_over(ground)
    registered(ground, 1)
    assert standing(ground) == []
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert standing(ground) == [wish]
    done = note_withdrawn_there(wish_id=wish.pk, on=today(), actor=clerk)
    assert (done.withdrawn_there_on, done.events.last().verb) == (today(), "withdrawn_there")
    assert standing(ground) == []
    with pytest.raises(WrongState):
        note_withdrawn_there(wish_id=wish.pk, on=today(), actor=clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Wish.objects.unscoped("test").filter(pk=wish.pk).update(withdrawn_there_on=days_ago(1))


def test_a_change_does_not_hide_that_the_earlier_one_stands_there(ground: Ground) -> None:
    clerk, wish = ground.person("clerk"), handed_over(ground)
    new = change_wish(
        wish_id=wish.pk, content=gift(), channel="counter", signed_on=today(), key=uuid.uuid4(), actor=clerk
    )
    assert standing(ground) == []
    withdraw_wish(wish_id=new.pk, channel="counter", actor=clerk)
    assert standing(ground) == [new]


def test_only_what_was_withdrawn_and_handed_over_is_written_down(ground: Ground) -> None:
    clerk, wish, other = ground.person("clerk"), handed_over(ground), registered(ground, 1)
    with pytest.raises(WrongState):
        note_withdrawn_there(wish_id=wish.pk, on=today(), actor=clerk)
    withdraw_wish(wish_id=other.pk, channel="online")
    with pytest.raises(WrongState):
        note_withdrawn_there(wish_id=other.pk, on=today(), actor=clerk)
    # One in force may be withdrawn there as well, where the consent was taken back: that the service holds.
    with pytest.raises((IntegrityError, InternalError, DatabaseError)), transaction.atomic():
        Wish.objects.unscoped("test").filter(pk=other.pk).update(withdrawn_there_on=today())


@pytest.mark.parametrize("days", [-1, 4])
def test_the_day_lies_between_signature_and_today(ground: Ground, days: int) -> None:
    wish = handed_over(ground)
    withdraw_wish(wish_id=wish.pk, channel="online")
    with pytest.raises(RegistryError) as refused:
        note_withdrawn_there(wish_id=wish.pk, on=today() - datetime.timedelta(days=days), actor=ground.person("clerk"))
    assert "on" in refused.value.fields


@pytest.mark.parametrize("login", ["stranger", "province", "head"])
def test_nobody_writes_it_down_in_another_branch(ground: Ground, login: str) -> None:
    wish = handed_over(ground)
    withdraw_wish(wish_id=wish.pk, channel="online")
    with pytest.raises((NotAllowed, NotFound)):
        note_withdrawn_there(wish_id=wish.pk, on=today(), actor=ground.person(login))


def test_destruction_waits_for_it_and_at_most_sixty_days(ground: Ground) -> None:
    first, second = handed_over(ground), handed_over(ground, 1)
    for wish in (first, second):
        withdraw_wish(wish_id=wish.pk, channel="online")
    assert purge_registrants(asked(days=ENDED_DAYS + 1)).destroyed == 0
    note_withdrawn_there(wish_id=first.pk, on=today(), actor=ground.person("clerk"))
    assert purge_registrants(asked(days=ENDED_DAYS + 1)).destroyed == 1
    assert purge_registrants(asked(days=STANDING_DAYS - 1)).destroyed == 0
    assert purge_registrants(asked(days=STANDING_DAYS + 1)).destroyed == 1
    assert Registrant.objects.unscoped("test").filter(destroyed_at=None).count() == 0
    assert standing(ground) == []
