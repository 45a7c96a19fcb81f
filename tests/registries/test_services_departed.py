"""Whoever died is called no more, whichever branch keeps their registration."""

from __future__ import annotations

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import today
from registries.choices import WishStatus
from registries.choices.contacts import DueStatus
from registries.choices.figures import DeskMeasure
from registries.models import DueContact, Wish
from registries.services.cases.handing import end_case
from registries.services.cases.notifying import notify_case, write_person
from registries.services.contacts import plan_contact
from registries.services.departed import all_departed_wishes, departed_wishes, died_among
from registries.services.reading import reveal_identity
from registries.services.registrants import registrant_of
from registries.services.visits import plan_visits
from registries.services.wishes import register_wish
from tests.registries.case_ground import notice
from tests.registries.ground import Ground, counts_for, form, id_number, registered


def due_of(wish: Wish) -> list[str]:
    return list(DueContact.objects.unscoped("a test").filter(wish=wish).order_by("pk").values_list("status", flat=True))


def elsewhere(ground: Ground, at: int) -> Wish:
    """The same person, registered by another city."""
    return register_wish(registration=form(ground.elsewhere, at), actor=ground.person("stranger"))


def test_a_case_with_the_day_of_death_ends_all_calls_wherever_somebody_is_registered(ground: Ground) -> None:
    here, there, other = registered(ground, 1), elsewhere(ground, 1), registered(ground, 2)
    assert plan_visits() == 3
    notify_case(notice=notice(ground.branch, document=id_number(1)), actor=ground.person("coordinator"))
    assert [due_of(one) for one in (here, there, other)] == [
        [DueStatus.CANCELLED],
        [DueStatus.CANCELLED],
        [DueStatus.OPEN],
    ]
    # The wish stands: on it the gift rests.
    here.refresh_from_db()
    assert here.status == WishStatus.IN_FORCE


def test_nobody_who_died_is_planned_again_by_hand_or_by_night(ground: Ground) -> None:
    wish = registered(ground, 1)
    notify_case(notice=notice(ground.branch, document=id_number(1)), actor=ground.person("coordinator"))
    assert plan_visits() == 0
    with transaction.atomic():
        assert plan_contact(about=wish, reason="visit", due_on=today()) is None
    assert not reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator")).may_contact


def test_a_case_of_somebody_who_lives_leaves_the_calls_until_the_day_is_written(ground: Ground) -> None:
    wish = registered(ground, 1)
    plan_visits()
    said = notice(ground.branch, document=id_number(1), died_on=None)
    case = notify_case(notice=said, actor=ground.person("coordinator"))
    assert due_of(wish) == [DueStatus.OPEN]
    assert died_among([registrant_of(wish)]) == frozenset()
    write_person(
        case_id=case.pk,
        name="示例姓名",
        document_kind="",
        document=id_number(1),
        died_on=today(),
        kinds=said.kinds,
        actor=ground.person("coordinator"),
    )
    assert due_of(wish) == [DueStatus.CANCELLED]
    assert died_among([registrant_of(wish)]) == {registrant_of(wish).pk}


def test_a_wish_of_somebody_who_died_is_marked_in_lists_on_its_page_and_in_counts_and_stays_in_force(
    ground: Ground,
) -> None:
    here, there, other = registered(ground, 1), elsewhere(ground, 1), registered(ground, 2)
    assert departed_wishes([here, there, other]) == frozenset()
    assert all_departed_wishes() == []
    case = notify_case(notice=notice(ground.branch, document=id_number(1)), actor=ground.person("coordinator"))
    assert departed_wishes([here, there, other]) == {here.pk, there.pk}
    assert all_departed_wishes() == sorted([here.pk, there.pk])
    client = Client()
    client.force_login(ground.person("clerk"))
    listed = client.get("/desk/registries/wishes/?show=departed").content.decode()
    assert here.number in listed
    assert there.number not in listed
    assert other.number not in listed
    whole = client.get("/desk/registries/wishes/").content.decode()
    assert other.number in whole
    # The tab's name and the one row.
    assert whole.count("本人已故") == 2
    assert "捐献以它为准" in client.get(f"/desk/registries/wishes/{here.number}/").content.decode()
    assert "捐献以它为准" not in client.get(f"/desk/registries/wishes/{other.number}/").content.decode()
    table = counts_for(ground.person("province"))
    (row,) = [one for one in table.rows if one.branch == ground.branch and not one.is_sum]
    counted = dict(zip(DeskMeasure.values, row.figures, strict=True))
    assert (counted["wishes"], counted["departed"]) == (1, 1)
    here.refresh_from_db()
    assert here.status == WishStatus.IN_FORCE
    # A case that was a mistake takes it back by itself.
    coordinator = ground.person("coordinator")
    end_case(case_id=case.pk, to_status="stopped", reason="mistake", on=today(), actor=coordinator)
    assert departed_wishes([here, there]) == frozenset()
    assert all_departed_wishes() == []


def test_marking_a_page_of_wishes_takes_as_many_queries_for_many_as_for_one(ground: Ground) -> None:
    wishes = [registered(ground, at) for at in range(1, 6)]
    notify_case(notice=notice(ground.branch, document=id_number(1)), actor=ground.person("coordinator"))
    with CaptureQueriesContext(connection) as one:
        departed_wishes(wishes[:1])
    with CaptureQueriesContext(connection) as many:
        departed_wishes(wishes)
    assert len(one) == len(many) <= 5
