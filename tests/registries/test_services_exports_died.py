"""Whoever is told to have died after a file was made is named beside it, where it is to ring people up by."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from core.clock import today
from registries.choices.papers import ExportList
from registries.models import Donor, Export, Wish
from registries.selectors.exports import left_since
from registries.services.cases.handing import end_case
from registries.services.cases.notifying import notify_case
from registries.services.contacts import correct_contact
from registries.services.donors.leaving import retire_deceased_donor
from registries.services.exports import building
from registries.services.exports.died import died_since
from registries.services.told_deaths import record_death
from registries.services.wishes import register_wish
from registries.views import exports as views
from tests.registries.case_ground import notice
from tests.registries.donor_ground import S, agreement, brought, joined
from tests.registries.exported import made
from tests.registries.ground import Ground, form, registered, somebody
from tests.registries.test_views_wishes import client_of

RUNG = ("name", "phone")


def told(ground: Ground, about: Wish | Donor) -> Any:
    return record_death(
        about=about, means="phone", note="家属来电", key=uuid.uuid4(), actor=ground.person("coordinator")
    )


def died(ground: Ground, document: str, **over: Any) -> Any:
    """A case of another branch that says with the document that somebody died."""
    return notify_case(notice=notice(ground.elsewhere, document=document, **over), actor=ground.person("stranger"))


def shown(ground: Ground, export: Export, query: str = "") -> str:
    address = reverse("desk_registry_export", args=[export.number]) + query
    text: str = client_of(ground, "coordinator").get(address).content.decode()
    return text


def test_of_a_list_of_wishes_with_telephones_whoever_is_told_dead_since_is_named(ground: Ground) -> None:
    before, told_of, of_case, lives = (registered(ground, at) for at in range(4))
    told(ground, before)
    export = made(ground, columns=RUNG)
    assert died_since(export) == []
    told(ground, told_of)
    died(ground, somebody(2).document)
    died(ground, somebody(3).document, died_on=None)
    assert died_since(export) == sorted([told_of.number, of_case.number])
    assert left_since(export) == []
    text = shown(ground, export)
    assert "共 2 份登记得知本人已故" in text
    assert "删去这些行的电话" in text
    assert told_of.number in text
    assert of_case.number in text
    assert lives.number not in text
    assert before.number not in text
    assert somebody(2).name not in text


def test_of_the_list_to_ring_by_whoever_is_told_dead_since_is_struck_out_whole(ground: Ground) -> None:
    told_of, of_case, lives = (brought(ground, S.TYPED, at) for at in range(3))
    export = made(ground, listed=ExportList.CALLED, columns=("name", "enrolled_on"))
    told(ground, told_of)
    died(ground, agreement(ground.branch, 1).person.document)
    assert died_since(export) == sorted([told_of.number, of_case.number])
    text = shown(ground, export)
    assert "共 2 名志愿者得知本人已故。用表前请先删去这些行：" in text
    assert lives.number not in text


def test_a_list_by_which_nobody_is_rung_names_nobody_who_died(ground: Ground) -> None:
    donor, wish = joined(ground, 8), registered(ground)
    exports = [
        made(ground, columns=("name", "items")),
        made(ground, listed=ExportList.HAND_OVER, columns=RUNG),
        made(ground, listed=ExportList.DONORS, columns=("name", "enrolled_on")),
    ]
    rung = made(ground, listed=ExportList.DONORS, columns=RUNG)
    told(ground, donor), told(ground, wish)
    assert [died_since(one) for one in exports] == [[], [], []]
    assert died_since(rung) == [donor.number]
    assert "得知本人已故" not in shown(ground, exports[0])


def test_a_death_that_was_put_right_or_a_case_by_mistake_names_nobody(ground: Ground) -> None:
    first, _second = registered(ground), registered(ground, 1)
    export = made(ground, columns=RUNG)
    record = told(ground, first)
    case = died(ground, somebody(1).document)
    assert len(died_since(export)) == 2
    said = {"means": "phone", "outcome": "reached", "note": "", "key": uuid.uuid4()}
    correct_contact(contact_id=record.pk, actor=ground.person("coordinator"), **said)
    end_case(case_id=case.pk, to_status="stopped", reason="mistake", on=today(), actor=ground.person("stranger"))
    assert died_since(export) == []


def test_what_another_branch_was_told_and_who_is_of_another_branch_are_not_named(ground: Ground) -> None:
    registered(ground)
    export = made(ground, columns=RUNG)
    person = ground.people["stranger"]
    there = register_wish(registration=form(ground.elsewhere), actor=person)
    record_death(about=there, means="phone", note="家属来电", key=uuid.uuid4(), actor=person)
    assert died_since(export) == []


def test_who_left_as_deceased_stands_among_those_who_left_alone(ground: Ground) -> None:
    donor = brought(ground, S.TYPED)
    export = made(ground, listed=ExportList.CALLED, columns=RUNG)
    told(ground, donor)
    retire_deceased_donor(donor_id=donor.pk, on=today(), actor=ground.person("coordinator"))
    assert (died_since(export), left_since(export)) == ([], [donor.number])


def test_whoever_is_told_dead_while_the_file_is_made_is_named_as_well(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish, written = registered(committed_ground), building._written

    def and_meanwhile(*arguments: Any) -> Any:
        done = written(*arguments)
        told(committed_ground, wish)
        return done

    monkeypatch.setattr(building, "_written", and_meanwhile)
    assert died_since(made(committed_ground, columns=RUNG)) == [wish.number]


def test_as_many_queries_for_many_deaths_as_for_one(ground: Ground, django_assert_num_queries: Any) -> None:
    wishes = [registered(ground, at) for at in range(4)]
    export = made(ground, columns=RUNG)
    with django_assert_num_queries(2):
        assert died_since(export) == []
    told(ground, wishes[0])
    died(ground, somebody(1).document)
    with django_assert_num_queries(7):
        assert len(died_since(export)) == 2
    told(ground, wishes[2])
    died(ground, somebody(3).document)
    with django_assert_num_queries(7):
        assert len(died_since(export)) == 4


def test_a_long_list_of_the_dead_goes_on_behind_the_last_number(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = registered(ground), registered(ground, 1)
    export = made(ground, columns=RUNG)
    told(ground, first), told(ground, second)
    monkeypatch.setattr(views, "LEFT_SHOWN", 1)
    text = shown(ground, export)
    assert f"?died={first.number}" in text
    assert second.number not in text
    assert second.number in shown(ground, export, f"?died={first.number}")
