"""Literal tables of first-aid training."""

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


class CertificateKind(models.TextChoices):
    """What a certificate says its holder is; stands in public records, so it is never renamed."""

    CPR_AED = "cpr_aed", _("心肺复苏（CPR+AED）证")
    FIRST_AIDER = "first_aider", _("红十字救护员证")
    INSTRUCTOR = "instructor", _("红十字救护师资证")
    SPECIAL = "special", _("专项培训证")


# A refresher renews the certificate of the first course.
CERTIFICATE_OF: dict[str, str] = {
    CourseKind.CPR_AED: CertificateKind.CPR_AED,
    CourseKind.FIRST_AIDER: CertificateKind.FIRST_AIDER,
    CourseKind.FIRST_AIDER_REFRESHER: CertificateKind.FIRST_AIDER,
    CourseKind.INSTRUCTOR: CertificateKind.INSTRUCTOR,
    CourseKind.SPECIAL: CertificateKind.SPECIAL,
}


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


class DocumentKind(models.TextChoices):
    """Identity documents by which a person is told apart."""

    ID_CARD = "id_card", _("居民身份证")
    RESIDENCE = "residence", _("港澳台居民居住证")
    PERMIT = "permit", _("港澳台通行证")
    PASSPORT = "passport", _("护照")
    OFFICER = "officer", _("军官证")


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


class CertificateStatus(models.TextChoices):
    """What stands in a certificate's row; whether it has expired follows from its dates."""

    VALID = "valid", _("有效")
    REVOKED = "revoked", _("已撤销")
    REPLACED = "replaced", _("已换发")


CERTIFICATE_TRANSITIONS: dict[str, frozenset[str]] = {
    CertificateStatus.VALID: frozenset({CertificateStatus.REVOKED, CertificateStatus.REPLACED}),
    CertificateStatus.REVOKED: frozenset(),
    CertificateStatus.REPLACED: frozenset(),
}


class ShownStatus(models.TextChoices):
    """What a certificate is on a day, as it is shown."""

    VALID = "valid", _("有效")
    EXPIRING = "expiring", _("有效，即将到期")
    EXPIRED = "expired", _("已过期")
    REVOKED = "revoked", _("已撤销")
    REPLACED = "replaced", _("已换发")


# From so many days before its end a certificate is shown as expiring.
EXPIRING_DAYS = 90
# Days before the end on which the holder is reminded.
REMINDER_DAYS: tuple[int, ...] = (90, 30, 7)


class CertificateSource(models.TextChoices):
    """Where a certificate comes from."""

    COURSE = "course", _("结业发证")
    REISSUE = "reissue", _("换发")
    LEGACY = "legacy", _("历史证书导入")


class LegacyStatus(models.TextChoices):
    """States of a file of certificates that were printed before the portal."""

    READING = "reading", _("校验中")
    READY = "ready", _("待复核")
    WRITING = "writing", _("写入中")
    DONE = "done", _("已写入")
    UNREADABLE = "unreadable", _("无法读取")
    DROPPED = "dropped", _("已作废")


LEGACY_TRANSITIONS: dict[str, frozenset[str]] = {
    LegacyStatus.READING: frozenset({LegacyStatus.READY, LegacyStatus.UNREADABLE, LegacyStatus.DROPPED}),
    LegacyStatus.READY: frozenset({LegacyStatus.WRITING, LegacyStatus.DROPPED}),
    LegacyStatus.WRITING: frozenset({LegacyStatus.DONE}),
    LegacyStatus.DONE: frozenset(),
    LegacyStatus.UNREADABLE: frozenset(),
    LegacyStatus.DROPPED: frozenset(),
}


class ReissueReason(models.TextChoices):
    """Why a new certificate takes the place of another."""

    REFRESHED = "refreshed", _("复训延期")
    NAME = "name", _("姓名更正")
    LOST = "lost", _("补发")
    MISTAKE = "mistake", _("登记有误")


class RevokeReason(models.TextChoices):
    """Why a certificate no longer counts; a code, since it is public."""

    MISTAKE = "mistake", _("发证有误")
    FRAUD = "fraud", _("弄虚作假")
    HOLDER = "holder", _("持证人申请")


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


