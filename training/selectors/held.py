"""A session while it is held: its roster, who came to which lesson, how the exam stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import now, today
from core.masking import mask_name
from core.sealed import open_many_for_work
from training.choices import ROLL_EARLY, EnrolmentStatus, ExamOutcome, Presence
from training.models import Attendance, Certificate, Enrolment, ExamResult, Lesson, Session

# On a roster those with a seat come first, then the queue, then who gave up.
_ORDER = (EnrolmentStatus.SEATED, EnrolmentStatus.WAITING, EnrolmentStatus.CANCELLED)


@dataclass(frozen=True, repr=False)
class Known:
    """What is shown of somebody: masked, or in clear for a purpose; then never printed, logged or kept."""

    name: str
    phone: str = ""


@dataclass(frozen=True, repr=False)
class Row:
    """One person of a session; `name` is masked unless it was revealed."""

    enrolment: Enrolment
    name: str
    phone: str
    marks: Mapping[int, Attendance]
    result: ExamResult | None
    attempts: int
    outcome: str
    may_resit: bool

    @property
    def number(self) -> int:
        """The order of signing up, which stays when others leave: what is on paper goes on to fit."""
        return self.enrolment.place


@dataclass(frozen=True)
class Tally:
    """The numbers of a session; attended are those who may be examined, `uncalled` lack a mark in some lesson."""

    seated: int
    attended: int
    passed: int
    failed: int
    open: int
    absent: int
    uncalled: int

    @property
    def token(self) -> str:
        """The numbers as a confirmation repeats them."""
        return f"{self.seated}-{self.attended}-{self.passed}-{self.failed}-{self.open}-{self.absent}"


@dataclass(frozen=True)
class HeldSession:
    """A session with everything that its pages show."""

    session: Session
    lessons: Sequence[Lesson]
    rows: Sequence[Row]

    @property
    def seated(self) -> list[Row]:
        """Those with a seat."""
        return [row for row in self.rows if row.enrolment.status == EnrolmentStatus.SEATED]

    @property
    def waiting(self) -> list[Row]:
        """The queue, the longest waiting first."""
        return [row for row in self.rows if row.enrolment.status == EnrolmentStatus.WAITING]

    @property
    def cancelled(self) -> list[Row]:
        """Who gave up their place."""
        return [row for row in self.rows if row.enrolment.status == EnrolmentStatus.CANCELLED]

    @property
    def tally(self) -> Tally:
        """The numbers of those with a seat."""
        seated = self.seated
        by = {value: sum(row.outcome == value for row in seated) for value in ExamOutcome.values}
        return Tally(
            seated=len(seated),
            attended=len(seated) - by[ExamOutcome.ABSENT],
            passed=by[ExamOutcome.PASSED],
            failed=by[ExamOutcome.FAILED],
            open=by[ExamOutcome.OPEN],
            absent=by[ExamOutcome.ABSENT],
            uncalled=sum(len(row.marks) < len(self.lessons) for row in seated),
        )

    def called(self, lesson: Lesson) -> int:
        """How many of those with a seat have a mark in a lesson."""
        return sum(lesson.pk in row.marks for row in self.seated)

    def next_lesson(self) -> Lesson | None:
        """The lesson to be called now: the first that has begun and is not called in full, else the last that has."""
        begun = [one for one in self.lessons if is_callable_now(one)]
        uncalled = [one for one in begun if self.called(one) < len(self.seated)]
        return next(iter(uncalled or begun[-1:] or self.lessons), None)


def held_session(session: Session, *, known: Mapping[int, Known] | None = None) -> HeldSession:
    """Read a session with its people; names masked, but those that `known` has in clear.

    Five queries, however many people: lessons, places, presence, results, and the log of the names that are masked.
    """
    lessons = list(session.lessons.all())
    enrolments = places_of(session)
    given = known or {}
    shown = {**masked_names(session, [one for one in enrolments if one.pk not in given]), **given}
    return HeldSession(session, lessons, [_row(session, one, shown[one.pk]) for one in enrolments])


def places_of(session: Session) -> list[Enrolment]:
    """Everybody who ever had a place in a session, in the order of its roster; three queries."""
    rows = (
        Enrolment.objects.unscoped("of a session in hand")
        .filter(session=session)
        .prefetch_related("attendance", "results")
        .order_by("place")
    )
    return sorted(rows, key=lambda one: _ORDER.index(EnrolmentStatus(one.status)))


def masked_names(session: Session, enrolments: Sequence[Enrolment]) -> dict[int, Known]:
    """Names as they are shown without a purpose, by enrolment id; one row in the log a day and session."""
    work = f"training.roster:{session.number}:{today()}"
    names = open_many_for_work(enrolments, "name", work=work)
    return {one.pk: Known(mask_name(name or "")) for one, name in zip(enrolments, names, strict=True)}


def is_callable_now(lesson: Lesson) -> bool:
    """Whether the roll of a lesson may be called: from an hour before it begins."""
    return lesson.starts_at - ROLL_EARLY <= now()


def certificates_of(session: Session) -> list[Certificate]:
    """The certificates that a session brought, in the order of their numbers."""
    rows = Certificate.objects.unscoped("of a session in hand")
    return list(rows.filter(enrolment__session=session).select_related("enrolment").order_by("number"))


def _row(session: Session, one: Enrolment, known: Known) -> Row:
    marks = {mark.lesson_id: mark for mark in one.attendance.all()}
    results = sorted(one.results.all(), key=lambda result: result.attempt)
    result = results[-1] if results else None
    missed = sum(mark.presence == Presence.ABSENT for mark in marks.values())
    outcome = str(result.outcome(session.version) if result else ExamOutcome.OPEN)
    # Who missed too much gets no certificate, whatever was written down of an exam.
    if missed > session.version.missed_most:
        outcome = ExamOutcome.ABSENT
    return Row(
        enrolment=one,
        name=known.name,
        phone=known.phone,
        marks=marks,
        result=result,
        attempts=len(results),
        outcome=outcome,
        may_resit=outcome == ExamOutcome.FAILED and len(results) <= session.version.resits_most,
    )
