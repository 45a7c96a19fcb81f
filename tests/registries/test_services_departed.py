"""Whoever died is called no more, whichever branch keeps their registration."""

from __future__ import annotations

from django.db import transaction

from core.clock import today
from registries.choices import WishStatus
from registries.choices.contacts import DueStatus
from registries.models import DueContact, Wish
from registries.services.cases.notifying import notify_case, write_person
from registries.services.contacts import plan_contact
from registries.services.departed import died_among
from registries.services.reading import reveal_identity
from registries.services.registrants import registrant_of
from registries.services.visits import plan_visits
from registries.services.wishes import register_wish
from tests.registries.case_ground import notice
from tests.registries.ground import Ground, form, id_number, registered


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
