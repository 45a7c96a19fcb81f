"""Files of donors who joined on paper, for the people of their branches; nobody's name and nothing of a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registries.choices.exchange import Outcome
from registries.choices.intake import SPOT_LINES
from registries.models import DonorIntake, DonorIntakeEvent, DonorIntakeRow

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE, LINES_SHOWN, PROBLEMS_SHOWN = 50, 100, 200


@dataclass(frozen=True)
class LineProblem:
    """One thing that is wrong with a line: in which column, and a sentence that says what to do."""

    line: int
    column: str
    sentence: str


def intakes_for(person: User, *, before: int | None = None) -> list[DonorIntake]:
    """A page of the files of the person's branches, newest first, one more where there is a next; one query."""
    rows = DonorIntake.objects.visible_to_either(person)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch", "made_by", "released_by").order_by("-pk")[: PAGE_SIZE + 1])


def intake_history(row: DonorIntake) -> list[DonorIntakeEvent]:
    """The steps of a file that the reader was let into, oldest first; one query."""
    return list(row.events.select_related("actor").order_by("pk"))


def intake_problems(row: DonorIntake) -> Iterator[LineProblem]:
    """All that is wrong with lines that are not brought in, in their order; one query, read as it goes."""
    rows = row.rows.filter(outcome__in=[Outcome.BAD, Outcome.LATE]).order_by("line").defer("content")
    for one in rows.iterator(chunk_size=2_000):
        for column, sentence in one.faults:
            yield LineProblem(one.line, column or "—", sentence)


def intake_lines_done(row: DonorIntake, *, after: int = 0) -> list[DonorIntakeRow]:
    """A page of lines that were brought in, with the numbers of donors, one more where there is a next; one query."""
    rows = row.rows.filter(outcome=Outcome.DONE, line__gt=after).select_related("donor").defer("content")
    return list(rows.order_by("line")[: LINES_SHOWN + 1])


def done_count(row: DonorIntake) -> int:
    """How many were brought in so far; one query."""
    return row.rows.filter(outcome=Outcome.DONE).count()


def spot_lines(row: DonorIntake) -> list[int]:
    """Some good lines to be looked up in the archive, the same each time, drawn by nobody; one query."""
    # A row's key is random.
    drawn = row.rows.filter(outcome=Outcome.GOOD).order_by("row_key").values_list("line", flat=True)[:SPOT_LINES]
    return sorted(drawn)
