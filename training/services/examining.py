"""Results of the exam, and the instructor's signature under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MARKABLE_SESSION, EnrolmentStatus, ExamOutcome, SessionStatus
from training.errors import OwnWork, TrainingError, WrongState
from training.models import Enrolment, ExamResult, Session
from training.permissions import leads
from training.services.moving import lock_session, move_session

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Marks:
    """What one person reached: theory of 100 with at most one place, and which skills were shown or not."""

    theory: Decimal | None = None
    passed: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seen:
    """What stood on the page on which marks were typed; attempt 0 where there was none."""

    attempt: int = 0
    marks: Marks = Marks()


def record_results(
    *, session_id: int, marks: Mapping[int, Marks], actor: User, seen: Mapping[int, Seen] | None = None
) -> int:
    """Write down or correct the results of some people (enrolment id → Marks) in their present attempt.

    With `seen`, what somebody else wrote in the meantime is not written over. Locks the session. Returns how many rows
    were written. Raises TrainingError and WrongState that name each person by the id in their fields.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.MARK_TRAINING, session.branch)
        _require_markable(session)
        people = {
            one.pk: one
            for one in Enrolment.objects.unscoped("of a session in hand")
            .filter(session=session, status=EnrolmentStatus.SEATED, pk__in=marks)
            .prefetch_related("results")
        }
        if set(people) != set(marks):
            raise TrainingError("marks_elsewhere", _("成绩表和本班名册对不上，可能有人已取消报名，请刷新页面。"))
        _check(session, people, marks)
        _check_seen(people, marks, seen or {})
        written = [row for one, mark in marks.items() if (row := _result(session, people[one], mark, actor))]
        ExamResult.objects.bulk_create(
            written,
            update_conflicts=True,
            unique_fields=["enrolment", "attempt"],
            update_fields=["theory", "skills_passed", "skills_failed", "examiner", "examined_at", "is_passed"],
        )
        record_audit(
            "training.results.recorded",
            actor=actor,
            obj=session,
            branch_code=session.branch.code,
            changed_fields=["results"],
        )
    return len(written)


def start_resit(*, session_id: int, enrolment_id: int, actor: User) -> ExamResult:
    """Open the next attempt of somebody who failed. Locks the session. Raises TrainingError where there is none."""
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.MARK_TRAINING, session.branch)
        _require_markable(session)
        last = ExamResult.objects.filter(enrolment_id=enrolment_id, enrolment__session=session).order_by("-attempt")
        result = last.first()
        if result is None or result.outcome(session.version) != ExamOutcome.FAILED:
            raise TrainingError("resit_not_needed", _("只有考核未通过的人才能补考。"))
        if result.attempt > session.version.resits_most:
            raise TrainingError(
                "resits_over",
                _("这门课最多补考 %(n)d 次，已用完，请重新参加培训。") % {"n": session.version.resits_most},
            )
        return ExamResult.objects.create(
            enrolment_id=enrolment_id, attempt=result.attempt + 1, examiner=actor, examined_at=now()
        )


