"""Instructors: written down, changed, their qualification ended; and the times in which they cannot teach."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import SHANGHAI, now
from core.errors import DomainError
from core.phone_codes import checked_mobile
from core.sealed import reveal, seal_into
from organizations.choices import Right
from organizations.permissions import require
from training.choices import CourseKind, InstructorGrade
from training.errors import TrainingError, WrongState, constraint_of
from training.models import Absence, Assignment, Instructor
from training.permissions import require_times_of
from training.services.teaching import IN_AN_ABSENCE, lock_instructors

if TYPE_CHECKING:
    from organizations.models import Branch

ABSENCE_TWICE = "absence_not_twice"
SHORTEST_REASON = 2
LONGEST_ABSENCE = datetime.timedelta(days=366)


@dataclass(frozen=True)
class InstructorFacts:
    """What is written down of an instructor; `qualified_to` is the first day without the qualification.

    `phone` None keeps what is there, empty takes it away. `login` names the account with which they sign, if any.
    """

    name: str
    grade: str
    kinds: tuple[str, ...]
    qualified_from: datetime.date
    qualified_to: datetime.date | None = None
    yearly_hours: int = 0
    is_name_public: bool = False
    phone: str | None = None
    login: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class _Checked:
    """Facts that were looked at."""

    columns: dict[str, object]
    phone: str | None


def register_instructor(*, branch: Branch, facts: InstructorFacts, actor: User) -> Instructor:
    """Write down an instructor of a branch; said twice with one key, it is the first one.

    Raises TrainingError with fields.
    """
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        first: Instructor | None = (
            Instructor.objects.unscoped("the same form sent twice").filter(row_key=facts.key).first()
        )
        if first is not None:
            return first
        checked = _checked(facts, None)
        instructor = Instructor(
            **Instructor.lineage_of(branch),
            row_key=facts.key,
            created_by=actor,
            created_at=now(),
            **checked.columns,
        )
        if checked.phone:
            seal_into(instructor, phone=checked.phone)
        instructor.save(force_insert=True)
        record_audit("training.instructor.registered", actor=actor, obj=instructor, branch_code=branch.code)
    return instructor


def change_instructor(*, instructor_id: int, facts: InstructorFacts, actor: User) -> Instructor:
    """Change what is written down of an instructor; their branch stays. Locks the instructor.

    Raises TrainingError with fields, also where a lesson they are planned for would be without a qualified instructor.
    """
    with transaction.atomic():
        instructor = _locked(instructor_id)
        require(actor, Right.PLAN_TRAINING, instructor.branch)
        checked = _checked(facts, instructor)
        changed = {name for name, value in checked.columns.items() if getattr(instructor, name) != value}
        for name, value in checked.columns.items():
            setattr(instructor, name, value)
        if checked.phone is not None:
            seal_into(instructor, phone=checked.phone)
            changed.add("phone")
        _require_lessons_hold(instructor)
        instructor.save()
        record_audit(
            "training.instructor.changed",
            actor=actor,
            obj=instructor,
            branch_code=instructor.branch.code,
            changed_fields=changed,
        )
    return instructor


def end_instructor(*, instructor_id: int, on: datetime.date, reason: str, actor: User) -> Instructor:
    """End a qualification: from the day `on` they teach no more. Locks the instructor.

    Raises TrainingError with fields where lessons are planned from that day on, WrongState where it has ended already.
    """
    with transaction.atomic():
        instructor = _locked(instructor_id)
        require(actor, Right.PLAN_TRAINING, instructor.branch)
        if instructor.qualified_to is not None and instructor.qualified_to <= on:
            raise WrongState("instructor_ended", _("这位师资的资格已经在这一天或更早结束，请刷新页面查看。"))
        fields: dict[str, str] = {}
        if len(reason.strip()) < SHORTEST_REASON:
            fields["reason"] = _("请写明理由，例如“资格期满未复训”。不要写个人姓名。")
        if on <= instructor.qualified_from:
            fields["on"] = _("须晚于资格起始日 %(day)s。") % {"day": instructor.qualified_from.isoformat()}
        if fields:
            raise TrainingError("instructor_end_wrong", "；".join(fields.values()), fields)
        instructor.qualified_to = on
        _require_lessons_hold(instructor, field="on")
        instructor.save(update_fields=["qualified_to"])
        record_audit(
            "training.instructor.ended",
            actor=actor,
            obj=instructor,
            branch_code=instructor.branch.code,
            changed_fields=["qualified_to"],
            reason=reason.strip(),
        )
    return instructor


def read_phone(*, instructor: Instructor, purpose: str, actor: User) -> str | None:
    """Show an instructor's telephone to somebody who plans with them and says what for; logged. In no transaction."""
    require(actor, Right.PLAN_TRAINING, instructor.branch)
    return reveal(instructor, "phone", reader=actor, purpose=purpose)


