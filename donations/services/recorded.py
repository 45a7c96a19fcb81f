"""What the rows of gifts say today, for the log to compare with their public records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from core.bigrams import bigrams
from core.numbers import format_number
from core.recorded import RowToday, exact_text
from donations.choices import DonorKind, GiftKind, NameChoice
from donations.display import display_name
from donations.models import Donation
from donations.selectors.identities import givers_of
from ledger.choices import ENTRY_LETTER, AccountKind, EntryKind, WorldParty
from ledger.models import CNY
from ledger.services.records import utc_text

FIRST_SCHEMA, SCHEMA = "gift/1", "gift/2"

# A gift with its entry and its only movement, in one row.
_GIFTS = """
    SELECT d.id AS gift, d.entry_id, d.number, d.branch_id, b.code AS branch, d.province_id, d.city_id, d.county_id,
           d.kind, d.received_on, d.posted_at, d.amount, f.code AS fund, d.fund_id, d.purpose, d.donor_name,
           d.donor_kind, d.name_choice, d.display_name, d.display_bigrams, d.remark, d.channel, d.reference,
           d.voucher_id, d.content_key, d.loose_key, d.is_recorded_for, d.row_number, t.number AS batch,
           e.number AS entry, e.kind AS entry_kind, e.year, e.serial, e.occurred_on, e.posted_at AS entry_posted_at,
           e.made_by_id, e.approved_by_id, e.document, e.basis, e.idempotency_key, g.idempotency_key AS group_key,
           e.reverses_id, e.branch_id AS entry_branch_id, e.province_id AS entry_province_id,
           e.city_id AS entry_city_id, e.county_id AS entry_county_id,
           (SELECT count(*) FROM ledger_movement c WHERE c.entry_id = e.id) AS movements,
           m.line, m.quantity, m.in_from, m.unit_id, s.kind AS source_kind, s.party AS source_party,
           s.unit_id AS source_unit_id, a.kind AS target_kind, a.fund_id AS target_fund_id, a.site_id AS target_site_id,
           a.unit_id AS target_unit_id, u.code AS unit,
           num_nonnulls(m.out_from, m.hole_from, m.back_from, m.value, m.reverses_id, m.answers_id) AS extras
      FROM donations_donation d
      LEFT JOIN organizations_branch b ON b.id = d.branch_id
      LEFT JOIN ledger_fund f ON f.id = d.fund_id
      LEFT JOIN donations_batch t ON t.id = d.batch_id
      LEFT JOIN ledger_entry e ON e.id = d.entry_id
      LEFT JOIN ledger_postinggroup g ON g.id = e.group_id
      LEFT JOIN LATERAL (SELECT * FROM ledger_movement v WHERE v.entry_id = e.id ORDER BY v.line LIMIT 1) m ON true
      LEFT JOIN ledger_account s ON s.id = m.source_id
      LEFT JOIN ledger_account a ON a.id = m.destination_id
      LEFT JOIN ledger_unit u ON u.id = m.unit_id
     WHERE d.entry_id = ANY(%s)
