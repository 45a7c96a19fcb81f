"""A campaign up to its opening: written, submitted, approved by another person, its filing recorded."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import Conflict, DomainError
from core.outbox import write_record
from donations.choices import CAMPAIGN_TRANSITIONS, CampaignStatus, TermsStatus
from donations.models import Campaign, CampaignChannel, CampaignFund, GivingChannel
from donations.services.appeals.moving import (
    lock_subject,
    move_subject,
    note_hands,
    note_step,
    require_other,
    require_reason,
    require_step,
)
from donations.services.appeals.plans import check_complete, check_plan
from donations.services.appeals.recorded import campaign_body, campaign_private
from ledger.models import Fund
from ledger.selectors.funds import gifts_received
from ledger.services.funds import FundTerms, close_fund, ensure_default_fund, open_fund
from organizations.choices import Right
from organizations.models import Branch, Division
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class CampaignPlan:
    """What is written of a campaign before it is submitted (慈善法 Art. 24); see `Campaign` for each field.

    `partners`: (name, role) pairs; `platforms`: (name, address) pairs; `goal` in yuan.
    """

    slug: str
    name: str
    aim: str
    starts_on: datetime.date
    ends_on: datetime.date
    area: Division
    responsible_office: str
    responsible_name: str
    office_address: str
    contact: str
    beneficiary: str
    use: str
    cost_plan: str
    rest_plan: str
    certificate_number: str
    filed_elsewhere: str = ""
    name_agreed: bool = False
    fee_rate: Decimal = Decimal(0)
    goal: Decimal | None = None
    filing_number: str = ""
    filed_on: datetime.date | None = None
    partners: tuple[tuple[str, str], ...] = ()
    platforms: tuple[tuple[str, str], ...] = ()
    is_emergency: bool = False
    event_name: str = ""
    event_on: datetime.date | None = None

    def columns(self) -> dict[str, Any]:
        """The values as they are stored."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        values["partners"] = [{"name": name.strip(), "role": role.strip()} for name, role in self.partners]
        values["platforms"] = [{"name": name.strip(), "url": url.strip()} for name, url in self.platforms]
        return values


def draft_campaign(*, branch: Branch, plan: CampaignPlan, channels: Iterable[GivingChannel], actor: User) -> Campaign:
    """Write a campaign of a branch. Raises DomainError with the fields that are wrong, Conflict for a taken slug."""
    require(actor, Right.PLAN_APPEALS, branch)
    check_plan(plan.columns())
    with transaction.atomic():
        campaign = Campaign(
            **Campaign.lineage_of(branch), **plan.columns(), maker_ids=[actor.pk], made_by=actor, made_at=now()
        )
        _save_with_slug(campaign)
        _name_channels(campaign, channels)
        note_step(campaign, "", label=_("起草"), actor=actor)
    return campaign


def edit_campaign(
    *, campaign_id: int, plan: CampaignPlan, channels: Iterable[GivingChannel], version: int, actor: User
) -> Campaign:
    """Change a draft; `version` is the `edit_count` that the person had before their eyes. Locks it."""
    check_plan(plan.columns())
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.PLAN_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.SUBMITTED, CAMPAIGN_TRANSITIONS)
        if version != campaign.edit_count:
            raise Conflict("campaign_changed", _("这份方案在您打开之后已被他人修改，没有保存。请核对最新内容后再改。"))
        for name, value in plan.columns().items():
            setattr(campaign, name, value)
        campaign.edit_count += 1
        _save_with_slug(campaign)
        _name_channels(campaign, channels)
        note_hands(campaign, actor)
        note_step(campaign, campaign.status, label=_("修改"), actor=actor, changed=("plan",))
    return campaign


def submit_campaign(*, campaign_id: int, actor: User) -> Campaign:
    """Hand a complete plan to the second person. Raises DomainError with everything that is missing."""
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.PLAN_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.SUBMITTED, CAMPAIGN_TRANSITIONS)
        check_complete(campaign)
        note_hands(campaign, actor)
        move_subject(campaign, CampaignStatus.SUBMITTED, CAMPAIGN_TRANSITIONS, actor=actor)
    return campaign


def return_campaign(*, campaign_id: int, reason: str, actor: User) -> Campaign:
    """Give a submitted plan back with a reason."""
    require_reason(reason)
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        move_subject(
            campaign, CampaignStatus.DRAFT, CAMPAIGN_TRANSITIONS, actor=actor, reason=reason, label=_("退回修改")
        )
    return campaign


def approve_campaign(*, campaign_id: int, actor: User) -> Campaign:
    """Open a submitted campaign as another person: its restricted fund is opened, its plan goes to the log.

    Locks the campaign, then the branch's counter of funds. Raises NotAllowed for its makers, DomainError where
    something it rests on is no longer so, LedgerConflict where the branch has a fund of this name.
    """
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        require_other(campaign, actor)
        require_step(campaign, CampaignStatus.OPEN, CAMPAIGN_TRANSITIONS)
        check_complete(campaign)
        terms = FundTerms(name=campaign.name, purpose=campaign.use, project=campaign.name, fee_rate=campaign.fee_rate)
        _open(campaign, terms, actor, is_main=True)
        _write_plan(campaign)
        move_subject(
            campaign, CampaignStatus.OPEN, CAMPAIGN_TRANSITIONS, actor=actor, approved_by=actor, opened_at=now()
        )
    return campaign


