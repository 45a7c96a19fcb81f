"""What stands around training: places, AEDs, rescues, contracts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
