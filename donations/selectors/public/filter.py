"""What the public may ask of gifts, and where in the list a page starts."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db.models import F, Func, Lookup, Q, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _

from core.bigrams import normalise
from core.errors import DomainError, NotFound
from donations.models import Donation
from ledger.models import Fund
from organizations.choices import BranchKind
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS, rows_of

if TYPE_CHECKING:
    from donations.models.donation import DonationQuerySet

_CURSOR = re.compile(r"(?P<way>[np])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<id>[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class PublicFund:
    """A fund by the facts that are public."""

    id: int
    branch_id: int
    code: str
    name: str


def fund_by_code(code: str) -> PublicFund:
    """Find a fund by its code; one query. Raises NotFound."""
    row = Fund.objects.filter(code=code.strip()).values_list("id", "branch_id", "code", "name").first()
    if row is None:
        raise NotFound("fund_unknown", _("没有编码为“%(code)s”的资金池，请核对编码。") % {"code": code.strip()[:40]})
    return PublicFund(*row)


def fund_choices(branch: Branch) -> list[PublicFund]:
    """The funds of a branch, its default one first; one query."""
    rows = Fund.objects.filter(branch=branch).order_by("-is_default", "code")
    return [PublicFund(*row) for row in rows.values_list("id", "branch_id", "code", "name")]


@dataclass(frozen=True)
class PublicGiftFilter:
    """Which gifts: of a branch with all below, received from `first` to `last`, with `q` in the name that is shown.

    Days and amounts (yuan) are included at both ends. Nothing set means all gifts.
    """

    branch: Branch | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None
    q: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    fund: PublicFund | None = None
    kind: str = ""

    @property
    def is_summed(self) -> bool:
        """Whether the daily totals answer it: they know branch, fund, kind and day, but neither names nor amounts."""
        return not self.q and self.minimum is None and self.maximum is None

    @property
    def plain_q(self) -> str:
        """The search text as names are compared."""
        return normalise(self.q)

    def days(self) -> Q:
        """The condition on the day of receipt."""
        condition = Q()
        if self.first is not None:
            condition &= Q(received_on__gte=self.first)
        if self.last is not None:
            condition &= Q(received_on__lte=self.last)
        return condition

    def place(self) -> Q:
        """The condition on branch and fund, written so that one of the indexes by branch and day serves it.

        Every row belongs to the province, so its filter is none. A fund's gifts are its branch's, so a fund is looked
        for along its branch's index. The daily totals have the same columns.
        """
        condition = Q()
        if self.branch is not None and self.branch.kind != BranchKind.PROVINCE:
            condition &= rows_of(self.branch, with_below=True)
        if self.fund is not None:
            condition &= Q(fund_id=self.fund.id, branch_id=self.fund.branch_id)
        if self.kind:
            condition &= Q(kind=self.kind)
        return condition

    def small_subtree(self) -> list[int] | None:
        """The branch ids of a subtree that rows carry no column for (a town, a school); None for any other filter."""
        if self.branch is None or self.branch.kind in LINEAGE_COLUMNS or self.fund is not None:
            return None
        return list(Branch.objects.below(self.branch).order_by().values_list("pk", flat=True))

    def placed_rows(self) -> DonationQuerySet:
        """The gifts by branch, fund, kind and day alone: what the indexes in the order of the list know."""
        gifts: DonationQuerySet = Donation.objects.for_public_display().filter(self.place(), self.days())
        return gifts

    def rows(self) -> DonationQuerySet:
        """The gifts, but for `q`; the caller adds order and limit."""
        gifts = self.placed_rows()
        if self.minimum is not None and self.minimum == self.maximum:
            # One amount: its index gives the rows in the order of the list.
            return gifts.filter(amount=self.minimum)
        if self.minimum is not None:
            gifts = gifts.filter(amount__gte=self.minimum)
        if self.maximum is not None:
            gifts = gifts.filter(amount__lte=self.maximum)
        return gifts


@dataclass(frozen=True)
class Cursor:
    """A place between two gifts in the list, newest first: after (or, going back, before) the gift of this day and id.

    Written in addresses as base64; it holds nothing that the list does not show. A page at a place stays the same page
    when gifts are added above it.
    """

    received_on: datetime.date
    id: int
    backwards: bool = False

    def __str__(self) -> str:
        plain = f"{'p' if self.backwards else 'n'}{self.received_on.isoformat()}.{self.id}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor; None for an empty text. Raises DomainError `page_unreadable` (400) for anything else."""
        if not text:
            return None
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
            found = _CURSOR.fullmatch(plain)
            day = datetime.date.fromisoformat(found["day"]) if found else None
        except (ValueError, binascii.Error):
            found, day = None, None
        if found is None or day is None:
            sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
            raise DomainError("page_unreadable", sentence, {"page": sentence})
        return cls(day, int(found["id"]), found["way"] == "p")

    def condition(self) -> Lookup:
        """Rows beyond this place, as a comparison of rows: an index starts there even where one day has many gifts."""
        here = _row(Value(self.received_on), Value(self.id))
        gift = _row(F("received_on"), F("id"))
        return GreaterThan(gift, here) if self.backwards else LessThan(gift, here)


def _row(*parts: F | Value) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())
