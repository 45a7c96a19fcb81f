"""The public record of a payment: what it says and commits to, made from the payment's row, and read again from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.canonical import canonical_bytes
from core.crypto import SealBroken
from core.recorded import RowToday, exact_text
from core.sealed import open_many_for_work
from spending.choices import PUBLIC_PAYMENT, PayeeKind
from spending.models import Payment
from spending.selectors.public.helped import helped_band

RECORD_KIND = "payment"
# What the private digest of each schema covers: docs/log.md.
RECORD_SCHEMA, FIRST_SCHEMA = "payment/2", "payment/1"
# The person paid and the account have a commitment of their own, so that they can be destroyed by themselves.
PAYEE_COMMITMENT = "payee_commitment"


def record_body(payment: Payment, *, entry_number: str, schema: str = RECORD_SCHEMA) -> dict[str, Any]:
    """The public part: codes, dates, amounts, an organisation's name; no free text and no person."""
    return {
        "schema": schema,
        "number": payment.number,
        "entry": entry_number,
        "branch": payment.branch.code,
        "fund": payment.fund.code,
        "kind": str(payment.kind),
        "purpose": str(payment.purpose),
        "area": payment.area_id,
        "amount": f"{payment.amount:.2f}",
        "paid_on": payment.paid_on.isoformat() if payment.paid_on else None,
        "helped": helped_band(payment.helped_count),
        "payee": payment.payee_name if payment.payee_kind == PayeeKind.ORGANISATION else None,
    }


def record_private(payment: Payment, schema: str = RECORD_SCHEMA) -> dict[str, Any]:
    """What the record only commits to: free text, hands and times; all that stands still once it was paid."""
    first = {
        "use": payment.use,
        "decision": payment.decision,
        "bank_reference": payment.bank_reference,
        "helped_count": payment.helped_count,
    }
    if schema == FIRST_SCHEMA:
        return first
    return first | {
        "approved_at": exact_text(payment.approved_at),
        "approved_by": payment.approved_by_id,
        "approvers_needed": payment.approvers_needed,
        "authority": payment.authority,
        "city": payment.city_id,
        "county": payment.county_id,
        "created_at": exact_text(payment.created_at),
        "created_by": payment.created_by_id,
        "key": str(payment.key),
        "maker_ids": list(payment.maker_ids),
        "needs_leader": payment.needs_leader,
        "paid_at": exact_text(payment.paid_at),
        "paid_by": payment.paid_by_id,
        "payee_kind": str(payment.payee_kind),
        "payee_name": payment.payee_name,
        "payer_apart": payment.payer_apart,
        "province": payment.province_id,
        "round": payment.round,
        "row_key": str(payment.row_key),
        "submitted_at": exact_text(payment.submitted_at),
        "submitted_by": payment.submitted_by_id,
    }


def payee_text(payment: Payment, *, work: str) -> str:
    """The sealed payee and account as one text to commit to."""
    return _payee_texts([payment], work)[0]


def payments_today(records: Mapping[int, Mapping[str, Any]], work: str) -> dict[int, RowToday]:
    """What the rows of payments say today (`core.recorded`); two queries, and one for the log of what is opened."""
    rows = list(
        Payment.objects.unscoped("compared with the public log")
        .select_related("branch", "fund", "entry")
        .filter(pk__in=records)
    )
    try:
        texts: list[str | None] = list(_payee_texts(rows, work))
    except SealBroken:
        texts = [_payee_text_if_whole(one, work) for one in rows]
    found = {}
    for payment, text in zip(rows, texts, strict=True):
        said = records[payment.pk]
        differs = [] if payment.status in PUBLIC_PAYMENT else ["status"]
        if text is None:
            differs.append("payee_person, payee_account or row_key")
        schema = FIRST_SCHEMA if said.get("schema") == FIRST_SCHEMA else RECORD_SCHEMA
        found[payment.pk] = RowToday(
            body=record_body(payment, entry_number=payment.entry.number if payment.entry else "", schema=schema),
            private=record_private(payment, schema),
            texts={PAYEE_COMMITMENT: text or ""} if PAYEE_COMMITMENT in said else {},
            differs=differs,
        )
    return found


def _payee_text_if_whole(payment: Payment, work: str) -> str | None:
    """None where a sealed value does not open: it was changed, or moved from another row."""
    try:
        return _payee_texts([payment], work)[0]
    except SealBroken:
        return None


def _payee_texts(payments: list[Payment], work: str) -> list[str]:
    sealed = [one for one in payments if one.payee_person is not None or one.payee_account is not None]
    names = open_many_for_work(sealed, "payee_person", work=work)
    accounts = open_many_for_work(sealed, "payee_account", work=work)
    opened = {one.pk: pair for one, *pair in zip(sealed, names, accounts, strict=True)}
    texts = []
    for payment in payments:
        name, account = opened.get(payment.pk, (None, None))
        texts.append(canonical_bytes({"account": account, "person": name}).decode())
    return texts
