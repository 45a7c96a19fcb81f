"""Volumes (分册): the detail rows of a large report in files of a fixed number of rows, so that memory stays flat."""

import gc
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, yuan
from core.printing.glyphs import printable
from transparency.rendering.figures import FiguresDisagree, Row, Sum, row_amount
from transparency.rendering.listings import Listing, gift_listing
from transparency.rendering.sheet import Line, Sheet, SheetHead, paginate
from transparency.rendering.tables import plain_amount
from transparency.rendering.words import (
    amount_words,
    as_of_words,
    branch_name,
    count_words,
    file_stem,
    moment,
    scope_words,
    version_words,
)

ROWS_PER_VOLUME = 5_000


@dataclass(frozen=True)
class Volume:
    """One file of detail rows: first and last row by position from 1, SHA-256 (hex) of the file, its pages."""

    path: Path
    first_row: int
    last_row: int
    sha256: str
    pages: int


class _Sections:
    """Follows the rows through the volumes and yields headings and totals where sections begin and end."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.sums = {name: Sum() for name in listing.sections}
        self.open: str | None = None
        self.position = 0

    def lines_of(self, rows: Iterable[Row]) -> Iterator[Line]:
        """Yield the lines of one volume; an open section is named again at its top."""
        if self.open:
            yield self._heading(_("%(name)s（续）") % {"name": self.listing.label(self.open)})
        for row in rows:
            if row["section"] != self.open:
                yield from self.close()
                self.open = row["section"]
                yield self._heading(self.listing.label(self.open))
            self.position += 1
            amount = row_amount(row, self.position)
            self.sums[row["section"]].add(1, amount)
            yield Line("row", self.listing.cells(row, self.position, self.listing.columns), amount)

    def close(self) -> Iterator[Line]:
        """Yield the total of the section that ends; it must be the one that the main report names."""
        if self.open is None:
            return
        made, frozen = self.sums[self.open], self.listing.frozen[self.open]
        if (made.count, made.amount) != (frozen["count"], yuan(frozen["amount"])):
            raise FiguresDisagree(
                "report_rows_changed",
                _("排版时%(name)s明细与冻结时不一致，相差 %(gap)s，未生成。请重新冻结数据后再试。")
                % {"name": self.listing.label(self.open), "gap": amount_words(made.amount - yuan(frozen["amount"]))},
            )
        yield self._total(_("%(name)s合计") % {"name": self.listing.label(self.open)}, made)
        self.open = None

    def grand_total(self) -> Iterator[Line]:
        """Yield the total of the whole report."""
        if not self.listing.has_total:
            return
        whole = Sum()
        for made in self.sums.values():
            whole.add(made.count, made.amount)
        yield self._total(_("全部明细总计"), whole)

    def _heading(self, title: str) -> Line:
        return Line("section", {"title": title})

    def _total(self, title: str, made: Sum) -> Line:
        named = _("%(title)s　%(count)s") % {"title": title, "count": count_words(made.count)}
        return Line("total", {"title": named, "amount": plain_amount(made.amount)})


def volume_count(rows: int) -> int:
    """Return how many volumes this many rows fill."""
    return -(-rows // ROWS_PER_VOLUME)


def _head(snapshot: dict[str, Any], listing: Listing, index: int, first: int, lines: list[Line]) -> SheetHead:
    rows = [line.amount for line in lines if line.amount is not None]
    volumes = volume_count(listing.count)
    part = _("第 %(index)s 册 共 %(volumes)s 册") % {"index": index, "volumes": volumes}
    title = printable(snapshot["title"])
    return SheetHead(
        title=title,
        subtitle=_("附件：%(list)s　%(part)s　%(branch)s（%(scope)s）")
        % {
            "list": listing.title,
            "part": part,
            "branch": branch_name(snapshot),
            "scope": scope_words(snapshot["scope"]),
        },
        facts=[
            _("本册第 %(first)s 至 %(last)s 行") % {"first": f"{first:,}", "last": f"{first + len(rows) - 1:,}"},
            _("本册合计 %(count)s %(amount)s")
            % {"count": count_words(len(rows)), "amount": amount_words(sum(rows, ZERO_YUAN))},
            _("报告编号 %(number)s") % {"number": version_words(snapshot)},
        ],
        running=_("%(title)s　明细%(part)s") % {"title": title, "part": part},
        number=version_words(snapshot),
        as_of=as_of_words(snapshot),
        author=branch_name(snapshot),
        created_at=moment(snapshot["as_of"]),
    )


def write_volumes(
    snapshot: dict[str, Any], rows: Iterator[Row], out_dir: Path, listing: Listing | None = None
) -> list[Volume]:
    """Write the volumes of all rows (of gifts, or of another list), one in memory at a time; return what they are.

    Raises FiguresDisagree where a section does not end with the total of the snapshot.
    """
    listed = listing or gift_listing(snapshot)
    sections = _Sections(listed)
    volumes: list[Volume] = []
    total = volume_count(listed.count)
    for index in range(1, total + 1):
        first = sections.position + 1
        lines = list(sections.lines_of(islice(rows, ROWS_PER_VOLUME)))
        if index == total:
            lines.extend([*sections.close(), *sections.grand_total()])
        pages = paginate(lines, listed.columns)
        written = Sheet(_head(snapshot, listed, index, first, lines), listed.columns).output(pages)
        path = out_dir / f"{file_stem(snapshot)}{listed.stem}-part-{index:02d}.pdf"
        path.write_bytes(written)
        volumes.append(Volume(path, first, sections.position, hashlib.sha256(written).hexdigest(), len(pages)))
        # fpdf2's fonts hang in reference cycles: without this, each volume would keep 90 MB until some later time.
        gc.collect()
    return volumes
