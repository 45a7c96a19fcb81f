"""Freezing a run: its figures and rows, taken once from the log, never again from the tables."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.money import ZERO_YUAN
from donations.choices import DonorKind, Purpose
from donations.selectors.public.campaigns import PublicCampaign
from donations.selectors.reporting import ReportedGift, reported_gifts
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from transparency.choices import USE_PART, RecordSection, ReportScope
from transparency.models import ReportRun
from transparency.rendering.figures import SCHEMA, row_bytes
from transparency.rendering.part_figures import check_parts
from transparency.rendering.use_figures import check_use
from transparency.selectors.log import placed_records
from transparency.services.freezing_campaign import campaign_part
from transparency.services.freezing_use import freeze_use, summary_of
from transparency.services.row_files import joined, row_file

SOFTWARE = ("django", "weasyprint", "pydyf", "fpdf2", "fonttools")


@dataclass
class Sum:
    """A count and an amount in yuan."""

    count: int = 0
    amount: Decimal = ZERO_YUAN

    def add(self, amount: Decimal) -> None:
        """Take one more."""
        self.count += 1
        self.amount += amount

    def figures(self) -> dict[str, Any]:
        """As it stands in a snapshot."""
        return {"count": self.count, "amount": f"{self.amount:.2f}"}


@dataclass
class Tally:
    """All sums of a run, grown row by row."""

    with_below: bool
    total: Sum = field(default_factory=Sum)
    sections: dict[str, Sum] = field(default_factory=lambda: {name.value: Sum() for name in RecordSection})
    givers: dict[str, Sum] = field(default_factory=lambda: {name.value: Sum() for name in DonorKind})
    branches: dict[tuple[str, str, str], Sum] = field(default_factory=dict)
    funds: dict[tuple[str, str, bool], Sum] = field(default_factory=dict)
    days: dict[str, Sum] = field(default_factory=dict)

    def add(self, gift: ReportedGift, section: str) -> None:
        """Take one row into every sum that it belongs to."""
        self.total.add(gift.amount)
        self.sections[section].add(gift.amount)
        self.givers[gift.donor_kind].add(gift.amount)
        self.branches.setdefault((gift.branch_code, gift.branch_name, gift.branch_kind), Sum()).add(gift.amount)
        self.funds.setdefault(self._fund_line(gift), Sum()).add(gift.amount)
        if section == RecordSection.CURRENT:
            self.days.setdefault(gift.received_on.isoformat(), Sum()).add(gift.amount)

    def _fund_line(self, gift: ReportedGift) -> tuple[str, str, bool]:
        """Code, name and restriction of the line of a fund.

        With all below, unrestricted funds of one name stand in one line, and a restricted one names its branch.
        """
        if not self.with_below:
            return gift.fund_code, gift.fund_name, gift.fund_is_restricted
        if gift.fund_is_restricted:
            return (
                gift.fund_code,
                _("%(branch)s：%(fund)s") % {"branch": gift.branch_name, "fund": gift.fund_name},
                True,
            )
        return "", gift.fund_name, False


@dataclass(frozen=True)
class Frozen:
    """What was frozen: the snapshot, the rows of gifts and of use in temporary files, a JSON object a line.

    `summary` is what lists, API and the next run of the series read of it without opening a file.
    """

    snapshot: dict[str, Any]
    rows: IO[bytes]
    use_rows: IO[bytes]

    @property
    def row_files(self) -> dict[int, IO[bytes]]:
        """The files of rows by their part."""
        return {0: self.rows, USE_PART: self.use_rows}

    @property
    def summary(self) -> dict[str, Any]:
        """The figures of the run's row."""
        totals = self.snapshot["totals"]
        return {
            "count": totals["count"],
            "amount": totals["amount"],
            "sections": self.snapshot["sections"],
            "year_to_date": self.snapshot["year_to_date"],
            "rows_sha256": self.snapshot["rows"]["sha256"],
            "use": summary_of(self.snapshot["use"]),
            **self.more,
        }

    @property
    def more(self) -> dict[str, Any]:
        """What only some kinds keep: what a campaign's series has shown so far."""
        campaign = self.snapshot.get("campaign")
        return {"to_date": campaign["to_date"]} if campaign else {}


def freeze(run: ReportRun, *, campaign: PublicCampaign | None, previous: ReportRun | None, stack: ExitStack) -> Frozen:
    """Read the run's records out of the log, in one pass with flat memory, and build its snapshot.

    With a campaign only what touches its funds. Rows go to one temporary file a section and then behind one another:
    current, late, corrections. `stack` closes the files. Sums are of Decimal yuan; the snapshot holds them as text.
    Raises FiguresDisagree, naming the rows, where the ledger's figures do not add up to the fen: then there is no run.
    """
    funds = None if campaign is None else campaign.fund_ids
    parts = {name.value: row_file(stack) for name in RecordSection}
    tally = Tally(with_below=run.scope == ReportScope.BELOW)
    for gift in _gifts(run, funds):
        section = _section(gift, run.first_day)
        tally.add(gift, section)
        parts[section].write(row_bytes(_row(gift, section)))
    rows, sha256 = joined(parts.values(), stack)
    use = freeze_use(run, funds=funds, previous=previous, stack=stack)
    snapshot = {**_snapshot(run, tally, sha256, previous), "use": use.figures}
    if campaign is not None:
        snapshot["campaign"] = campaign_part(run, campaign, tally.total.figures(), previous)
    check_use(snapshot, (json.loads(line) for line in use.rows))
    check_parts(snapshot)
    use.rows.seek(0)
    return Frozen(snapshot, rows, use.rows)


