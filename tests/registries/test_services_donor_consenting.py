"""A donor's single consents: to be rung comes and goes alone, at once; each of the others goes with leaving."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from registries.choices import FREE_STEM_CONSENTS, STEM_CONSENTS
from registries.choices.contacts import DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Donor, DueContact
from registries.selectors.donors import work_list
from registries.services.consenting import consent_history, single_consents, subjects_in_force
from registries.services.contacts import plan_contact
from registries.services.donors.consenting import give_donor_consent, take_back_donor_consent
from registries.services.donors.giving import take_answer
from registries.services.donors.leaving import withdraw_donor
from registries.services.donors.reading import reveal_donor
from registries.services.wishes import withdraw_wish
from tests.registries.donor_ground import S, agreement, brought, joined
from tests.registries.ground import Ground, days_ago, registered
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

NEEDED = sorted(frozenset(STEM_CONSENTS) - FREE_STEM_CONSENTS)


def off(ground: Ground, donor: Donor, **over: Any) -> Donor:
    said: dict[str, Any] = {"channel": "counter", "actor": ground.person("clerk"), **over}
    return take_back_donor_consent(donor_id=donor.pk, subject="stem_contact", **said)


def given(donor: Donor) -> frozenset[str]:
    return subjects_in_force(consent_history(donor))


def unreached(ground: Ground) -> Donor:
    donor = brought(ground, S.REMOBILISING)
    take_answer(donor_id=donor.pk, answer="not_reached", on=days_ago(100), actor=ground.person("coordinator"))
    return donor


@pytest.mark.parametrize("name", ["ask", "recover", "follow_up"])
def test_whoever_is_not_to_be_rung_stands_in_no_list_of_calls_a_second_later(ground: Ground, name: str) -> None:
    donor = brought(ground, S.FOLLOW_UP) if name == "follow_up" else unreached(ground)
    reader = ground.person("coordinator")
    assert [one.pk for one in work_list(reader, name)] == [donor.pk]
    off(ground, donor)
    assert work_list(reader, name) == []
    give_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="home", actor=ground.person("clerk"))
    assert [one.pk for one in work_list(reader, name)] == [donor.pk]


def test_what_was_planned_is_cancelled_and_nothing_is_planned_meanwhile(ground: Ground) -> None:
    donor = brought(ground, S.MATCHED)
    due = DueContact.objects.unscoped("test").get(donor=donor, status=DueStatus.OPEN)
    off(ground, donor)
    due.refresh_from_db()
    assert due.status == DueStatus.CANCELLED
    with transaction.atomic():
        assert plan_contact(about=donor, reason="upkeep", due_on=today()) is None
    donor.refresh_from_db()
    assert (donor.status, donor.is_called) == (S.MATCHED, False)
    assert not reveal_donor(donor=donor, purpose="核对", actor=ground.person("coordinator")).may_contact


def test_it_is_a_step_and_a_row_of_the_trail_each_time_and_said_twice_it_is_once(ground: Ground) -> None:
    donor, clerk = joined(ground), ground.person("clerk")
    for _twice in range(2):
        off(ground, donor)
    for _twice in range(2):
        give_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="counter", actor=clerk)
    assert list(donor.events.order_by("pk").values_list("verb", flat=True)) == ["enrolled", "contact_off", "contact_on"]
    trail = AuditEvent.objects.filter(verb__startswith="registries.consent.").order_by("pk")
    assert [(one.verb, one.changed_fields) for one in trail] == [
        ("registries.consent.withdrawn", ["stem_contact"]), ("registries.consent.given", ["stem_contact"]),
    ]  # fmt: skip
    rows = [one for one in consent_history(donor) if one.subject == "stem_contact"]
    assert [(one.act, one.text_version, one.channel, one.recorded_by) for one in rows] == [
        ("given", "stem-contact-1", "counter", clerk),
        ("withdrawn", "stem-contact-1", "counter", clerk),
        ("given", "stem-contact-1", "counter", clerk),
    ]


@pytest.mark.parametrize("subject", NEEDED)
def test_to_take_back_a_needed_one_is_to_leave(ground: Ground, subject: str) -> None:
    donor = joined(ground)
    with pytest.raises(RegistryError) as refused:
        take_back_donor_consent(donor_id=donor.pk, subject=subject, channel="counter", actor=ground.person("clerk"))
    assert refused.value.code == "consent_needed"
    assert given(donor) == frozenset(STEM_CONSENTS)


def test_a_consent_of_a_wish_is_none_of_a_donors(ground: Ground) -> None:
    wish = registered(ground, person=agreement(ground.branch).person)
    donor = joined(ground)
    with pytest.raises(RegistryError):
        take_back_donor_consent(donor_id=donor.pk, subject="contact", channel="counter", actor=ground.person("clerk"))
    off(ground, donor)
    assert "contact" in subjects_in_force(consent_history(wish))
    assert {one.subject for one in consent_history(wish)}.isdisjoint(STEM_CONSENTS)
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert given(donor) == frozenset(NEEDED)


def test_who_has_left_consents_to_nothing_and_shows_what_was_taken_back(ground: Ground) -> None:
    donor = joined(ground)
    withdraw_donor(donor_id=donor.pk, channel="online")
    with pytest.raises(WrongState):
        give_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="counter", actor=ground.person("clerk"))
    donor.refresh_from_db()
    assert [one.given for one in single_consents(donor, consent_history(donor))] == [None] * len(STEM_CONSENTS)


@pytest.mark.parametrize("login", ["stranger", "province", "supervisor"])
def test_nobody_changes_consents_in_another_branch(ground: Ground, login: str) -> None:
    donor = joined(ground)
    with pytest.raises((NotAllowed, NotFound)):
        off(ground, donor, actor=ground.person(login))
    assert "stem_contact" in given(donor)


@pytest.mark.parametrize(("channel", "login"), [("online", "clerk"), ("counter", ""), ("fax", "clerk")])
def test_only_the_person_themselves_acts_online(ground: Ground, channel: str, login: str) -> None:
    donor = joined(ground)
    with pytest.raises(RegistryError):
        off(ground, donor, channel=channel, actor=ground.person(login) if login else None)


def test_nobody_agrees_for_somebody_else(ground: Ground) -> None:
    donor = joined(ground)
    off(ground, donor, channel="proxy")
    with pytest.raises(RegistryError) as refused:
        give_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="proxy", actor=ground.person("clerk"))
    assert set(refused.value.fields) == {"channel"}


def test_the_page_shows_each_with_its_version_and_says_first_what_follows(ground: Ground) -> None:
    donor, client = brought(ground, S.SCHEDULED), client_of(ground, "clerk")
    text = page(client, "desk_donor", donor.number)
    assert all(f"stem-{one}-1" in text for one in ("keep", "health", "join", "transfer", "contact"))
    asked = page(client, "desk_donor_consent", donor.number, "stem_contact")
    assert "马上生效" in asked
    assert "现在正在办理“已定捐献日期”" in asked
    assert "已记下" in post(client, "desk_donor_consent", donor.number, "stem_contact", act="withdraw", channel="home")
    assert "不得给本人和亲友打电话" in page(client, "desk_donor", donor.number)
    assert "由本人签字同意后再记" in page(client, "desk_donor_consent", donor.number, "stem_contact")
    assert "不得打电话" in post(client, "desk_donor", donor.number, show="identity", purpose="核对")
    assert "已记下" in post(client, "desk_donor_consent", donor.number, "stem_contact", act="give", channel="counter")
    assert "不得给本人和亲友打电话" not in page(client, "desk_donor", donor.number)


@pytest.mark.parametrize("subject", NEEDED)
def test_the_page_of_a_needed_one_leads_to_leaving(ground: Ground, subject: str) -> None:
    donor, client = brought(ground, S.TYPED), client_of(ground, "clerk")
    text = page(client, "desk_donor_consent", donor.number, subject)
    assert f"/{donor.number}/withdraw/" in text
    assert "待全国库删除" in text
    assert "不能做志愿者" in post(
        client, "desk_donor_consent", donor.number, subject, act="withdraw", channel="counter"
    )
    assert given(donor) == frozenset(STEM_CONSENTS)


def test_no_other_consent_has_a_page(ground: Ground) -> None:
    donor = joined(ground)
    client = client_of(ground, "clerk")
    for subject in ("contact", "nothing"):
        assert client.get(f"/desk/registries/donors/{donor.number}/consents/{subject}/").status_code == 404
