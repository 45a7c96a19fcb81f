"""Campaigns with their figures: the plan from the desk, every sum from the ledger and the daily totals."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from core.money import format_yuan
from donations.selectors.public.campaigns import (
    DayOfGifts,
    LateGifts,
    PublicCampaign,
    gifts_by_day,
    late_gifts,
)
from donations.selectors.public.giving import PublicChannel
from ledger.choices import EntryKind
from ledger.selectors.fund_flows import DayOfUse, FundFlows, days_of_use, fund_flows, passed_on_by_branch
from organizations.models import Branch
from organizations.selectors import BranchNode, association_tree

TIMELINE = 40
CAMPAIGN_FIELDS = (
    "slug", "name", "branch", "branch_name", "status", "starts_on", "ends_on", "is_emergency", "event_name", "event_on",
    "filing_number", "filed_on", "goal", "received", "used", "fees", "passed_on", "balance", "cost_rate", "funds",
    "updated_at", "url",
)  # fmt: skip
CHANNEL_FIELDS = (
    "branch", "branch_name", "kind", "title", "payee", "account_number", "bank_name", "swift", "currency", "address",
    "postcode", "phone", "url", "remark_hint", "steps", "in_force_at", "record_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class CampaignFigures:
    """A campaign with what its funds did so far, in yuan."""

    campaign: PublicCampaign
    flows: FundFlows

    @property
    def updated_at(self) -> datetime.datetime:
        """When anything of it changed last: its money, its documents or its state."""
        moments = [self.campaign.changed_at, *(file.released_at for file in self.campaign.files)]
        return max([*moments, *([self.flows.updated_at] if self.flows.updated_at else [])])

    @property
    def updated_days(self) -> int:
        """How many days ago that was."""
        return (today() - self.updated_at.astimezone(SHANGHAI).date()).days

    @property
    def share(self) -> Decimal | None:
        """What was received as a share of the goal (0-1 and above); None without a goal."""
        goal = self.campaign.goal
        return round(self.flows.received / goal, 4) if goal else None

    @property
    def gifts_url(self) -> str:
        """The list of the gifts of which `received` is the sum (of the main fund, where there are several)."""
        return f"/donations/?fund={self.campaign.funds[0].code}" if self.campaign.funds else "/donations/"

    @property
    def statement_url(self) -> str:
        """The statement of the main fund: every row with the balance after it."""
        return f"/funds/{self.campaign.funds[0].code}/" if self.campaign.funds else "/funds/"


def with_figures(campaigns: Iterable[PublicCampaign]) -> list[CampaignFigures]:
    """Campaigns with their figures; two queries for each."""
    return [CampaignFigures(one, fund_flows(one.fund_ids)) for one in campaigns]


@dataclass(frozen=True)
class Happening:
    """A row of a campaign's timeline; `amount` in yuan where it is about money."""

    on: datetime.date
    title: str
    text: str
    url: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class CampaignStory:
    """What stands below the figures: days of gifts and of use, late gifts, the timeline."""

    days: list[DayOfGifts]
    late: LateGifts
    timeline: list[Happening]


def campaign_story(figures: CampaignFigures) -> CampaignStory:
    """The story of a campaign; three queries."""
    campaign = figures.campaign
    days = gifts_by_day(campaign.fund_ids)
    uses = days_of_use(campaign.fund_ids)
    return CampaignStory(days, late_gifts(campaign, days), _timeline(campaign, days, uses))


def _timeline(campaign: PublicCampaign, days: list[DayOfGifts], uses: list[DayOfUse]) -> list[Happening]:
    found = [*_milestones(campaign), *_receipts(campaign, days), *_uses(campaign, uses)]
    found += [
        Happening(
            file.released_at.astimezone(SHANGHAI).date(),
            _("公开%(kind)s") % {"kind": file.kind},
            file.title,
            f"/campaigns/{campaign.slug}/files/{file.id}/",
        )
        for file in campaign.files
    ]
    found.sort(key=lambda one: one.on, reverse=True)
    return found[:TIMELINE]


