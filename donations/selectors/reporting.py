"""What reports take of gifts: rows for given entries, without any natural person's name."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import CharField, F, Q, Sum, Value
from django.utils.translation import gettext as _

from core.money import ZERO_YUAN
from donations.choices import CorrectionStatus, DonorKind, NameChoice
from donations.display import anonymous_name
from donations.models import ChangeOfUse, Correction, Donation
from organizations.models import Branch
from organizations.models.lineage import rows_of


@dataclass(frozen=True, slots=True)
class ReportedGift:
    """A gift, or what was taken back of one (reversed, refunded), as a published file shows it.

    `amount` in yuan, negative for what was taken back. What another fund advanced is no receipt and not here.
    """

    entry_id: int
    is_reversal: bool
    number: str
    received_on: datetime.date
    posted_at: datetime.datetime
    donor: str
    donor_kind: str
    amount: Decimal
    purpose: str
    fund_code: str
    fund_name: str
    fund_is_restricted: bool
    branch_code: str
    branch_name: str
    branch_kind: str
    note: str


def reported_gifts(
    entry_ids: Sequence[int], branch: Branch, *, with_below: bool, funds: Collection[int] | None = None
) -> dict[int, ReportedGift]:
    """The gifts and reversals among these entries that belong to a branch, or to some of its funds; two queries."""
    inside = rows_of(branch, with_below=with_below)
    if funds is None:
        return {**_gifts(entry_ids, inside), **_reversals(entry_ids, inside)}
    return {
        **_gifts(entry_ids, inside & Q(fund_id__in=funds)),
        **_reversals(entry_ids, inside & Q(donation__fund_id__in=funds)),
    }


_SHARED = ("number", "received_on", "donor_kind", "name_choice", "donor_name", "amount", "purpose")


def _gifts(entry_ids: Sequence[int], in_branch: Q) -> dict[int, ReportedGift]:
    rows = (
        Donation.objects.unscoped("frozen into a report, names by the rule for files")
        .filter(in_branch, entry_id__in=entry_ids)
        .annotate(happened_at=F("posted_at"), note=Value("", output_field=CharField()))
    )
    return {
        row["entry_id"]: _reported(row, row["entry_id"], is_reversal=False)
        for row in rows.values("entry_id", *_columns(""))
    }


def _reversals(entry_ids: Sequence[int], in_branch: Q) -> dict[int, ReportedGift]:
    rows = (
        Correction.objects.unscoped("frozen into a report, names by the rule for files")
        .filter(in_branch, entry_id__in=entry_ids, status=CorrectionStatus.APPROVED, advanced_by=None)
        .annotate(happened_at=F("entry__posted_at"), note=F("public_note"), taken=F("amount"))
    )
    found = {}
    for row in rows.values("entry_id", "taken", *_columns("donation__")):
        plain = {name.removeprefix("donation__"): value for name, value in row.items()}
        plain["amount"] = plain.pop("taken")
        found[row["entry_id"]] = _reported(plain, row["entry_id"], is_reversal=True)
    return found


def _columns(prefix: str) -> tuple[str, ...]:
    related = ("fund__code", "fund__name", "fund__is_restricted", "branch__code", "branch__name", "branch__kind")
    return (*(prefix + name for name in (*_SHARED, *related)), "happened_at", "note")


def _reported(row: dict, entry_id: int, *, is_reversal: bool) -> ReportedGift:
    return ReportedGift(
        entry_id=entry_id,
        is_reversal=is_reversal,
        number=row["number"],
        received_on=row["received_on"],
        posted_at=row["happened_at"],
        donor=name_in_files(row["donor_name"], row["donor_kind"], row["name_choice"]),
        donor_kind=row["donor_kind"],
        amount=-row["amount"] if is_reversal else row["amount"],
        purpose=row["purpose"],
        fund_code=row["fund__code"],
        fund_name=row["fund__name"],
        fund_is_restricted=row["fund__is_restricted"],
        branch_code=row["branch__code"],
        branch_name=row["branch__name"],
        branch_kind=row["branch__kind"],
        note=row["note"],
    )


def name_in_files(donor: str, donor_kind: str, name_choice: str) -> str:
    """How a giver stands in files that are published for good (docs/personal-data.md).

    Organisations in full unless they asked not to be named; natural persons never by name, not even masked, because a
    file once handed out cannot follow a withdrawn consent.
    """
    if donor_kind == DonorKind.ANONYMOUS or name_choice == NameChoice.ANONYMOUS:
        return anonymous_name()
    return donor if donor_kind == DonorKind.ORGANISATION else _("个人")


def change_numbers(entry_ids: Collection[int]) -> dict[int, str]:
    """The numbers of the changes of use that these entries made; one query, none for no entries."""
    if not entry_ids:
        return {}
    changes = ChangeOfUse.objects.unscoped("posted changes of use are public").filter(entry_id__in=entry_ids)
    return dict(changes.values_list("entry_id", "number"))


def taken_back_numbers(entry_ids: Collection[int]) -> dict[int, str]:
    """The numbers of the gifts that these entries reversed or refunded; one query, none for no entries."""
    if not entry_ids:
        return {}
    rows = Correction.objects.unscoped("numbers are public").filter(entry_id__in=entry_ids)
    return dict(rows.values_list("entry_id", "donation__number"))


def advanced_total(branch: Branch | None) -> Decimal:
    """What funds of a branch with all below, or of all, advanced for refunds (垫付), in yuan; one query."""
    inside = Q() if branch is None else rows_of(branch, with_below=True)
    rows = Correction.objects.unscoped("public sums").filter(
        inside, status=CorrectionStatus.APPROVED, advanced_by__isnull=False
    )
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO_YUAN
