"""What an annual report says beside receipts and use: the network, goods, places in the log."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from core.periods import Period
from ledger.selectors.goods_windows import GoodsStock, goods_figures
from organizations.choices import BranchKind
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from transparency.selectors.log import size_before
from transparency.selectors.receipts_and_use import PLACED


def network_of(branch: Branch) -> list[dict[str, Any]]:
    """How many branches stand below one by kind today, itself included, in the order of the levels; one query."""
    counts = dict(
        Branch.objects.below(branch).valid().order_by().values("kind").annotate(n=Count("pk")).values_list("kind", "n")
    )
    return [{"kind": kind.value, "count": counts[kind]} for kind in BranchKind if kind in counts]


def directory_of(branch: Branch) -> list[dict[str, str]]:
    """The associations below one, itself included, with what they publish of themselves; one query."""
    rows = Branch.objects.below(branch).valid().filter(kind__in=LINEAGE_COLUMNS)
    return [
        {"code": one.code, "name": one.name, "level": one.kind, "address": one.address, "phone": one.phone}
        for one in rows.order_by("code")
    ]


def goods_in_log(branch: Branch, *, with_below: bool, log_from: int, log_to: int) -> list[GoodsStock]:
    """Goods of the records in `[log_from, log_to)`; the query of `goods_figures`."""
    return goods_figures(branch, with_below=with_below, placed=PLACED, values={"log_to": log_to}, first=log_from)


def log_window(period: Period) -> tuple[int, int]:
    """The records written in a period, as a range of the log; two queries."""
    first = size_before(period.start)
    return first, size_before(period.end, since=first)
