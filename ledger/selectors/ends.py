"""Does an end of a movement lie inside a branch, alone or with all below, or inside funds: the condition, as SQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS

# The joins that the conditions ask for, beside `m` (the movement) and `e` (its entry). An end in the books of the
# entry's own branch carries the entry's lineage, as it was at posting; what is under way to or from another branch
# carries that of the entry that sent it; so moving a branch later changes no past figure.
JOINS = """
      JOIN ledger_account s ON s.id = m.source_id
      JOIN ledger_account d ON d.id = m.destination_id
      LEFT JOIN ledger_movement r ON r.id = m.reverses_id
      LEFT JOIN ledger_movement t ON t.id = coalesce(m.answers_id, r.answers_id)
      LEFT JOIN ledger_entry te ON te.id = t.entry_id
      LEFT JOIN organizations_branch sb ON sb.id = s.branch_id AND s.branch_id <> e.branch_id
      LEFT JOIN organizations_branch db ON db.id = d.branch_id AND d.branch_id <> e.branch_id
"""
_BY_COLUMN = (
    "CASE WHEN {end}.branch_id = e.branch_id THEN e.{column}"
    " WHEN {end}.branch_id = te.branch_id THEN te.{column} ELSE {other}.{column} END = %(branch)s"
)
_BY_LIST = "{end}.branch_id = ANY(%(branches)s)"


def inside(branch: Branch, *, with_below: bool) -> tuple[str, str, dict[str, Any]]:
    """The conditions for source and destination, null for the outside, and their values; one query for a town."""
    column = LINEAGE_COLUMNS.get(branch.kind) if with_below else None
    if column:
        return (
            _BY_COLUMN.format(end="s", other="sb", column=column),
            _BY_COLUMN.format(end="d", other="db", column=column),
            {"branch": branch.pk},
        )
    below = Branch.objects.below(branch).values_list("pk", flat=True) if with_below else [branch.pk]
    return _BY_LIST.format(end="s"), _BY_LIST.format(end="d"), {"branches": list(below)}


def inside_funds(funds: Collection[int]) -> tuple[str, str, dict[str, Any]]:
    """The same conditions for some funds: an end lies inside where its account is one of theirs. No query."""
    form = "{end}.fund_id = ANY(%(funds)s)"
    return form.format(end="s"), form.format(end="d"), {"funds": list(funds)}
