"""The small network of reports with campaigns, gifts to them and their reports; every step is committed."""

from __future__ import annotations

import datetime
from typing import Any

from core.clock import frozen_at
from core.periods import parse_period
from core.progress import NoProgress
from donations.models import Batch, Campaign, Donation
from donations.selectors.public.campaigns import PublicCampaign, public_campaign
from donations.services.batches import approve_batch, open_counter_batch, submit_batch
from donations.services.posting import post_batch
from donations.services.rows import add_row
from ledger.models import Fund
from tests.donations.appeals import EMERGENCY, make_campaign
from tests.transparency.ground import Ground, moment, place_all
from transparency.choices import ReportScope
from transparency.models import ReportRun
from transparency.services.runs import make_run


def open_campaign(ground: Ground, on: str, *, until: str, code: str = "33", **over: Any) -> PublicCampaign:
    """A campaign that was opened on its first day at eight in the morning."""
    first, last = datetime.date.fromisoformat(on), datetime.date.fromisoformat(until)
    with frozen_at(moment(on, 8)):
        made: Campaign = make_campaign(
            ground.branches[code], ground.clerks[code], ground.approvers[code], starts_on=first, ends_on=last,
            filed_on=first - datetime.timedelta(days=20), **over,
        )  # fmt: skip
    return public_campaign(made.slug)


def open_emergency(ground: Ground, on: str, *, until: str, **over: Any) -> PublicCampaign:
    """An emergency campaign, the emergency on its first day."""
    values = {**EMERGENCY, "event_on": datetime.date.fromisoformat(on), **over}
    first, last = datetime.date.fromisoformat(on), datetime.date.fromisoformat(until)
    with frozen_at(moment(on, 8)):
        made: Campaign = make_campaign(
            ground.branches["33"], ground.clerks["33"], ground.approvers["33"], starts_on=first, ends_on=last, **values
        )
    return public_campaign(made.slug)


def fund_of(campaign: PublicCampaign) -> Fund:
    """Its main fund."""
    return Fund.objects.select_related("branch").get(pk=campaign.fund_ids[0])


def give_to(ground: Ground, campaign: PublicCampaign, amount: str, *, on: str, at: datetime.datetime) -> Donation:
    """A gift to a campaign, received on a day and posted at a moment."""
    fund = fund_of(campaign)
    code = fund.branch.code
    with frozen_at(at):
        batch = open_counter_batch(branch=fund.branch, fund=fund, actor=ground.clerks[code])
        add_row(
            batch_id=batch.pk,
            typed={"donor": "甲示例乙", "amount": amount, "received_on": on},
            actor=ground.clerks[code],
        )
        rows = Batch.objects.unscoped("a test's own").get(pk=batch.pk).rows
        rows.exclude(duplicate_of="").update(duplicate_decision="keep")
        submit_batch(batch_id=batch.pk, actor=ground.clerks[code])
        approve_batch(batch_id=batch.pk, actor=ground.approvers[code], queue=False)
        post_batch(batch_id=batch.pk, job=NoProgress())
    return Donation.objects.unscoped("a test's own").select_related("branch", "entry").get(batch=batch)


def make_kind(
    ground: Ground,
    kind: str,
    period: str,
    *,
    at: datetime.datetime,
    code: str = "33",
    scope: str = ReportScope.BELOW,
    campaign: PublicCampaign | None = None,
) -> ReportRun:
    """A run of a kind, made at a moment, once every record has its place."""
    place_all()
    with frozen_at(at):
        return make_run(
            kind=kind, branch=ground.branches[code], scope=ReportScope.ALONE if campaign else scope,
            period=parse_period(period) if period else None, campaign=campaign, actor=None, queue=False,
        )  # fmt: skip
