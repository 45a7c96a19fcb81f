"""Retention of donors: who left is emptied after a month, who is in another registry stays known."""

from __future__ import annotations

import datetime
import uuid

from core.clock import frozen_at, now, today
from core.retention import Asked, open_holds
from registries.choices.donors import LEFT_DAYS
from registries.models import Collection, Contact, Donor, Registrant
from registries.services.donors.contacting import note_contact
from registries.services.donors.leaving import withdraw_donor
from registries.services.donors.own import own_donors, withdraw_own_donor
from registries.services.mine import own_registrants, own_wishes
from registries.services.purging import purge_donors, purge_registrants
from registries.services.wishes import withdraw_wish
from tests.registries.donor_ground import S, agreement, brought, joined
from tests.registries.ground import Ground, registered


def asked(*, days: int, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


def test_who_left_is_emptied_after_a_month_and_the_figures_stay(ground: Ground) -> None:
    actor = ground.person("coordinator")
    gone, kept = brought(ground, S.FOLLOW_UP), joined(ground, 1)
    note_contact(
        donor_id=gone.pk,
        reason="upkeep",
        means="phone",
        outcome="reached",
        note="示例备注",
        key=uuid.uuid4(),
        actor=actor,
    )
    withdraw_donor(donor_id=gone.pk, channel="online")
    assert purge_donors(asked(days=LEFT_DAYS - 1)).due == 0
    assert purge_donors(asked(days=LEFT_DAYS + 1, is_dry=True)).due == 1
    assert Donor.objects.unscoped("test").filter(destroyed_at=None).count() == 2
    assert purge_donors(asked(days=LEFT_DAYS + 1)).destroyed == 1
    assert purge_donors(asked(days=LEFT_DAYS + 1)).due == 0
    assert purge_registrants(asked(days=LEFT_DAYS + 1)).destroyed == 1
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.registrant, gone.answers, gone.kin, gone.registrant_digest) == (None, None, None, None)
    assert (gone.status, gone.enrolled_on is not None, gone.number != "") == (S.WISH, True, True)
    assert kept.registrant is not None
    assert Collection.objects.get().serial == 1
    assert [one.note for one in Contact.objects.unscoped("test")] == [None]
    assert Registrant.objects.unscoped("test").filter(destroyed_at=None).count() == 1


def test_who_is_a_donor_in_force_stays_known_when_their_wish_is_emptied(ground: Ground) -> None:
    person = agreement(ground.branch).person
    wish = registered(ground, person=person)
    donor = joined(ground)
    withdraw_wish(wish_id=wish.pk, channel="online")
    later = asked(days=LEFT_DAYS + 1)
    assert purge_registrants(later).destroyed == 1
    assert purge_registrants(later).due == 0
    wish.refresh_from_db()
    assert (wish.content, wish.registrant) == (None, None)
    assert Registrant.objects.unscoped("test").get().destroyed_at is None
    people = own_registrants(phone=person.phone, name=person.name)
    assert [one.number for one in own_donors(people)] == [donor.number]


def test_who_has_a_wish_in_force_stays_known_when_the_donor_is_emptied(ground: Ground) -> None:
    person = agreement(ground.branch).person
    wish = registered(ground, person=person)
    withdraw_donor(donor_id=joined(ground).pk, channel="online")
    later = asked(days=LEFT_DAYS + 1)
    assert (purge_donors(later).destroyed, purge_registrants(later).due) == (1, 0)
    assert Registrant.objects.unscoped("test").get().destroyed_at is None
    people = own_registrants(phone=person.phone, name=person.name)
    assert [one.number for one in own_wishes(people)] == [wish.number]
    assert own_donors(people) == []
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert purge_registrants(asked(days=LEFT_DAYS + 1)).destroyed == 1
    assert Registrant.objects.unscoped("test").get().destroyed_at is not None


def test_who_is_lost_is_kept_and_who_was_emptied_may_join_again(ground: Ground) -> None:
    brought(ground, S.LOST)
    assert purge_donors(asked(days=4000)).due == 0
    assert purge_registrants(asked(days=4000)).due == 0
    people = own_registrants(phone=agreement(ground.branch).person.phone, name=agreement(ground.branch).person.name)
    withdraw_own_donor(registrant_ids=people, number=own_donors(people)[0].number)
    with frozen_at(now() + datetime.timedelta(days=LEFT_DAYS + 1)):
        purge_donors(asked(days=0))
        purge_registrants(asked(days=0))
        joined(ground)
    assert Registrant.objects.unscoped("test").count() == 2
