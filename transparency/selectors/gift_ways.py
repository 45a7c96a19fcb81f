"""The way of a gift as everybody reads it: the ledger's trail in words, with what other apps publish about its entries.

No free text of an entry and no person's name stands in it. Every part is counted: the places add up to the gift.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_yuan
from donations.choices import GiftStatus
from donations.selectors.public import PublicGift
from donations.selectors.public.entries import change_notes
from ledger.choices import TrailStage, UnitKind, WorldParty
from ledger.selectors.trails import Hop, Trail, Whereabouts, trail_of_entry_id
from spending.selectors.public import PublicPayment, payments_by_entry

# More hops than a phone shows in two screens are told together.
LISTED = 20

_SENTENCES: dict[str, Any] = {
    TrailStage.SENT: gettext_lazy("%(branch)s从“%(fund)s”（%(code)s）拨出 %(amount)s。"),
    TrailStage.ACCEPTED: gettext_lazy("%(branch)s签收 %(amount)s，归入“%(fund)s”（%(code)s）。"),
    TrailStage.MOVED: gettext_lazy("%(amount)s 转入“%(fund)s”（%(code)s）。"),
    TrailStage.USED: gettext_lazy("从“%(fund)s”（%(code)s）付给%(party)s %(amount)s。"),
    TrailStage.BOUGHT: gettext_lazy("购得%(amount)s，归入“%(fund)s”（%(code)s）。"),
    TrailStage.CAME_BACK: gettext_lazy("%(amount)s 退回“%(fund)s”（%(code)s）。"),
}


@dataclass(frozen=True)
class Link:
    """A page that says more."""

    label: str
    url: str


@dataclass(frozen=True)
class Step:
    """A step as the trail component takes it; `state` is done, current or future."""

    title: str
    text: str
    state: str = "done"
    on: datetime.date | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Place:
    """A part of the gift that is somewhere now; yuan."""

    label: str
    amount: Decimal


@dataclass(frozen=True)
class GiftWay:
    """The steps of a gift, and where its parts are; the places add up to `total` (yuan)."""

    steps: tuple[Step, ...]
    places: tuple[Place, ...]
    total: Decimal
    is_summarised: bool


def gift_way(gift: PublicGift) -> GiftWay:
    """Follow a gift through transfers and payments to where it is; at most five queries."""
    trail = trail_of_entry_id(gift.entry_id, most=LISTED)
    return GiftWay(
        steps=tuple(_steps(gift, trail)),
        places=tuple(_places(trail.whereabouts)),
        total=trail.whereabouts.quantity,
        is_summarised=trail.is_summarised,
    )


def _steps(gift: PublicGift, trail: Trail) -> Iterator[Step]:
    branch = Link(gift.branch_name, f"/branches/{gift.branch_code}/")
    received = {"branch": gift.branch_name, "amount": format_yuan(gift.amount)}
    yield Step(_("已收到"), _("%(branch)s收到 %(amount)s。") % received, on=gift.received_on, links=(branch,))
    booked = _("经两人核对后记入账簿，捐赠编号 %(number)s。") % {"number": gift.number}
    yield Step(_("已入账"), booked, on=gift.posted_at)
    moves = [hop for hop in trail.hops if hop.stage not in (TrailStage.BOOKED, TrailStage.REFUNDED)]
    where = trail.whereabouts
    is_open = bool(where.in_hand or where.in_transit)
    if moves or gift.status != GiftStatus.REVERSED:
        pooled = {"fund": gift.fund_name, "code": gift.fund_code}
        yield Step(
            _("归集到资金池"),
            _("归入“%(fund)s”（%(code)s），与池内其他捐赠一并管理。") % pooled,
            state="done" if moves or not is_open else "current",
            on=gift.posted_at,
            links=(Link(_("资金池的每一笔收支"), f"/funds/{gift.fund_code}/"),),
        )
    yield from _told(moves)
    if gift.reversed_at is not None:
        title = _("已冲销或退还") if gift.status == GiftStatus.REVERSED else _("部分冲销、退还或垫付退还")
        note = _("更正说明：%(note)s") % {"note": gift.note}
        yield Step(title, note, state="done" if is_open else "current", on=gift.reversed_at)
    if is_open:
        yield _still_open(moves, where)


def _still_open(moves: list[Hop], where: Whereabouts) -> Step:
    if not moves:
        later = _("这笔捐赠还没有使用。款项拨付、使用后，会在这里逐步显示日期、金额和接收单位。")
        return Step(_("拨付与使用"), later, state="future")
    left = {"amount": format_yuan(where.in_hand + where.in_transit)}
    return Step(_("余下部分"), _("%(amount)s 尚未使用，使用后会在这里继续显示。") % left, state="current")


def _places(where: Whereabouts) -> Iterator[Place]:
    """Every part that is not nothing; what lies in hand also where it is nothing left, as people look for it."""
    parts = (
        (_("已使用"), where.spent, True),
        (_("在资金池中"), where.in_hand, True),
        (_("拨付在途"), where.in_transit, False),
        (_("已冲销或退还"), where.taken_back, False),
    )
    return (Place(label, amount) for label, amount, always in parts if amount or always)


def _told(moves: list[Hop]) -> Iterator[Step]:
    """Hops in the order in which they were booked; those of a summary, which have no entry, by their depth."""
    payments = payments_by_entry([hop.entry_id for hop in moves if hop.stage == TrailStage.USED and hop.entry_id])
    notes = change_notes([hop.entry_id for hop in moves if hop.stage == TrailStage.MOVED and hop.entry_id])
    for hop in sorted(moves, key=lambda hop: hop.movement_id if hop.entry_id and hop.movement_id else hop.depth):
        payment = payments.get(hop.number) if hop.stage == TrailStage.USED else None
        yield _paid(hop, payment) if payment else _moved(hop, notes.get(hop.entry_id or 0, ""))


def _paid(hop: Hop, payment: PublicPayment) -> Step:
    words = {
        "amount": format_yuan(hop.quantity),
        "purpose": payment.purpose_label,
        "branch": payment.branch_name,
        "payee": payment.payee,
        "total": format_yuan(payment.amount),
    }
    text = _("%(amount)s 用于%(purpose)s：%(branch)s支付给%(payee)s，该笔支出共 %(total)s。") % words
    link = Link(_("支出 %(number)s") % {"number": payment.number}, payment.address)
    return Step(str(TrailStage.USED.label), text, on=payment.paid_on, links=(link,))


def _moved(hop: Hop, note: str) -> Step:
    fund, branch = hop.fund, hop.branch
    words = {
        "amount": _quantity(hop),
        "fund": fund.name if fund else "",
        "code": fund.code if fund else "",
        "branch": branch.name if branch else "",
        "party": WorldParty(hop.party).label if hop.party else "",
    }
    text = str(_SENTENCES[hop.stage] % words)
    if hop.hops > 1:
        text += _("共 %(count)s 笔。") % {"count": hop.hops}
    if note:
        text += _("说明：%(note)s") % {"note": note}
    links = (Link(fund.name, f"/funds/{fund.code}/"),) if fund else ()
    return Step(str(TrailStage(hop.stage).label), text, on=hop.occurred_on, links=links)


def _quantity(hop: Hop) -> str:
    unit = hop.source.unit
    if unit.kind == UnitKind.MONEY:
        return format_yuan(hop.quantity)
    return f"{unit.name} {hop.quantity.normalize():f} {unit.measure}"
