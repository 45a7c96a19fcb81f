"""The public records of the registries' figures up to a place in the log, each beside the row that it was made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.recorded import rereaders
from organizations.models import Branch
from transparency.models import LogLeaf
from transparency.rendering.context import lies_in

KIND = "registry_figures"


@dataclass(frozen=True, slots=True)
class FiguresRecord:
    """A record in its place: an association's figures of a year. `differs` names what its row does not say any more."""

    index: int
    number: str
    said: dict[str, Any]
    differs: list[str]


def figures_records(branch: Branch, *, year: int, before: int) -> list[FiguresRecord]:
    """The records of a year of a branch and all below, and the branch's own of the years before, by year and code.

    Those with an index below `before`; two queries. A record whose row is gone differs in `row`.
    """
    leaves = LogLeaf.objects.filter(index__lt=before, record__kind=KIND).order_by("index")
    columns = ("index", "record__object_id", "record__subject", "record__record")
    found = {pk: (index, number, _said(text)) for index, pk, number, text in leaves.values_list(*columns)}
    wanted = {pk: one for pk, one in found.items() if _is_wanted(one[2], branch.code, year)}
    today = rereaders()[KIND]({pk: said for pk, (_index, _number, said) in wanted.items()}, "")
    records = [
        FiguresRecord(index, number, said, _differs(said, dict(today[pk].body) if pk in today else None))
        for pk, (index, number, said) in wanted.items()
    ]
    return sorted(records, key=lambda one: (one.said["year"], one.said["branch"]))


def _said(text: str) -> dict[str, Any]:
    """What a record says; nothing where somebody made of it what no record is."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_wanted(said: dict[str, Any], code: str, year: int) -> bool:
    of_branch, of_year = str(said.get("branch")), said.get("year")
    if not isinstance(of_year, int):
        return False
    return of_year <= year if of_branch == code else of_year == year and lies_in(of_branch, code)


def _differs(said: dict[str, Any], today: dict[str, Any] | None) -> list[str]:
    if today is None:
        return ["row"]
    return [name for name, value in today.items() if said.get(name) != value]
