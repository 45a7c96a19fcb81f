"""Payments as everybody may read them: pages by keyset, totals, streams, one payment with its released papers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db.models import Count, F, FilteredRelation, Func, Q, Sum, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan, Lookup
from django.utils.translation import gettext as _

from core.errors import DomainError, NotFound
from core.money import ZERO_YUAN
from core.small_cells import SMALLEST_SHOWN
from organizations.models import rows_of
from spending.choices import (
    DocumentKind,
    PayeeKind,
    PaymentKind,
    PaymentStatus,
    ReversalStatus,
    SpendingPurpose,
)
from spending.models import Payment, PaymentDocument, PaymentQuerySet, Reversal
from spending.selectors.public.helped import helped_shown, helped_text

if TYPE_CHECKING:
    from core.models import StoredFile
    from ledger.models import Fund
    from organizations.models import Branch

PAGE_SIZE = 50
LARGEST_PAGE = 500
CHUNK = 2000
NEWEST_FIRST = ("-paid_on", "-id")
OLDEST_FIRST = ("paid_on", "id")
_CURSOR = re.compile(r"(?P<way>[np])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<id>[0-9]{1,18})", re.ASCII)
_COLUMNS = (
    "id",
    "number",
    "paid_on",
    "paid_at",
    "kind",
    "purpose",
    "amount",
    "helped_count",
    "payee_kind",
    "payee_name",
    "area__code",
    "area__name",
    "fund__code",
    "fund__name",
    "branch__code",
    "branch__name",
    "entry__number",
    "status",
    "reversal__public_note",
    "reversal__decided_at",
)


@dataclass(frozen=True)
class PublicPaymentFilter:
    """Which payments: of a branch with all below, on days (both included), of a fund, of a kind, used in an area."""

    branch: Branch | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None
    fund: Fund | None = None
    kind: str = ""
    area: str = ""

    def rows(self) -> PaymentQuerySet:
        """The payments; the caller adds order and limit."""
        condition = Q()
        if self.branch is not None:
            condition &= rows_of(self.branch, with_below=True)
        exact = {"paid_on__gte": self.first, "paid_on__lte": self.last, "fund": self.fund, "kind": self.kind or None}
        condition &= Q(**{name: value for name, value in exact.items() if value is not None})
        if self.area:
            condition &= Q(area__code__startswith=self.area)
        found: PaymentQuerySet = Payment.objects.for_public_display().filter(condition)
        return found


@dataclass(frozen=True)
class PaymentCursor:
    """A place between two payments of the list, newest first: after (going back, before) that of this day and id."""

    paid_on: datetime.date
    id: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{'p' if self.backwards else 'n'}{self.paid_on.isoformat()}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor; None for an empty text. Raises DomainError `page_unreadable` for anything else."""
        if not text:
            return None
        found = _CURSOR.fullmatch(text)
        try:
            day = datetime.date.fromisoformat(found["day"]) if found else None
        except ValueError:
            day = None
        if found is None or day is None:
            sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
            raise DomainError("page_unreadable", sentence, {"page": sentence})
        return cls(day, int(found["id"]), found["way"] == "p")

    def condition(self) -> Lookup:
        """Rows beyond this place, as a comparison of rows."""
        here, row = _row(Value(self.paid_on), Value(self.id)), _row(F("paid_on"), F("id"))
        return GreaterThan(row, here) if self.backwards else LessThan(row, here)


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())


