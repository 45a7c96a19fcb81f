"""Courses, sessions and who takes part in them."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class CourseKind(models.TextChoices):
    """Kinds of courses; only those with a certificate have an exam."""

    CPR_AED = "cpr_aed", _("心肺复苏与 AED 培训")
    FIRST_AIDER = "first_aider", _("红十字救护员培训")
    FIRST_AIDER_REFRESHER = "first_aider_refresher", _("红十字救护员复训")
    INSTRUCTOR = "instructor", _("救护师资培训")
    SPECIAL = "special", _("专项培训")


class Skill(models.TextChoices):
    """The practical checklist of an exam; codes stand in results."""

    CPR = "cpr", _("心肺复苏")
    AED = "aed", _("AED 使用")
    AIRWAY = "airway", _("气道异物梗阻")
    BLEEDING = "bleeding", _("止血")
    BANDAGE = "bandage", _("包扎")
    SPLINT = "splint", _("骨折固定")
    CARRY = "carry", _("搬运")


class SessionStatus(models.TextChoices):
    """States of a session; the public sees it from OPEN on."""

    DRAFT = "draft", _("草稿")
    OPEN = "open", _("报名中")
    CLOSED = "closed", _("报名截止")
    SIGNED = "signed", _("成绩已签字")
    FINISHED = "finished", _("已结班")
    CANCELLED = "cancelled", _("已取消")


# The one table of moves; services/moving.py has the one mover. A signed sheet that does not hold goes back to the
# instructor (CLOSED) before certificates are issued.
SESSION_TRANSITIONS: dict[str, frozenset[str]] = {
    SessionStatus.DRAFT: frozenset({SessionStatus.OPEN, SessionStatus.CANCELLED}),
    SessionStatus.OPEN: frozenset({SessionStatus.CLOSED, SessionStatus.CANCELLED}),
    SessionStatus.CLOSED: frozenset({SessionStatus.OPEN, SessionStatus.SIGNED, SessionStatus.CANCELLED}),
    SessionStatus.SIGNED: frozenset({SessionStatus.CLOSED, SessionStatus.FINISHED}),
    SessionStatus.FINISHED: frozenset(),
    SessionStatus.CANCELLED: frozenset(),
}


PUBLIC_SESSION: tuple[str, ...] = (
    SessionStatus.OPEN,
    SessionStatus.CLOSED,
    SessionStatus.SIGNED,
    SessionStatus.FINISHED,
)


# In these, attendance and results may be written.
MARKABLE_SESSION: frozenset[str] = frozenset({SessionStatus.OPEN, SessionStatus.CLOSED})


# Numbers of sessions: 330182-2026-K00000001.
SESSION_LETTER = "K"


class SignUpState(models.TextChoices):
    """What the public may do with a session at a moment; follows from its row and the clock."""

    OPEN = "open", _("可报名")
    QUEUE = "queue", _("已满，可候补")
    NOT_YET = "not_yet", _("报名未开始")
    OVER = "over", _("报名已截止")


class Audience(models.TextChoices):
    """For whom a session is held."""

    PUBLIC = "public", _("面向公众")
    CLOSED = "closed", _("专场（学校、单位）")


class KeyGroup(models.TextChoices):
    """Groups whose coverage is followed (重点人群)."""

    NONE = "none", _("一般公众")
    TEACHER = "teacher", _("教师")
    STUDENT = "student", _("学生")
    POLICE = "police", _("公安民警、交警")
    GUIDE = "guide", _("导游")
    DRIVER = "driver", _("公共交通驾驶员")
    FIREFIGHTER = "firefighter", _("消防救援人员")
    WORKER = "worker", _("企业员工")
    CADRE = "cadre", _("机关干部")
    VOLUNTEER = "volunteer", _("志愿者")


class EnrolmentStatus(models.TextChoices):
    """States of one person's place in a session."""

    WAITING = "waiting", _("候补")
    SEATED = "seated", _("已报名")
    CANCELLED = "cancelled", _("已取消")


ENROLMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    EnrolmentStatus.WAITING: frozenset({EnrolmentStatus.SEATED, EnrolmentStatus.CANCELLED}),
    EnrolmentStatus.SEATED: frozenset({EnrolmentStatus.CANCELLED}),
    EnrolmentStatus.CANCELLED: frozenset(),
}


class Channel(models.TextChoices):
    """How somebody came to a session."""

    ONLINE = "online", _("网上报名")
    ROSTER = "roster", _("名册导入")
    DESK = "desk", _("现场登记")


class Presence(models.TextChoices):
    """What was seen of one person in one lesson."""

    PRESENT = "present", _("到课")
    LATE = "late", _("迟到")
    ABSENT = "absent", _("缺课")


# From so long before a lesson its roll may be called, and its code is good.
ROLL_EARLY = datetime.timedelta(hours=1)


class CheckIn(models.TextChoices):
    """How presence came to be known. What an instructor says at the roll call stands over a code that was scanned."""

    SCAN = "scan", _("扫码签到")
    ROLL = "roll", _("点名")


class ExamOutcome(models.TextChoices):
    """Where somebody stands with the exam of a session; nothing that is stored."""

    PASSED = "passed", _("合格")
    FAILED = "failed", _("不合格")
    OPEN = "open", _("未考完")
    ABSENT = "absent", _("缺课，不参加考核")


class InstructorGrade(models.TextChoices):
    """Grades of instructors (应急救护师)."""

    FIRST = "first", _("一级应急救护师")
    SECOND = "second", _("二级应急救护师")
    THIRD = "third", _("三级应急救护师")
    ASSISTANT = "assistant", _("助教")


class TeachingRole(models.TextChoices):
    """What an instructor does in a lesson; the lead signs the results."""

    LEAD = "lead", _("主讲")
    ASSISTANT = "assistant", _("助教")
