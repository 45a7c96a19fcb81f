"""Freezing receipts and use: the ledger's figures in the run's stretch of the log, and the rows that make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.money import ZERO_YUAN
from ledger.choices import PASSED_ITEMS, RECEIPT_ITEMS, USE_ITEMS, EntryKind, FlowItem
from ledger.selectors.windows import BranchStock, FundStock, Lines, MovedMoney, Stock, WindowFigures
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from transparency.choices import ReportScope, UseSection
from transparency.models import ReportRun
from transparency.rendering.figures import row_bytes
from transparency.selectors.log import placed_records
from transparency.selectors.receipts_and_use import UseRow, receipts_and_use, use_rows
from transparency.services.row_files import joined, row_file

TRANSFERS = (EntryKind.TRANSFER_OUT, EntryKind.TRANSFER_IN, EntryKind.TRANSFER_BACK)
PAYMENTS = (EntryKind.PURCHASE, EntryKind.AID, EntryKind.HANDOUT, EntryKind.FEE)
# The lines whose rows are the gifts of the report, not its rows of use.
GIFT_ITEMS = (FlowItem.GIFT, FlowItem.GIFT_REVERSED, FlowItem.REFUNDED)


@dataclass
class UseTally:
    """What one pass over the rows of use gives."""

    sections: dict[str, list[Any]] = field(default_factory=lambda: {name.value: [0, ZERO_YUAN] for name in UseSection})
    purposes: dict[str, list[Any]] = field(default_factory=dict)
    people: int = 0
    few_rows: int = 0

    def add(self, row: UseRow, section: str) -> None:
        """Take one row into every sum that it belongs to."""
        _count(self.sections, section, row.moved.amount)
        if not row.purpose:
            return
        _count(self.purposes, row.purpose, row.moved.amount)
        # Rows of a few people are counted as rows, never by their people: no difference of two totals tells them.
        if row.helped_shown is not None:
            self.people += row.helped_shown
        elif row.helped:
            self.few_rows += 1


def _count(sums: dict[str, list[Any]], name: str, amount: Decimal) -> None:
    one = sums.setdefault(name, [0, ZERO_YUAN])
    one[0] += 1
    one[1] += amount


@dataclass(frozen=True)
class FrozenUse:
    """The part `use` of a snapshot, and its rows in a temporary file, one canonical JSON object a line."""

    figures: dict[str, Any]
    rows: IO[bytes]


def freeze_use(run: ReportRun, *, funds: list[int] | None, previous: ReportRun | None, stack: ExitStack) -> FrozenUse:
    """Read receipts and use of the run's records, of some funds alone if given, with flat memory; `stack` closes files.

    The rows are those movements of money that are no gift of the report and none that was taken back of one: payments,
    transfers, other changes, late ones, corrections. Amounts are Decimal yuan, as text in the snapshot.
    """
    if run.log_from is None or run.log_to is None:
        raise ValueError(f"run {run.pk} has no place in the log")
    below = run.scope == ReportScope.BELOW
    parts = {name.value: row_file(stack) for name in UseSection}
    tally, count = UseTally(), 0
    for row in _rows(run, funds, below=below):
        section = _section(row, run.first_day)
        tally.add(row, section)
        parts[section].write(row_bytes(_as_json(row, section)))
        count += 1
    rows, sha256 = joined(parts.values(), stack)
    found = receipts_and_use(run.branch, with_below=below, log_from=run.log_from, log_to=run.log_to, funds=funds)
    figures = _figures(run, found, tally, previous)
    return FrozenUse({**figures, "rows": {"count": count, "sha256": sha256}}, rows)


def _rows(run: ReportRun, funds: list[int] | None, *, below: bool) -> Iterator[UseRow]:
    for chunk in placed_records(run.log_from or 0, run.log_to or 0):
        entry_ids = [record.object_id for record in chunk if record.kind == "entry"]
        for row in use_rows(entry_ids, run.branch, with_below=below, log_to=run.log_to or 0, funds=funds):
            if row.moved.item not in GIFT_ITEMS:
                yield row


def _section(row: UseRow, first_day: Any) -> str:
    if row.moved.is_reversal:
        return UseSection.CORRECTIONS.value
    if row.moved.occurred_on < first_day:
        return UseSection.LATE.value
    if row.moved.kind in PAYMENTS:
        return UseSection.PAYMENTS.value
    return UseSection.TRANSFERS.value if row.moved.kind in TRANSFERS else UseSection.OTHERS.value


def _as_json(row: UseRow, section: str) -> dict[str, Any]:
    moved = row.moved
    return {
        "section": section,
        "item": moved.item,
        "label": row.label,
        "number": row.number,
        "entry": moved.entry_number,
        "on": moved.occurred_on.isoformat(),
        "posted_on": moved.posted_at.astimezone(SHANGHAI).date().isoformat(),
        "branch_name": _told(moved, moved.source_branch, moved.destination_branch),
        "fund": _told(moved, moved.source_fund, moved.destination_fund),
        "purpose": row.purpose,
        "area": row.area,
        "party": row.party,
        "helped": row.helped,
        "amount": f"{moved.amount:.2f}",
        "effect": f"{moved.effect:.2f}",
        "state": row.state,
        "note": row.note,
    }


def _told(moved: MovedMoney, source: str | None, destination: str | None) -> str:
    """The end whose row it is: the one that received where it arrived, else the one that let it go."""
    arrives = moved.effect > 0 or moved.kind in (EntryKind.TRANSFER_IN, EntryKind.TRANSFER_BACK)
    return (destination or source if arrives else source or destination) or ""


def _figures(run: ReportRun, found: WindowFigures, tally: UseTally, previous: ReportRun | None) -> dict[str, Any]:
    total = found.total
    return {
        **edges_of(total),
        "transit_before": f"{total.transit_before:.2f}",
        "used": f"{total.lines.total(*USE_ITEMS):.2f}",
        "items": items_of(total.lines, with_counts=True),
        "eliminated": {"in": f"{found.eliminated_in:.2f}", "out": f"{found.eliminated_out:.2f}"},
        "funds": _funds(found.funds, with_below=run.scope == ReportScope.BELOW),
        "branches": _branches(run, found.branches),
        "sections": {name: {"count": n, "amount": f"{amount:.2f}"} for name, (n, amount) in tally.sections.items()},
        "by_purpose": [
            {"purpose": name, "count": n, "amount": f"{amount:.2f}"}
            for name, (n, amount) in sorted(tally.purposes.items())
        ],
        "helped": {"people": tally.people, "few_rows": tally.few_rows},
        "previous": _previous(previous),
        # A town's or a school's subtree is that of today, so its opening may be another than its last closing.
        "continues": run.scope == ReportScope.ALONE or run.branch.kind in LINEAGE_COLUMNS,
    }


def _previous(previous: ReportRun | None) -> dict[str, Any] | None:
    """What the report before said of use; None where there is none or it knew no use yet."""
    if previous is None or "use" not in previous.summary:
        return None
    return {"label": previous.period, **previous.summary["use"]}


def summary_of(figures: dict[str, Any]) -> dict[str, str]:
    """What a run's summary keeps of the part `use`."""
    return {name: figures[name] for name in ("opening", "in", "out", "used", "closing", "in_transit")}


