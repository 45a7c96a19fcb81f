"""Donors who died bear a mark in every list and on their page, and are neither called nor matched."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import today
from registries.errors import WrongState
from registries.services.departed import departed_donors
from registries.services.donors import giving
from registries.services.donors.leaving import withdraw_donor
from tests.registries.donor_ground import S, born, brought, joined, number_born
from tests.registries.ground import Ground, registered, somebody
from tests.registries.test_services_told_deaths import put_right, told
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

MARK, SAID = "本人已故", "不登记初配相合"


def test_a_donor_who_died_bears_the_mark_in_lists_on_the_page_and_beside_the_telephone(ground: Ground) -> None:
    donor = brought(ground, S.MATCHED)
    client = client_of(ground, "coordinator")
    tabs = ("ask", "all")
    assert [MARK in page(client, "desk_donors", show=tab) for tab in tabs] == [False, False]
    assert SAID not in page(client, "desk_donor", donor.number)
    one = told(ground, donor)
    assert [MARK in page(client, "desk_donors", show=tab) for tab in tabs] == [True, True]
    assert SAID in page(client, "desk_donor", donor.number)
    shown = post(client, "desk_donor", donor.number, show="identity", purpose="核对")
    assert ("本人已故：不得打电话" in shown, "已退库或撤回同意" in shown) == (True, False)
    put_right(ground, one)
    assert SAID not in page(client, "desk_donor", donor.number)


def test_of_a_donor_who_left_the_page_says_that_they_left_and_no_mark(ground: Ground) -> None:
    donor = brought(ground, S.TYPED)
    told(ground, donor)
    withdraw_donor(donor_id=donor.pk, channel="counter", actor=ground.person("coordinator"))
    shown = post(client_of(ground, "coordinator"), "desk_donor", donor.number, show="identity", purpose="核对")
    assert ("已退库或撤回同意：不得打电话" in shown, SAID in shown) == (True, False)


def test_a_donor_is_marked_too_where_the_death_was_told_of_their_wish(ground: Ground) -> None:
    donor, other = joined(ground, 1), joined(ground, 2)
    wish = registered(ground, 1, person=somebody(1, document=number_born(born(30, days=40), 1)))
    told(ground, wish)
    assert departed_donors([donor, other]) == {donor.pk}


def test_the_marks_of_a_page_cost_as_many_queries_for_one_as_for_several(ground: Ground) -> None:
    donors = [joined(ground, at) for at in range(3)]
    told(ground, donors[0])
    counts = []
    for rows in (donors[:1], donors):
        with CaptureQueriesContext(connection) as seen:
            assert departed_donors(rows) == {donors[0].pk}
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


@pytest.mark.parametrize(("status", "step"), [(S.TYPED, "match"), (S.FOLLOW_UP, "match"), (S.FOLLOW_UP, "again")])
def test_of_whoever_is_known_to_have_died_no_match_and_no_second_giving_is_written_down_until_it_is_put_right(
    ground: Ground, status: str, step: str
) -> None:
    donor = brought(ground, status)
    one = told(ground, donor)
    asked: dict[str, Any] = {"donor_id": donor.pk, "on": today(), "actor": ground.person("coordinator")}
    if step == "again":
        asked["kind"] = "lymphocytes"
    begin: Any = giving.give_again if step == "again" else giving.note_match
    with pytest.raises(WrongState, match="本人已故"):
        begin(**asked)
    donor.refresh_from_db()
    assert donor.status == status
    put_right(ground, one)
    assert begin(**asked).status == S.MATCHED
