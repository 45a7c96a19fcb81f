"""Sessions as everybody may read them: pages by keyset, streams, one session with its lessons and teachers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from django.db.models import Count, F, Func, OuterRef, Q, Subquery, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan, Lookup
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import DomainError, NotFound
from training.choices import (
    CERTIFICATE_OF,
    CertificateKind,
    CourseKind,
    InstructorGrade,
    SessionStatus,
    SignUpState,
    Skill,
)
from training.models import Assignment, CourseVersion, Lesson, Session, SessionEvent, SessionQuerySet

PAGE_SIZE = 50
LARGEST_PAGE = 500
CHUNK = 2000
SOONEST_FIRST = ("starts_on", "id")
SOONEST_LAST = ("-starts_on", "-id")
_CURSOR = re.compile(r"(?P<way>[np])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<id>[0-9]{1,18})", re.ASCII)
_COLUMNS = (
    "id",
    "number",
    "title",
    "status",
    "version__course__kind",
    "version__course__name",
    "version__hours",
    "area__code",
    "area__name",
    "area__parent__name",
    "place",
    "contact",
    "seats",
    "seated_count",
    "waiting_count",
    "sign_up_from",
    "sign_up_until",
    "starts_on",
    "ends_on",
    "branch__code",
    "branch__name",
    "first_at",
    "lesson_count",
    "opened_at",
)


@dataclass(frozen=True)
class PublicSessionFilter:
    """Which sessions: in a division or below it, beginning from a day on (today where none is given), of a kind."""

    area: str = ""
    first: datetime.date | None = None
    kind: str = ""

    def rows(self) -> SessionQuerySet:
        """The sessions that take people; the caller adds order and limit."""
        condition = Q(status=SessionStatus.OPEN, starts_on__gte=self.first or today())
        if self.area:
            condition &= Q(area__code__startswith=self.area)
        if self.kind:
            condition &= Q(version__course__kind=self.kind)
        found: SessionQuerySet = Session.objects.for_public_display().filter(condition)
        return found


@dataclass(frozen=True)
class SessionCursor:
    """A place between two sessions of the list, soonest first: after (going back, before) that of this day and id."""

    starts_on: datetime.date
    id: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{'p' if self.backwards else 'n'}{self.starts_on.isoformat()}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor; None for an empty text. Raises DomainError `page_unreadable` for anything else."""
        if not text:
            return None
        found = _CURSOR.fullmatch(text)
        try:
            day = datetime.date.fromisoformat(found["day"]) if found else None
        except ValueError:
            day = None
        if found is None or day is None:
            sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
            raise DomainError("page_unreadable", sentence, {"page": sentence})
        return cls(day, int(found["id"]), found["way"] == "p")

    def condition(self) -> Lookup:
        """Rows beyond this place, as a comparison of rows."""
        here, row = _row(Value(self.starts_on), Value(self.id)), _row(F("starts_on"), F("id"))
        return LessThan(row, here) if self.backwards else GreaterThan(row, here)


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())


class PublicSession(NamedTuple):
    """A session as everybody may see it; `first_at` is when its first lesson begins. `hours` are of 45 minutes."""

    id: int
    number: str
    title: str
    status: str
    course_kind: str
    course_name: str
    hours: int
    area_code: str
    area_name: str
    area_parent: str | None
    place: str
    contact: str
    seats: int
    seated_count: int
    waiting_count: int
    sign_up_from: datetime.datetime | None
    sign_up_until: datetime.datetime | None
    starts_on: datetime.date
    ends_on: datetime.date
    branch_code: str
    branch_name: str
    first_at: datetime.datetime | None
    lesson_count: int
    opened_at: datetime.datetime | None

    @property
    def kind_label(self) -> str:
        """The kind of its course in words."""
        return str(CourseKind(self.course_kind).label)

    @property
    def status_label(self) -> str:
        """The state in words."""
        return str(SessionStatus(self.status).label)

    @property
    def free_seats(self) -> int:
        """Seats that nobody has; whoever waits comes before whoever asks now."""
        return 0 if self.waiting_count else self.seats - self.seated_count

    @property
    def sign_up_state(self) -> SignUpState:
        """What the public may do with it now."""
        moment = now()
        if self.status != SessionStatus.OPEN or (self.sign_up_until and moment >= self.sign_up_until):
            return SignUpState.OVER
        if self.sign_up_from and moment < self.sign_up_from:
            return SignUpState.NOT_YET
        return SignUpState.OPEN if self.free_seats else SignUpState.QUEUE

    @property
    def may_sign_up(self) -> bool:
        """Whether a place may be asked for now."""
        return self.sign_up_state in (SignUpState.OPEN, SignUpState.QUEUE)

    @property
    def seats_text(self) -> str:
        """Seats left, or the length of the queue, in words."""
        if self.free_seats:
            return _("剩 %(free)d 个（共 %(seats)d 个）") % {"free": self.free_seats, "seats": self.seats}
        if self.waiting_count:
            return _("已满，%(waiting)d 人候补") % {"waiting": self.waiting_count}
        return _("已满，还没有人候补")

    @property
    def address(self) -> str:
        """Where it stands."""
        return f"/training/{self.number}/"


@dataclass(frozen=True)
class SessionPage:
    """A page of the list; `next` and `previous` are cursors where there is such a page."""

    rows: list[PublicSession]
    next: SessionCursor | None
    previous: SessionCursor | None


