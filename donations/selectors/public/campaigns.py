"""Campaigns as everybody may see them."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Sum
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import NotFound
from core.money import ZERO_YUAN
from donations.choices import PUBLIC_CAMPAIGN, CampaignStatus
from donations.models import (
    AppealEvent,
    Campaign,
    CampaignFile,
    CampaignFund,
    Correction,
    DailyTotal,
    Donation,
)
from donations.selectors.campaigns import plan_of
from organizations.models import Branch
from organizations.models.lineage import rows_of

PAGE_SIZE = 50


@dataclass(frozen=True)
class PublicFile:
    """A released document."""

    id: int
    title: str
    kind: str
    size: int
    sha256: str
    released_at: datetime.datetime
    name: str
    content_type: str


@dataclass(frozen=True)
class HeldFund:
    """A fund that a campaign rests on."""

    id: int
    code: str
    name: str
    is_main: bool
    closed_on: datetime.date | None


@dataclass(frozen=True)
class PublicCampaign:
    """A campaign by the facts that are public; `stage` is what it is today, in words."""

    id: int
    slug: str
    name: str
    aim: str
    branch_code: str
    branch_name: str
    status: str
    starts_on: datetime.date
    ends_on: datetime.date
    area: str
    goal: Decimal | None
    is_emergency: bool
    event_name: str
    event_on: datetime.date | None
    responsible: str
    office_address: str
    contact: str
    beneficiary: str
    use: str
    cost_plan: str
    fee_rate: Decimal
    rest_plan: str
    filing_number: str
    filed_on: datetime.date | None
    filed_elsewhere: str
    certificate_number: str
    partners: tuple[dict[str, str], ...]
    platforms: tuple[dict[str, str], ...]
    opened_at: datetime.datetime
    closed_on: datetime.date | None
    settled_at: datetime.datetime | None
    rest_account: str
    successor_code: str
    successor_name: str
    funds: tuple[HeldFund, ...]
    files: tuple[PublicFile, ...]
    changed_at: datetime.datetime

    @property
    def last_day(self) -> datetime.date:
        """The last day of raising: the period's, or that of an earlier closing."""
        return self.ends_on if self.closed_on is None else min(self.ends_on, self.closed_on)

    @property
    def stage(self) -> str:
        """What it is today."""
        if self.status == CampaignStatus.OPEN and today() < self.starts_on:
            return _("即将开始")
        if self.status == CampaignStatus.OPEN and today() > self.ends_on:
            return _("募捐期满")
        if self.status == CampaignStatus.SETTLING:
            return str(CampaignStatus.CLOSED.label)
        return str(CampaignStatus(self.status).label)

    @property
    def look(self) -> str:
        """The stored state whose look the badge takes."""
        return CampaignStatus.CLOSED if self.status == CampaignStatus.SETTLING else self.status

    @property
    def fund_ids(self) -> list[int]:
        """The ids of its funds."""
        return [fund.id for fund in self.funds]


@dataclass(frozen=True)
class DayOfGifts:
    """Number and sum (yuan) of a day's gifts."""

    on: datetime.date
    count: int
    amount: Decimal


@dataclass(frozen=True)
class LateGifts:
    """Gifts after the last day: those that stayed in the campaign, and those that went to its successor."""

    kept_count: int
    kept_amount: Decimal
    passed_count: int
    passed_amount: Decimal


def public_campaigns(branch: Branch | None = None, before: int = 0, size: int = PAGE_SIZE) -> list[PublicCampaign]:
    """The next public campaigns, newest first, of all branches or of one with all below; four queries.

    One more than `size` is returned where there are more; `before` is the id from which to go on.
    """
    rows = _public()
    if branch is not None:
        rows = rows.filter(rows_of(branch, with_below=True))
    if before:
        rows = rows.filter(pk__lt=before)
    return [_campaign(one) for one in rows.order_by("-pk")[: size + 1]]


def public_campaign(slug: str) -> PublicCampaign:
    """A public campaign by its slug; four queries. Raises NotFound."""
    return _campaign(_find(slug))


def public_campaign_of_id(campaign_id: int) -> PublicCampaign:
    """A public campaign by its id; four queries. Raises NotFound."""
    campaign = _public().filter(pk=campaign_id).first()
    if campaign is None:
        raise _unknown()
    return _campaign(campaign)


def own_campaigns(branch_ids: Collection[int]) -> dict[int, list[PublicCampaign]]:
    """The public campaigns of each of these branches itself, oldest first; at most four queries."""
    found: dict[int, list[PublicCampaign]] = {branch_id: [] for branch_id in branch_ids}
    for row in _public().filter(branch_id__in=list(branch_ids)).order_by("pk") if branch_ids else []:
        found[row.branch_id].append(_campaign(row))
    return found


def public_plan(slug: str) -> dict[str, Any]:
    """A campaign's plan as it went to the log; its SHA-256 over canonical JSON stands there. Raises NotFound."""
    campaign = Campaign.objects.unscoped("public campaigns").filter(status__in=PUBLIC_CAMPAIGN, slug=slug).first()
    if campaign is None:
        raise _unknown()
    return plan_of(campaign)