def sign_results(*, session_id: int, actor: User) -> Session:
    """Sign the attendance and results of a session as its leading instructor: from then on they stand.

    Locks the session. Raises OwnWork for anybody but a leading instructor, TrainingError while lessons lie ahead or a
    mark is missing, with how many.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.SIGN_RESULTS, session.branch)
        if not leads(actor, session):
            raise OwnWork(_("成绩须由本班的主讲师资签字。"))
        _require_whole(session)
        if session.status == SessionStatus.OPEN:
            move_session(session, SessionStatus.CLOSED, actor=actor)
        move_session(session, SessionStatus.SIGNED, actor=actor, signed_by=actor, signed_at=now())
    return session


def return_signature(*, session_id: int, actor: User, reason: str) -> Session:
    """Send a signed session back to its instructor, before any certificate was issued, with the reason."""
    with transaction.atomic():
        session = lock_session(session_id)
        if session.signed_by_id != actor.pk:
            require(actor, Right.ISSUE_CERTIFICATES, session.branch)
        if len(reason.strip()) < 2:
            sentence = _("请写明退回的原因，便于主讲师资核对。")
            raise TrainingError("reason_missing", sentence, {"reason": sentence})
        if session.status != SessionStatus.SIGNED:
            raise WrongState("session_not_signed", _("这个班现在没有签字，不用退回，请刷新页面查看。"))
        if _has_certificates(session):
            raise WrongState("certificates_issued", _("本班已有证书发出，不能退回；个别有误请撤销后换发。"))
        move_session(session, SessionStatus.CLOSED, actor=actor, reason=reason, signed_by=None, signed_at=None)
    return session


def _require_markable(session: Session) -> None:
    if session.status not in MARKABLE_SESSION:
        raise WrongState("session_signed", _("成绩已签字，不能再改；有误请由主讲师资退回签字。"))


def _has_certificates(session: Session) -> bool:
    rows = Enrolment.objects.unscoped("of a session in hand")
    return rows.filter(session=session, certificate__isnull=False).exists()


def _require_whole(session: Session) -> None:
    last = session.lessons.order_by("-ends_at").first()
    if last is None or last.ends_at > now():
        raise TrainingError("lessons_ahead", _("还有课没有上完，课程结束后才能签字。"))
    seated = (
        Enrolment.objects.unscoped("of a session in hand")
        .filter(session=session, status=EnrolmentStatus.SEATED)
        .prefetch_related("attendance", "results")
    )
    lessons = session.lessons.count()
    unmarked = sum(1 for one in seated if len(one.attendance.all()) < lessons)
    if unmarked:
        raise TrainingError("roll_incomplete", _("还有 %(n)d 人没有点完名，请先补齐。") % {"n": unmarked})
    unexamined = sum(1 for one in seated if _may_be_examined(one, session, lessons) and _is_open(one, session))
    if unexamined:
        raise TrainingError("results_incomplete", _("还有 %(n)d 人的成绩没有填完，请先补齐。") % {"n": unexamined})


def _may_be_examined(enrolment: Enrolment, session: Session, lessons: int) -> bool:
    attended = sum(1 for one in enrolment.attendance.all() if one.presence != "absent")
    return lessons - attended <= session.version.missed_most


def _is_open(enrolment: Enrolment, session: Session) -> bool:
    last = _last(enrolment)
    return last is None or last.outcome(session.version) == ExamOutcome.OPEN


def _last(enrolment: Enrolment) -> ExamResult | None:
    return max(enrolment.results.all(), key=lambda one: one.attempt, default=None)


def _standing(enrolment: Enrolment) -> Seen:
    last = _last(enrolment)
    if last is None:
        return Seen()
    return Seen(last.attempt, Marks(last.theory, frozenset(last.skills_passed), frozenset(last.skills_failed)))


def _check_seen(people: Mapping[int, Enrolment], marks: Mapping[int, Marks], seen: Mapping[int, Seen]) -> None:
    fields = {}
    for one, was in seen.items():
        standing = _standing(people[one]) if one in people else was
        if standing != was and (standing.attempt != was.attempt or standing.marks != marks[one]):
            fields[str(one)] = _("别人刚改过这个人的成绩，请核对现在的成绩后再改。")
    if fields:
        raise WrongState(
            "marks_changed", _("有 %(n)d 人的成绩刚被别人改过，请核对后再保存。") % {"n": len(fields)}, fields
        )


def _check(session: Session, people: Mapping[int, Enrolment], marks: Mapping[int, Marks]) -> None:
    version, fields = session.version, {}
    for one, mark in marks.items():
        if mark.theory is not None and not 0 <= mark.theory <= 100:
            fields[str(one)] = _("理论成绩应在 0 至 100 之间。")
        elif mark.theory is not None and mark.theory != mark.theory.quantize(Decimal("0.1")):
            fields[str(one)] = _("理论成绩最多一位小数。")
        elif mark.passed & mark.failed or not (mark.passed | mark.failed) <= set(version.skills):
            fields[str(one)] = _("实操项目与本课程不符。")
    if fields:
        raise TrainingError("marks_wrong", _("有 %(n)d 人的成绩填错，请按提示修改。") % {"n": len(fields)}, fields)


def _result(session: Session, person: Enrolment, mark: Marks, actor: User) -> ExamResult | None:
    last, standing = _last(person), _standing(person)
    if standing.marks == mark:
        return None
    return ExamResult(
        enrolment=person,
        attempt=last.attempt if last else 1,
        theory=mark.theory,
        skills_passed=[one for one in session.version.skills if one in mark.passed],
        skills_failed=[one for one in session.version.skills if one in mark.failed],
        examiner=actor,
        examined_at=now(),
    )
