"""Campaigns: the table of states walked in full, two people, a plan that stands, a fund of its own."""

import datetime
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.clock import frozen_at
from core.errors import Conflict, DomainError, NotAllowed
from core.models import PublicRecord
from donations.choices import CAMPAIGN_TRANSITIONS, CampaignStatus
from donations.models import AppealEvent, Campaign
from donations.selectors.campaigns import plan_of
from donations.services.appeals import campaigns, closing
from donations.services.appeals.papers import keep_campaign_file, release_campaign_file
from ledger.choices import EntryKind, UseBasis
from ledger.models import Entry, Fund
from tests.donations.appeals import EMERGENCY, make_campaign, make_channel, picture, plan
from tests.donations.ground import Ground, make_fund

pytestmark = pytest.mark.django_db
ACCOUNT_OF_REST = "款物已全部用于示例助学，剩余按方案转入同类项目。"


@pytest.fixture
def other(ground: Ground) -> Fund:
    """A fund that takes what comes late."""
    return make_fund(
        ground.jiande,
        code="330182-F9",
        name="示例助学长期项目",
        is_default=False,
        is_restricted=True,
        purpose="示例助学",
    )


def drafted(ground: Ground, **over: Any) -> Campaign:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    return campaigns.draft_campaign(
        branch=ground.jiande, plan=plan("330182", **over), channels=[channel], actor=ground.clerk
    )


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.unscoped("test").get(pk=campaign.pk)


def go(ground: Ground, campaign: Campaign, to_status: str, other: Fund) -> None:
    """The step of the services that leads to a state, whatever state the campaign is in."""
    known = {"campaign_id": campaign.pk}
    if to_status == CampaignStatus.DRAFT:
        campaigns.return_campaign(reason="请补充", actor=ground.approver, **known)
    elif to_status == CampaignStatus.SUBMITTED:
        campaigns.submit_campaign(actor=ground.clerk, **known)
    elif to_status == CampaignStatus.OPEN:
        campaigns.approve_campaign(actor=ground.approver, **known)
    elif to_status == CampaignStatus.CANCELLED:
        campaigns.cancel_campaign(
            reason="不再举办", actor=ground.approver if fresh(campaign).status == "open" else ground.clerk, **known
        )
    elif to_status == CampaignStatus.CLOSED and fresh(campaign).status == CampaignStatus.SETTLING:
        closing.decline_settlement(reason="请写明余款", actor=ground.approver, **known)
    elif to_status == CampaignStatus.CLOSED:
        closing.close_campaign(successor=other, reason="提前结束", actor=ground.approver, **known)
    elif to_status == CampaignStatus.SETTLING:
        closing.propose_settlement(rest_account=ACCOUNT_OF_REST, actor=ground.clerk, **known)
    else:
        closing.approve_settlement(actor=ground.approver, **known)


WAYS = {
    CampaignStatus.DRAFT: [],
    CampaignStatus.SUBMITTED: ["submitted"],
    CampaignStatus.OPEN: ["submitted", "open"],
    CampaignStatus.CLOSED: ["submitted", "open", "closed"],
    CampaignStatus.SETTLING: ["submitted", "open", "closed", "settling"],
    CampaignStatus.SETTLED: ["submitted", "open", "closed", "settling", "settled"],
    CampaignStatus.CANCELLED: ["cancelled"],
}


@pytest.mark.parametrize(("start", "end"), list(product(CampaignStatus.values, CampaignStatus.values)))
def test_a_campaign_moves_only_as_the_table_says(ground: Ground, other: Fund, start: str, end: str) -> None:
    campaign = drafted(ground)
    for step in WAYS[CampaignStatus(start)]:
        go(ground, campaign, step, other)
    if end in CAMPAIGN_TRANSITIONS[start]:
        go(ground, campaign, end, other)
    else:
        with pytest.raises(DomainError):
            go(ground, campaign, end, other)
    expected = end if end in CAMPAIGN_TRANSITIONS[start] else start
    assert fresh(campaign).status == expected
    steps = AppealEvent.objects.filter(campaign=campaign).exclude(label__in=["起草", "关闭资金池"])
    assert steps.count() == len(WAYS[CampaignStatus(start)]) + (end in CAMPAIGN_TRANSITIONS[start])