def campaigns_named(text: str, limit: int = 10) -> list[tuple[str, str]]:
    """Slug and name of public campaigns with a text in their name, newest first; one query."""
    rows = Campaign.objects.unscoped("public campaigns").filter(status__in=PUBLIC_CAMPAIGN, name__icontains=text)
    return list(rows.order_by("-pk").values_list("slug", "name")[:limit])


def campaign_of_fund(fund_id: int) -> tuple[str, str] | None:
    """Slug and name of the public campaign that rests on a fund; one query."""
    rows = CampaignFund.objects.filter(fund_id=fund_id, campaign__status__in=PUBLIC_CAMPAIGN)
    return rows.values_list("campaign__slug", "campaign__name").first()


def _public() -> Any:
    released = CampaignFile.objects.filter(released_at__isnull=False).select_related("file").order_by("-released_at")
    held = CampaignFund.objects.select_related("fund").order_by("-is_main", "pk")
    return (
        Campaign.objects.unscoped("public campaigns")
        .filter(status__in=PUBLIC_CAMPAIGN)
        .select_related("branch", "area", "successor")
        .prefetch_related(
            Prefetch("files", queryset=released, to_attr="released"),
            Prefetch("campaign_funds", queryset=held, to_attr="held"),
            Prefetch("events", queryset=AppealEvent.objects.order_by("-pk"), to_attr="steps"),
        )
    )


def _find(slug: str) -> Any:
    campaign = _public().filter(slug=slug).first()
    if campaign is None:
        raise _unknown()
    return campaign


def _unknown() -> NotFound:
    return NotFound("campaign_unknown", _("没有这项募捐活动，请核对网址，或在募捐活动列表里查找。"))


_SAME = (
    "id", "slug", "name", "aim", "status", "starts_on", "ends_on", "goal", "is_emergency", "event_name", "event_on",
    "office_address", "contact", "beneficiary", "use", "cost_plan", "fee_rate", "rest_plan", "filing_number",
    "filed_on", "filed_elsewhere", "certificate_number", "opened_at", "closed_on",
)  # fmt: skip


def _campaign(row: Any) -> PublicCampaign:
    is_settled = row.status == CampaignStatus.SETTLED
    return PublicCampaign(
        **{name: getattr(row, name) for name in _SAME},
        branch_code=row.branch.code,
        branch_name=row.branch.name,
        area=row.area.name,
        responsible=row.public_responsible,
        partners=tuple(row.partners),
        platforms=tuple(row.platforms),
        # A settlement that nobody has approved yet is not public.
        settled_at=row.settled_at if is_settled else None,
        rest_account=row.rest_account if is_settled else "",
        successor_code=row.successor.code if row.successor else "",
        successor_name=row.successor.name if row.successor else "",
        funds=tuple(
            HeldFund(one.fund_id, one.fund.code, one.fund.name, one.is_main, one.fund.closed_on) for one in row.held
        ),
        files=tuple(_file(one) for one in row.released),
        changed_at=row.steps[0].at if row.steps else row.opened_at,
    )


def _file(row: Any) -> PublicFile:
    stored = row.file
    return PublicFile(
        id=row.pk,
        title=row.title,
        kind=str(row.get_kind_display()),
        size=stored.size,
        sha256=stored.sha256,
        released_at=row.released_at,
        name=stored.name,
        content_type=stored.content_type,
    )


def gifts_by_day(fund_ids: Collection[int]) -> list[DayOfGifts]:
    """Number and sum of the gifts of some funds by day of receipt, newest first, reversals taken off; one query."""
    rows = (
        DailyTotal.objects.unscoped("public figures: sums by day, no giver")
        .filter(fund_id__in=list(fund_ids), gift_count__gt=0)
        .order_by("-received_on")
        .values("received_on")
        .annotate(count=Sum("gift_count"), total=Sum("amount"))
        .values_list("received_on", "count", "total")
    )
    return [DayOfGifts(*row) for row in rows]


def _reversal_of_row() -> Any:
    rows = Correction.objects.unscoped("whether a gift was reversed, nothing of it")
    return rows.filter(donation_id=OuterRef("pk"), is_current=True, taken_total=OuterRef("amount"))


def late_gifts(campaign: PublicCampaign, days: list[DayOfGifts]) -> LateGifts:
    """Gifts received after a campaign's last day; one query, none while it has no successor."""
    late = [day for day in days if day.on > campaign.last_day]
    passed: dict[str, Any] = {"count": 0, "total": None}
    if campaign.successor_code:
        passed = (
            Donation.objects.for_public_display()
            .filter(
                batch__fund_id__in=campaign.fund_ids,
                fund__code=campaign.successor_code,
                received_on__gt=campaign.last_day,
            )
            .filter(~Exists(_reversal_of_row()))
            .aggregate(count=Count("pk"), total=Sum("amount"))
        )
    return LateGifts(
        kept_count=sum(day.count for day in late),
        kept_amount=sum((day.amount for day in late), ZERO_YUAN),
        passed_count=passed["count"],
        passed_amount=passed["total"] or ZERO_YUAN,
    )
