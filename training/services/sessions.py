"""Planning sessions: drafts, lessons and who teaches them; opening and closing the signing up."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now, today
from core.numbers import take_number
from organizations.choices import Right
from organizations.permissions import require
from training.choices import SESSION_LETTER, Audience, KeyGroup, SessionStatus, TeachingRole
from training.errors import TrainingError, WrongState
from training.models import Assignment, CourseVersion, FirstAidPlace, Instructor, Lesson, Organisation, Session
from training.services.moving import (
    lock_session,
    lock_version,
    move_session,
    note_session,
    wrong_session_state,
)
from training.services.organisations import named_organisation
from training.services.teaching import Duty, require_free, told_of_clashes

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch, Division

MOST_LESSONS = 8


@dataclass(frozen=True)
class LessonPlan:
    """One lesson: from when to when (aware), and who teaches it; the first of the instructors leads."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime
    instructors: tuple[Instructor, ...]


@dataclass(frozen=True)
class SessionPlan:
    """What a session is planned to be; `sign_up_from` and `sign_up_until` are for sessions open to the public.

    `organisation` is looked for in the register of schools and companies; one that is not there is registered as an
    `organisation_kind`, and stays a text without one.
    """

    branch: Branch
    version: CourseVersion
    title: str
    area: Division
    place: str
    seats: int
    lessons: tuple[LessonPlan, ...]
    audience: str = Audience.PUBLIC
    key_group: str = KeyGroup.NONE
    organisation: str = ""
    organisation_kind: str = ""
    held_for: Organisation | None = None
    held_at: FirstAidPlace | None = None
    contact: str = ""
    sign_up_from: datetime.datetime | None = None
    sign_up_until: datetime.datetime | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def create_session(*, plan: SessionPlan, actor: User) -> Session:
    """Write down a session as a draft with its lessons; said twice with one key, it is the first one.

    Raises TrainingError with fields, also where an instructor teaches elsewhere at that time.
    """
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, plan.branch)
        first = Session.objects.unscoped("the same plan sent twice").filter(key=plan.key).first()
        if first is not None:
            return first
        plan = _with_locked_version(plan)
        check_plan(plan)
        plan = _with_organisation(plan, actor)
        session = Session(
            **Session.lineage_of(plan.branch),
            key=plan.key,
            number=take_number(plan.branch.code, today().year, SESSION_LETTER),
            status=SessionStatus.DRAFT,
            maker_ids=[actor.pk],
            created_by=actor,
            created_at=now(),
            **_columns(plan),
        )
        session.save(force_insert=True)
        _put_lessons(session, plan.lessons)
        note_session(session, "", actor=actor)
        record_audit("training.session.created", actor=actor, obj=session, branch_code=plan.branch.code)
    return session


def change_session(*, session_id: int, plan: SessionPlan, actor: User) -> Session:
    """Change what a draft is planned to be. Locks the session. Raises TrainingError with fields."""
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        if session.status != SessionStatus.DRAFT:
            raise WrongState(
                "session_not_draft", _("只能修改草稿；已开放报名的班可以改名额、改课次时间，其他变动请取消后另开一班。")
            )
        plan = _with_locked_version(plan)
        check_plan(plan)
        plan = _with_organisation(plan, actor)
        for name, value in _columns(plan).items():
            setattr(session, name, value)
        if actor.pk not in session.maker_ids:
            session.maker_ids = [*session.maker_ids, actor.pk]
        session.save()
        session.lessons.all().delete()
        _put_lessons(session, plan.lessons)
        record_audit(
            "training.session.changed",
            actor=actor,
            obj=session,
            branch_code=session.branch.code,
            changed_fields=_columns(plan),
        )
    return session


def open_session(*, session_id: int, actor: User) -> Session:
    """Open a draft for signing up (again, where it was closed too early). Locks the session."""
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        if not session.lessons.exists():
            raise TrainingError("session_without_lessons", _("还没有安排课次，请先补上再开放报名。"))
        move_session(session, SessionStatus.OPEN, actor=actor)
    return session


def close_session(*, session_id: int, actor: User) -> Session:
    """End the signing up; who waits keeps waiting until the end of the session. Locks the session."""
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.PLAN_TRAINING, session.branch)
        # A signed one goes back to CLOSED too, but by the hand of who issues (services/examining.py).
        if session.status != SessionStatus.OPEN:
            raise wrong_session_state(session)
        move_session(session, SessionStatus.CLOSED, actor=actor)
    return session


def check_plan(plan: SessionPlan) -> None:
    """Refuse a plan that does not hold together, all its faults at once (TrainingError with fields)."""
    version, lessons = plan.version, plan.lessons
    fields: dict[str, str] = {}
    if not plan.title.strip():
        fields["title"] = _("请填写班名，例如“2026 年第 3 期救护员班”。")
    fields |= _problems_of_place(plan)
    if not 0 < plan.seats <= version.seats_most:
        fields["seats"] = _("这门课每班最多 %(most)d 人，请填 1 至 %(most)d。") % {"most": version.seats_most}
    if plan.audience == Audience.CLOSED and not plan.organisation.strip():
        fields["organisation"] = _("专场班请填写学校或单位全称。")
    problem = _problem_of_lessons(plan) if lessons else _("请至少安排一次课。")
    if problem:
        fields["lessons"] = problem
    elif not version.is_valid_on(_day(min(one.starts_at for one in lessons))):
        fields["version"] = _("课程的这个版本在开班那天不适用，请选择当时有效的版本。")
    if plan.sign_up_from and plan.sign_up_until and plan.sign_up_until <= plan.sign_up_from:
        fields["sign_up_until"] = _("报名截止须晚于报名开始。")
    if plan.sign_up_until and lessons and plan.sign_up_until > min(one.starts_at for one in lessons):
        fields["sign_up_until"] = _("报名截止不能晚于第一次课开始。")
    if fields:
        raise TrainingError("session_incomplete", _("还不完整，请按提示填写。"), fields)


