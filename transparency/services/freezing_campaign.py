"""What a campaign's report adds to its figures: the plan, the goal, and all that its funds did so far."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.clock import SHANGHAI
from core.money import yuan
from donations.selectors.public.campaigns import PublicCampaign
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS, FlowItem
from transparency.models import ReportRun
from transparency.selectors.receipts_and_use import receipts_and_use
from transparency.services.freezing_use import GIFT_ITEMS, edges_of, items_of

_PLAN = ("slug", "name", "status", "use", "beneficiary", "cost_plan", "rest_plan", "filing_number", "event_name",
         "is_emergency", "rest_account", "successor_name")  # fmt: skip
_DAYS = ("starts_on", "ends_on", "last_day", "event_on", "filed_on", "closed_on")


def campaign_part(
    run: ReportRun, campaign: PublicCampaign, totals: dict[str, Any], previous: ReportRun | None
) -> dict[str, Any]:
    """The part `campaign` of a snapshot; four queries. Nobody is named in it; amounts are yuan as text.

    `to_date` are the gifts that this series has shown, this report included; `cumulative` is what the ledger says of
    the campaign's funds from the first record to the end of the run's. The first must be a line of the second.
    """
    figures = receipts_and_use(
        run.branch, with_below=False, log_from=0, log_to=run.log_to or 0, funds=campaign.fund_ids
    ).total
    lines = figures.lines
    fees = lines.total(FlowItem.FEE)
    return {
        **{name: getattr(campaign, name) for name in _PLAN},
        **{name: _day(getattr(campaign, name)) for name in _DAYS},
        "settled_on": campaign.settled_at.astimezone(SHANGHAI).date().isoformat() if campaign.settled_at else None,
        "goal": None if campaign.goal is None else f"{campaign.goal:.2f}",
        "fee_rate": f"{campaign.fee_rate:.4f}",
        "funds": [{"code": fund.code, "name": fund.name} for fund in campaign.funds],
        "to_date": _to_date(totals, previous),
        "cumulative": {
            **edges_of(figures),
            "gifts": f"{lines.total(*GIFT_ITEMS):.2f}",
            "other_in": f"{lines.total(*(item for item in RECEIPT_ITEMS if item not in GIFT_ITEMS)):.2f}",
            "used": f"{lines.total(*USE_ITEMS) - fees:.2f}",
            "fees": f"{fees:.2f}",
            "passed_on": f"{lines.total(*PASSED_ITEMS):.2f}",
            "items": items_of(lines, with_counts=True),
        },
    }


def _day(on: Any) -> str | None:
    return on.isoformat() if on is not None else None


def _to_date(totals: dict[str, Any], previous: ReportRun | None) -> dict[str, Any]:
    before: dict[str, Any] = previous.summary["to_date"] if previous is not None else {"count": 0, "amount": "0.00"}
    amount: Decimal = yuan(before["amount"]) + yuan(totals["amount"])
    return {"count": before["count"] + totals["count"], "amount": f"{amount:.2f}"}
