"""Literal tables of what the public asks for: registering on site, a talk, a sample, a visit, a call."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestSubject(models.TextChoices):
    """Which public page somebody asked on."""

    ORGAN = "organ", _("器官、组织和遗体捐献")
    STEMCELL = "stemcell", _("造血干细胞捐献")


class RequestKind(models.TextChoices):
    """What somebody asks for."""

    ON_SITE = "on_site", _("预约到现场登记")
    TALK = "talk", _("预约宣讲")
    SAMPLE = "sample", _("预约采样")
    HOME_VISIT = "home_visit", _("预约上门登记")
    CALL_BACK = "call_back", _("请给我回电")


# What each page offers. 宁波市遗体捐献条例 Art. 10 knows home visits; a sample is taken where a nurse is.
KINDS_OF: dict[str, tuple[str, ...]] = {
    RequestSubject.ORGAN: (
        RequestKind.ON_SITE,
        RequestKind.HOME_VISIT,
        RequestKind.TALK,
        RequestKind.CALL_BACK,
    ),
    RequestSubject.STEMCELL: (RequestKind.SAMPLE, RequestKind.TALK, RequestKind.CALL_BACK),
}


class DayPart(models.TextChoices):
    """Which part of a day suits somebody."""

    ANY = "any", _("上午、下午都可以")
    MORNING = "morning", _("上午")
    AFTERNOON = "afternoon", _("下午")


class RequestStatus(models.TextChoices):
    """States of a request."""

    NEW = "new", _("待安排")
    ACCEPTED = "accepted", _("已安排")
    DONE = "done", _("已办结")
    CANCELLED = "cancelled", _("已取消")
    DECLINED = "declined", _("不能安排")


# What was arranged may be arranged anew: the day moves, the state stays.
REQUEST_TRANSITIONS: dict[str, frozenset[str]] = {
    RequestStatus.NEW: frozenset({RequestStatus.ACCEPTED, RequestStatus.CANCELLED, RequestStatus.DECLINED}),
    RequestStatus.ACCEPTED: frozenset(
        {RequestStatus.ACCEPTED, RequestStatus.DONE, RequestStatus.CANCELLED, RequestStatus.DECLINED}
    ),
    RequestStatus.DONE: frozenset(),
    RequestStatus.CANCELLED: frozenset(),
    RequestStatus.DECLINED: frozenset(),
}
OPEN_REQUESTS: frozenset[str] = frozenset({RequestStatus.NEW, RequestStatus.ACCEPTED})


class DeclineReason(models.TextChoices):
    """Why a request cannot be met; shown to who made it."""

    NO_CAPACITY = "no_capacity", _("这些日子已排满，请改约其他日子")
    NOT_HERE = "not_here", _("不在本会的服务范围，请预约当地红十字会")
    NOT_REACHED = "not_reached", _("几次去电都没有联系上")
    TWICE = "twice", _("与另一个预约重复")
    NOT_THIS_WAY = "not_this_way", _("这件事不能在这里预约，请致电询问")


# Days after the last day that was named, at which a request that nobody ended ends by itself.
REQUEST_OPEN_DAYS = 90
# Days after the end of a request at which who made it is destroyed.
REQUEST_KEPT_DAYS = 90
