"""Files exchanged with the library, their rows and their steps, for the people of their branches; nobody's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from registries.choices import ConsentSubject
from registries.choices.donors import BatchStatus, Verdict
from registries.choices.exchange import FAULTS, FileStatus, Outcome, Result
from registries.models import (
    Donor,
    ExchangeFile,
    ExchangeFileEvent,
    ExchangeRow,
    ExchangeSent,
    Sample,
    SampleBatch,
)
from registries.selectors.taken_back import taken_back_since

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE, ROWS_SHOWN, LEFT_SHOWN = 50, 100, 100
NOT_DONE = (Outcome.BAD, Outcome.LATE)
# Nothing was wrong with these; of a file that was given up none is applied.
FAULTLESS = (Outcome.GOOD, Outcome.DONE, Outcome.DROPPED)


@dataclass(frozen=True)
class Problem:
    """A row that is not applied: in which line and field, what is wrong, what to do."""

    line: int
    field: str
    wrong: str
    do: str


def exchange_files(person: User, *, before: int | None = None) -> list[ExchangeFile]:
    """A page of the files of the person's branches, newest first, one row more where there is a next; one query."""
    rows = ExchangeFile.objects.visible_to_either(person)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch", "batch", "made_by").order_by("-pk")[: PAGE_SIZE + 1])


def exchange_history(row: ExchangeFile) -> list[ExchangeFileEvent]:
    """The steps of a file that the reader was let into, downloads among them, oldest first; one query."""
    return list(row.events.select_related("actor").order_by("pk"))


def left_after(row: ExchangeFile, *, after: str = "") -> list[str]:
    """A page of numbers of donors who stand in a file that went out and may not any more; two queries.

    They have left since, or taken back their consent to be reported, and still stand in the library. One number more
    where there is a next page.
    """
    rows = _left(row).filter(number__gt=after) if after else _left(row)
    return list(rows.order_by("number").values_list("number", flat=True)[: LEFT_SHOWN + 1])


def left_after_count(row: ExchangeFile) -> int:
    """How many they are; two queries."""
    return _left(row).count()


def lost_in(row: ExchangeFile, *, after: str = "") -> list[str]:
    """A page of numbers of donors whose bags were lost on the way, after a file was made or asked for; one query.

    Of a file that is ready, who stands in it; of one of a batch that waits for its release, who will not. One number
    more where there is a next page.
    """
    rows = _lost(row).filter(number__gt=after) if after else _lost(row)
    return list(rows.order_by("number").values_list("number", flat=True)[: LEFT_SHOWN + 1])


def lost_count(row: ExchangeFile) -> int:
    """How many they are; one query."""
    return _lost(row).count()


def files_of_lost(batch: SampleBatch, person: User) -> list[ExchangeFile]:
    """The files that the person may see which wait for their release for a lost box, or are ready with bags of it.

    Newest first; one query, none of a box that was not lost.
    """
    if batch.status != BatchStatus.LOST:
        return []
    named = Exists(ExchangeSent.objects.filter(sample__batch=batch, exchange_file=OuterRef("pk")))
    rows = ExchangeFile.objects.visible_to_either(person).filter(
        Q(status=FileStatus.ASKED, batch=batch) | Q(named, status=FileStatus.READY), branch_id=batch.branch_id
    )
    return list(rows.order_by("-pk"))


def _lost(row: ExchangeFile) -> QuerySet[Donor]:
    rows: QuerySet[Donor] = Donor.objects.unscoped("of a file that the reader was let into")
    bags = Sample.objects.filter(donor=OuterRef("pk"), verdict=Verdict.MISSING)
    if row.status == FileStatus.READY:
        return rows.filter(Exists(bags.filter(sent_in__exchange_file=row)))
    if row.status == FileStatus.ASKED and row.batch_id is not None:
        return rows.filter(Exists(bags.filter(batch_id=row.batch_id)))
    return rows.none()


def _left(row: ExchangeFile) -> QuerySet[Donor]:
    taken_back = taken_back_since(
        Donor, branch_id=row.branch_id, subject=ConsentSubject.STEM_TRANSFER, since=row.made_at
    )
    rows = Donor.objects.unscoped("of a file that the reader was let into").filter(
        Q(ended_at__isnull=False) | taken_back,
        Exists(ExchangeSent.objects.filter(sample__donor=OuterRef("pk"), exchange_file=row, is_void=False)),
        removed_there_on=None,
    )
    found: QuerySet[Donor] = rows
    return found


def exchange_problems(row: ExchangeFile) -> Iterator[Problem]:
    """The rows of a file that are not applied, in order; one query, read as it goes."""
    rows = row.rows.filter(outcome__in=NOT_DONE).order_by("line").defer("reference")
    for one in rows.iterator(chunk_size=2_000):
        fault = FAULTS[one.fault]
        yield Problem(one.line, one.field or fault.field or "—", str(fault.wrong), str(fault.do))


def exchange_counts(row: ExchangeFile) -> list[tuple[str, int]]:
    """How many of the rows that can be, or were, applied say what, in words; one query."""
    rows = row.rows.filter(outcome__in=FAULTLESS).values("result")
    found = {one["result"]: one["n"] for one in rows.annotate(n=Count("pk")).order_by()}
    return [(str(Result(result).label), found[result]) for result in Result.values if result in found]


def exchange_changes(row: ExchangeFile, *, after: int = 0) -> list[ExchangeRow]:
    """What a file changed, or would, by line: a page of rows, one more where there is a next; one query."""
    rows = row.rows.filter(outcome__in=FAULTLESS, line__gt=after).select_related("donor")
    return list(rows.defer("reference").order_by("line")[: ROWS_SHOWN + 1])