def _milestones(campaign: PublicCampaign) -> list[Happening]:
    opened = campaign.opened_at.astimezone(SHANGHAI).date()
    found = [Happening(opened, _("方案公开"), _("募捐方案经两人审核后公开，记入公开日志。"))]
    found.append(Happening(campaign.starts_on, _("开始募捐"), campaign.use))
    if campaign.event_on is not None:
        found.append(Happening(campaign.event_on, campaign.event_name, _("早于这一天的捐赠不计入本次募捐。")))
    if campaign.filed_on is not None:
        found.append(Happening(campaign.filed_on, _("民政部门备案"), campaign.filing_number))
    if campaign.closed_on is not None:
        found.append(
            Happening(
                campaign.closed_on,
                _("截止募捐"),
                _("此后的捐赠记入“%(fund)s”。") % {"fund": campaign.successor_name},
                f"/funds/{campaign.successor_code}/",
            )
        )
    if campaign.settled_at is not None:
        found.append(Happening(campaign.settled_at.astimezone(SHANGHAI).date(), _("结项"), campaign.rest_account))
    return found


def _receipts(campaign: PublicCampaign, days: list[DayOfGifts]) -> list[Happening]:
    code = campaign.funds[0].code if campaign.funds else ""
    return [
        Happening(
            day.on,
            _("收到捐赠"),
            _("%(count)s 笔") % {"count": f"{day.count:,}"},
            f"/donations/?fund={code}&from={day.on}&to={day.on}",
            day.amount,
        )
        for day in days[:TIMELINE]
    ]


def _uses(campaign: PublicCampaign, uses: list[DayOfUse]) -> list[Happening]:
    code = campaign.funds[0].code if campaign.funds else ""
    return [
        Happening(
            use.on,
            str(EntryKind(use.kind).label),
            _("%(count)d 笔") % {"count": use.count},
            f"/funds/{code}/",
            use.amount,
        )
        for use in uses
    ]


@dataclass(frozen=True)
class CountyShare:
    """What one association accepted out of a campaign's funds, in yuan; None where nothing."""

    city: str
    name: str
    code: str
    amount: Decimal | None


def county_shares(campaign: PublicCampaign) -> list[CountyShare]:
    """What each association below the campaign's own accepted, in the order of the tree; four queries.

    Empty where none stands below: a county's campaign is used by the county itself.
    """
    root = Branch.objects.filter(code=campaign.branch_code).first()
    nodes = association_tree(root) if root is not None else []
    shares = passed_on_by_branch(campaign.fund_ids)
    return [share for node in nodes for share in _below(node, node.branch.short_name, shares)]


def _below(node: BranchNode, city: str, shares: dict[str, Decimal]) -> list[CountyShare]:
    found = []
    for child in node.children:
        group = child.branch.short_name if child.children else city
        found.append(CountyShare(group, child.branch.short_name, child.branch.code, shares.get(child.branch.code)))
        found += _below(child, group, shares)
    return found


def campaign_row(figures: CampaignFigures) -> dict[str, Any]:
    """A campaign as open data: the same fields and order in the API, the CSV and the JSON."""
    campaign, flows = figures.campaign, figures.flows
    return {
        "slug": campaign.slug,
        "name": campaign.name,
        "branch": campaign.branch_code,
        "branch_name": campaign.branch_name,
        "status": campaign.look,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "is_emergency": campaign.is_emergency,
        "event_name": campaign.event_name,
        "event_on": campaign.event_on,
        "filing_number": campaign.filing_number,
        "filed_on": campaign.filed_on,
        "goal": campaign.goal,
        "received": flows.received,
        "used": flows.used,
        "fees": flows.fees,
        "passed_on": flows.passed_on,
        "balance": flows.balance,
        "cost_rate": round(flows.cost_rate, 4),
        "funds": " ".join(fund.code for fund in campaign.funds),
        "updated_at": figures.updated_at,
        "url": f"/campaigns/{campaign.slug}/",
    }


def channel_row(channel: PublicChannel) -> dict[str, Any]:
    """A way to give as open data."""
    values = {name: getattr(channel, name) for name in CHANNEL_FIELDS if name not in ("branch",)}
    return {"branch": channel.branch_code, **values}


def sum_sentence(flows: FundFlows) -> str:
    """The figures as one sum that anybody can add up."""
    parts = [_("收到捐赠 %(amount)s") % {"amount": format_yuan(flows.received)}]
    if flows.brought_in:
        parts.append(_("+ 转入和期初 %(amount)s") % {"amount": format_yuan(flows.brought_in)})
    for amount, label in (
        (flows.used, _("使用")), (flows.passed_on, _("拨给其他红十字会或转出")), (flows.fees, _("管理费")),
        (flows.losses, _("损耗")),
    ):  # fmt: skip
        if amount:
            parts.append(_("- %(label)s %(amount)s") % {"label": label, "amount": format_yuan(amount)})
    parts.append(_("= 结余 %(amount)s") % {"amount": format_yuan(flows.balance)})
    return " ".join(parts)