def _gifts(run: ReportRun, funds: list[int] | None) -> Iterator[ReportedGift]:
    if run.log_from is None or run.log_to is None:
        raise ValueError(f"run {run.pk} has no place in the log")
    for chunk in placed_records(run.log_from, run.log_to):
        # Only these are about ledger entries: the id in the record of a report is that of a run, and may be the same.
        entry_ids = [record.object_id for record in chunk if record.kind in ("gift", "entry")]
        found = reported_gifts(entry_ids, run.branch, with_below=run.scope == ReportScope.BELOW, funds=funds)
        yield from (found[entry_id] for entry_id in entry_ids if entry_id in found)


def _section(gift: ReportedGift, first_day: Any) -> str:
    if gift.is_reversal:
        return RecordSection.CORRECTIONS.value
    return RecordSection.CURRENT.value if gift.received_on >= first_day else RecordSection.LATE.value


def _row(gift: ReportedGift, section: str) -> dict[str, Any]:
    return {
        "section": section,
        "number": gift.number,
        "received_on": gift.received_on.isoformat(),
        "posted_on": gift.posted_at.astimezone(SHANGHAI).date().isoformat(),
        "donor": gift.donor,
        "donor_kind": gift.donor_kind,
        "amount": f"{gift.amount:.2f}",
        "purpose": str(Purpose(gift.purpose).label),
        "fund": gift.fund_name,
        "branch_name": gift.branch_name,
        "note": gift.note,
    }


def _snapshot(run: ReportRun, tally: Tally, rows_sha256: str, previous: ReportRun | None) -> dict[str, Any]:
    if run.frozen_at is None:
        raise ValueError(f"run {run.pk} has no moment of freezing")
    return {
        "schema": SCHEMA,
        "kind": run.kind,
        "title": run.title,
        "branch": {"code": run.branch.code, "name": run.branch.name},
        "scope": run.scope,
        "period": {
            "label": run.period,
            "kind": run.period_kind,
            "start": run.period_start.astimezone(SHANGHAI).isoformat(),
            "end": run.period_end.astimezone(SHANGHAI).isoformat(),
        },
        **({} if run.issue is None else {"issue": run.issue}),
        "number": run.number,
        "version": run.version,
        "corrects": _corrects(run),
        "log": {"from": run.log_from, "to": run.log_to},
        "as_of": run.frozen_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "totals": {
            **tally.total.figures(),
            **{
                f"{kind}_{name}": value for kind, sum_ in tally.givers.items() for name, value in sum_.figures().items()
            },
        },
        "sections": {name: sum_.figures() for name, sum_ in tally.sections.items()},
        "by_branch": _by_branch(run, tally),
        "by_fund": [
            {"code": code, "name": name, "restricted": restricted, **sum_.figures()}
            for (code, name, restricted), sum_ in sorted(tally.funds.items())
        ],
        "by_day": [{"on": day, **tally.days.get(day, Sum()).figures()} for day in sorted({*_days(run), *tally.days})],
        "comparison": {"previous": _previous(previous)},
        "year_to_date": _year_to_date(run, tally.total, previous),
        "rows": {"count": tally.total.count, "sha256": rows_sha256},
        "notes": [],
        "software": {name: version(name) for name in SOFTWARE},
    }


def _days(run: ReportRun) -> list[str]:
    first, last = run.first_day.toordinal(), run.last_day.toordinal()
    return [datetime.date.fromordinal(number).isoformat() for number in range(first, last + 1)]


def _by_branch(run: ReportRun, tally: Tally) -> list[dict[str, Any]]:
    """One line for each association of the subtree, also those that received nothing: a silent branch shows."""
    sums = {code: (name, kind, sum_) for (code, name, kind), sum_ in tally.branches.items()}
    if run.scope == ReportScope.BELOW:
        for branch in Branch.objects.below(run.branch).filter(kind__in=LINEAGE_COLUMNS).valid():
            sums.setdefault(branch.code, (branch.name, branch.kind, Sum()))
    return [
        {"code": code, "name": name, "level": kind, **sum_.figures()}
        for code, (name, kind, sum_) in sorted(sums.items())
    ]


def _corrects(run: ReportRun) -> dict[str, Any] | None:
    if run.corrects is None:
        return None
    return {"number": run.corrects.number, "version": run.corrects.version, "note": run.correction_note}


def _previous(previous: ReportRun | None) -> dict[str, Any] | None:
    if previous is None:
        return None
    return {"label": previous.period, "count": previous.summary["count"], "amount": previous.summary["amount"]}


def _year_to_date(run: ReportRun, total: Sum, previous: ReportRun | None) -> dict[str, Any]:
    """What the reports of this series have shown in this year, this one included."""
    if previous is None or previous.first_day.year != run.first_day.year:
        return total.figures()
    before = previous.summary["year_to_date"]
    return Sum(before["count"] + total.count, Decimal(before["amount"]) + total.amount).figures()


def read_rows(path: Path | None) -> Iterator[dict[str, Any]]:
    """Read frozen rows back, one at a time; none where nothing was frozen."""
    if path is None:
        return
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)
