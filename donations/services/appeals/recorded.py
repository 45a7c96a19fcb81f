"""The public records of campaigns, ways to give and notices: made from their rows, and read again from them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

from core.canonical import canonical_bytes
from core.clock import SHANGHAI
from core.recorded import RowToday, exact_text
from donations.models import Campaign, ChangeOfUse, GivingChannel
from donations.selectors.campaigns import plan_of
from ledger.services.records import utc_text

# Records of a first schema (`…/1`) have no private digest, but for the notice, whose covered its public note alone.
Said = Mapping[int, Mapping[str, Any]]
_READ = "compared with the public log"


def campaign_body(campaign: Campaign, *, number: int = 2) -> dict[str, Any]:
    """The plan's digest: everybody can compute it again from the plan that the page gives as JSON. One query."""
    return {
        "schema": f"campaign/{number}",
        "slug": campaign.slug,
        "branch": campaign.branch.code,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "plan_sha256": hashlib.sha256(canonical_bytes(plan_of(campaign))).hexdigest(),
    }


def campaign_private(campaign: Campaign) -> dict[str, Any]:
    """What the plan does not show: who answers for it, and who wrote it."""
    return _hands(campaign) | {
        "name_agreed": campaign.name_agreed,
        "responsible_name": campaign.responsible_name,
        "responsible_office": campaign.responsible_office,
    }


def settled_body(campaign: Campaign, settled_on: datetime.date, *, number: int = 2) -> dict[str, Any]:
    """That a campaign was settled, and when."""
    return {
        "schema": f"campaign-settled/{number}",
        "slug": campaign.slug,
        "settled_on": settled_on.isoformat(),
    }


def settled_private(campaign: Campaign) -> dict[str, Any]:
    """What was said of the rest, who proposed it, and where it went."""
    return {
        "closed_on": campaign.closed_on.isoformat() if campaign.closed_on else None,
        "rest_account": campaign.rest_account,
        "settlement_by": campaign.settlement_by_id,
        "successor": campaign.successor_id,
    }


def channel_body(channel: GivingChannel, in_force_at: datetime.datetime, *, number: int = 2) -> dict[str, Any]:
    """Where money is to be sent: the account, the address, from when on."""
    body = {name: str(getattr(channel, name)) for name in ("kind", "payee", "account_number", "bank_name", "swift")}
    return body | {
        "schema": f"giving-channel/{number}",
        "branch": channel.branch.code,
        "url": channel.url,
        "in_force_at": utc_text(in_force_at),
    }


def channel_private(channel: GivingChannel) -> dict[str, Any]:
    """All other words of a way to give, and who wrote it."""
    names = ("title", "steps", "currency", "address", "postcode", "phone", "remark_hint")
    texts: dict[str, Any] = {name: str(getattr(channel, name)) for name in names}
    return _hands(channel) | texts | {"position": channel.position, "replaces": channel.replaces_id}


def notice_body(change: ChangeOfUse, notice_on: datetime.date, *, number: int = 2) -> dict[str, Any]:
    """That a change of use was announced: between which funds, how much, when."""
    return {
        "schema": f"change-notice/{number}",
        "number": change.number,
        "branch": change.branch.code,
        "from": change.source.code,
        "to": change.target.code,
        "amount": f"{change.amount:.2f}",
        "notice_on": notice_on.isoformat(),
    }


def notice_private(change: ChangeOfUse, *, number: int = 2) -> dict[str, Any]:
    """The words of the notice; the reasons behind it, and who wrote it."""
    first = {"public_note": change.public_note}
    if number == 1:
        return first
    return (
        first
        | _hands(change)
        | {
            "basis": str(change.basis),
            "consent_file": str(change.consent_file_id) if change.consent_file_id else None,
            "consent_on": change.consent_on.isoformat() if change.consent_on else None,
            "reason": change.reason,
        }
    )


def campaigns_today(records: Said, _work: str) -> dict[int, RowToday]:
    """What the rows of campaigns say today (`core.recorded`); one query, one more for each."""
    found = {}
    for campaign in Campaign.objects.unscoped(_READ).select_related("branch").filter(pk__in=records):
        number = _schema_number(records[campaign.pk])
        private = None if number == 1 else campaign_private(campaign)
        found[campaign.pk] = RowToday(campaign_body(campaign, number=number), private)
    return found


def settlements_today(records: Said, _work: str) -> dict[int, RowToday]:
    """What the rows of settled campaigns say today (`core.recorded`); one query."""
    found = {}
    for campaign in Campaign.objects.unscoped(_READ).filter(pk__in=records):
        number = _schema_number(records[campaign.pk])
        day = campaign.settled_at.astimezone(SHANGHAI).date() if campaign.settled_at else datetime.date.min
        private = None if number == 1 else settled_private(campaign)
        found[campaign.pk] = RowToday(settled_body(campaign, day, number=number), private)
    return found


def channels_today(records: Said, _work: str) -> dict[int, RowToday]:
    """What the rows of ways to give say today (`core.recorded`); one query."""
    found = {}
    for channel in GivingChannel.objects.unscoped(_READ).select_related("branch").filter(pk__in=records):
        said = records[channel.pk]
        number = _schema_number(said)
        since = channel.in_force_at or channel.made_at
        digest = hashlib.sha256(canonical_bytes(dict(said))).hexdigest()
        found[channel.pk] = RowToday(
            channel_body(channel, since, number=number),
            None if number == 1 else channel_private(channel),
            differs=() if channel.record_sha256 == digest else ("record_sha256",),
        )
    return found


def notices_today(records: Said, _work: str) -> dict[int, RowToday]:
    """What the rows of announced changes of use say today (`core.recorded`); one query."""
    rows = ChangeOfUse.objects.unscoped(_READ).select_related("branch", "source", "target")
    found = {}
    for change in rows.filter(pk__in=records):
        number = _schema_number(records[change.pk])
        body = notice_body(change, change.notice_on or datetime.date.min, number=number)
        found[change.pk] = RowToday(body, notice_private(change, number=number))
    return found


def _schema_number(said: Mapping[str, Any]) -> int:
    return 1 if str(said.get("schema", "")).endswith("/1") else 2


def _hands(row: Campaign | GivingChannel | ChangeOfUse) -> dict[str, Any]:
    """Who wrote a row, when, and for which branch."""
    return {
        "city": row.city_id,
        "county": row.county_id,
        "made_at": exact_text(row.made_at),
        "made_by": row.made_by_id,
        "makers": sorted(row.maker_ids),
        "province": row.province_id,
    }
