"""The end of a campaign: closed when its period is over, settled by its plan by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import DomainError
from core.outbox import write_record
from donations.choices import CAMPAIGN_TRANSITIONS, CampaignStatus
from donations.models import Campaign, CampaignFund
from donations.services.appeals.moving import (
    lock_subject,
    move_subject,
    note_step,
    require_reason,
    require_step,
)
from donations.services.appeals.recorded import settled_body, settled_private
from ledger.choices import EntryKind, UseBasis
from ledger.models import Fund
from ledger.selectors.balances import fund_balances
from ledger.services.accounts import money_holding
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.funds import close_fund
from ledger.services.posting import post_entry
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def close_campaign(*, campaign_id: int, successor: Fund, reason: str = "", actor: User) -> Campaign:
    """Close a campaign once its period is over, or earlier with a reason; late gifts go to `successor` from then on.

    Its funds stay open for what is still to be used. Locks the campaign. Raises DomainError for a successor that is
    no other open fund of the branch.
    """
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.CLOSED, CAMPAIGN_TRANSITIONS)
        if not campaign.is_over(today()):
            require_reason(reason)
        own = {held.fund_id for held in campaign.campaign_funds.all()}
        if successor.branch_id != campaign.branch_id or not successor.is_open or successor.pk in own:
            sentence = _("后续资金池须是本会另一个开放的资金池，请改选。")
            raise DomainError("successor_does_not_fit", sentence, {"successor": sentence})
        move_subject(
            campaign,
            CampaignStatus.CLOSED,
            CAMPAIGN_TRANSITIONS,
            actor=actor,
            reason=reason,
            closed_on=today(),
            successor=successor,
        )
    return campaign


def propose_settlement(*, campaign_id: int, rest_account: str, actor: User) -> Campaign:
    """Propose how the rest is dealt with, in words that will be public, for another person to approve. Locks it."""
    if len(rest_account.strip()) < 10:
        sentence = _("请写明款物使用情况和剩余财产按方案怎样处理（至少 10 个字，会公开，不写个人姓名）。")
        raise DomainError("rest_account_missing", sentence, {"rest_account": sentence})
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.PLAN_APPEALS, campaign.branch)
        move_subject(
            campaign,
            CampaignStatus.SETTLING,
            CAMPAIGN_TRANSITIONS,
            actor=actor,
            rest_account=rest_account.strip()[:2000],
            settlement_by=actor,
        )
    return campaign


def decline_settlement(*, campaign_id: int, reason: str, actor: User) -> Campaign:
    """Give a settlement back with a reason."""
    require_reason(reason)
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.SETTLED, CAMPAIGN_TRANSITIONS)
        move_subject(
            campaign,
            CampaignStatus.CLOSED,
            CAMPAIGN_TRANSITIONS,
            actor=actor,
            reason=reason,
            label=_("结项退回"),
        )
    return campaign


def approve_settlement(*, campaign_id: int, actor: User) -> Campaign:
    """Settle as another person: what is left goes to the successor on the plan's word, and the funds are closed.

    Locks the campaign, then each fund's balances as `post_entry` and `close_fund` do. Raises DomainError where goods or
    money under way are left: those are dealt with first.
    """
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        require_step(campaign, CampaignStatus.SETTLED, CAMPAIGN_TRANSITIONS)
        if actor.pk == campaign.settlement_by_id:
            raise DomainError("own_work", _("结项须由提出人以外的另一人审核。"))
        for held in campaign.campaign_funds.select_related("fund__branch").order_by("fund_id"):
            _settle_fund(campaign, held, actor)
        write_record(
            kind="campaign_settled",
            subject=campaign.slug,
            object_id=campaign.pk,
            branch_code=campaign.branch.code,
            body=settled_body(campaign, today()),
            private=settled_private(campaign),
        )
        move_subject(
            campaign,
            CampaignStatus.SETTLED,
            CAMPAIGN_TRANSITIONS,
            actor=actor,
            settled_by=actor,
            settled_at=now(),
        )
    return campaign


def _settle_fund(campaign: Campaign, held: CampaignFund, actor: User) -> None:
    successor = campaign.successor
    if successor is None or campaign.settlement_by is None:
        raise ValueError(f"campaign {campaign.pk} is settling without successor or proposer")
    rest = fund_balances([held.fund])[0].money
    if rest:
        post_entry(
            draft=EntryDraft(
                branch=campaign.branch,
                kind=EntryKind.CHANGE_OF_USE,
                occurred_on=today(),
                made_by=campaign.settlement_by,
                approved_by=actor,
                document=_("募捐活动 %(slug)s 结项") % {"slug": campaign.slug},
                key=f"campaign:{campaign.pk}:rest:{held.fund_id}",
                movements=(MovementDraft(money_holding(held.fund), money_holding(successor), rest),),
                basis=UseBasis.CLOSING,
            ),
            actor=actor,
        )
    close_fund(fund=held.fund, successor=successor, on=today(), actor=actor, right=Right.APPROVE_APPEALS)
    note_step(campaign, campaign.status, label=_("关闭资金池"), actor=actor, reason=held.fund.code)
