"""Literal tables of contacts: why somebody is contacted, how, what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# The foreign keys by which a contact names what it is about; exactly one of them is set.
ABOUT_FIELDS: tuple[str, ...] = ("wish", "donor", "case")


class ContactReason(models.TextChoices):
    """Why somebody is contacted."""

    UPKEEP = "upkeep", _("核对联系方式")
    FOLLOW_UP = "follow_up", _("采集后回访")
    REMOBILISE = "remobilise", _("再动员")
    CARE = "care", _("家属关怀")
    RECOVER = "recover", _("挽回失联")
    VISIT = "visit", _("回访慰问")
    STEP = "step", _("办理下一步")


# What a contact is planned by hand for, by what it is about; the rest comes with a step or by the calendar.
BY_HAND: dict[str, tuple[str, ...]] = {
    "wish": (ContactReason.UPKEEP, ContactReason.VISIT, ContactReason.STEP, ContactReason.RECOVER),
    "donor": (
        ContactReason.UPKEEP,
        ContactReason.STEP,
        ContactReason.REMOBILISE,
        ContactReason.RECOVER,
        ContactReason.FOLLOW_UP,
        ContactReason.VISIT,
    ),
    "case": (ContactReason.CARE, ContactReason.STEP, ContactReason.UPKEEP, ContactReason.VISIT),
}


class DueStatus(models.TextChoices):
    """States of a contact that is due."""

    OPEN = "open", _("待联系")
    DONE = "done", _("已联系")
    CANCELLED = "cancelled", _("已取消")


DUE_TRANSITIONS: dict[str, frozenset[str]] = {
    DueStatus.OPEN: frozenset({DueStatus.DONE, DueStatus.CANCELLED}),
    DueStatus.DONE: frozenset(),
    DueStatus.CANCELLED: frozenset(),
}


class ContactMeans(models.TextChoices):
    """How somebody was contacted."""

    PHONE = "phone", _("电话")
    VISIT = "visit", _("上门看望")
    MESSAGE = "message", _("短信或微信")
    LETTER = "letter", _("信函")
    MET = "met", _("当面")


class ContactOutcome(models.TextChoices):
    """What came of it."""

    REACHED = "reached", _("联系上了")
    NO_ANSWER = "no_answer", _("没有接通")
    WRONG_NUMBER = "wrong_number", _("号码不对")
    CALL_LATER = "call_later", _("请改天再联系")
    DECLINED = "declined", _("婉拒")
    # Said by somebody else; no state of a registration, and no figure (services/told_deaths.py).
    DIED = "died", _("得知本人已故")


def about_one(fields: Sequence[str] = ABOUT_FIELDS) -> Q:
    """The condition that exactly one of the foreign keys is set."""
    found = Q()
    for field in fields:
        found |= Q(**{f"{one}__isnull": one != field for one in fields})
    return found
