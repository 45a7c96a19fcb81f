"""The page about retention: the table with what the last night did, the runs, the holds."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.models import RetentionHold, RetentionRun
from core.retention.terms import Term, all_terms, hold_kinds

RUNS_SHOWN = 30


@dataclass(frozen=True)
class TermLine:
    """A row of the table, and what the last run did by it; None where it has no rule or never ran."""

    term: Term
    last: dict[str, int] | None


@dataclass(frozen=True)
class RunLine:
    """One night: sums over all rules."""

    run: RetentionRun
    due: int
    destroyed: int
    held: int
    failed: int


@dataclass(frozen=True)
class HoldLine:
    """A hold with the word for its kind."""

    row: RetentionHold
    kind: Any


@dataclass(frozen=True)
class RetentionFacts:
    """All that the page shows."""

    terms: list[TermLine]
    runs: list[RunLine]
    holds: list[HoldLine]


def retention_facts() -> RetentionFacts:
    """Return the table, the last 30 runs that destroyed, newest first, and what is held now. Two queries."""
    runs = list(RetentionRun.objects.filter(is_dry=False).order_by("-pk")[:RUNS_SHOWN])
    last = {result["term"]: result for result in runs[0].results} if runs else {}
    holds = RetentionHold.objects.filter(lifted_at__isnull=True).order_by("-pk")
    return RetentionFacts(
        [TermLine(term, last.get(term.key)) for term in all_terms()],
        [_run_line(run) for run in runs],
        [_hold_line(row) for row in holds],
    )


def open_hold(pk: int) -> HoldLine:
    """Return a hold that is not lifted; NotFound otherwise."""
    row = RetentionHold.objects.filter(pk=pk, lifted_at__isnull=True).first()
    if row is None:
        raise NotFound("hold_not_open", _("没有这一项暂缓销毁，或它已经解除。"))
    return _hold_line(row)


def _run_line(run: RetentionRun) -> RunLine:
    sums = {name: sum(result[name] for result in run.results) for name in ("due", "destroyed", "held", "failed")}
    return RunLine(run, **sums)


def _hold_line(row: RetentionHold) -> HoldLine:
    kind = hold_kinds().get(row.object_label)
    return HoldLine(row, kind.name if kind else row.object_label)
