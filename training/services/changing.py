"""Changes of a session that people have signed up for: cancelled, other seats, a lesson at another time."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MARKABLE_SESSION, EnrolmentStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Assignment, Attendance, Enrolment, Lesson, Session
from training.services.enrolling import cancel_all, move_up
from training.services.moving import lock_session, lock_version, move_session, note_session, require_session_step
from training.services.teaching import Duty, require_free, told_of_clashes
from training.services.telling import tell_moved

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_REASON = 2


def cancel_session(*, session_id: int, reason: str, actor: User) -> Session:
    """Cancel a session: every place in it is cancelled and told so, its instructors are free (trigger).

    Locks the session, then its places. Raises TrainingError without a reason, WrongState for one that is signed,
    finished or cancelled already.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        require_session_step(session, SessionStatus.CANCELLED)
        if len(reason.strip()) < SHORTEST_REASON:
            sentence = _("请写明取消的原因，例如“报名人数不足”。")
            raise TrainingError("reason_missing", sentence, {"reason": sentence})
        # A cancelled session takes no change any more, its counters neither: its places go first.
        cancel_all(session, actor=actor, reason=reason)
        move_session(session, SessionStatus.CANCELLED, actor=actor, reason=reason)
        session.refresh_from_db(fields=["seated_count", "waiting_count"])
    return session


def change_seats(*, session_id: int, seats: int, actor: User) -> list[Enrolment]:
    """Give an open session more or fewer seats; return who moved up from the queue. Said twice, it is done once.

    Locks the session. Raises TrainingError with the field `seats`, WrongState where it is not open.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        if session.status != SessionStatus.OPEN:
            raise WrongState(
                "session_not_open",
                _("培训班 %(number)s 现在是“%(now)s”，只有报名中的班可以改名额。")
                % {"number": session.number, "now": session.get_status_display()},
            )
        if seats == session.seats:
            return []
        if problem := _problem_of_seats(session, seats):
            raise TrainingError("seats_wrong", problem, {"seats": problem})
        note = _("名额 %(before)d 改为 %(after)d") % {"before": session.seats, "after": seats}
        session.seats = seats
        session.maker_ids = _with(session.maker_ids, actor)
        session.save(update_fields=["seats", "maker_ids"])
        note_session(session, session.status, actor=actor, reason=note)
        _audit("training.session.seats_changed", session, actor, ["seats"])
        return move_up(session)


def move_lesson(
    *, session_id: int, lesson_id: int, starts_at: datetime.datetime, ends_at: datetime.datetime, actor: User
) -> Lesson:
    """Hold a lesson that has not begun at another time, with the same instructors; who has a place is told.

    Locks the session, then the instructors. Raises TrainingError with the field `starts`, WrongState where the session
    or the lesson is over. Said twice, it is done once.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        lesson = session.lessons.filter(pk=lesson_id).first()
        if lesson is None or session.status not in MARKABLE_SESSION:
            raise WrongState("lesson_not_movable", _("这个班现在不能改课次时间，请刷新页面查看。"))
        if (lesson.starts_at, lesson.ends_at) == (starts_at, ends_at):
            return lesson
        problem = _problem_of_move(session, lesson, starts_at, ends_at)
        if problem:
            raise TrainingError("lesson_time_wrong", problem, {"starts": problem})
        _require_instructors(session, lesson, starts_at, ends_at)
        note = _("%(before)s 的课改到 %(after)s") % {"before": _said(lesson.starts_at), "after": _said(starts_at)}
        lesson.starts_at, lesson.ends_at = starts_at, ends_at
        with told_of_clashes(_("有师资在这个时间已安排了别的课或不能授课，请换一个时间。"), "starts"):
            lesson.save(update_fields=["starts_at", "ends_at"])
        _follow(session, actor)
        note_session(session, session.status, actor=actor, reason=note)
        _audit("training.session.lesson_moved", session, actor, ["lessons"])
        for enrolment in Enrolment.objects.unscoped("of a locked session").filter(
            session=session, status=EnrolmentStatus.SEATED
        ):
            enrolment.session = session
            tell_moved(enrolment, starts_at.astimezone(SHANGHAI).date())
    return lesson