class PublicPayment(NamedTuple):
    """A payment as everybody may see it. `amount` in yuan; the exact `helped_count` is never shown below five.

    `reversed_at` and `note` (更正说明) are set where it was reversed.
    """

    id: int
    number: str
    paid_on: datetime.date
    paid_at: datetime.datetime
    kind: str
    purpose: str
    amount: Decimal
    helped_count: int
    payee_kind: str
    payee_name: str
    area_code: str | None
    area_name: str | None
    fund_code: str
    fund_name: str
    branch_code: str
    branch_name: str
    entry_number: str
    status: str
    note: str | None
    reversed_at: datetime.datetime | None

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(PaymentKind(self.kind).label)

    @property
    def purpose_label(self) -> str:
        """The purpose in words."""
        return str(SpendingPurpose(self.purpose).label)

    @property
    def status_label(self) -> str:
        """The state in words."""
        return str(PaymentStatus(self.status).label)

    @property
    def payee(self) -> str:
        """An organisation in full; people never by name."""
        if self.payee_kind == PayeeKind.ORGANISATION:
            return self.payee_name
        return _("受助人") if self.kind == PaymentKind.AID else _("个人")

    @property
    def helped(self) -> int | None:
        """How many people it helped; None for a few."""
        return helped_shown(self.helped_count)

    @property
    def helped_text(self) -> str:
        """How many people it helped, in words."""
        return helped_text(self.helped_count)

    @property
    def address(self) -> str:
        """Where it stands."""
        return f"/spending/{self.number}/"


@dataclass(frozen=True)
class PaymentPage:
    """A page of the list; `next` and `previous` are cursors where there is such a page."""

    rows: list[PublicPayment]
    next: PaymentCursor | None
    previous: PaymentCursor | None


@dataclass(frozen=True)
class PaymentTotals:
    """Number and sum (yuan) of the payments that stand, reversed ones taken off.

    `helped` adds up only what each row shows; the rows of a few people are counted, their people never, so that no
    difference of two totals tells how many they are.
    """

    payment_count: int
    amount: Decimal
    helped: int
    few_count: int


def public_payments(
    asked: PublicPaymentFilter, cursor: PaymentCursor | None = None, page_size: int = PAGE_SIZE
) -> PaymentPage:
    """A page of payments, newest first; one query, two for a town or school."""
    size = max(1, min(page_size, LARGEST_PAGE))
    backwards = cursor is not None and cursor.backwards
    rows = _read(asked, cursor, size + 1)
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return PaymentPage(
        rows=rows,
        next=_place(rows, -1, backwards=False) if rows and (has_more or backwards) else None,
        previous=_place(rows, 0, backwards=True) if rows and (has_more if backwards else cursor is not None) else None,
    )


def _place(rows: list[PublicPayment], at: int, *, backwards: bool) -> PaymentCursor:
    return PaymentCursor(rows[at].paid_on, rows[at].id, backwards)


def _read(asked: PublicPaymentFilter, cursor: PaymentCursor | None, limit: int) -> list[PublicPayment]:
    rows = asked.rows()
    if cursor is not None:
        rows = rows.filter(cursor.condition())
    order = OLDEST_FIRST if cursor is not None and cursor.backwards else NEWEST_FIRST
    return [PublicPayment(*row) for row in _shown(rows).order_by(*order)[:limit]]


def _shown(rows: PaymentQuerySet) -> Any:
    return rows.annotate(
        reversal=FilteredRelation("reversals", condition=Q(reversals__status=ReversalStatus.APPROVED))
    ).values_list(*_COLUMNS)


def latest_payments(limit: int = PAGE_SIZE) -> list[PublicPayment]:
    """What was paid or taken back last, the newest step first, each payment once; two queries of `limit` rows."""
    shown = Payment.objects.for_public_display()
    undone = _shown(shown.filter(status=PaymentStatus.REVERSED)).order_by("-reversal__decided_at", "-id")[:limit]
    found = {row[0]: PublicPayment(*row) for row in (*_shown(shown).order_by(*NEWEST_FIRST)[:limit], *undone)}
    return sorted(found.values(), key=lambda one: (one.reversed_at or one.paid_at, one.id), reverse=True)[:limit]


def payment_totals(asked: PublicPaymentFilter) -> PaymentTotals:
    """Number, sum and people of a filter's payments; one query."""
    few = Q(helped_count__gt=0, helped_count__lt=SMALLEST_SHOWN)
    found = (
        asked.rows()
        .filter(status=PaymentStatus.PAID)
        .aggregate(
            payments=Count("pk"),
            total=Sum("amount"),
            helped=Sum("helped_count", filter=Q(helped_count__gte=SMALLEST_SHOWN)),
            few=Count("pk", filter=few),
        )
    )
    return PaymentTotals(found["payments"], found["total"] or ZERO_YUAN, found["helped"] or 0, found["few"])


