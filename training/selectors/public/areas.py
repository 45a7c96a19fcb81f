"""Where sessions may be: the divisions of the associations, to choose from."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from core.clock import now
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch

OPTIONS_SECONDS = 60


class Area(NamedTuple):
    """A division by code; `depth` is 1 for the province."""

    code: str
    name: str
    depth: int

    @property
    def label(self) -> str:
        """Indented by its place in the tree."""
        return "　" * (self.depth - 1) + self.name


def area_options() -> tuple[Area, ...]:
    """The divisions of all open associations, in the order of the tree; a query at most once a minute a process."""
    return _areas_at(str(connection.settings_dict["NAME"]), int(now().timestamp()) // OPTIONS_SECONDS)


@lru_cache(maxsize=2)
def _areas_at(database: str, minute: int) -> tuple[Area, ...]:
    del database, minute
    rows = Branch.objects.valid().filter(kind__in=ASSOCIATION_KINDS)
    found: dict[str, Area] = {}
    for code, name, depth in rows.values_list("division__code", "division__name", "depth"):
        found.setdefault(code, Area(code, name, depth))
    return tuple(found.values())
