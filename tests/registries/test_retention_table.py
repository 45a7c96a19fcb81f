"""The registries' part of the table of retention does what it says, leaves nobody behind and the statistics right."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from core.clock import frozen_at, now, today
from core.models import StoredFile
from core.retention import Asked, open_holds
from core.retention.terms import Term, all_terms
from core.sealed import open_for_work
from core.sealed.registry import SealedPlace, sealed_places
from registries.choices.cases import CaseStatus
from registries.choices.donors import LEFT_DAYS
from registries.choices.exchange import OUT_FILE_DAYS, RAW_FILE_DAYS
from registries.choices.figures import DeskMeasure
from registries.choices.intake import INTAKE_DAYS
from registries.choices.memorial import TakenDown
from registries.choices.requests import REQUEST_KEPT_DAYS, REQUEST_OPEN_DAYS
from registries.models import Case, Donor, MemorialPage, RegistryFigures, RegistryTally, Wish
from registries.selectors.counts import CountTable
from registries.services.cases import purging as cases
from registries.services.departed import all_departed_wishes
from registries.services.departed_ending import TOLD_DAYS
from registries.services.donors.leaving import withdraw_donor
from registries.services.figures.publishing import publish_years
from registries.services.memorial import purging as memorial
from registries.services.memorial.pages import take_down_page
from registries.services.purging import DUTY_DAYS, ENDED_DAYS, REPLACED_DAYS, STANDING_DAYS
from registries.services.wishes import withdraw_wish
from tests.registries.case_ground import step
from tests.registries.ground import Ground, counts_for
from tests.registries.planted import plant

# What each row of the table says of days, as the rules keep them. A row that is added is added here.
SAID: dict[str, tuple[int, ...]] = {
    "registries.donors": (LEFT_DAYS,),
    "registries.registrants": (ENDED_DAYS, STANDING_DAYS),
    "registries.replaced": (REPLACED_DAYS,),
    "registries.exports": (),
    "registries.duty": (DUTY_DAYS,),
    "registries.memorial_bookings": (memorial.BOOKING_DAYS,),
    "registries.memorial_messages": (memorial.ENDED_MESSAGE_DAYS,),
    "registries.memorial_drafts": (memorial.DRAFT_DAYS, memorial.WITHDRAWN_DAYS),
    "registries.memorial_pages": (memorial.WITHDRAWN_DAYS,),
    "registries.requests_forgotten": (REQUEST_OPEN_DAYS, REQUEST_OPEN_DAYS),
    "registries.requests": (REQUEST_KEPT_DAYS,),
    "registries.exchange": (OUT_FILE_DAYS, RAW_FILE_DAYS),
    "registries.intakes": (INTAKE_DAYS,),
    "registries.cases": (cases.EXIT_DAYS, cases.GIVEN_DAYS),
    "registries.departed": (TOLD_DAYS,),
}
WORDS = {
    7: ("七天",), 30: ("三十日",), 60: ("六十日",), 90: ("九十日", "九十天"), 180: ("一百八十日", "一百八十天"),
    3 * 365: ("三年",), 30 * 365: ("三十年",),
}  # fmt: skip
# What is kept for good says nothing of anybody: a branch's counts of a year.
STATISTICS = {"registries.registrytally.content"}
# Beyond each of the days, one after the other, as nights do.
NIGHTS = (1, 95, 190, 230, 330, 3 * 365 + 60, 31 * 365, 31 * 365 + 40)


def terms() -> list[Term]:
    """The registries' part of the table, in its order, and the files'."""
    return [one for one in all_terms() if one.key.startswith("registries.") or one.key == "core.stored_files"]


def test_every_row_of_the_registries_is_known_here_and_has_a_rule() -> None:
    there = {one.key: one for one in terms() if one.key.startswith("registries.")}
    assert set(there) == set(SAID)
    assert [key for key, one in there.items() if one.rule is None] == []


@pytest.mark.parametrize("key", list(SAID))
def test_the_table_says_the_days_that_the_rules_keep(key: str) -> None:
    (term,) = [one for one in terms() if one.key == key]
    for days in SAID[key]:
        assert any(word in str(term.kept) for word in WORDS[days]), (key, days)


def _ended(ground: Ground, named: dict[str, Any]) -> None:
    """Everybody leaves, each in their way, but who died, who withdraws no more; requests and files are forgotten."""
    departed = all_departed_wishes()
    assert departed
    for wish in Wish.objects.unscoped("test").filter(ended_at=None).exclude(pk__in=departed):
        withdraw_wish(wish_id=wish.pk, channel="online")
    for donor in Donor.objects.unscoped("test").filter(ended_at=None):
        withdraw_donor(donor_id=donor.pk, channel="online")
    given = Case.objects.unscoped("test").get(number=named["case"])
    for state in (CaseStatus.FAREWELL, CaseStatus.CARE, CaseStatus.CLOSED):
        given = step(ground, given, state)
    for name in ("case_open", "case_by_wish"):
        step(ground, Case.objects.unscoped("test").get(number=named[name]), CaseStatus.STOPPED)
    page = MemorialPage.objects.unscoped("test").get(code=named["memorial_page"])
    take_down_page(page_id=page.pk, reason=TakenDown.COUNTER, actor=ground.person("clerk"))


def _night(days: int) -> dict[str, int]:
    """What the rules of one night destroy."""
    with frozen_at(now() + datetime.timedelta(days=days)):
        asked = Asked(today(), is_dry=False, holds=open_holds())
        done = {one.key: one.rule(asked) for one in terms() if one.rule is not None}
    assert {key: one.failed for key, one in done.items() if one.failed} == {}
    return {key: one.destroyed for key, one in done.items()}


def _left(place: SealedPlace) -> int:
    rows = place.model._base_manager.filter(**{f"{place.field.name}__isnull": False})
    return int(rows.count())


def _living(table: CountTable) -> list[tuple[Any, ...]]:
    """The page of counts without the wishes of the dead, which have ended."""
    at = DeskMeasure.values.index(DeskMeasure.DEPARTED)
    return [(row.branch, row.is_sum, [*row.figures[:at], *row.figures[at + 1 :]]) for row in table.rows]


def _figures() -> list[tuple[Any, ...]]:
    """What would be published of all years today; taken back."""
    with transaction.atomic():
        with frozen_at(now() + datetime.timedelta(days=400)):
            publish_years()
        rows = RegistryFigures.objects.order_by("year", "branch_id", "pk")
        found: list[tuple[Any, ...]] = [(one.year, one.branch_id, str(one.figures)) for one in rows]
        # What is published hides what is few; the counts behind it do not.
        for tally in RegistryTally.objects.unscoped("test").order_by("year", "branch_id"):
            content = json.loads(open_for_work(tally, "content", work="tests.retention:1") or "{}")
            found.append((tally.year, tally.branch_id, str(sorted(content.items()))))
        transaction.set_rollback(True)
    assert found
    return found


def test_the_whole_table_empties_whoever_left_and_leaves_the_statistics_as_they_were(
    ground: Ground, django_capture_on_commit_callbacks: Any
) -> None:
    named = plant(ground)
    places = [one for one in sealed_places() if one.model._meta.app_label == "registries"]
    # Each sealed column holds something: one that is added is planted as well.
    assert [str(one) for one in places if not _left(one)] == []
    _ended(ground, named)
    looker = ground.person("supervisor")
    before, counted = _figures(), _living(counts_for(looker))
    rows = {one.model: one.model._base_manager.count() for one in places if str(one) not in STATISTICS}
    destroyed: dict[str, int] = {}
    with django_capture_on_commit_callbacks(execute=True):
        for days in NIGHTS:
            destroyed = {key: destroyed.get(key, 0) + count for key, count in _night(days).items()}
    assert [key for key in SAID if key != "registries.replaced" and not destroyed[key]] == []
    assert {str(one): _left(one) for one in places if _left(one) and str(one) not in STATISTICS} == {}
    assert not StoredFile.objects.filter(data_class=StoredFile.DataClass.SENSITIVE, destroyed_at=None).exists()
    # Not one row went, and each figure is what it was.
    assert {model: model._base_manager.count() for model in rows} == rows
    assert (_figures(), _living(counts_for(looker))) == (before, counted)
    assert Client().get("/organ/figures/").status_code == 200
    # A second time there is nothing left to do.
    assert {key: count for key, count in _night(NIGHTS[-1]).items() if count} == {}
