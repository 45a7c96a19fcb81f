"""Posted gifts at the desk: search, facts, history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bigrams import bigram_query
from core.models import AuditEvent
from donations.models import Correction, Donation
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class GiftFilter:
    """What a search of posted gifts asks for; amounts in yuan, days inclusive, all narrowing."""

    number: str = ""
    name: str = ""
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    from_on: date | None = None
    to_on: date | None = None
    fund: str = ""
    branch: str = ""
    batch: str = ""
    reversed_only: bool = False

    @property
    def is_set(self) -> bool:
        """Whether anything narrows."""
        return self != GiftFilter()


@dataclass(frozen=True)
class GiftPage:
    """A page of gifts, newest first; `next_cursor` and `previous_cursor` are empty where there is no such page."""

    gifts: list[Donation]
    next_cursor: str
    previous_cursor: str
    reversed_ids: frozenset[int] = field(default_factory=frozenset)


def search_gifts(person: User, asked: GiftFilter, cursor: str = "", limit: int = PAGE_SIZE) -> GiftPage:
    """A page of posted gifts in the person's scope by keyset (day, id); two queries.

    The name is looked for in what is displayed; a real name finds nothing that is masked.
    """
    rows = _narrowed(person, asked)
    place, backwards = _read_cursor(cursor)
    if place is not None:
        rows = rows.filter(_beyond(place, backwards=backwards))
    order = ("received_on", "id") if backwards else ("-received_on", "-id")
    found = list(rows.select_related("fund", "branch").defer("donor_name").order_by(*order)[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    return GiftPage(
        found,
        _cursor(found[-1], backwards=False) if found and (has_more or backwards) else "",
        _cursor(found[0], backwards=True) if found and (has_more if backwards else place is not None) else "",
        reversed_among(found),
    )


def reversed_among(gifts: Iterable[Donation]) -> frozenset[int]:
    """Which of these gifts were reversed, by id; one query."""
    return frozenset(
        Correction.objects.unscoped("of gifts already in scope")
        .filter(donation_id__in=[gift.pk for gift in gifts], is_current=True, taken_total=F("donation__amount"))
        .values_list("donation_id", flat=True)
    )


def _narrowed(person: User, asked: GiftFilter) -> QuerySet[Donation]:
    rows: QuerySet[Donation] = Donation.objects.visible_to(person, Right.VIEW_GIFTS)
    exact = {
        "amount__gte": asked.min_amount,
        "amount__lte": asked.max_amount,
        "received_on__gte": asked.from_on,
        "received_on__lte": asked.to_on,
        "fund__code": asked.fund or None,
        "branch__code": asked.branch or None,
        "batch__number": asked.batch or None,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.number:
        rows = rows.filter(number=asked.number)
    if asked.name:
        pairs = bigram_query(asked.name)
        rows = rows.filter(display_bigrams__contains=pairs) if pairs else rows.filter(display_name=asked.name)
    if asked.reversed_only:
        rows = rows.filter(corrections__is_current=True)
    return rows


def _cursor(gift: Donation, *, backwards: bool) -> str:
    return f"{'b' if backwards else 'f'}{gift.received_on:%Y%m%d}-{gift.pk}"


def _read_cursor(text: str) -> tuple[tuple[date, int] | None, bool]:
    """Read a cursor; one that is none gives the first page."""
    day, dash, number = text[1:].partition("-")
    if text[:1] not in ("f", "b") or not dash or not number.isdigit():
        return None, False
    try:
        return (datetime.strptime(f"{day}+0000", "%Y%m%d%z").date(), int(number)), text[0] == "b"
    except ValueError:
        return None, False


def _beyond(place: tuple[date, int], *, backwards: bool) -> Q:
    day, number = place
    if backwards:
        return Q(received_on__gte=day) & (Q(received_on__gt=day) | Q(pk__gt=number))
    return Q(received_on__lte=day) & (Q(received_on__lt=day) | Q(pk__lt=number))


@dataclass(frozen=True)
class GiftFacts:
    """A posted gift as staff see it: everything but the recorded name, which is shown on its own, with a reason."""

    id: int
    number: str
    donor: str
    donor_kind: str
    name_choice: str
    amount: Decimal
    received_on: date
    posted_at: datetime
    purpose: str
    remark: str
    channel: str
    reference: str
    fund_name: str
    branch_name: str
    branch_code: str
    batch_number: str
    row_number: int
    entry_number: str
    has_voucher: bool
    is_recorded_for: bool


def gift_facts(gift: Donation) -> GiftFacts:
    """The facts of a gift that was fetched with its branch, fund, batch and entry; no query."""
    return GiftFacts(
        id=gift.pk,
        number=gift.number,
        donor=gift.display_name,
        donor_kind=str(gift.get_donor_kind_display()),
        name_choice=str(gift.get_name_choice_display()),
        amount=gift.amount,
        received_on=gift.received_on,
        posted_at=gift.posted_at,
        purpose=str(gift.get_purpose_display()),
        # A remark may name people: what repeats the giver's name is masked with it.
        remark=gift.remark.replace(gift.donor_name, gift.display_name) if gift.donor_name else gift.remark,
        channel=gift.channel,
        reference=gift.reference,
        fund_name=gift.fund.name,
        branch_name=gift.branch.name,
        branch_code=gift.branch.code,
        batch_number=gift.batch.number,
        row_number=gift.row_number,
        entry_number=gift.entry.number,
        has_voucher=gift.voucher_id is not None,
        is_recorded_for=gift.is_recorded_for,
    )


@dataclass(frozen=True)
class Act:
    """One act on a gift in words: when, who, what, why."""

    at: datetime
    actor: str
    act: str
    reason: str


# What the verbs of the audit trail mean to a reader.
ACTS: dict[str, Any] = {
    "donations.gift.name_choice_changed": gettext_lazy("改了公开方式"),
    "donations.gift.name_revealed": gettext_lazy("查看了姓名"),
    "donations.gift.voucher_read": gettext_lazy("查看了凭证"),
    "donations.correction.requested": gettext_lazy("提出冲销或退还"),
    "donations.correction.approved": gettext_lazy("批准冲销或退还"),
    "donations.correction.declined": gettext_lazy("没有批准冲销或退还"),
    "donations.correction.withdrawn": gettext_lazy("撤回冲销或退还申请"),
    "donations.receipt.recorded": gettext_lazy("登记了票据"),
    "donations.receipt.cancelled": gettext_lazy("作废了票据"),
    "donations.giver.contact_recorded": gettext_lazy("登记了捐赠人手机号"),
    "donations.giver.asked": gettext_lazy("捐赠人提出请求"),
    "donations.giver.answered": gettext_lazy("答复了捐赠人"),
    "donations.giver.withdrew": gettext_lazy("捐赠人撤回请求"),
    "donations.pool.open": gettext_lazy("列入待认领"),
    "donations.pool.left": gettext_lazy("移出待认领"),
    "donations.pool.identified": gettext_lazy("认领已确认"),
    "donations.pool.gone": gettext_lazy("不再待认领"),
    "donations.giver.told": gettext_lazy("登记了对捐赠人的反馈"),
    "donations.gift.paper_printed": gettext_lazy("打印了回执或证书（含姓名）"),
}


def gift_history(gift: Donation) -> list[Act]:
    """What was done to and looked at of a gift, newest first, at most 100; one query."""
    rows = AuditEvent.objects.filter(object_label=gift._meta.label_lower, object_key=gift.number).order_by("-pk")[:100]
    return [Act(row.at, row.actor_login or _("系统"), str(ACTS.get(row.verb, row.verb)), row.reason) for row in rows]


def gift_corrections(gift: Donation) -> list[Correction]:
    """All corrections of a gift that the reader may see, newest first; one query."""
    rows = Correction.objects.unscoped("of a gift already in scope").filter(donation=gift)
    return list(rows.select_related("requested_by", "decided_by", "entry", "advanced_by").order_by("-pk"))
