"""Ways to give, agreements and changes of use for the desk, in the person's scope."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.errors import NotFound
from donations.choices import NOTICE_DAYS, CampaignStatus, ChangeStatus, TermsStatus
from donations.models import Agreement, AppealEvent, Campaign, ChangeOfUse, GivingChannel
from organizations.choices import Right


def channels_for(person: User, *, status: str = "") -> QuerySet[GivingChannel]:
    """The ways to give of the person's branches, those in force first."""
    rows = GivingChannel.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch")
    found: QuerySet[GivingChannel] = _with_status(rows, status).order_by("branch__path", "position", "-pk")
    return found


def channel_for(person: User, pk: int) -> GivingChannel:
    """A way to give of the person's branches; raises NotFound."""
    rows = GivingChannel.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "made_by", "approved_by")
    return _found(rows.filter(pk=pk).first())


def agreements_for(person: User, *, status: str = "") -> QuerySet[Agreement]:
    """The agreements of the person's branches, newest first."""
    rows = Agreement.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch")
    found: QuerySet[Agreement] = _with_status(rows, status).order_by("-pk")
    return found


def agreement_for(person: User, number: str) -> Agreement:
    """An agreement of the person's branches by its number; raises NotFound."""
    rows = Agreement.objects.visible_to(person, Right.VIEW_GIFTS).select_related(
        "branch", "document", "fund", "made_by"
    )
    return _found(rows.filter(number=number.replace("\x00", "")).first())


def changes_for(person: User, *, status: str = "") -> QuerySet[ChangeOfUse]:
    """The changes of use of the person's branches, newest first."""
    rows = ChangeOfUse.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "source", "target")
    found: QuerySet[ChangeOfUse] = _with_status(rows, status).order_by("-pk")
    return found


def change_for(person: User, number: str) -> ChangeOfUse:
    """A change of use of the person's branches by its number; raises NotFound."""
    rows = ChangeOfUse.objects.visible_to(person, Right.VIEW_GIFTS).select_related(
        "branch", "source", "target", "consent_file", "made_by", "entry"
    )
    return _found(rows.filter(number=number.replace("\x00", "")).first())


@dataclass(frozen=True)
class Waiting:
    """Something of these subjects that waits for a second person: what it is, how it is called, where its page is."""

    what: str
    title: str
    branch_name: str
    page: str
    key: str | int


def appeals_waiting(person: User) -> list[Waiting]:
    """What waits for this person's decision, oldest first, at most 50 of each; four queries."""

    def asked(rows: Any, condition: Q) -> Any:
        return (
            rows.visible_to(person, Right.APPROVE_APPEALS)
            .filter(condition)
            .select_related("branch")
            .order_by("pk")[:50]
        )

    others = ~Q(maker_ids__contains=[person.pk])
    settling = Q(status=CampaignStatus.SETTLING) & ~Q(settlement_by=person)
    found: list[Waiting] = []
    for one in asked(Campaign.objects, (Q(status=CampaignStatus.SUBMITTED) & others) | settling):
        found.append(Waiting(_("募捐活动"), one.name, one.branch.name, "desk_campaign", one.slug))
    for one in asked(GivingChannel.objects, Q(status=TermsStatus.SUBMITTED) & others):
        found.append(Waiting(_("捐赠方式"), one.title, one.branch.name, "desk_channel", one.pk))
    for one in asked(Agreement.objects, Q(status=TermsStatus.SUBMITTED) & others):
        found.append(Waiting(_("捐赠协议"), one.title, one.branch.name, "desk_agreement", one.number))
    due = Q(status=ChangeStatus.NOTICE, notice_on__lt=today() - datetime.timedelta(days=NOTICE_DAYS))
    for one in asked(ChangeOfUse.objects, (Q(status=ChangeStatus.SUBMITTED) | due) & others):
        found.append(Waiting(_("变更用途"), one.number, one.branch.name, "desk_change", one.number))
    return found


def steps_of(**subject: Any) -> list[AppealEvent]:
    """What was done with a subject, newest first; one query."""
    return list(AppealEvent.objects.filter(**subject).select_related("actor").order_by("-pk"))


def _with_status(rows: Any, status: str) -> Any:
    return rows.filter(status=status) if status in dict(rows.model._meta.get_field("status").choices) else rows


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound("appeal_not_found", _("没有找到这项内容，或它不在您的范围内。"))
    return row
