"""The pool at the desk: how old it is, its list, and which gifts of a batch may go into it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import today
from core.money import ZERO_YUAN
from donations.choices import DonorKind, GiftKind, NameChoice, PoolState
from donations.models import Batch, Correction, Donation, PoolEvent, UnidentifiedGift
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
BATCH_MOST = 5_000


@dataclass(frozen=True)
class Age:
    """How long a gift has waited since the money came: from `least` to `most` days, both included."""

    key: str
    label: Any
    least: int
    most: int | None

    def condition(self, day: datetime.date) -> Q:
        """The condition on the pool as of a day."""
        newest = Q(received_on__lte=day - datetime.timedelta(days=self.least)) if self.least else Q()
        oldest = Q() if self.most is None else Q(received_on__gte=day - datetime.timedelta(days=self.most))
        return newest & oldest


AGES: tuple[Age, ...] = (
    Age("0-30", gettext_lazy("30 天以内"), 0, 30),
    Age("31-90", gettext_lazy("31 至 90 天"), 31, 90),
    Age("91-180", gettext_lazy("91 至 180 天"), 91, 180),
    Age("181", gettext_lazy("180 天以上"), 181, None),
)


@dataclass(frozen=True)
class AgeCell:
    """Gifts of one age: how many, how much is left of them (yuan)."""

    gift_count: int
    amount: Decimal
    label: Any = ""


@dataclass(frozen=True)
class AgeLine:
    """A branch's waiting gifts by age."""

    branch_code: str
    branch_name: str
    cells: list[AgeCell]
    total: AgeCell


@dataclass(frozen=True)
class PoolFilter:
    """What narrows the list of the pool; amounts in yuan, days included."""

    state: str = PoolState.OPEN
    branch: str = ""
    age: str = ""
    number: str = ""
    amount: Decimal | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None


@dataclass(frozen=True)
class PoolPage:
    """A page of the pool, the longest waiting first; `next_cursor` is empty on the last."""

    rows: list[UnidentifiedGift] = field(default_factory=list)
    next_cursor: str = ""


def left_of_gift() -> Any:
    """What is left of a gift of the pool after what was taken back, in yuan."""
    taken = Correction.objects.unscoped("part of a query in scope").filter(
        donation=OuterRef("donation_id"), is_current=True
    )
    money = DecimalField(max_digits=18, decimal_places=2)
    return F("amount") - Coalesce(Subquery(taken.values("taken_total")[:1], output_field=money), ZERO_YUAN)


def sums_by_age(rows: QuerySet[UnidentifiedGift], ages: tuple[Age, ...], *keys: str) -> list[dict[str, Any]]:
    """Number and sum of waiting gifts by age, grouped by `keys`; one query."""
    day = today()
    figures: dict[str, Any] = {"count": Count("pk"), "sum": Sum("left")}
    for place, age in enumerate(ages):
        figures[f"count_{place}"] = Count("pk", filter=age.condition(day))
        figures[f"sum_{place}"] = Sum("left", filter=age.condition(day))
    waiting = rows.filter(state=PoolState.OPEN).annotate(left=left_of_gift()).order_by()
    return list(waiting.values(*keys).annotate(**figures).order_by(*keys))


def ageing(person: User) -> list[AgeLine]:
    """The waiting gifts that the person may see, by branch and age, in the order of the codes; one query."""
    found = sums_by_age(
        UnidentifiedGift.objects.visible_to(person, Right.VIEW_GIFTS), AGES, "branch__code", "branch__name"
    )
    return [
        AgeLine(
            row["branch__code"],
            row["branch__name"],
            [
                AgeCell(row[f"count_{place}"], row[f"sum_{place}"] or ZERO_YUAN, age.label)
                for place, age in enumerate(AGES)
            ],
            AgeCell(row["count"], row["sum"] or ZERO_YUAN),
        )
        for row in found
    ]


def total_of(lines: list[AgeLine]) -> AgeLine:
    """All lines together; no query."""
    cells = [_sum([line.cells[place] for line in lines], age.label) for place, age in enumerate(AGES)]
    return AgeLine("", _("合计"), cells, _sum([line.total for line in lines]))


def _sum(cells: list[AgeCell], label: Any = "") -> AgeCell:
    return AgeCell(sum(one.gift_count for one in cells), sum((one.amount for one in cells), start=ZERO_YUAN), label)


def pool_page(person: User, asked: PoolFilter, cursor: str = "", limit: int = PAGE_SIZE) -> PoolPage:
    """A page of the pool in the person's scope by keyset (day, id); one query."""
    rows = UnidentifiedGift.objects.visible_to(person, Right.VIEW_GIFTS).filter(state=asked.state)
    exact = {
        "branch__code": asked.branch or None,
        "donation__number": asked.number or None,
        "amount": asked.amount,
        "received_on__gte": asked.first,
        "received_on__lte": asked.last,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    for age in AGES:
        if age.key == asked.age:
            rows = rows.filter(age.condition(today()))
    day, _dash, number = cursor.rpartition("-")
    try:
        place = (datetime.date.fromisoformat(day), int(number)) if cursor else None
    except ValueError:
        place = None
    if place is not None:
        rows = rows.filter(Q(received_on__gt=place[0]) | Q(received_on=place[0], pk__gt=place[1]))
    found = list(rows.select_related("branch", "donation__fund").order_by("received_on", "pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return PoolPage(found[:limit], f"{last.received_on.isoformat()}-{last.pk}" if last else "")


def pooled_of(gift: Donation) -> UnidentifiedGift | None:
    """The pool's row of a gift that the reader may see; one query."""
    return UnidentifiedGift.objects.unscoped("of a gift already in scope").filter(donation=gift).first()


def pool_history(pooled: UnidentifiedGift) -> list[PoolEvent]:
    """What happened to a gift in the pool, the newest first; one query."""
    return list(PoolEvent.objects.filter(pooled=pooled).select_related("actor").order_by("-pk")[:50])


def unknown_of_batch(batch: Batch) -> list[Donation]:
    """Gifts of a batch without a giver that are not in the pool, at most 5,000; one query."""
    taken = Correction.objects.unscoped("of one batch").filter(
        donation__batch=batch, is_current=True, taken_total=F("donation__amount")
    )
    rows = (
        Donation.objects.unscoped("of a batch already in scope")
        .filter(batch=batch, donor_kind=DonorKind.ANONYMOUS, kind=GiftKind.MONEY)
        .filter(unidentified__isnull=True, contact__isnull=True)
        .exclude(name_choice=NameChoice.ANONYMOUS)
        .exclude(pk__in=taken.values("donation_id"))
    )
    return list(rows.select_related("branch").order_by("pk")[:BATCH_MOST])