def add_campaign_fund(*, campaign_id: int, name: str, purpose: str, actor: User) -> Fund:
    """Open a further fund for an open campaign, for a narrower use, as somebody who did not write the plan.

    Locks the campaign, then the branch's counter of funds. Raises NotAllowed for the plan's makers, LedgerConflict
    where the branch has a fund of this name.
    """
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        require_other(campaign, actor)
        require_step(campaign, CampaignStatus.CLOSED, CAMPAIGN_TRANSITIONS)
        if not purpose.strip():
            sentence = _("请填写限定用途。")
            raise DomainError("purpose_missing", sentence, {"purpose": sentence})
        terms = FundTerms(name=name, purpose=purpose, project=campaign.name, fee_rate=campaign.fee_rate)
        fund = _open(campaign, terms, actor, is_main=False)
        note_step(campaign, campaign.status, label=_("增设资金池"), actor=actor, reason=fund.code)
    return fund


def record_filing(*, campaign_id: int, filing_number: str, filed_on: datetime.date, actor: User) -> Campaign:
    """Record the filing number of an emergency campaign that was opened before it was filed; once. Locks it."""
    number = filing_number.strip()
    problems = {}
    if not 0 < len(number) <= 60:
        problems["filing_number"] = _("请填写备案编号，最多 60 个字。")
    if filed_on > today():
        problems["filed_on"] = _("备案日期不能晚于今天。")
    if problems:
        raise DomainError("filing_incomplete", _("备案信息还不完整，请按提示修改。"), problems)
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.PLAN_APPEALS, campaign.branch)
        if campaign.filing_number or campaign.status in (CampaignStatus.DRAFT, CampaignStatus.CANCELLED):
            raise Conflict("filed_already", _("备案编号已经登记，或活动还没有开放，不能在这里登记。"))
        campaign.filing_number, campaign.filed_on = number, filed_on
        campaign.save(update_fields=["filing_number", "filed_on"])
        note_step(campaign, campaign.status, label=_("登记备案"), actor=actor, changed=("filing_number", "filed_on"))
    return campaign


def cancel_campaign(*, campaign_id: int, reason: str, actor: User) -> Campaign:
    """Give up a draft, or an open campaign into whose funds nothing ever came. Locks it, then its funds.

    Raises Conflict where something came in: such a campaign is closed and settled.
    """
    require_reason(reason)
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        was_open = campaign.status == CampaignStatus.OPEN
        require(actor, Right.APPROVE_APPEALS if was_open else Right.PLAN_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.CANCELLED, CAMPAIGN_TRANSITIONS)
        if was_open:
            _close_unused(campaign, actor)
        move_subject(campaign, CampaignStatus.CANCELLED, CAMPAIGN_TRANSITIONS, actor=actor, reason=reason)
    return campaign


def _close_unused(campaign: Campaign, actor: User) -> None:
    successor = ensure_default_fund(branch=campaign.branch, on=today(), actor=actor)
    for held in campaign.campaign_funds.select_related("fund__branch"):
        if gifts_received(held.fund):
            raise Conflict("campaign_has_gifts", _("这项活动已经收到捐赠，不能取消，请按程序截止和结项。"))
        close_fund(fund=held.fund, successor=successor, on=today(), actor=actor, right=Right.APPROVE_APPEALS)


def _open(campaign: Campaign, terms: FundTerms, actor: User, *, is_main: bool) -> Fund:
    fund = open_fund(branch=campaign.branch, terms=terms, on=today(), actor=actor, right=Right.APPROVE_APPEALS)
    CampaignFund.objects.create(campaign=campaign, fund=fund, is_main=is_main)
    return fund


def _write_plan(campaign: Campaign) -> None:
    write_record(
        kind="campaign",
        subject=campaign.slug,
        object_id=campaign.pk,
        branch_code=campaign.branch.code,
        body=campaign_body(campaign),
        private=campaign_private(campaign),
    )


def _name_channels(campaign: Campaign, channels: Iterable[GivingChannel]) -> None:
    chosen = {one.pk: one for one in channels}
    if any(one.branch_id != campaign.branch_id or one.status != TermsStatus.IN_FORCE for one in chosen.values()):
        sentence = _("只能选择本会有效的捐赠方式。")
        raise DomainError("channel_not_usable", sentence, {"channels": sentence})
    named = CampaignChannel.objects.filter(campaign=campaign)
    named.exclude(channel_id__in=chosen).delete()
    there = set(named.values_list("channel_id", flat=True))
    CampaignChannel.objects.bulk_create(
        [CampaignChannel(campaign=campaign, channel_id=pk) for pk in chosen if pk not in there]
    )


def _save_with_slug(campaign: Campaign) -> None:
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        sentence = _("网址名“%(slug)s”已被别的活动使用，请另取一个。") % {"slug": campaign.slug}
        raise Conflict("slug_taken", sentence, {"slug": sentence}) from error
