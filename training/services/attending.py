"""Presence: scanned by the learner, or called by the instructor (docs/training.md has the rule of conflicts)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MARKABLE_SESSION, ROLL_EARLY, CheckIn, EnrolmentStatus, Presence
from training.errors import TrainingError, WrongState
from training.models import Attendance, Enrolment, Lesson, Session
from training.services.moving import lock_session

if TYPE_CHECKING:
    from accounts.models import User

# A code is good from ROLL_EARLY before a lesson until so long after its end; so long may a telephone's clock be ahead.
AFTER, CLOCK_AHEAD = datetime.timedelta(hours=1), datetime.timedelta(minutes=5)


def call_roll(*, session_id: int, lesson_id: int, marks: Mapping[int, str], actor: User) -> int:
    """Write down what the instructor saw of each enrolment (id → Presence); stands over what was scanned.

    Locks the session. Returns how many rows changed. Raises TrainingError for people of another session.
    """
    with transaction.atomic():
        session = _locked(session_id, actor)
        lesson = _lesson_of(session, lesson_id)
        seated = set(
            Enrolment.objects.unscoped("of a session in hand")
            .filter(session=session, status=EnrolmentStatus.SEATED, pk__in=marks)
            .values_list("pk", flat=True)
        )
        if seated != set(marks) or not set(marks.values()) <= set(Presence.values):
            raise TrainingError("roll_wrong", _("点名表和本班名册对不上，可能有人已取消报名，请刷新页面再点名。"))
        known = {one.enrolment_id: one for one in Attendance.objects.filter(lesson=lesson, enrolment_id__in=seated)}
        moment = now()
        rows = [
            Attendance(
                enrolment_id=enrolment_id,
                lesson=lesson,
                presence=presence,
                method=CheckIn.ROLL,
                at=moment,
                received_at=moment,
                recorded_by=actor,
            )
            for enrolment_id, presence in marks.items()
            if not _says(known.get(enrolment_id), presence)
        ]
        Attendance.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["enrolment", "lesson"],
            update_fields=["presence", "method", "at", "received_at", "recorded_by"],
        )
        record_audit(
            "training.roll.called",
            actor=actor,
            obj=session,
            branch_code=session.branch.code,
            changed_fields=["attendance"],
            reason=str(lesson),
        )
    return len(rows)


def scan_in(*, lesson_id: int, enrolment_id: int, at: datetime.datetime | None = None) -> Attendance:
    """Take a learner's own check-in; `at` is when the code was scanned, also without a network.

    A roll call stands; of two scans the earlier one does. Raises TrainingError outside the lesson's time.
    """
    moment = now()
    seen_at = min(at or moment, moment)
    if at is not None and at > moment + CLOCK_AHEAD:
        raise TrainingError("check_in_ahead", _("手机时间比实际时间快，请校准手机时间后再签到。"))
    with transaction.atomic():
        lesson = Lesson.objects.select_related("session").filter(pk=lesson_id).first()
        enrolment = (
            Enrolment.objects.unscoped("checks in with their own code").select_for_update().filter(pk=enrolment_id)
        ).first()
        if lesson is None or enrolment is None or enrolment.session_id != lesson.session_id:
            raise TrainingError("check_in_elsewhere", _("这个签到码不是您所报班次的，请核对。"))
        if enrolment.status != EnrolmentStatus.SEATED or lesson.session.status not in MARKABLE_SESSION:
            raise WrongState("check_in_over", _("您在这个班没有名额，或这个班已经结束，请找工作人员。"))
        if not lesson.starts_at - ROLL_EARLY <= seen_at <= lesson.ends_at + AFTER:
            raise TrainingError("check_in_time", _("现在不是这次课的签到时间：课前一小时至课后一小时内可签到。"))
        mark = Attendance.objects.filter(enrolment=enrolment, lesson=lesson).first()
        if mark is None:
            return Attendance.objects.create(
                enrolment=enrolment,
                lesson=lesson,
                presence=Presence.PRESENT,
                method=CheckIn.SCAN,
                at=seen_at,
                received_at=moment,
            )
        if mark.method == CheckIn.SCAN and seen_at < mark.at:
            mark.at, mark.received_at = seen_at, moment
            mark.save(update_fields=["at", "received_at"])
        return mark


def _locked(session_id: int, actor: User) -> Session:
    session = lock_session(session_id)
    require(actor, Right.MARK_TRAINING, session.branch)
    if session.status not in MARKABLE_SESSION:
        raise WrongState("session_signed", _("成绩已签字，到课和成绩不能再改；有误请由主讲师资退回签字。"))
    return session


def _lesson_of(session: Session, lesson_id: int) -> Lesson:
    lesson = session.lessons.filter(pk=lesson_id).first()
    if lesson is None:
        raise TrainingError("lesson_elsewhere", _("这次课不在本班中，请刷新页面。"))
    if lesson.starts_at - ROLL_EARLY > now():
        raise TrainingError("lesson_ahead", _("这次课还没有开始，不能点名。"))
    return lesson


def _says(mark: Attendance | None, presence: str) -> bool:
    return mark is not None and mark.method == CheckIn.ROLL and mark.presence == presence