def edges_of(one: Stock) -> dict[str, str]:
    """Both edges, what came in and went out between, and what is under way, in yuan as text."""
    return {
        "opening": f"{one.opening:.2f}",
        "in": f"{one.lines.received:.2f}",
        "out": f"{one.lines.spent:.2f}",
        "closing": f"{one.closing:.2f}",
        "in_transit": f"{one.in_transit:.2f}",
    }


def items_of(lines: Lines, *, with_counts: bool = False) -> list[dict[str, Any]]:
    """The lines that anything happened in, in the order in which they are printed."""
    return [
        {
            "item": str(item),
            "amount": f"{lines.amounts[item]:.2f}",
            **({"count": lines.counts[item]} if with_counts else {}),
        }
        for item in (*RECEIPT_ITEMS, *USE_ITEMS, *PASSED_ITEMS)
        if item in lines.counts
    ]


def _funds(funds: list[FundStock], *, with_below: bool) -> list[dict[str, Any]]:
    """A line for each fund; with all below, unrestricted funds of one name stand in one line."""
    found: dict[tuple[str, str, bool], Stock] = {}
    for one in funds:
        if one.fund is None:
            continue
        key = (one.fund.code, one.fund.name, one.fund.is_restricted)
        if with_below and not one.fund.is_restricted:
            key = ("", one.fund.name, False)
        elif with_below:
            named = _("%(branch)s：%(fund)s") % {"branch": one.fund.branch.name, "fund": one.fund.name}
            key = (one.fund.code, named, True)
        line = found.setdefault(key, Stock())
        line.add_stock(one)
        for item, amount in one.lines.amounts.items():
            line.lines.add(item, amount, one.lines.counts[item])
    return [
        {"code": code, "name": name, "restricted": restricted, **edges_of(line), "items": items_of(line.lines)}
        for (code, name, restricted), line in sorted(found.items(), key=lambda pair: pair[0])
    ]


def _branches(run: ReportRun, branches: list[BranchStock]) -> list[dict[str, Any]]:
    """A line for each association, also those where nothing moved: a silent branch shows."""
    lines = {one.branch.code: (one.branch, one) for one in branches if one.branch is not None}
    if run.scope == ReportScope.BELOW:
        for branch in Branch.objects.below(run.branch).filter(kind__in=LINEAGE_COLUMNS).valid():
            lines.setdefault(branch.code, (branch, BranchStock(branch=branch)))
    return [
        {
            "code": code,
            "name": branch.name,
            "level": branch.kind,
            **edges_of(one),
            "gifts": f"{one.lines.total(*GIFT_ITEMS):.2f}",
            "used": f"{one.lines.total(*USE_ITEMS):.2f}",
            "from_system": f"{one.from_system:.2f}",
            "to_system": f"{one.to_system:.2f}",
        }
        for code, (branch, one) in sorted(lines.items())
    ]
