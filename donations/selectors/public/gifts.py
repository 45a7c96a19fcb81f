"""Pages, single gifts and streams of gifts, newest first, by keyset."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.money import ZERO_YUAN
from donations.choices import Purpose
from donations.display import gift_status
from donations.models import Donation
from donations.selectors.public.filter import Cursor, PublicGiftFilter
from donations.selectors.public.search import GiftCount, find

if TYPE_CHECKING:
    from donations.models.donation import DonationQuerySet

PAGE_SIZE = 50
LARGEST_PAGE = 500
CHUNK = 2000
NEWEST_FIRST = ("-received_on", "-id")
OLDEST_FIRST = ("received_on", "id")

_PURPOSES = dict(Purpose.choices)
_COLUMNS = (
    "id",
    "entry_id",
    "number",
    "received_on",
    "posted_at",
    "display_name",
    "kind",
    "amount",
    "purpose",
    "fund__code",
    "fund__name",
    "branch__code",
    "branch__name",
    "reversal__shown_note",
    "reversal__decided_at",
    "reversal__taken_total",
)


class PublicGift(NamedTuple):
    """A gift as everybody may see it. `amount` in yuan; `donor` is the display name, never the recorded one.

    `reversed_at`, `note` (更正说明) and `taken_back` (yuan) are set where it was reversed or refunded.
    """

    id: int
    entry_id: int
    number: str
    received_on: datetime.date
    posted_at: datetime.datetime
    donor: str
    kind: str
    amount: Decimal
    purpose: str
    fund_code: str
    fund_name: str
    branch_code: str
    branch_name: str
    note: str | None
    reversed_at: datetime.datetime | None
    taken_back: Decimal | None = None

    @property
    def status(self) -> str:
        """Posted, or taken back by later entries, wholly or in part; such a gift stays in the list."""
        return gift_status(self.amount, self.taken_back or ZERO_YUAN).value

    @property
    def net(self) -> Decimal:
        """What stands of it, in yuan."""
        return self.amount - (self.taken_back or ZERO_YUAN)

    @property
    def purpose_label(self) -> str:
        """The purpose in words."""
        return str(_PURPOSES[self.purpose])

    @property
    def address(self) -> str:
        """Where its trail stands."""
        return f"/donations/{self.number}/"


@dataclass(frozen=True)
class Page:
    """A page of the list; `next` and `previous` are cursors where there is such a page.

    `found`: on the first page of a search by name, how many gifts there are as far as that was seen on the way.
    """

    rows: list[PublicGift]
    next: Cursor | None
    previous: Cursor | None
    found: GiftCount | None = None


def public_gifts(asked: PublicGiftFilter, cursor: Cursor | None = None, page_size: int = PAGE_SIZE) -> Page:
    """A page of gifts, newest first; one query, two for a town or school, at most four with `q`.

    Raises QueryError for a `q` of less than two letters.
    """
    size = max(1, min(page_size, LARGEST_PAGE))
    backwards = cursor is not None and cursor.backwards
    rows, count = _read(asked, cursor, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows=rows,
        next=_place(rows, -1, backwards=False) if rows and (has_more or backwards) else None,
        previous=_place(rows, 0, backwards=True) if rows and (has_more if backwards else cursor is not None) else None,
        found=count if cursor is None else None,
    )


def _place(rows: list[PublicGift], at: int, *, backwards: bool) -> Cursor:
    return Cursor(rows[at].received_on, rows[at].id, backwards)


def _read(asked: PublicGiftFilter, cursor: Cursor | None, limit: int) -> tuple[list[PublicGift], GiftCount | None]:
    """The next `limit` gifts from a place on, in the order of going, and what a search by name saw of their number."""
    backwards = cursor is not None and cursor.backwards
    rows, count = _rows_at(asked, cursor, limit)
    made = [PublicGift(*row) for row in with_corrections(rows).values_list(*_COLUMNS)]
    made.sort(key=lambda gift: (gift.received_on, gift.id), reverse=not backwards)
    # Several short walks bring more rows than one page holds.
    return made[:limit], count


def _rows_at(asked: PublicGiftFilter, cursor: Cursor | None, limit: int) -> tuple[DonationQuerySet, GiftCount | None]:
    backwards = cursor is not None and cursor.backwards
    order = OLDEST_FIRST if backwards else NEWEST_FIRST
    rows = asked.placed_rows() if asked.q else asked.rows()
    if cursor is not None:
        rows = rows.filter(cursor.condition())
    if asked.q:
        found = find(rows, asked, limit, backwards=backwards)
        return _by_ids(found.ids), found.count
    subtree = asked.small_subtree()
    if subtree is not None and len(subtree) > 1:
        # One short walk for each branch; for a list of ids the planner would walk over everybody's gifts.
        walks = [rows.filter(branch_id=one).order_by(*order).values("id")[:limit] for one in subtree]
        return _by_ids([row["id"] for row in walks[0].union(*walks[1:], all=True)]), None
    return rows.order_by(*order)[:limit], None


def _by_ids(ids: list[int]) -> DonationQuerySet:
    gifts: DonationQuerySet = Donation.objects.for_public_display().filter(pk__in=ids)
    return gifts


def with_corrections(rows: DonationQuerySet) -> DonationQuerySet:
    """The gifts with the latest approved correction of each, which knows all before it, where there is one."""
    joined: DonationQuerySet = rows.annotate(
        reversal=FilteredRelation("corrections", condition=Q(corrections__is_current=True))
    )
    return joined


def public_gift(number: str) -> PublicGift:
    """A gift by its number; one query. Raises NotFound."""
    rows = Donation.objects.for_public_display().filter(number=number.strip())
    row = with_corrections(rows).values_list(*_COLUMNS).first()
    if row is None:
        raise NotFound(
            "gift_not_found",
            _("没有编号为“%(number)s”的捐赠。编号印在捐赠回执上，形如 330106-2026-00001234，请核对后再查。")
            % {"number": number.strip()[:40]},
        )
    return PublicGift(*row)


def gift_number_exists(number: str) -> bool:
    """Whether a gift has this number; one query."""
    return bool(Donation.objects.for_public_display().filter(number=number.strip()).exists())


def latest_gifts(asked: PublicGiftFilter | None = None, limit: int = 10) -> list[PublicGift]:
    """The newest gifts, of a branch with all below where the filter says so; one query, two for a town."""
    return public_gifts(asked or PublicGiftFilter(), page_size=limit).rows


def stream_gifts(asked: PublicGiftFilter, chunk: int = CHUNK) -> Iterator[list[PublicGift]]:
    """All gifts of a filter, newest first, in lists of `chunk` rows: each a query of its own, so memory stays flat.

    No transaction spans the queries: a gift posted meanwhile above the place reached is not in the stream, none is
    there twice.
    """
    place: Cursor | None = None
    while True:
        rows, _count = _read(asked, place, chunk)
        if rows:
            yield rows
        if len(rows) < chunk:
            return
        place = Cursor(rows[-1].received_on, rows[-1].id)