def test_opening_opens_a_restricted_fund_and_writes_the_plan_to_the_log(ground: Ground) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver, fee_rate=plan("330182").fee_rate)
    fund = campaign.campaign_funds.get(is_main=True).fund
    assert (fund.name, fund.is_restricted, fund.purpose, fund.project) == (
        "示例助学募捐",
        True,
        "示例助学",
        "示例助学募捐",
    )
    record = PublicRecord.objects.get(kind="campaign", object_id=campaign.pk)
    assert "plan_sha256" in record.record
    assert "示例某某" not in record.record
    assert plan_of(campaign)["responsible"] == "秘书长"


def test_nobody_approves_a_campaign_that_passed_through_their_hands(ground: Ground) -> None:
    campaign = drafted(ground)
    campaigns.submit_campaign(campaign_id=campaign.pk, actor=ground.clerk)
    Campaign.objects.unscoped("test").filter(pk=campaign.pk).update(maker_ids=[ground.clerk.pk, ground.approver.pk])
    with pytest.raises(NotAllowed):
        campaigns.approve_campaign(campaign_id=campaign.pk, actor=ground.approver)
    with pytest.raises(DatabaseError), transaction.atomic():
        Campaign.objects.unscoped("test").filter(pk=campaign.pk).update(approved_by=ground.approver)


@pytest.mark.parametrize("column", ["name", "goal", "ends_on", "use", "rest_plan"])
def test_a_submitted_plan_stands_also_against_sql(ground: Ground, column: str) -> None:
    campaign = drafted(ground)
    campaigns.submit_campaign(campaign_id=campaign.pk, actor=ground.clerk)
    value = {"goal": "5.00", "ends_on": datetime.date(2027, 1, 1)}.get(column, "另一内容")
    with pytest.raises(DatabaseError, match="terms stand"), transaction.atomic():
        Campaign.objects.unscoped("test").filter(pk=campaign.pk).update(**{column: value})
    with pytest.raises(DatabaseError, match="terms stand"), transaction.atomic():
        campaign.campaign_channels.all().delete()


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"filing_number": "", "filed_on": None}, "filing_number"),
        ({"filed_on": datetime.date(2026, 2, 1)}, "filed_on"),
        ({"aim": ""}, "aim"),
        ({"cost_plan": ""}, "cost_plan"),
        ({"rest_plan": ""}, "rest_plan"),
    ],
)
def test_a_plan_is_not_submitted_while_something_of_article_24_is_missing(
    ground: Ground, over: dict[str, Any], field: str
) -> None:
    campaign = drafted(ground, **over)
    with pytest.raises(DomainError) as refusal:
        campaigns.submit_campaign(campaign_id=campaign.pk, actor=ground.clerk)
    assert field in refusal.value.fields


def test_an_area_outside_the_association_needs_its_filing_there(ground: Ground) -> None:
    channel = make_channel(ground.jiande, ground.clerk, ground.approver)
    for filed, is_refused in (("", True), ("示例外地备案1号", False)):
        made = campaigns.draft_campaign(
            branch=ground.jiande,
            plan=plan("3303", slug=f"elsewhere-{is_refused}".lower(), filed_elsewhere=filed),
            channels=[channel],
            actor=ground.clerk,
        )
        if is_refused:
            with pytest.raises(DomainError) as refusal:
                campaigns.submit_campaign(campaign_id=made.pk, actor=ground.clerk)
            assert "filed_elsewhere" in refusal.value.fields
        else:
            campaigns.submit_campaign(campaign_id=made.pk, actor=ground.clerk)


