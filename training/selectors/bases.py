"""How sessions were taught and passed, by base and other place, for the desk (docs/training.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, Q

from core.clock import today
from organizations.choices import Right
from training.choices import EnrolmentStatus
from training.models import Aed, ExamResult, FirstAidPlace, Session
from training.selectors.quality import (
    FEWEST_ANSWERS,
    FEWEST_EXAMINED,
    MARK_ADVICE,
    PASS_ADVICE,
    answers_of,
    exams_of,
    held_in,
    tenth,
)

if TYPE_CHECKING:
    from accounts.models import User

BASE_FIELDS = (
    "place", "kind", "area", "year", "sessions", "examined", "passed_at_once", "passed_rate", "theory_mean", "answers",
    "mark", "aeds", "aeds_faulty", "advice",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """What exams and feedback of some sessions say; rates in percent, means None without enough to tell."""

    session_count: int
    examined: int
    passed: int
    theory: Decimal | None
    answers: int
    mark: Decimal | None

    @property
    def passed_rate(self) -> Decimal | None:
        """The share that passed at the first attempt."""
        return tenth(Decimal(self.passed) * 100 / self.examined) if self.examined else None

    @property
    def needs_advice(self) -> bool:
        """Whether few enough passed, or marks are low enough, to look at the place, its equipment and who teaches."""
        few = self.examined >= FEWEST_EXAMINED and self.passed_rate is not None and self.passed_rate < PASS_ADVICE
        return few or (self.mark is not None and self.mark < MARK_ADVICE)


@dataclass(frozen=True)
class BaseRow:
    """A place in a year, with the AEDs that hang at its address and how many of them cannot be relied on today."""

    place: FirstAidPlace
    figures: Figures
    aeds: int
    aeds_faulty: int


@dataclass(frozen=True)
class BaseSession:
    """A session behind the numbers of a place."""

    session: Session
    figures: Figures


def bases_of(person: User, year: int) -> list[BaseRow]:
    """The places of a person's sessions that were signed in a year, by name; seven queries."""
    rows = held_in(Session.objects.visible_to(person, Right.VIEW_TRAINING), year)
    places = list(FirstAidPlace.objects.unscoped("where a session in scope is held").select_related("area"))
    held: dict[int, set[int]] = {}
    by_text = {(one.area_id, text): one.pk for one in places for text in (one.name, one.address)}
    for pk, at, area, text in rows.values_list("pk", "held_at_id", "area_id", "place"):
        place = at or by_text.get((area, text))
        if place is not None:
            held.setdefault(place, set()).add(pk)
    told = _told({pk for sessions in held.values() for pk in sessions})
    devices = _devices(one for one in places if one.pk in held)
    return [
        BaseRow(one, _sum(held[one.pk], told), *devices.get(one.pk, (0, 0)))
        for one in sorted(places, key=lambda one: (one.name, one.pk))
        if one.pk in held
    ]


def sessions_at(place: FirstAidPlace, person: User, year: int) -> list[BaseSession]:
    """The sessions behind the numbers of a place in a year, those that the person sees; four queries."""
    by_text = Q(held_at=None, area=place.area_id, place__in=[place.name, place.address])
    rows = held_in(Session.objects.visible_to(person, Right.VIEW_TRAINING), year).filter(Q(held_at=place) | by_text)
    sessions = list(rows.select_related("version__course").order_by("-ends_on", "-pk"))
    told = _told({one.pk for one in sessions})
    return [BaseSession(one, _sum({one.pk}, told)) for one in sessions]


def base_line(row: BaseRow, year: int) -> tuple[Any, ...]:
    """A place as a line of the file, in the order of BASE_FIELDS."""
    figures = row.figures
    return (
        row.place.name, str(row.place.get_kind_display()), row.place.area.name, year, figures.session_count,
        figures.examined, figures.passed, figures.passed_rate, figures.theory, figures.answers, figures.mark, row.aeds,
        row.aeds_faulty, "1" if figures.needs_advice else "",
    )  # fmt: skip


_Told = tuple[dict[int, tuple[int, int]], dict[int, tuple[int, Decimal]], dict[int, tuple[int, Decimal]]]


def _told(sessions: set[int]) -> _Told:
    """Exams, feedback and theory of sessions; three queries."""
    theory = (
        ExamResult.objects.filter(
            enrolment__session__in=sessions, enrolment__status=EnrolmentStatus.SEATED, attempt=1, theory__isnull=False
        )
        .values_list("enrolment__session")
        .annotate(n=Count("theory"), mean=Avg("theory"))
    )
    means = {pk: (count, Decimal(mean)) for pk, count, mean in theory}
    return exams_of(sessions), answers_of(sessions), means


def _sum(sessions: set[int], told: _Told) -> Figures:
    exams, answers, theory = told
    said = sum(answers.get(pk, (0, Decimal(0)))[0] for pk in sessions)
    marks = sum((answers.get(pk, (0, Decimal(0)))[1] for pk in sessions), Decimal(0))
    weights = [theory[pk] for pk in sessions if pk in theory]
    people = sum(count for count, _mean in weights)
    return Figures(
        session_count=len(sessions),
        examined=sum(exams.get(pk, (0, 0))[0] for pk in sessions),
        passed=sum(exams.get(pk, (0, 0))[1] for pk in sessions),
        theory=tenth(sum((mean * count for count, mean in weights), Decimal(0)) / people) if people else None,
        answers=said if said >= FEWEST_ANSWERS else 0,
        mark=tenth(marks / said) if said >= FEWEST_ANSWERS else None,
    )


def _devices(places: Iterable[FirstAidPlace]) -> dict[int, tuple[int, int]]:
    """How many AEDs hang at the address of each place, and how many of them are faulty or overdue; two queries."""
    at = {(one.area_id, one.address): one.pk for one in places}
    hanging = Aed.objects.for_public_display().filter(address__in=[address for _area, address in at])
    overdue = set(hanging.overdue(today()).values_list("pk", flat=True))
    found: dict[int, tuple[int, int]] = {}
    for pk, area, address in hanging.values_list("pk", "area_id", "address"):
        place = at.get((area, address))
        if place is not None:
            count, faulty = found.get(place, (0, 0))
            found[place] = (count + 1, faulty + (pk in overdue))
    return found
