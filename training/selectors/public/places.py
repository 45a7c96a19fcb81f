"""A place as the holder of its code sees it: never the marks of an exam."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now, today
from core.errors import NotFound
from core.random_codes import grouped_code, normalise_code
from core.sealed import matching
from training.choices import MARKABLE_SESSION, EnrolmentStatus, Presence, SessionStatus
from training.models import Attendance, Enrolment, Session
from training.selectors.public.sessions import PublicLesson, PublicSession, lessons_of, read_sessions

_LOOK = "one's own place, by its code or telephone"


@dataclass(frozen=True)
class OwnLesson:
    """A lesson, and when one's presence in it was seen; None where it was not."""

    lesson: PublicLesson
    seen_at: datetime.datetime | None


@dataclass(frozen=True)
class OwnPlace:
    """A place; `position` in the queue now, None with a seat. `has_document`: a certificate was asked for."""

    id: int
    code: str
    status: str
    unit: str
    position: int | None
    has_document: bool
    session: PublicSession
    lessons: tuple[OwnLesson, ...]

    @property
    def spoken_code(self) -> str:
        """The code in groups of four, to be written down."""
        return grouped_code(self.code)

    @property
    def is_over(self) -> bool:
        """Whether the exam of its session is signed: nothing of a place can change then."""
        return self.session.status in (SessionStatus.SIGNED, SessionStatus.FINISHED)

    @property
    def is_called_off(self) -> bool:
        """Whether the session is not held."""
        return self.session.status == SessionStatus.CANCELLED

    @property
    def has_seat(self) -> bool:
        """Whether it is a seat in a session that is held."""
        return self.status == EnrolmentStatus.SEATED and not self.is_called_off

    @property
    def status_label(self) -> str:
        """The state in words, with the position of who waits."""
        if self.is_called_off:
            return _("本班已取消")
        if self.position is not None:
            return _("候补第 %(position)d 位") % {"position": self.position}
        return str(EnrolmentStatus(self.status).label)

    @property
    def may_cancel(self) -> bool:
        """Whether it can be given up still."""
        return self.status != EnrolmentStatus.CANCELLED and self.session.status in MARKABLE_SESSION

    @property
    def may_check_in(self) -> bool:
        """Whether presence can be taken."""
        return self.status == EnrolmentStatus.SEATED and self.session.status in MARKABLE_SESSION

    @property
    def has_begun(self) -> bool:
        """Whether the last lesson has begun: from then on one may say how it was."""
        return bool(self.lessons) and max(one.lesson.starts_at for one in self.lessons) <= now()

    @property
    def is_today(self) -> bool:
        """Whether a lesson is held today."""
        return any(one.lesson.starts_at.astimezone(SHANGHAI).date() == today() for one in self.lessons)

    @property
    def address(self) -> str:
        """Where its holder sees it."""
        return f"/training/place/{self.code}/"


def enrolment_by_code(code: str) -> Enrolment:
    """The enrolment with this code, for who holds it; one query. Raises NotFound."""
    row: Enrolment | None = Enrolment.objects.unscoped(_LOOK).filter(code=normalise_code(code)).first()
    if row is None:
        sentence = _("没有这个报名编号。编号是 16 位字母和数字，请照短信或确认页逐位核对。")
        raise NotFound("place_not_found", sentence, {"place": sentence})
    return row


def own_place(enrolment: Enrolment) -> OwnPlace:
    """A place with its session, lessons and position in the queue; five queries."""
    sessions = Session.objects.unscoped(_LOOK).filter(pk=enrolment.session_id)
    session = PublicSession(*read_sessions(sessions).get())
    rows = Attendance.objects.filter(enrolment=enrolment).exclude(presence=Presence.ABSENT)
    seen = dict(rows.values_list("lesson_id", "at"))
    return OwnPlace(
        id=enrolment.pk,
        code=enrolment.code,
        status=enrolment.status,
        unit=enrolment.unit,
        position=_position(enrolment),
        has_document=enrolment.learner_id is not None,
        session=session,
        lessons=tuple(OwnLesson(one, seen.get(one.id)) for one in lessons_of(enrolment.session_id)),
    )


def places_in(session_id: int, *, codes: Iterable[str], phone: str = "") -> list[Enrolment]:
    """The seats of a session with one of these codes, or by a telephone that was shown; one query."""
    condition = Q(code__in=list(codes))
    if phone:
        condition |= matching(Enrolment, "phone", phone)
    rows = Enrolment.objects.unscoped(_LOOK).filter(condition, session_id=session_id, status=EnrolmentStatus.SEATED)
    return list(rows.order_by("place")[:20])


def _position(enrolment: Enrolment) -> int | None:
    if enrolment.status != EnrolmentStatus.WAITING:
        return None
    ahead = Enrolment.objects.unscoped(_LOOK).filter(
        session_id=enrolment.session_id, status=EnrolmentStatus.WAITING, place__lt=enrolment.place
    )
    return ahead.count() + 1
