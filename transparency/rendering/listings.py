"""The lists of detail rows that belong to a report: gifts, and use; each with its columns, sections and frozen sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from transparency.rendering.figures import SECTIONS, Row, section_label
from transparency.rendering.tables import Column, printed_cells, printed_columns
from transparency.rendering.use_figures import USE_SECTIONS, use_section_label
from transparency.rendering.use_tables import use_cells, use_columns


@dataclass(frozen=True)
class Listing:
    """A list of rows: `frozen` has count and amount of each section, `stem` parts its files from the other list's.

    `has_total`: whether the sum of all sections says anything; payments and transfers together do not.
    """

    title: str
    stem: str
    columns: list[Column]
    sections: tuple[str, ...]
    label: Callable[[str], str]
    cells: Callable[[Row, int, list[Column]], dict[str, str]]
    frozen: dict[str, dict[str, Any]]
    count: int
    has_total: bool


def gift_listing(snapshot: dict[str, Any]) -> Listing:
    """Return the list of gifts."""
    return Listing(
        title=_("捐赠接受明细"),
        stem="",
        columns=printed_columns(snapshot["scope"]),
        sections=SECTIONS,
        label=section_label,
        cells=printed_cells,
        frozen=snapshot["sections"],
        count=snapshot["rows"]["count"],
        has_total=True,
    )


def use_listing(snapshot: dict[str, Any]) -> Listing:
    """Return the list of use; only for a snapshot that has one."""
    return Listing(
        title=_("使用明细"),
        stem="-use",
        columns=use_columns(snapshot["scope"]),
        sections=USE_SECTIONS,
        label=use_section_label,
        cells=use_cells,
        frozen=snapshot["use"]["sections"],
        count=snapshot["use"]["rows"]["count"],
        has_total=False,
    )
