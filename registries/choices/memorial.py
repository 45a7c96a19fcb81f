"""Literal tables of remembrance: places, gatherings, bookings, pages of people, messages."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class OccasionKind(models.TextChoices):
    """What people come for: half a day of visits to a place, or a gathering (人体器官捐献和移植条例 Art. 14)."""

    VISIT = "visit", _("参观祭扫")
    GATHERING = "gathering", _("集体缅怀活动")


class Part(models.TextChoices):
    """The half of a day that a visit is booked for."""

    MORNING = "morning", _("上午")
    AFTERNOON = "afternoon", _("下午")


WEEKDAYS: list[tuple[int, Any]] = list(
    enumerate([_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")], start=1)
)


class OccasionStatus(models.TextChoices):
    """Whether an occasion takes place."""

    PLANNED = "planned", _("如期举行")
    CANCELLED = "cancelled", _("已取消")


OCCASION_TRANSITIONS: dict[str, frozenset[str]] = {
    OccasionStatus.PLANNED: frozenset({OccasionStatus.CANCELLED}),
    OccasionStatus.CANCELLED: frozenset(),
}
# A gathering that was called off is not held after all: people were told. Half a day of visits may be opened again.
HALF_DAY_TRANSITIONS: dict[str, frozenset[str]] = {
    OccasionStatus.PLANNED: frozenset({OccasionStatus.CANCELLED}),
    OccasionStatus.CANCELLED: frozenset({OccasionStatus.PLANNED}),
}


class Visitor(models.TextChoices):
    """Who comes."""

    KIN = "kin", _("捐献者亲属")
    PUBLIC = "public", _("社会公众")


class BookingStatus(models.TextChoices):
    """States of a booking."""

    BOOKED = "booked", _("已预约")
    CANCELLED = "cancelled", _("已取消")


BOOKING_TRANSITIONS: dict[str, frozenset[str]] = {
    BookingStatus.BOOKED: frozenset({BookingStatus.CANCELLED}),
    BookingStatus.CANCELLED: frozenset(),
}


class PageKind(models.TextChoices):
    """A page in memory of a donor, or the story of one who tells it."""

    MEMORIAL = "memorial", _("纪念页")
    STORY = "story", _("生命故事")


class PageStatus(models.TextChoices):
    """States of a page; only a published one is seen. Consent given again is a new page."""

    DRAFT = "draft", _("起草中")
    SUBMITTED = "submitted", _("待另一人审核")
    PUBLISHED = "published", _("已公开")
    WITHDRAWN = "withdrawn", _("已撤下")


PAGE_TRANSITIONS: dict[str, frozenset[str]] = {
    PageStatus.DRAFT: frozenset({PageStatus.SUBMITTED, PageStatus.WITHDRAWN}),
    PageStatus.SUBMITTED: frozenset({PageStatus.DRAFT, PageStatus.PUBLISHED, PageStatus.WITHDRAWN}),
    PageStatus.PUBLISHED: frozenset({PageStatus.WITHDRAWN}),
    PageStatus.WITHDRAWN: frozenset(),
}


# Nobody of the public has seen it yet.
UNPUBLISHED: frozenset[str] = frozenset({PageStatus.DRAFT, PageStatus.SUBMITTED})


class TakenDown(models.TextChoices):
    """Why a page was taken down, and who asked for it (个人信息保护法 Arts. 15, 49)."""

    COUNTER = "counter", _("家属到场撤回同意")
    PHONE = "phone", _("家属来电撤回同意")
    MISTAKE = "mistake", _("内容有误，撤下重办")


class NameShown(models.TextChoices):
    """How the name is shown, as the consent says."""

    PSEUDONYM = "pseudonym", _("只显示化名")
    SURNAME = "surname", _("只显示姓")
    FULL = "full", _("显示全名")


class Relation(models.TextChoices):
    """Who signs the consent, to the person of the page."""

    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("成年子女")
    PARENT = "parent", _("父母")
    GUARDIAN = "guardian", _("其他监护人")
    KIN = "kin", _("其他近亲属")
    SELF = "self", _("本人")


# Who may sign for a minor (民法典 Art. 27).
GUARDIANS: frozenset[str] = frozenset({Relation.PARENT, Relation.GUARDIAN})


class MessageStatus(models.TextChoices):
    """States of a message; nobody but who moderates sees one before it is shown."""

    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("已显示")
    DECLINED = "declined", _("不予显示")
    GONE = "gone", _("随页面撤下")


MESSAGE_TRANSITIONS: dict[str, frozenset[str]] = {
    MessageStatus.WAITING: frozenset({MessageStatus.SHOWN, MessageStatus.DECLINED, MessageStatus.GONE}),
    MessageStatus.SHOWN: frozenset({MessageStatus.WAITING, MessageStatus.DECLINED, MessageStatus.GONE}),
    MessageStatus.DECLINED: frozenset(),
    MessageStatus.GONE: frozenset(),
}


class Flag(models.TextChoices):
    """What a rule found in a message (services/memorial/texts.py)."""

    PHONE = "phone", _("电话或号码")
    DOCUMENT = "document", _("证件号码")
    LINK = "link", _("网址或联系方式")
    HOSPITAL = "hospital", _("医院名称")
    RECIPIENT = "recipient", _("可能提到接受者")
    NAME = "name", _("写出了没有同意公开的姓名")


# With one of these a message is not shown, whoever moderates: the database refuses it (双盲).
NEVER_SHOWN: frozenset[str] = frozenset({Flag.RECIPIENT, Flag.DOCUMENT, Flag.NAME})


class DeclineReason(models.TextChoices):
    """Why a message is not shown."""

    RECIPIENT = "recipient", _("提到接受者或器官去向")
    PERSONAL = "personal", _("含他人或自己的个人信息")
    HOSPITAL = "hospital", _("提到医院")
    ADVERT = "advert", _("广告或链接")
    UNKIND = "unkind", _("不尊重逝者或家属")
    UNRELATED = "unrelated", _("与缅怀无关")
    FAMILY = "family", _("家属不希望显示")


class ReportReason(models.TextChoices):
    """Why a visitor reports a message."""

    PERSONAL = "personal", _("含个人信息")
    UNKIND = "unkind", _("不尊重逝者或家属")
    ADVERT = "advert", _("广告或链接")
    UNTRUE = "untrue", _("内容不实")


# What kin may want less of while the page stays: the column of the consent, and how it is said. More of it takes
# another signature.
NARROWING: dict[str, Any] = {
    "invites": _("不再邀请参加缅怀活动"),
    "takes_messages": _("不再接受烛光和留言，已有的留言撤下"),
    "shows_dates": _("不再显示生卒日期"),
    "shows_portrait": _("不再显示照片"),
    "shows_text": _("不再显示生平文字"),
}


# What the steps that are written down are called (models.MemorialStep).
STEP_WORDS: dict[str, Any] = {
    "planned": _("安排"),
    "called_off": _("活动取消"),
    "moved": _("改时间"),
    "changed": _("改说明"),
    "half_day_closed": _("这半天不接受预约"),
    "half_day_reopened": _("这半天重新接受预约"),
    "booked": _("预约"),
    "cancelled": _("取消"),
    "written": _("起草"),
    "rewritten": _("修改"),
    "submitted": _("送审"),
    "returned": _("退回修改"),
    "approved": _("审核通过"),
    "withdrawn": _("撤下"),
    "narrowed": _("家属缩小同意"),
    "kin_phone_corrected": _("更正签字人电话"),
    "lapsed": _("久未办理，系统撤下"),
    "left": _("留言"),
    "declined": _("不予显示"),
    "reported": _("被举报"),
    "page_withdrawn": _("随页面撤下"),
}
STEP_REASONS: dict[str, Any] = {
    **dict([*TakenDown.choices, *DeclineReason.choices, *ReportReason.choices]),
    **NARROWING,
}
