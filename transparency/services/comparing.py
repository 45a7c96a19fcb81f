"""A run's frozen figures beside those of the period before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.files import path_of
from core.money import ZERO_YUAN, yuan
from transparency.choices import FileRole
from transparency.models import ReportFile, ReportRun
from transparency.selectors.reports import difference_of
from transparency.services.runs import read_snapshot


@dataclass(frozen=True)
class ChangeLine:
    """One branch or fund in both periods; amounts in yuan."""

    name: str
    count: int
    amount: Decimal
    count_before: int
    amount_before: Decimal

    @property
    def count_change(self) -> int:
        """More or fewer gifts than before."""
        return self.count - self.count_before

    @property
    def amount_change(self) -> Decimal:
        """More or less money than before."""
        return self.amount - self.amount_before


def changes_by(run: ReportRun, part: str) -> list[ChangeLine]:
    """What changed since the period before by `by_branch` or `by_fund`, only lines with anything in either period.

    Read from the frozen snapshots, whose files the caller has found whole; empty where there is no period before.
    """
    difference = difference_of(run)
    if difference is None:
        return []
    now, before = _lines(run, part), _lines(difference.previous, part)
    return [
        ChangeLine(name, *now.get((code, name), (0, ZERO_YUAN)), *before.get((code, name), (0, ZERO_YUAN)))
        for code, name in sorted({**now, **before})
        if (now.get((code, name), (0,))[0], before.get((code, name), (0,))[0]) != (0, 0)
    ]


def _lines(run: ReportRun, part: str) -> dict[tuple[str, str], tuple[int, Decimal]]:
    stored = ReportFile.objects.select_related("file").get(run=run, role=FileRole.SNAPSHOT, part=0)
    snapshot: dict[str, Any] = read_snapshot(path_of(stored.file.sha256))
    return {(line["code"], line["name"]): (line["count"], yuan(line["amount"])) for line in snapshot[part]}
