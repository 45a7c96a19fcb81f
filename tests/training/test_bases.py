"""Quality by base: numbers of a year, the sessions behind them, and who may look."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import pytest

from core.clock import frozen_at, today
from core.errors import NotFound
from organizations.models import Division
from tests.factories.people import branch_at, make_person
from tests.training.ground import CODE, Ground, all_passed, held, joined, make_plan, opened
from tests.training.pages import client_of, page
from training.choices import AedOwner, PlaceKind
from training.errors import TrainingError
from training.models import FirstAidPlace, Session
from training.permissions import base_for
from training.selectors.bases import bases_of, sessions_at
from training.services.aeds import open_place, put_up_aed
from training.services.examining import Marks
from training.services.feedback import give_feedback
from training.services.sessions import create_session

pytestmark = pytest.mark.usefixtures("early_morning")

ADDRESS = "示例路 9 号二楼"


def base_of(ground: Ground, **over: Any) -> FirstAidPlace:
    """A base of the ground's county."""
    facts = {
        "kind": PlaceKind.BASE, "name": "示例培训基地", "area": Division.objects.get(code=CODE), "address": ADDRESS,
        "opening_hours": "周一至周五", "phone": "", "capacity": 60, "square_metres": 300, "equipment": "",
        "started_on": today(),
    }  # fmt: skip
    return open_place(branch=ground.branch, facts={**facts, **over}, actor=ground.person("officer"))


def taught(ground: Ground, people: int, failing: int = 0, answers: int = 0, **over: Any) -> Session:
    """A class that was held and signed, with so many who failed at first and so many answers."""
    session = opened(ground, day=today(), seats=20, **over)
    seated = joined(session, people, first=over.get("hour", 9) * 20)
    bad = Marks(theory=None, passed=frozenset(), failed=frozenset(session.version.skills))
    held(ground, session, {one.pk: bad if n < failing else all_passed(session) for n, one in enumerate(seated)})
    with frozen_at(session.lessons.get().ends_at + datetime.timedelta(minutes=5)):
        for one in seated[:answers]:
            give_feedback(enrolment_id=one.pk, teaching=3, practice=3, venue=3)
    return session


def test_numbers_of_a_base_are_those_of_its_sessions(ground: Ground) -> None:
    base = base_of(ground)
    # One names the base, one has its address as text, one is elsewhere.
    sessions = [taught(ground, 10, 8, 5, held_at=base), taught(ground, 10, 2, 4, hour=13, place=ADDRESS)]
    taught(ground, 2, hour=17)
    (row,) = bases_of(ground.person("officer"), today().year)
    figures = row.figures
    assert (figures.session_count, figures.examined, figures.passed, figures.answers) == (2, 20, 10, 9)
    assert (str(figures.passed_rate), str(figures.mark)) == ("50.0", "3.0")
    assert figures.needs_advice
    behind = sessions_at(base, ground.person("officer"), today().year)
    assert {one.session.pk for one in behind} == {one.pk for one in sessions}
    # Four answers of one session could be told apart.
    assert sorted((one.figures.answers, one.figures.mark is None) for one in behind) == [(0, True), (5, False)]
    assert bases_of(ground.person("officer"), today().year - 1) == []


def test_aeds_at_its_address_are_counted_with_those_that_nobody_should_rely_on(ground: Ground) -> None:
    base = base_of(ground)
    for n, ago in enumerate((0, 90)):
        later = today() + datetime.timedelta(days=400)
        put_up_aed(
            branch=ground.branch,
            facts={
                "site": f"门厅{n}", "area": Division.objects.get(code=CODE), "address": ADDRESS,
                "opening_hours": "全天", "phone": "", "keeper": "示例", "owner": AedOwner.RED_CROSS, "model": "A1",
                "serial": f"S{n}", "put_up_on": today() - datetime.timedelta(days=ago), "inspection_days": 30,
                "pads_expire_on": later, "battery_expires_on": later,
            },
            actor=ground.person("officer"),
        )  # fmt: skip
    taught(ground, 2, held_at=base)
    (row,) = bases_of(ground.person("officer"), today().year)
    assert (row.aeds, row.aeds_faulty) == (2, 1)


def test_a_session_is_held_in_a_place_in_use_of_its_own_line(ground: Ground) -> None:
    far = make_person("far", "training_officer", branch_at("330302"))
    elsewhere = open_place(
        branch=branch_at("330302"),
        facts={
            "kind": PlaceKind.BASE, "name": "别处基地", "area": Division.objects.get(code="330302"), "address": "别处",
            "opening_hours": "", "phone": "", "capacity": None, "square_metres": None, "equipment": "",
            "started_on": today(),
        },
        actor=far,
    )  # fmt: skip
    with pytest.raises(TrainingError) as caught:
        create_session(plan=make_plan(ground, day=today(), held_at=elsewhere), actor=ground.person("officer"))
    assert list(caught.value.fields) == ["held_at"]


def test_pages_and_file_say_the_same_and_strangers_see_nothing(ground: Ground) -> None:
    base = base_of(ground)
    session = taught(ground, 10, 1, held_at=base)
    client = client_of(ground, "officer")
    assert "90.0%" in page(client, "desk_bases_quality")
    assert session.number in page(client, "desk_base_quality", base.pk)
    response = client.get("/desk/training/quality/bases.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert [(one["place"], one["sessions"], one["passed_rate"], one["mark"]) for one in rows] == [
        ("示例培训基地", "1", "90.0", "")
    ]
    with pytest.raises(NotFound):
        base_for(ground.person("stranger"), base.pk)
    assert bases_of(ground.person("stranger"), today().year) == []