def _problem_of_seats(session: Session, seats: int) -> str:
    if seats < max(session.seated_count, 1):
        return _("已有 %(taken)d 人占了名额，不能少于这个数。") % {"taken": session.seated_count}
    if seats > session.version.seats_most:
        return _("这门课每班最多 %(most)d 人。") % {"most": session.version.seats_most}
    needed = session.version.instructors_for(seats)
    teaching = [len(lesson.assignments.all()) for lesson in session.lessons.prefetch_related("assignments")]
    if min(teaching, default=0) < needed:
        return _("%(seats)d 人每次课至少要 %(needed)d 名师资，现在有的课次只有 %(has)d 名。") % {
            "seats": seats,
            "needed": needed,
            "has": min(teaching, default=0),
        }
    return ""


def _problem_of_move(session: Session, lesson: Lesson, starts_at: datetime.datetime, ends_at: datetime.datetime) -> str:
    if ends_at <= starts_at:
        return _("结束须晚于开始。")
    if lesson.starts_at <= now() or Attendance.objects.filter(lesson=lesson).exists():
        return _("这次课已经开始或已有签到，不能再改时间。")
    if starts_at <= now():
        return _("新的时间已经过去，请填以后的时间。")
    others = session.lessons.exclude(pk=lesson.pk)
    if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        return _("和本班另一次课的时间重叠，请核对。")
    version = lock_version(session.version_id)
    earliest = others.order_by("starts_at").values_list("starts_at", flat=True).first()
    first = starts_at if earliest is None else min(starts_at, earliest)
    if not version.is_valid_on(first.astimezone(SHANGHAI).date()):
        return _("改后的开班日期不在课程这个版本的适用期内，请换一个时间。")
    return ""


def _require_instructors(
    session: Session, lesson: Lesson, starts_at: datetime.datetime, ends_at: datetime.datetime
) -> None:
    """Refuse a time at which one of the lesson's instructors is not free, or no longer qualified."""
    teaching = list(Assignment.objects.filter(lesson=lesson).select_related("instructor").order_by("pk"))
    try:
        require_free(
            [Duty(one.instructor_id, one.role, starts_at, ends_at) for one in teaching], besides_lesson=lesson.pk
        )
    except TrainingError as error:
        raise TrainingError(error.code, error.message, {"starts": error.message}) from error
    day, kind = starts_at.astimezone(SHANGHAI).date(), session.version.course.kind
    if not all(one.instructor.is_qualified(kind, day) for one in teaching):
        sentence = _("这次课有师资那天没有这门课的授课资格，请换一个时间。")
        raise TrainingError("instructor_not_qualified", sentence, {"starts": sentence})


def _follow(session: Session, actor: User) -> None:
    """The session's days follow its lessons; the sign-up ends with the first of them at the latest."""
    lessons = list(session.lessons.order_by("starts_at"))
    session.starts_on = lessons[0].starts_at.astimezone(SHANGHAI).date()
    session.ends_on = lessons[-1].ends_at.astimezone(SHANGHAI).date()
    if session.sign_up_until and session.sign_up_until > lessons[0].starts_at:
        session.sign_up_until = lessons[0].starts_at
    session.maker_ids = _with(session.maker_ids, actor)
    session.save(update_fields=["starts_on", "ends_on", "sign_up_until", "maker_ids"])


def _with(maker_ids: list[int], actor: User) -> list[int]:
    return maker_ids if actor.pk in maker_ids else [*maker_ids, actor.pk]


def _audit(verb: str, session: Session, actor: User, changed: list[str]) -> None:
    record_audit(verb, actor=actor, obj=session, branch_code=session.branch.code, changed_fields=changed)


def _said(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
