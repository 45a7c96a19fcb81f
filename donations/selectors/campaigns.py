"""Facts about campaigns: their plan as it is kept, and what they ask of gifts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotFound
from donations.choices import CampaignStatus
from donations.intake.appeals import AppealTerms
from donations.models import AppealEvent, Campaign, CampaignFile, CampaignFund
from ledger.selectors.balances import FundBalance, fund_balances
from organizations.choices import Right

_RUNNING = (CampaignStatus.OPEN, CampaignStatus.CLOSED, CampaignStatus.SETTLING, CampaignStatus.SETTLED)


def plan_of(campaign: Campaign) -> dict[str, Any]:
    """A plan as canonical JSON keeps it and the public reads it; one query.

    The responsible person stands by office, by name only where they agreed. Its SHA-256 is in the log.
    """
    accounts = campaign.campaign_channels.order_by("channel_id").values_list("channel__record_sha256", flat=True)
    return {
        "schema": "campaign-plan/1",
        "slug": campaign.slug,
        "name": campaign.name,
        "aim": campaign.aim,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "area": campaign.area_id,
        "filed_elsewhere": campaign.filed_elsewhere,
        "responsible": campaign.public_responsible,
        "office_address": campaign.office_address,
        "contact": campaign.contact,
        "beneficiary": campaign.beneficiary,
        "use": campaign.use,
        "cost_plan": campaign.cost_plan,
        "fee_rate": f"{campaign.fee_rate:.4f}",
        "rest_plan": campaign.rest_plan,
        "goal": None if campaign.goal is None else f"{campaign.goal:.2f}",
        "certificate_number": campaign.certificate_number,
        "partners": campaign.partners,
        "platforms": campaign.platforms,
        "is_emergency": campaign.is_emergency,
        "event_name": campaign.event_name,
        "event_on": campaign.event_on.isoformat() if campaign.event_on else None,
        "channels": list(accounts),
    }


def appeal_terms(fund_id: int) -> AppealTerms | None:
    """What the campaign that rests on a fund asks of its gifts; None where the fund is no campaign's. One query."""
    held = (
        CampaignFund.objects.filter(fund_id=fund_id, campaign__status__in=_RUNNING)
        .select_related("campaign__successor")
        .first()
    )
    if held is None:
        return None
    campaign = held.campaign
    successor = campaign.successor
    last = campaign.ends_on if campaign.closed_on is None else min(campaign.ends_on, campaign.closed_on)
    return AppealTerms(
        name=campaign.name,
        first=campaign.starts_on,
        last=last,
        area=campaign.area_id,
        event_name=campaign.event_name,
        event_on=campaign.event_on,
        successor_id=successor.pk if successor is not None and successor.is_open else None,
        successor_name=successor.name if successor is not None else "",
        reaches_elsewhere=bool(campaign.filed_elsewhere),
    )


def campaigns_for(person: User, *, status: str = "") -> QuerySet[Campaign]:
    """The campaigns of the person's branches, those that wait first, then the newest."""
    rows = Campaign.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "area")
    if status in CampaignStatus.values:
        rows = rows.filter(status=status)
    found: QuerySet[Campaign] = rows.order_by("-starts_on", "-pk")
    return found


def campaign_for(person: User, slug: str) -> Campaign:
    """A campaign of the person's branches by its slug; raises NotFound, also for one outside them."""
    rows = Campaign.objects.visible_to(person, Right.VIEW_GIFTS).select_related("branch", "area", "successor")
    campaign: Campaign | None = rows.filter(slug=slug).first()
    if campaign is None:
        raise NotFound("campaign_not_found", _("没有找到这项募捐活动，或它不在您的范围内。"))
    return campaign


def campaign_steps(campaign: Campaign) -> list[AppealEvent]:
    """What was done with a campaign, newest first; one query."""
    return list(AppealEvent.objects.filter(campaign=campaign).select_related("actor").order_by("-pk"))


def campaign_files(campaign: Campaign) -> list[CampaignFile]:
    """The documents of a campaign, newest first; one query."""
    return list(campaign.files.select_related("file", "kept_by", "released_by").order_by("-pk"))


def campaign_file_for(campaign: Campaign, file_id: int) -> CampaignFile:
    """A document of a campaign that the person was already let into; raises NotFound."""
    kept = campaign.files.select_related("file").filter(pk=file_id).first()
    if kept is None:
        raise NotFound("file_not_found", _("没有找到这份文件。"))
    return kept


def campaign_funds(campaign: Campaign) -> list[FundBalance]:
    """What the funds of a campaign hold now, the main one first; three queries."""
    held = campaign.campaign_funds.select_related("fund__branch", "fund__successor").order_by("-is_main", "pk")
    return fund_balances([one.fund for one in held])
