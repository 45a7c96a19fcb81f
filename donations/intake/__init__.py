"""Donation lists as they really look, read into rows: pure functions, no database.

`read_list` opens a file, refuses what cannot be read with one sentence, finds the layout, and yields its rows with
what is wrong with each. See docs/import.md.
"""

from donations.intake.appeals import AppealTerms, appeal_problem
from donations.intake.layout import FIELD_LABELS, FORMATS, ColumnMapping
from donations.intake.reading import Head, ParsedList, read_head, read_list
from donations.intake.refusals import UnreadableFile
from donations.intake.rows import (
    LEVEL_LABELS,
    ParsedRow,
    Problem,
    RowContext,
    content_key,
    read_row,
    row_fingerprint,
)
from donations.intake.walk import LeftOut

__all__ = [
    "FIELD_LABELS",
    "FORMATS",
    "LEVEL_LABELS",
    "AppealTerms",
    "ColumnMapping",
    "Head",
    "LeftOut",
    "ParsedList",
    "ParsedRow",
    "Problem",
    "RowContext",
    "UnreadableFile",
    "appeal_problem",
    "content_key",
    "read_head",
    "read_list",
    "read_row",
    "row_fingerprint",
]
