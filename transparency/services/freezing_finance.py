"""What the annual finance report adds: the association by itself beside the whole, and the year before."""

from __future__ import annotations

import dataclasses
import json
from contextlib import ExitStack
from typing import Any

from core.files import path_of
from donations.selectors.public.campaigns import PublicCampaign
from ledger.choices import USE_ITEMS
from ledger.selectors.windows import Stock
from transparency.choices import FileRole, ReportScope
from transparency.models import ReportFile, ReportRun
from transparency.rendering.part_figures import check_parts
from transparency.selectors.receipts_and_use import receipts_and_use
from transparency.services.freezing import Frozen, freeze
from transparency.services.freezing_use import GIFT_ITEMS, edges_of, items_of


def freeze_finance(
    run: ReportRun, *, campaign: PublicCampaign | None, previous: ReportRun | None, stack: ExitStack
) -> Frozen:
    """Freeze a year: the figures of every report, those of the branch alone, and those of the year before.

    Four queries more with all below, one more where there is a year before. Raises FiguresDisagree.
    """
    frozen = freeze(run, campaign=campaign, previous=previous, stack=stack)
    own = _own(run) if run.scope == ReportScope.BELOW else None
    snapshot = {**frozen.snapshot, "own": own, "last_year": _last_year(previous)}
    check_parts(snapshot)
    return dataclasses.replace(frozen, snapshot=snapshot)


def _own(run: ReportRun) -> dict[str, Any]:
    found = receipts_and_use(run.branch, with_below=False, log_from=run.log_from or 0, log_to=run.log_to or 0).total
    return _figures(found)


def _figures(stock: Stock) -> dict[str, Any]:
    return {
        **edges_of(stock),
        "gifts": f"{stock.lines.total(*GIFT_ITEMS):.2f}",
        "used": f"{stock.lines.total(*USE_ITEMS):.2f}",
        "items": items_of(stock.lines, with_counts=True),
    }


def _last_year(previous: ReportRun | None) -> dict[str, Any] | None:
    """The figures of the report before, as it froze them; None where there is none."""
    if previous is None:
        return None
    kept = ReportFile.objects.select_related("file").get(run=previous, role=FileRole.SNAPSHOT, part=0)
    snapshot: dict[str, Any] = json.loads(path_of(kept.file.sha256).read_bytes())
    names = ("opening", "in", "out", "used", "closing", "in_transit", "items")
    return {
        "label": previous.period,
        "count": snapshot["totals"]["count"],
        "gifts": snapshot["totals"]["amount"],
        "use": {name: snapshot["use"][name] for name in names},
        "own": snapshot.get("own"),
    }