def test_an_emergency_opens_before_it_is_filed_and_is_filed_once(ground: Ground) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver, **EMERGENCY)
    filed = {"filing_number": "示例应急备案1", "filed_on": datetime.date(2026, 1, 5), "actor": ground.clerk}
    campaigns.record_filing(campaign_id=campaign.pk, **filed)
    assert fresh(campaign).filing_number == "示例应急备案1"
    with pytest.raises(Conflict):
        campaigns.record_filing(campaign_id=campaign.pk, **filed)
    with pytest.raises(DatabaseError, match="terms stand"), transaction.atomic():
        Campaign.objects.unscoped("test").filter(pk=campaign.pk).update(filing_number="另一备案")


def test_two_campaigns_do_not_share_a_slug(ground: Ground) -> None:
    drafted(ground)
    with pytest.raises(Conflict) as refusal:
        campaigns.draft_campaign(branch=ground.jiande, plan=plan("330182"), channels=[], actor=ground.clerk)
    assert "slug" in refusal.value.fields


def test_an_edit_of_what_another_changed_meanwhile_is_refused(ground: Ground) -> None:
    campaign = drafted(ground)
    edit = {"campaign_id": campaign.pk, "plan": plan("330182", name="示例新名称"), "channels": [], "version": 0}
    campaigns.edit_campaign(actor=ground.clerk, **edit)
    with pytest.raises(Conflict):
        campaigns.edit_campaign(actor=ground.second_clerk, **edit)


def test_a_campaign_that_received_gifts_is_not_cancelled(ground: Ground) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    ground.fund = campaign.campaign_funds.get().fund
    ground.posted(("示例甲乙", "100"))
    with pytest.raises(Conflict):
        campaigns.cancel_campaign(campaign_id=campaign.pk, reason="不再举办", actor=ground.approver)


def test_closing_before_the_period_is_over_needs_a_reason(ground: Ground, other: Fund) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    with frozen_at(datetime.datetime(2026, 6, 30, 15, 59, tzinfo=datetime.UTC)), pytest.raises(DomainError):
        closing.close_campaign(campaign_id=campaign.pk, successor=other, actor=ground.approver)
    with frozen_at(datetime.datetime(2026, 6, 30, 16, 0, tzinfo=datetime.UTC)):
        closing.close_campaign(campaign_id=campaign.pk, successor=other, actor=ground.approver)
    assert fresh(campaign).closed_on == datetime.date(2026, 7, 1)


def test_the_rest_of_a_settled_campaign_goes_to_its_successor_and_its_fund_is_closed(
    ground: Ground, other: Fund
) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    fund = campaign.campaign_funds.get().fund
    ground.fund = fund
    ground.posted(("示例甲乙", "100"), ("示例丙丁", "7.50"))
    closing.close_campaign(campaign_id=campaign.pk, successor=other, reason="提前结束", actor=ground.approver)
    closing.propose_settlement(campaign_id=campaign.pk, rest_account=ACCOUNT_OF_REST, actor=ground.clerk)
    with pytest.raises(DomainError):
        closing.approve_settlement(campaign_id=campaign.pk, actor=ground.clerk)
    closing.approve_settlement(campaign_id=campaign.pk, actor=ground.approver)
    entry = Entry.objects.unscoped("test").get(kind=EntryKind.CHANGE_OF_USE)
    assert (entry.basis, entry.made_by, entry.approved_by) == (UseBasis.CLOSING, ground.clerk, ground.approver)
    assert [str(one.quantity) for one in entry.movements.all()] == ["107.500"]
    fund.refresh_from_db()
    assert (fund.is_open, fund.successor) == (False, other)


def test_a_document_is_released_by_another_person_and_stays(ground: Ground) -> None:
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    kept = keep_campaign_file(
        campaign_id=campaign.pk, kind="plan", title="示例募捐方案", upload=picture(), actor=ground.clerk
    )
    with pytest.raises(NotAllowed):
        release_campaign_file(file_id=kept.pk, actor=ground.clerk)
    release_campaign_file(file_id=kept.pk, actor=ground.approver)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        type(kept).objects.filter(pk=kept.pk).update(released_at=None, released_by=None)
