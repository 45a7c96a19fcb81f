"""The catalogue: a new version of a course follows the one before it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import today
from organizations.choices import Right
from organizations.permissions import require
from training.choices import SessionStatus, Skill
from training.errors import TrainingError, WrongState
from training.models import Course, CourseVersion, Session
from training.permissions import catalogue_branch

if TYPE_CHECKING:
    from accounts.models import User

MOST_HOURS, MOST_SEATS, MOST_AGE, MOST_MONTHS, FULL_MARKS = 400, 500, 120, 240, 100


@dataclass(frozen=True)
class VersionTerms:
    """What a version asks for, in the units of CourseVersion; None where it asks for nothing of the kind."""

    valid_from: datetime.date
    hours: int
    practice_hours: int
    seats_most: int
    trainees_per_instructor: int
    age_from: int
    skills: tuple[str, ...] = ()
    theory_pass: int | None = None
    missed_most: int = 0
    resits_most: int = 1
    validity_months: int | None = None
    age_to: int | None = None
    syllabus: str = ""


def add_version(*, course_id: int, number: int, terms: VersionTerms, actor: User) -> CourseVersion:
    """Add the version `number` of a course; the one before ends on the day it begins. Locks the course.

    `number` is the next one, as it was shown: said twice, it is the first one. Raises TrainingError with fields, also
    where sessions of the former version begin on that day or later, WrongState where somebody else added it.
    """
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, catalogue_branch())
        course = Course.objects.select_for_update().get(pk=course_id)
        last = course.versions.select_for_update().order_by("-number").first()
        if last is not None and last.number >= number:
            first = course.versions.filter(number=number, valid_from=terms.valid_from).first()
            if first is not None:
                return first
            raise WrongState("version_there", _("第 %(number)d 版已由他人添加，请刷新页面查看。") % {"number": number})
        if fields := {**_problems_of(terms), **_problem_of_day(last, terms.valid_from)}:
            raise TrainingError("version_incomplete", _("还不完整，请按提示填写。"), fields)
        if last is not None and last.valid_to is None:
            last.valid_to = terms.valid_from
            last.save(update_fields=["valid_to"])
        version = CourseVersion(course=course, number=(last.number if last else 0) + 1, **_columns(terms))
        version.save(force_insert=True)
        record_audit(
            "training.version.added",
            actor=actor,
            obj=version,
            object_key=f"{course.code} v{version.number}",
            branch_code=catalogue_branch().code,
        )
    return version


def _columns(terms: VersionTerms) -> dict[str, object]:
    columns = dict(vars(terms))
    columns["skills"] = [one for one in Skill.values if one in terms.skills]
    return columns


def _problems_of(terms: VersionTerms) -> dict[str, str]:
    fields = _problems_of_numbers(
        {
            "hours": (terms.hours, 1, MOST_HOURS),
            "practice_hours": (terms.practice_hours, 0, min(terms.hours, MOST_HOURS)),
            "seats_most": (terms.seats_most, 1, MOST_SEATS),
            "trainees_per_instructor": (terms.trainees_per_instructor, 1, MOST_SEATS),
            "age_from": (terms.age_from, 0, MOST_AGE),
            "age_to": (terms.age_to, terms.age_from, MOST_AGE),
            "theory_pass": (terms.theory_pass, 1, FULL_MARKS),
            "validity_months": (terms.validity_months, 1, MOST_MONTHS),
            "missed_most": (terms.missed_most, 0, 20),
            "resits_most": (terms.resits_most, 0, 5),
        }
    )
    if not set(terms.skills) <= set(Skill.values):
        fields["skills"] = _("请从列出的项目中选择。")
    elif not terms.skills and terms.theory_pass is None:
        fields["skills"] = _("理论及格分和实操项目至少要有一样，否则人人都算合格。")
    return fields


def _problems_of_numbers(asked: Mapping[str, tuple[int | None, int, int]]) -> dict[str, str]:
    return {
        name: _("请填 %(least)d 至 %(most)d。") % {"least": least, "most": most}
        for name, (value, least, most) in asked.items()
        if value is not None and not least <= value <= most
    }


def _problem_of_day(last: CourseVersion | None, day: datetime.date) -> dict[str, str]:
    """Why a version cannot begin on a day; empty where it can."""
    if day < today():
        return {"valid_from": _("启用日期不能早于今天，已经开的班不受新版本影响。")}
    if last is None:
        return {}
    if day <= last.valid_from or (last.valid_to is not None and day < last.valid_to):
        until = last.valid_to.isoformat() if last.valid_to else _("长期")
        return {
            "valid_from": _("和第 %(number)d 版（%(from)s 起，至%(to)s）重叠，请填以后的日期。")
            % {"number": last.number, "from": last.valid_from.isoformat(), "to": until}
        }
    later = (
        Session.objects.unscoped("sessions that would be left without a version")
        .filter(version=last, starts_on__gte=day)
        .exclude(status=SessionStatus.CANCELLED)
    )
    if count := later.count():
        return {
            "valid_from": _("已有 %(count)d 个班按现行版本安排在这一天或以后开班，请填更晚的日期，或先改这些班。")
            % {"count": count}
        }
    return {}