def add_absence(
    *, instructor_id: int, starts_at: datetime.datetime, ends_at: datetime.datetime, actor: User
) -> Absence:
    """Write down a time in which an instructor cannot teach; said twice, it is the first one. Locks the instructor.

    Instructors do it for themselves, or who plans does. Raises TrainingError with the field `starts` where they are
    planned for a lesson then.
    """
    with transaction.atomic():
        instructor = _locked(instructor_id)
        require_times_of(actor, instructor)
        same = instructor.absences.filter(starts_at=starts_at, ends_at=ends_at).first()
        if same is not None:
            return same
        if not starts_at < ends_at <= starts_at + LONGEST_ABSENCE:
            sentence = _("结束须晚于开始，最长一年。")
            raise TrainingError("absence_wrong", sentence, {"starts": sentence})
        absence = Absence(instructor=instructor, starts_at=starts_at, ends_at=ends_at)
        try:
            with transaction.atomic():
                absence.save(force_insert=True)
        except IntegrityError as error:
            raise _told_of(error, instructor, starts_at, ends_at) from error
        record_audit("training.absence.added", actor=actor, obj=instructor, branch_code=instructor.branch.code)
    return absence


def remove_absence(*, instructor_id: int, absence_id: int, actor: User) -> None:
    """Take such a time of an instructor away again; nothing happens where it is gone already. Locks the instructor."""
    with transaction.atomic():
        instructor = _locked(instructor_id)
        require_times_of(actor, instructor)
        gone, _by_model = instructor.absences.filter(pk=absence_id).delete()
        if gone:
            record_audit("training.absence.removed", actor=actor, obj=instructor, branch_code=instructor.branch.code)


def _locked(instructor_id: int) -> Instructor:
    lock_instructors([instructor_id])
    found: Instructor = (
        Instructor.objects.unscoped("an instructor that was locked")
        .select_related("branch", "person")
        .get(pk=instructor_id)
    )
    return found


def _checked(facts: InstructorFacts, instructor: Instructor | None) -> _Checked:
    fields: dict[str, str] = {}
    name = " ".join(facts.name.split())
    if len(name) < SHORTEST_REASON:
        fields["name"] = _("请填写姓名，至少两个字。")
    if facts.grade not in InstructorGrade.values:
        fields["grade"] = _("请选择等级。")
    if not facts.kinds or not set(facts.kinds) <= set(CourseKind.values):
        fields["kinds"] = _("请至少选择一种可授课程。")
    if facts.qualified_to is not None and facts.qualified_to <= facts.qualified_from:
        fields["qualified_to"] = _("资格止须晚于资格起。")
    phone = facts.phone
    if phone:
        try:
            phone = checked_mobile(phone)
        except DomainError as error:
            fields["phone"] = error.message
    person, problem = _account(facts.login, instructor)
    if problem:
        fields["login"] = problem
    if fields:
        raise TrainingError("instructor_incomplete", _("还不完整，请按提示填写。"), fields)
    columns = {
        "name": name,
        "grade": facts.grade,
        "kinds": [kind for kind in CourseKind.values if kind in facts.kinds],
        "qualified_from": facts.qualified_from,
        "qualified_to": facts.qualified_to,
        "yearly_hours": facts.yearly_hours,
        "is_name_public": facts.is_name_public,
        "person": person,
    }
    return _Checked(columns, phone)


def _account(login: str, instructor: Instructor | None) -> tuple[User | None, str]:
    """The account with a login, or why it cannot be taken."""
    login = login.strip().lower()
    if not login:
        return None, ""
    person = User.objects.filter(login=login, is_active=True).first()
    if person is None:
        return None, _("没有这个登录名，或账号已停用；可以先不填，账号建立后再补。")
    others = Instructor.objects.unscoped("whose account it is already").filter(person=person)
    if others.exclude(pk=instructor.pk if instructor else 0).exists():
        return None, _("这个账号已用于另一位师资。")
    return person, ""


def _require_lessons_hold(instructor: Instructor, field: str = "") -> None:
    """Refuse what would leave a lesson, still to come or taught, without a qualified instructor."""
    rows = (
        Assignment.objects.filter(instructor=instructor, is_active=True)
        .select_related("lesson__session__version__course")
        .order_by("starts_at")
    )
    broken = [
        one
        for one in rows
        if not instructor.is_qualified(
            one.lesson.session.version.course.kind, one.starts_at.astimezone(SHANGHAI).date()
        )
    ]
    if not broken:
        return
    first = broken[0]
    sentence = _(
        "还有 %(count)d 次课不在改后的资格范围内，第一次是 %(day)s（培训班 %(number)s）。请先换人或取消那个班。"
    ) % {
        "count": len(broken),
        "day": first.starts_at.astimezone(SHANGHAI).date().isoformat(),
        "number": first.lesson.session.number,
    }
    raise TrainingError("instructor_has_lessons", sentence, {field: sentence} if field else None)


def _told_of(
    error: IntegrityError, instructor: Instructor, starts_at: datetime.datetime, ends_at: datetime.datetime
) -> Exception:
    if constraint_of(error) == ABSENCE_TWICE:
        sentence = _("和已登记的另一段时间重叠，请先删除那一段，或错开时间。")
        return TrainingError("absence_overlaps", sentence, {"starts": sentence})
    if constraint_of(error) != IN_AN_ABSENCE:
        return error
    planned = instructor.assignments.filter(is_active=True, starts_at__lt=ends_at, ends_at__gt=starts_at)
    first = planned.select_related("lesson__session").order_by("starts_at").first()
    sentence = _("这段时间已安排了课：%(time)s，培训班 %(number)s。请先换人或改课次时间。") % {
        "time": f"{first.starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if first else "",
        "number": first.lesson.session.number if first else "",
    }
    return TrainingError("instructor_teaches_then", sentence, {"starts": sentence})