def _with_locked_version(plan: SessionPlan) -> SessionPlan:
    return replace(plan, version=lock_version(plan.version.pk))


def _with_organisation(plan: SessionPlan, actor: User) -> SessionPlan:
    """The plan with the body of the register that it names; its name stands as the register has it."""
    found = named_organisation(
        name=plan.organisation, kind=plan.organisation_kind, area=plan.area, branch=plan.branch, actor=actor
    )
    return replace(plan, held_for=found, organisation=found.name if found else plan.organisation)


def _problems_of_place(plan: SessionPlan) -> dict[str, str]:
    fields = {}
    if not plan.place.strip():
        fields["place"] = _("请填写上课地点，写到门牌和教室。")
    if not _may_be_held_there(plan):
        fields["held_at"] = _("请选择本会、上级或下级会仍在使用的场所。")
    return fields


def _may_be_held_there(plan: SessionPlan) -> bool:
    """Whether no place is named, or one in use that the branch, one above it or one below keeps."""
    place, branch = plan.held_at, plan.branch
    if place is None:
        return True
    above = {branch.pk, branch.province_id, branch.city_id, branch.county_id}
    return place.ended_on is None and (
        place.branch_id in above or branch.pk in (place.province_id, place.city_id, place.county_id)
    )


def _problem_of_lessons(plan: SessionPlan) -> str:
    ordered = sorted(plan.lessons, key=lambda one: one.starts_at)
    if len(ordered) > MOST_LESSONS:
        return _("一个班最多 %(most)d 次课。") % {"most": MOST_LESSONS}
    if any(one.ends_at <= one.starts_at for one in ordered):
        return _("每次课的结束须晚于开始。")
    if any(second.starts_at < first.ends_at for first, second in pairwise(ordered)):
        return _("有两次课的时间重叠，请核对。")
    needed = plan.version.instructors_for(plan.seats)
    for position, lesson in enumerate(ordered, start=1):
        if len(set(lesson.instructors)) < needed:
            return _("第 %(n)d 次课：%(seats)d 人至少要 %(needed)d 名师资（每名最多带教 %(ratio)d 人）。") % {
                "n": position,
                "seats": plan.seats,
                "needed": needed,
                "ratio": plan.version.trainees_per_instructor,
            }
        day = _day(lesson.starts_at)
        for instructor in lesson.instructors:
            if not instructor.is_qualified(plan.version.course.kind, day):
                return _("第 %(n)d 次课：%(name)s 当天没有这门课的授课资格。") % {
                    "n": position,
                    "name": instructor.name,
                }
            if not instructor.teaches_for(plan.branch):
                return _("第 %(n)d 次课：只能安排本会、上级会或下级会的师资，请换人。") % {"n": position}
    return ""


def _columns(plan: SessionPlan) -> dict[str, object]:
    ordered = sorted(plan.lessons, key=lambda one: one.starts_at)
    return {
        "version": plan.version,
        "title": plan.title.strip(),
        "audience": plan.audience,
        "key_group": plan.key_group,
        "organisation": plan.organisation.strip(),
        "held_for": plan.held_for,
        "held_at": plan.held_at,
        "area": plan.area,
        "place": plan.place.strip(),
        "contact": plan.contact.strip(),
        "seats": plan.seats,
        "sign_up_from": plan.sign_up_from,
        "sign_up_until": plan.sign_up_until or ordered[0].starts_at,
        "starts_on": _day(ordered[0].starts_at),
        "ends_on": _day(ordered[-1].ends_at),
    }


def _put_lessons(session: Session, lessons: Sequence[LessonPlan]) -> None:
    duties = [_duties(one) for one in lessons]
    require_free([duty for of_lesson in duties for duty in of_lesson])
    rows = Lesson.objects.bulk_create(
        Lesson(session=session, starts_at=one.starts_at, ends_at=one.ends_at) for one in lessons
    )
    assignments = [
        Assignment(
            lesson=row,
            instructor_id=duty.instructor_id,
            role=duty.role,
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
        )
        for row, of_lesson in zip(rows, duties, strict=True)
        for duty in of_lesson
    ]
    with told_of_clashes(_("有师资在同一时间已安排了别的课或不能授课，请调整时间或换人。"), "lessons"):
        Assignment.objects.bulk_create(assignments)


def _duties(lesson: LessonPlan) -> list[Duty]:
    return [
        Duty(
            instructor.pk,
            TeachingRole.ASSISTANT if position else TeachingRole.LEAD,
            lesson.starts_at,
            lesson.ends_at,
        )
        for position, instructor in enumerate(dict.fromkeys(lesson.instructors))
    ]


def _day(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(SHANGHAI).date()
