"""Keeping up how a donor is reached: their particulars, and whom to ring."""

from __future__ import annotations

import json

import pytest

from core.errors import NotAllowed, NotFound
from core.sealed import holds, open_for_work
from registries.errors import RegistryError, WrongState
from registries.services.donors.kin import Kin, change_kin
from registries.services.donors.leaving import withdraw_donor
from registries.services.registrants import registrant_of
from tests.registries.donor_ground import joined
from tests.registries.ground import Ground, somebody
from tests.registries.test_views_wishes import client_of

NEW = (Kin("示例母亲", "parent", "13900000021"), Kin("示例同学", "friend", "0571-88000001"))


def test_both_to_ring_are_changed_and_the_event_names_nobody(ground: Ground) -> None:
    donor = joined(ground)
    change_kin(donor_id=donor.pk, people=NEW, actor=ground.person("clerk"))
    donor.refresh_from_db()
    kin = json.loads(open_for_work(donor, "kin", work="test") or "[]")
    assert [(one["name"], one["phone"]) for one in kin] == [("示例母亲", "13900000021"), ("示例同学", "057188000001")]
    event = donor.events.order_by("-pk").first()
    assert event is not None
    assert (event.verb, event.from_status, event.to_status) == ("kin_changed", donor.status, donor.status)


@pytest.mark.parametrize(
    ("people", "field"),
    [
        (NEW[:1], "kin1_name"),
        ((NEW[0], Kin("", "friend", "13900000022")), "kin2_name"),
        ((NEW[0], Kin("示例同学", "boss", "13900000022")), "kin2_relation"),
        ((NEW[0], Kin("示例同学", "friend", "13900000021")), "kin2_phone"),
        ((Kin("示例母亲", "parent", somebody().phone), NEW[1]), "kin1_phone"),
    ],
)
def test_what_is_wrong_with_them_is_said_by_field(ground: Ground, people: tuple[Kin, ...], field: str) -> None:
    donor = joined(ground)
    with pytest.raises(RegistryError) as refused:
        change_kin(donor_id=donor.pk, people=people, actor=ground.person("clerk"))
    assert field in refused.value.fields


def test_nobody_changes_them_elsewhere_or_once_the_donor_has_left(ground: Ground) -> None:
    donor = joined(ground)
    with pytest.raises((NotAllowed, NotFound)):
        change_kin(donor_id=donor.pk, people=NEW, actor=ground.person("stranger"))
    withdraw_donor(donor_id=donor.pk, channel="counter", actor=ground.person("clerk"))
    with pytest.raises(WrongState):
        change_kin(donor_id=donor.pk, people=NEW, actor=ground.person("clerk"))


def test_a_donors_new_telephone_is_put_right_at_the_desk(ground: Ground) -> None:
    donor = joined(ground)
    client = client_of(ground, "clerk")
    page = f"/desk/registries/donors/{donor.number}/correct/"
    assert client.get(page).status_code == 200
    got = client.post(page, {"reason": "contact_changed", "phone": "13911112222"})
    assert got.status_code == 302, got.content.decode()
    assert holds(registrant_of(donor), "phone", "13911112222")
