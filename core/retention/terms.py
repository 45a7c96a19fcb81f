"""The form of the table of retention: class of data × purpose → how long, by which law, destroyed by which rule.

Each app keeps its own part, a tuple `TERMS` that `settings.RETENTION_TERMS` names, so that nothing is imported upward.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from core.retention.holds import Holds


@dataclass(frozen=True)
class Outcome:
    """What a rule found due, destroyed, left because it is held or needed, and could not destroy."""

    due: int = 0
    destroyed: int = 0
    held: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Asked:
    """What a rule is asked: the day, whether only to look, and what is held."""

    today: datetime.date
    is_dry: bool
    holds: Holds


Rule = Callable[[Asked], Outcome]


@dataclass(frozen=True)
class HoldKind:
    """A kind of object that may be held: its label in the holds, its word, and whether there is one with a key."""

    label: str
    name: Any
    exists: Callable[[str], bool]


@dataclass(frozen=True)
class Term:
    """One row of the table. Without a rule the data is kept for good, or goes with what it belongs to."""

    key: str
    data_class: str
    data: Any
    purpose: Any
    kept: Any
    source: str
    rule: Rule | None = None
    hold: HoldKind | None = None


def all_terms() -> list[Term]:
    """Return the whole table, in the order of `settings.RETENTION_TERMS`."""
    parts: list[Sequence[Term]] = [import_string(path) for path in settings.RETENTION_TERMS]
    return [term for part in parts for term in part]


def hold_kinds() -> dict[str, HoldKind]:
    """Return the kinds of objects that may be held, by label."""
    return {term.hold.label: term.hold for term in all_terms() if term.hold}
