"""How sessions were taught and passed: by leading instructor, for the desk (docs/training.md)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, Min, Q

from core.small_cells import SMALLEST_SHOWN
from organizations.choices import Right
from training.choices import EnrolmentStatus, SessionStatus, TeachingRole
from training.models import Assignment, ExamResult, Feedback, Instructor, Session

if TYPE_CHECKING:
    from accounts.models import User

# Fewer answers could be told apart; fewer examined say nothing of a teacher.
FEWEST_ANSWERS, FEWEST_EXAMINED = SMALLEST_SHOWN, 20
# Below this share passed at the first attempt, or this mean mark, a colleague should sit in.
PASS_ADVICE, MARK_ADVICE = Decimal("70.0"), Decimal("3.5")
HELD = (SessionStatus.SIGNED, SessionStatus.FINISHED)


@dataclass(frozen=True)
class QualityRow:
    """A leading instructor in a year: sessions led, people examined, share passed at the first attempt (percent).

    `mark` is the mean of all marks of 1 to 5, None below five answers.
    """

    instructor: Instructor
    session_count: int
    examined: int
    passed_rate: Decimal | None
    answers: int
    mark: Decimal | None

    @property
    def needs_advice(self) -> bool:
        """Whether few enough passed, or marks are low enough, for a colleague to sit in or a refresher."""
        few = self.examined >= FEWEST_EXAMINED and self.passed_rate is not None and self.passed_rate < PASS_ADVICE
        return few or (self.mark is not None and self.mark < MARK_ADVICE)


def quality_of(person: User, year: int) -> list[QualityRow]:
    """The leading instructors of a person's sessions that were signed in a year, by name; five queries."""
    sessions = held_in(Session.objects.visible_to(person, Right.VIEW_TRAINING), year)
    led = _led(sessions)
    ids = {pk for held in led.values() for pk in held}
    exams, answers = exams_of(ids), answers_of(ids)
    people = Instructor.objects.unscoped("who leads a session in scope").select_related("branch").in_bulk(led)
    rows = [_row(people[pk], held, exams, answers) for pk, held in led.items()]
    return sorted(rows, key=lambda one: (one.instructor.name, one.instructor.pk))


def held_in(sessions: Any, year: int) -> Any:
    """Those of some sessions that were signed and ended in a year."""
    return sessions.filter(
        status__in=HELD, ends_on__gte=datetime.date(year, 1, 1), ends_on__lt=datetime.date(year + 1, 1, 1)
    )


def session_feedback(session: Session) -> dict[str, Any] | None:
    """The mean marks of a session that the reader was let into, None below five answers; one query."""
    said = Feedback.objects.filter(enrolment__session=session).aggregate(
        n=Count("pk"), teaching=Avg("teaching"), practice=Avg("practice"), venue=Avg("venue")
    )
    if said["n"] < FEWEST_ANSWERS:
        return None
    return {"answers": said["n"], **{name: tenth(said[name]) for name in ("teaching", "practice", "venue")}}


def _led(sessions: Any) -> dict[int, set[int]]:
    rows = Assignment.objects.filter(role=TeachingRole.LEAD, lesson__session__in=sessions)
    led: dict[int, set[int]] = {}
    for instructor_id, session_id in rows.values_list("instructor_id", "lesson__session_id").distinct():
        led.setdefault(instructor_id, set()).add(session_id)
    return led


def exams_of(sessions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many were examined in each session, and how many of them passed at once."""
    rows = (
        ExamResult.objects.filter(enrolment__session__in=sessions, enrolment__status=EnrolmentStatus.SEATED, attempt=1)
        .values("enrolment__session")
        .annotate(n=Count("pk"), passed=Count("pk", filter=Q(is_passed=True)), first=Min("attempt"))
    )
    return {row["enrolment__session"]: (row["n"], row["passed"]) for row in rows}


def answers_of(sessions: Iterable[int]) -> dict[int, tuple[int, Decimal]]:
    """How many answered in each session, and the sum of their marks of 1 to 5."""
    rows = (
        Feedback.objects.filter(enrolment__session__in=sessions)
        .values("enrolment__session")
        .annotate(n=Count("pk"), teaching=Avg("teaching"), practice=Avg("practice"), venue=Avg("venue"))
    )
    found = {}
    for row in rows:
        means = [Decimal(str(row[name])) for name in ("teaching", "practice", "venue")]
        found[row["enrolment__session"]] = (row["n"], sum(means, Decimal(0)) / 3 * row["n"])
    return found


def _row(
    instructor: Instructor,
    held: set[int],
    exams: dict[int, tuple[int, int]],
    answers: dict[int, tuple[int, Decimal]],
) -> QualityRow:
    examined = sum(exams.get(pk, (0, 0))[0] for pk in held)
    passed = sum(exams.get(pk, (0, 0))[1] for pk in held)
    said = sum(answers.get(pk, (0, Decimal(0)))[0] for pk in held)
    marks = sum((answers.get(pk, (0, Decimal(0)))[1] for pk in held), Decimal(0))
    return QualityRow(
        instructor=instructor,
        session_count=len(held),
        examined=examined,
        passed_rate=tenth(Decimal(passed) * 100 / examined) if examined else None,
        answers=said,
        mark=tenth(marks / said) if said >= FEWEST_ANSWERS else None,
    )


def tenth(value: Any) -> Decimal:
    """A number with one place."""
    return Decimal(str(value)).quantize(Decimal("0.1"))