def stream_public_payments(asked: PublicPaymentFilter, chunk: int = CHUNK) -> Iterator[list[PublicPayment]]:
    """All payments of a filter, newest first, in lists of `chunk` rows, each a query of its own; memory flat."""
    place: PaymentCursor | None = None
    while True:
        rows = _read(asked, place, chunk)
        if rows:
            yield rows
        if len(rows) < chunk:
            return
        place = PaymentCursor(rows[-1].paid_on, rows[-1].id)


def public_payment(number: str) -> PublicPayment:
    """A payment by its number; one query. Raises NotFound."""
    rows = Payment.objects.for_public_display().filter(number=number.strip())
    row = _shown(rows).first()
    if row is None:
        raise NotFound(
            "payment_not_found",
            _("没有编号为“%(number)s”的支出。编号形如 330106-2026-P00000012，请核对后再查。")
            % {"number": number.strip()[:40]},
        )
    return PublicPayment(*row)


def payment_number_exists(number: str) -> bool:
    """Whether a payment with this number is public; one query."""
    return bool(Payment.objects.for_public_display().filter(number=number.strip()).exists())


@dataclass(frozen=True)
class PublicDocument:
    """A redacted copy that was released."""

    id: int
    kind_label: str
    size: int
    sha256: str
    content_type: str
    released_at: datetime.datetime

    @property
    def format_label(self) -> str:
        """What kind of file it is, in short."""
        return "PDF" if self.content_type == "application/pdf" else self.content_type.rpartition("/")[2].upper()


def released_documents(payment_id: int) -> list[PublicDocument]:
    """The released papers of a payment; one query."""
    rows = PaymentDocument.objects.filter(payment_id=payment_id, released_at__isnull=False, removed_at=None)
    return [
        PublicDocument(
            one.pk,
            str(DocumentKind(one.kind).label),
            one.public_file.size,
            one.public_file.sha256,
            one.public_file.content_type,
            one.released_at,
        )
        for one in rows.select_related("public_file").order_by("pk")
        if one.public_file is not None and one.released_at is not None
    ]


def released_file(number: str, document_id: int) -> StoredFile:
    """The released copy of a payment's paper; one query. Raises NotFound."""
    row = (
        PaymentDocument.objects.filter(
            pk=document_id,
            payment__number=number,
            payment__status__in=(PaymentStatus.PAID, PaymentStatus.REVERSED),
            released_at__isnull=False,
            removed_at=None,
        )
        .select_related("public_file")
        .first()
    )
    if row is None or row.public_file is None:
        raise NotFound("document_not_found", _("没有这份公开的凭证，请核对网址。"))
    found: StoredFile = row.public_file
    return found


def payment_numbers(entry_ids: Collection[int]) -> dict[int, str]:
    """The numbers of the payments that these entries posted; one query, none for no entries."""
    if not entry_ids:
        return {}
    rows = Payment.objects.for_public_display().filter(entry_id__in=entry_ids)
    return dict(rows.values_list("entry_id", "number"))


def payments_by_entry(entry_ids: Collection[int]) -> dict[str, PublicPayment]:
    """The payments that these entries posted, by the entry's number; one query, none for no entries."""
    if not entry_ids:
        return {}
    rows = _shown(Payment.objects.for_public_display().filter(entry_id__in=entry_ids))
    return {payment.entry_number: payment for payment in (PublicPayment(*row) for row in rows)}


def reversal_notes(entry_ids: Collection[int]) -> dict[int, str]:
    """The 更正说明 of payments that these entries took back; one query, none for no entries."""
    if not entry_ids:
        return {}
    rows = Reversal.objects.unscoped("notes are public").filter(entry_id__in=entry_ids, status=ReversalStatus.APPROVED)
    return dict(rows.values_list("entry_id", "public_note"))
