"""The branch network as lists and trees of public pages."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from django.db import connection
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import NotFound
from core.money import ZERO_YUAN
from donations.selectors.public import GiftTotals
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from organizations.selectors import BranchNode, code_readings

OPTIONS_SECONDS = 60


def branch_options() -> tuple[tuple[str, str], ...]:
    """The open associations as choices of code and name, indented by level; a query at most once a minute a process.

    A list to choose from, no more: what is chosen is looked up, so a code that was renamed meanwhile still holds.
    """
    return _options_at(str(connection.settings_dict["NAME"]), int(now().timestamp()) // OPTIONS_SECONDS)


@lru_cache(maxsize=2)
def _options_at(database: str, minute: int) -> tuple[tuple[str, str], ...]:
    del database, minute
    rows = Branch.objects.valid().filter(kind__in=ASSOCIATION_KINDS).values_list("code", "name", "depth")
    return tuple((code, "　" * (depth - 1) + name) for code, name, depth in rows)


def branch_for_filter(code: str) -> Branch:
    """Find a branch by its code with only what a filter needs; one query. Raises NotFound."""
    found = (
        Branch.objects.filter(code__in=code_readings(code))
        .only("code", "name", "kind", "path", "depth")
        .order_by("-code")
        .first()
    )
    if found is None:
        raise NotFound("branch_unknown", _("没有编码为“%(code)s”的红十字会，请核对编码。") % {"code": code[:40]})
    return cast("Branch", found)


def sum_below(nodes: list[BranchNode], own: dict[str, GiftTotals]) -> dict[str, GiftTotals]:
    """Number and sum of each branch with all below it, from those of each branch alone; no query."""
    found: dict[str, GiftTotals] = {}
    for node in nodes:
        found |= sum_below(node.children, own)
        parts = [found[child.branch.code] for child in node.children]
        if node.branch.code in own:
            parts.append(own[node.branch.code])
        found[node.branch.code] = GiftTotals(
            sum(part.gift_count for part in parts), sum((part.amount for part in parts), start=ZERO_YUAN)
        )
    return found