"""


def gifts_today(records: Mapping[int, Mapping[str, Any]], work: str) -> dict[int, RowToday]:
    """What the rows of gifts say today (`core.recorded`), by their entry.

    One query; three more where a name is shown that does not follow from the gift alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIFTS, [list(records)])
        columns = [column.name for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    shown_otherwise = {row["gift"] for row in rows if row["display_name"] != _shown(row)}
    wrongly_shown = shown_otherwise and shown_otherwise - _found_out(shown_otherwise, work)
    return {row["entry_id"]: _today(row, records[row["entry_id"]], wrongly_shown) for row in rows}


def _today(row: Mapping[str, Any], said: Mapping[str, Any], wrongly_shown: set[int]) -> RowToday:
    schema = FIRST_SCHEMA if said.get("schema") == FIRST_SCHEMA else SCHEMA
    # Whether an organisation asked not to be named was its choice of that day, which it may change; its name is proved
    # by the commitment either way. A natural person's name stands in no record.
    is_named = said.get("donor") is not None and row["donor_kind"] == DonorKind.ORGANISATION
    body = {
        "schema": schema,
        "kind": "gift",
        "number": row["number"],
        "entry": row["entry"],
        "branch": row["branch"],
        "fund": row["fund"],
        "purpose": row["purpose"],
        "amount": f"{row['amount']:.2f}",
        "currency": CNY,
        "received_on": row["received_on"].isoformat(),
        "posted_at": utc_text(row["posted_at"]),
        "donor": row["donor_name"] if is_named else None,
        "donor_kind": row["donor_kind"],
    }
    differs = [name for name, is_right in _follows(row).items() if not is_right]
    if row["gift"] in wrongly_shown:
        differs.append("display_name or name_choice")
    return RowToday(body, _private(row, schema), {"donor_commitment": row["donor_name"]}, differs)


def _private(row: Mapping[str, Any], schema: str) -> dict[str, Any]:
    first = {
        "channel": row["channel"],
        "donor": row["donor_name"],
        "reference": row["reference"],
        "remark": row["remark"],
    }
    if schema == FIRST_SCHEMA:
        return first
    return first | {
        "approved_by": row["approved_by_id"],
        "batch": row["batch"],
        "city": row["city_id"],
        "content_key": bytes(row["content_key"]).hex(),
        "county": row["county_id"],
        "document": row["document"],
        "entry_key": row["idempotency_key"],
        "gift_kind": row["kind"],
        "group": row["group_key"],
        "in_from": str(row["in_from"]),
        "loose_key": bytes(row["loose_key"]).hex(),
        "made_by": row["made_by_id"],
        "posted_at": exact_text(row["posted_at"]),
        "province": row["province_id"],
        "recorded_for": row["is_recorded_for"],
        "row": row["row_number"],
        "voucher": str(row["voucher_id"]) if row["voucher_id"] else None,
    }


def _follows(row: Mapping[str, Any]) -> dict[str, bool]:
    """What must be so of a gift's rows beside its record: its entry and its movement say the same as it does."""
    number = None
    if row["entry"] is not None:
        number = format_number(row["branch"], row["year"], ENTRY_LETTER, row["serial"])
    lineage = ("branch_id", "province_id", "city_id", "county_id")
    return {
        "display_bigrams": row["display_bigrams"] == bigrams(row["display_name"]),
        "name_choice": row["name_choice"] in NameChoice.values,
        "kind": row["kind"] == GiftKind.MONEY,
        "entry.kind": row["entry_kind"] == EntryKind.GIFT,
        "entry.number, year or serial": row["entry"] == number,
        "entry.occurred_on": row["occurred_on"] == row["received_on"],
        "entry.posted_at": row["entry_posted_at"] == row["posted_at"],
        "entry.basis": row["basis"] == "",
        "entry.reverses": row["reverses_id"] is None,
        "entry.branch": all(row[name] == row[f"entry_{name}"] for name in lineage),
        "movement": row["movements"] == 1 and row["line"] == 1 and row["extras"] == 0,
        "movement.quantity": row["quantity"] == row["amount"],
        "movement.unit": row["unit"] == CNY and {row["source_unit_id"], row["target_unit_id"]} == {row["unit_id"]},
        "movement.source": (row["source_kind"], row["source_party"]) == (AccountKind.WORLD, WorldParty.GIVERS),
        "movement.destination": (row["target_kind"], row["target_fund_id"], row["target_site_id"])
        == (AccountKind.HOLDING, row["fund_id"], None),
    }


def _shown(row: Mapping[str, Any]) -> str:
    return display_name(row["donor_name"], row["donor_kind"], row["name_choice"])


def _found_out(gift_ids: set[int], work: str) -> set[int]:
    """Those of some gifts that are shown by a name that was found out after they were posted."""
    gifts = list(Donation.objects.unscoped("compared with the public log").filter(pk__in=gift_ids))
    givers = givers_of(gifts, work=work)
    return {
        gift.pk
        for gift in gifts
        if gift.display_name == display_name(givers[gift.pk].name, givers[gift.pk].kind, gift.name_choice)
    }
