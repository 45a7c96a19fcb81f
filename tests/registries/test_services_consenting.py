"""Single consents come and go by themselves; the needed ones only with the registration."""

from __future__ import annotations

import pytest

from core.errors import NotAllowed, NotFound
from registries.choices.contacts import DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import DueContact, Wish
from registries.services.consenting import (
    FREE_CONSENTS,
    consent_history,
    give_consent,
    subjects_in_force,
    take_back_consent,
)
from registries.services.mine import change_own_consent, own_wishes
from registries.services.reading import reveal_identity
from registries.services.registrants import registrant_of
from registries.services.visits import plan_visits
from registries.services.wishes import hand_over_wish, withdraw_wish
from tests.registries.ground import Ground, days_ago, registered

NEEDED = frozenset({"registration", "sensitive"})


def consents(wish: Wish) -> frozenset[str]:
    return subjects_in_force(consent_history(wish))


def test_transfer_given_later_makes_the_hand_over_possible_and_taken_back_stops_it(ground: Ground) -> None:
    clerk = ground.person("clerk")
    wish = registered(ground, consents=NEEDED, signed_on=days_ago(2))
    with pytest.raises(RegistryError):
        hand_over_wish(wish_id=wish.pk, reference="ORG1", on=days_ago(0), actor=clerk)
    give_consent(wish_id=wish.pk, subject="transfer", channel="counter", actor=clerk)
    take_back_consent(wish_id=wish.pk, subject="transfer", channel="counter", actor=clerk)
    with pytest.raises(RegistryError):
        hand_over_wish(wish_id=wish.pk, reference="ORG1", on=days_ago(0), actor=clerk)
    give_consent(wish_id=wish.pk, subject="transfer", channel="home", actor=clerk)
    assert hand_over_wish(wish_id=wish.pk, reference="ORG1", on=days_ago(0), actor=clerk).handed_over_on


def test_the_history_says_what_in_which_version_how_and_by_whom(ground: Ground) -> None:
    clerk = ground.person("clerk")
    wish = registered(ground, consents=NEEDED)
    give_consent(wish_id=wish.pk, subject="contact", channel="home", actor=clerk)
    give_consent(wish_id=wish.pk, subject="contact", channel="home", actor=clerk)
    take_back_consent(wish_id=wish.pk, subject="contact", channel="online")
    take_back_consent(wish_id=wish.pk, subject="contact", channel="online")
    last = [
        (one.act, one.text_version, one.channel, one.recorded_by_id)
        for one in consent_history(wish)
        if one.subject == "contact"
    ]
    assert last == [("given", "contact-1", "home", clerk.pk), ("withdrawn", "contact-1", "online", None)]
    assert consents(wish) == NEEDED


def test_without_the_consent_to_be_called_nobody_is(ground: Ground) -> None:
    wish = registered(ground)
    take_back_consent(wish_id=wish.pk, subject="contact", channel="counter", actor=ground.person("clerk"))
    assert not reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator")).may_contact


def due_statuses(wish: Wish) -> list[str]:
    return list(DueContact.objects.unscoped("a test").filter(wish=wish).values_list("status", flat=True))


def test_whoever_takes_it_back_stands_in_no_list_of_calls_a_second_later(ground: Ground) -> None:
    wish = registered(ground)
    plan_visits()
    assert due_statuses(wish) == [DueStatus.OPEN]
    take_back_consent(wish_id=wish.pk, subject="contact", channel="online")
    assert due_statuses(wish) == [DueStatus.CANCELLED]
    assert plan_visits() == 0
    give_consent(wish_id=wish.pk, subject="contact", channel="online")
    assert plan_visits() == 1


@pytest.mark.parametrize("subject", sorted(NEEDED))
def test_to_take_back_a_needed_one_is_a_withdrawal(ground: Ground, subject: str) -> None:
    wish = registered(ground)
    with pytest.raises(RegistryError) as refused:
        take_back_consent(wish_id=wish.pk, subject=subject, channel="counter", actor=ground.person("clerk"))
    assert refused.value.code == "consent_needed"
    assert consents(wish) == NEEDED | frozenset(FREE_CONSENTS)


def test_nothing_is_consented_to_once_it_is_withdrawn(ground: Ground) -> None:
    wish = registered(ground)
    withdraw_wish(wish_id=wish.pk, channel="online")
    with pytest.raises(WrongState):
        give_consent(wish_id=wish.pk, subject="contact", channel="counter", actor=ground.person("clerk"))


@pytest.mark.parametrize("login", ["stranger", "province", "supervisor"])
def test_nobody_changes_consents_in_another_branch(ground: Ground, login: str) -> None:
    wish = registered(ground)
    with pytest.raises((NotAllowed, NotFound)):
        take_back_consent(wish_id=wish.pk, subject="contact", channel="counter", actor=ground.person(login))


@pytest.mark.parametrize(("channel", "login"), [("online", "clerk"), ("counter", ""), ("fax", "clerk")])
def test_only_the_person_themselves_acts_online(ground: Ground, channel: str, login: str) -> None:
    wish = registered(ground)
    actor = ground.person(login) if login else None
    with pytest.raises(RegistryError):
        take_back_consent(wish_id=wish.pk, subject="contact", channel=channel, actor=actor)


def test_one_changes_ones_own_online_and_nobody_elses(ground: Ground) -> None:
    mine, other = registered(ground), registered(ground, 1)
    ids = [registrant_of(mine).pk]
    change_own_consent(registrant_ids=ids, number=mine.number, subject="contact", gives=False)
    assert [(one, given) for one, _label, given in own_wishes(ids)[0].consents] == [
        ("contact", False), ("transfer", True),
    ]  # fmt: skip
    change_own_consent(registrant_ids=ids, number=mine.number, subject="contact", gives=True)
    assert "contact" in consents(mine)
    with pytest.raises(NotFound):
        change_own_consent(registrant_ids=ids, number=other.number, subject="contact", gives=False)
    with pytest.raises(RegistryError):
        change_own_consent(registrant_ids=ids, number=mine.number, subject="sensitive", gives=False)
