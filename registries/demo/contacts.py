"""Contacts of the demo: some late, some of today, some nobody's yet, some that took place; a roster of a week."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import frozen_at, now, today
from organizations.models import Branch
from registries.choices import WishStatus
from registries.choices.contacts import ContactReason
from registries.choices.duty import DutyPart
from registries.models import Wish
from registries.services.contacts import log_contact, plan_contact, write_contact
from registries.services.duty import place_on_duty
from registries.services.visits import plan_visits

# Made-up numbers for work.
_PHONES = {DutyPart.DAY: "0571-00000001", DutyPart.NIGHT: "0571-00000002"}
DAYS = 7


def leave_contacts(branch: Branch, people: dict[str, User]) -> None:
    """Leave a coordinator's week in a branch, what came of earlier contacts, and who is on duty."""
    coordinator = people["hangzhou.coordinator"]
    wishes = list(Wish.objects.unscoped("demo").filter(branch=branch, status=WishStatus.IN_FORCE).order_by("pk")[:5])
    _held(wishes[0], coordinator)
    for wish, days, reason, owner in (
        (wishes[0], -3, ContactReason.UPKEEP, coordinator),
        (wishes[1], 0, ContactReason.VISIT, coordinator),
        (wishes[2], 0, ContactReason.STEP, coordinator),
        (wishes[3], 4, ContactReason.VISIT, coordinator),
        (wishes[4], 2, ContactReason.UPKEEP, None),
    ):
        with transaction.atomic():
            plan_contact(about=wish, reason=reason, due_on=today() + datetime.timedelta(days=days), coordinator=owner)
    plan_visits()
    for day in range(DAYS):
        for part, who in ((DutyPart.DAY, people["hangzhou.registrar"]), (DutyPart.NIGHT, coordinator)):
            place_on_duty(
                branch=branch, person=who, on=today() + datetime.timedelta(days=day), part=part, phone=_PHONES[part],
                actor=people["hangzhou.head"],
            )  # fmt: skip


def _held(wish: Wish, coordinator: User) -> None:
    """What came of two contacts of last month, the second after the first was not answered."""
    with frozen_at(now() - datetime.timedelta(days=40)):
        with transaction.atomic():
            due = plan_contact(about=wish, reason=ContactReason.VISIT, due_on=today(), coordinator=coordinator)
        if due is not None:
            log_contact(
                due_id=due.pk, means="phone", outcome="no_answer", note=_("白天没有人接，改傍晚再打。"), next_on=None,
                key=uuid.uuid4(), actor=coordinator,
            )  # fmt: skip
    with frozen_at(now() - datetime.timedelta(days=38)), transaction.atomic():
        write_contact(
            about=wish, reason=ContactReason.VISIT, means="phone", outcome="reached", note=_("一切都好，明年再问候。"),
            actor=coordinator,
        )  # fmt: skip