@dataclass(frozen=True)
class PublicLesson:
    """A lesson and who teaches it: names of those who agreed, the grade of the others."""

    id: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SessionDetail:
    """One session with its lessons and what its course asks for."""

    session: PublicSession
    lessons: tuple[PublicLesson, ...]
    version: CourseVersion

    @property
    def certificate_label(self) -> str:
        """What passing it certifies, in words."""
        return str(CertificateKind(CERTIFICATE_OF[self.session.course_kind]).label)

    @property
    def skills(self) -> list[str]:
        """The practical checklist in words."""
        return [str(Skill(code).label) for code in self.version.skills]


def read_sessions(rows: SessionQuerySet) -> Any:
    """The columns of PublicSession of rows that the caller has opened, for `PublicSession(*row)`."""
    lessons = Lesson.objects.filter(session=OuterRef("pk")).order_by()
    opened = SessionEvent.objects.filter(session=OuterRef("pk"), to_status=SessionStatus.OPEN).order_by("id")
    return rows.annotate(
        first_at=Subquery(lessons.order_by("starts_at").values("starts_at")[:1]),
        lesson_count=Subquery(lessons.values("session").annotate(n=Count("pk")).values("n")),
        opened_at=Subquery(opened.values("at")[:1]),
    ).values_list(*_COLUMNS)


def public_sessions(
    asked: PublicSessionFilter, cursor: SessionCursor | None = None, page_size: int = PAGE_SIZE
) -> SessionPage:
    """A page of sessions that take people, soonest first; one query."""
    size = max(1, min(page_size, LARGEST_PAGE))
    backwards = cursor is not None and cursor.backwards
    rows = _read(asked, cursor, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_previous = has_more if backwards else cursor is not None
    return SessionPage(
        rows=rows,
        next=_place(rows, -1, backwards=False) if rows and (has_more or backwards) else None,
        previous=_place(rows, 0, backwards=True) if rows and has_previous else None,
    )


def _place(rows: list[PublicSession], at: int, *, backwards: bool) -> SessionCursor:
    return SessionCursor(rows[at].starts_on, rows[at].id, backwards)


def _read(asked: PublicSessionFilter, cursor: SessionCursor | None, limit: int) -> list[PublicSession]:
    rows = asked.rows()
    if cursor is not None:
        rows = rows.filter(cursor.condition())
    order = SOONEST_LAST if cursor is not None and cursor.backwards else SOONEST_FIRST
    return [PublicSession(*row) for row in read_sessions(rows).order_by(*order)[:limit]]


def stream_public_sessions(asked: PublicSessionFilter, chunk: int = CHUNK) -> Iterator[list[PublicSession]]:
    """All sessions of a filter, soonest first, in lists of `chunk` rows, each a query of its own; memory flat."""
    place: SessionCursor | None = None
    while True:
        rows = _read(asked, place, chunk)
        if rows:
            yield rows
        if len(rows) < chunk:
            return
        place = SessionCursor(rows[-1].starts_on, rows[-1].id)


def latest_sessions(limit: int = PAGE_SIZE) -> list[PublicSession]:
    """The sessions that take people, opened last first; one query."""
    return [PublicSession(*row) for row in read_sessions(PublicSessionFilter().rows()).order_by("-id")[:limit]]


def public_session(number: str) -> PublicSession:
    """A session for the public by its number; one query. Raises NotFound."""
    row = read_sessions(Session.objects.for_public_display().filter(number=_plain(number))).first()
    if row is None:
        raise NotFound(
            "session_not_found",
            _("没有编号为“%(number)s”的公开培训班。编号形如 330182-2026-K00000001，请核对后再查。")
            % {"number": _plain(number)[:40]},
        )
    return PublicSession(*row)


def session_detail(number: str) -> SessionDetail:
    """A session with lessons, teachers and what its course asks for; four queries. Raises NotFound."""
    session = public_session(number)
    version = CourseVersion.objects.select_related("course").get(sessions=session.id)
    return SessionDetail(session, lessons_of(session.id), version)


def session_number_exists(number: str) -> bool:
    """Whether a session with this number is public; one query."""
    return bool(Session.objects.for_public_display().filter(number=_plain(number)).exists())


def lessons_of(session_id: int) -> tuple[PublicLesson, ...]:
    """The lessons of a session in order, with who teaches them; two queries."""
    taught = Assignment.objects.filter(lesson__session_id=session_id).select_related("instructor")
    teachers: dict[int, list[str]] = {}
    # “lead” comes after “assistant” in the alphabet, and first here.
    for one in taught.order_by("lesson_id", "-role", "id"):
        teachers.setdefault(one.lesson_id, []).append(_teacher(one))
    lessons = Lesson.objects.filter(session_id=session_id).order_by("starts_at")
    return tuple(PublicLesson(one.pk, one.starts_at, one.ends_at, tuple(teachers.get(one.pk, ()))) for one in lessons)


def _teacher(one: Assignment) -> str:
    grade = InstructorGrade(one.instructor.grade).label
    if one.instructor.is_name_public:
        return _("%(name)s（%(grade)s）") % {"name": one.instructor.name, "grade": grade}
    return str(grade)


def _plain(number: str) -> str:
    return number.replace("\x00", "").strip()