class MassLessonStatus(models.TextChoices):
    """States of a mass lesson; the public's figures count it while it is CONFIRMED."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待核对")
    RETURNED = "returned", _("已退回修改")
    CANCELLED = "cancelled", _("已作废")
    CONFIRMED = "confirmed", _("已核对")
    CORRECTED = "corrected", _("已更正")


# A confirmed one is never changed: another, which names it, takes its place.
MASS_LESSON_TRANSITIONS: dict[str, frozenset[str]] = {
    MassLessonStatus.DRAFT: frozenset({MassLessonStatus.SUBMITTED, MassLessonStatus.CANCELLED}),
    MassLessonStatus.SUBMITTED: frozenset(
        {MassLessonStatus.DRAFT, MassLessonStatus.RETURNED, MassLessonStatus.CONFIRMED}
    ),
    MassLessonStatus.RETURNED: frozenset({MassLessonStatus.SUBMITTED, MassLessonStatus.CANCELLED}),
    MassLessonStatus.CANCELLED: frozenset(),
    MassLessonStatus.CONFIRMED: frozenset({MassLessonStatus.CORRECTED}),
    MassLessonStatus.CORRECTED: frozenset(),
}
EDITABLE_MASS_LESSON: frozenset[str] = frozenset({MassLessonStatus.DRAFT, MassLessonStatus.RETURNED})
PUBLIC_MASS_LESSON: tuple[str, ...] = (MassLessonStatus.CONFIRMED, MassLessonStatus.CORRECTED)


class Setting(models.TextChoices):
    """Where mass lessons are held (五进 and the family); stands in public records."""

    VILLAGE = "village", _("进农村")
    COMMUNITY = "community", _("进社区")
    SCHOOL = "school", _("进学校")
    COMPANY = "company", _("进企业")
    OFFICE = "office", _("进机关")
    FAMILY = "family", _("进家庭")
    OTHER = "other", _("其他场所")


class Topic(models.TextChoices):
    """What a mass lesson is about; stands in public records."""

    CPR_AED = "cpr_aed", _("心肺复苏与 AED")
    AIRWAY = "airway", _("气道异物梗阻急救")
    TRAUMA = "trauma", _("创伤救护")
    ACCIDENT = "accident", _("意外伤害预防和急救")
    DISASTER = "disaster", _("防灾避险")
    OTHER = "other", _("其他救护知识")


class PopulationBasis(models.TextChoices):
    """Which people a rate is of; shown beside it."""

    RESIDENT = "resident", _("常住人口")
    REGISTERED = "registered", _("户籍人口")


class Measure(models.TextChoices):
    """What a figure of training counts, and a target may be set for."""

    AUDIENCE = "audience", _("普及培训人次")
    ISSUED = "issued", _("发证数")
    HOLDERS = "holders", _("有效证书持证人数")


class PlaceKind(models.TextChoices):
    """Kinds of places where first aid is taught or given."""

    BASE = "base", _("救护培训基地")
    VENUE = "venue", _("培训场地")
    STATION = "station", _("红十字救护站")


class AedOwner(models.TextChoices):
    """Who put an AED up."""

    RED_CROSS = "red_cross", _("红十字会")
    HEALTH = "health", _("卫生健康部门")
    OTHER = "other", _("其他单位")


class AedStanding(models.TextChoices):
    """Whether an AED can be relied on, today; follows from its dates."""

    READY = "ready", _("可用")
    INSPECTION_DUE = "inspection_due", _("巡检逾期")
    EXPIRED = "expired", _("电极片或电池过期")
    FAULTY = "faulty", _("故障待修")


class RescueKind(models.TextChoices):
    """What happened to somebody who was saved."""

    CARDIAC = "cardiac", _("心搏骤停")
    AIRWAY = "airway", _("气道异物梗阻")
    DROWNING = "drowning", _("溺水")
    TRAUMA = "trauma", _("创伤出血")
    OTHER = "other", _("其他急症")


class RescueStatus(models.TextChoices):
    """States of a rescue case; the public reads the story of a PUBLISHED one."""

    REPORTED = "reported", _("待核实")
    VERIFIED = "verified", _("已核实")
    PUBLISHED = "published", _("已公开")
    DECLINED = "declined", _("未能核实")
    WITHDRAWN = "withdrawn", _("已撤下")


# Whoever agreed to a story may take that back at any time: WITHDRAWN, which can be published again with a new consent.
RESCUE_TRANSITIONS: dict[str, frozenset[str]] = {
    RescueStatus.REPORTED: frozenset({RescueStatus.VERIFIED, RescueStatus.DECLINED}),
    RescueStatus.VERIFIED: frozenset({RescueStatus.PUBLISHED}),
    RescueStatus.PUBLISHED: frozenset({RescueStatus.WITHDRAWN}),
    RescueStatus.DECLINED: frozenset(),
    RescueStatus.WITHDRAWN: frozenset({RescueStatus.PUBLISHED}),
}
# Counted in public, whether or not there is a story to read.
COUNTED_RESCUE: tuple[str, ...] = (RescueStatus.VERIFIED, RescueStatus.PUBLISHED, RescueStatus.WITHDRAWN)


class ContractUnit(models.TextChoices):
    """In what a contract of services is counted."""

    PERSON = "person", _("人")
    SESSION = "session", _("班")
    LESSON = "lesson", _("场")


class ContractStatus(models.TextChoices):
    """States of a contract of services (政府购买服务)."""

    RUNNING = "running", _("履行中")
    ACCEPTED = "accepted", _("已验收")
    ENDED = "ended", _("已终止")


CONTRACT_TRANSITIONS: dict[str, frozenset[str]] = {
    ContractStatus.RUNNING: frozenset({ContractStatus.ACCEPTED, ContractStatus.ENDED}),
    ContractStatus.ACCEPTED: frozenset(),
    ContractStatus.ENDED: frozenset(),
}

# Numbers of sessions: 330182-2026-K00000001.
SESSION_LETTER = "K"
