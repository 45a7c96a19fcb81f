"""Balances and figures: what is held, and opening + in - out = closing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Sum

from core.money import yuan
from core.periods import Period
from ledger.choices import AccountKind, UnitKind
from ledger.models import Account, AccountBalance, Fund, Unit
from ledger.selectors.ends import JOINS, inside
from organizations.models import Branch, branches_of

ZERO = Decimal("0")


@dataclass(frozen=True)
class Holding:
    """What one account holds, in its unit."""

    account: Account
    quantity: Decimal


@dataclass(frozen=True)
class FundBalance:
    """What a fund holds now: yuan in hand, yuan under way, and goods by account, never added into one number."""

    fund: Fund
    money: Decimal
    in_transit: Decimal
    goods: tuple[Holding, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left, so that the fund may be closed."""
        return not (self.money or self.in_transit or self.goods)


@dataclass(frozen=True)
class Flow:
    """What came in or went out in a period by one kind of entry and the outside party (empty: another branch)."""

    kind: str
    party: str
    is_inflow: bool
    quantity: Decimal
    movement_count: int


@dataclass
class UnitFigures:
    """The figures of one unit: opening + inflow - outflow = closing, of which `in_transit` was under way at the end."""

    unit: Unit
    opening: Decimal = ZERO
    inflow: Decimal = ZERO
    outflow: Decimal = ZERO
    in_transit: Decimal = ZERO
    flows: list[Flow] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        """What was held at the end of the period, in hand and under way."""
        return self.opening + self.inflow - self.outflow


@dataclass
class FundFigures(UnitFigures):
    """The figures of one fund in one unit; transfers between funds show here and not in the branch's."""

    fund: Fund | None = None


@dataclass(frozen=True)
class Figures:
    """The figures of a branch, alone or with all below, in a period of posting; money and goods apart.

    `money` and `goods` are consolidated: what moved between two accounts inside does not count, and what was under
    way inside counts once. `funds` has a line for each fund and unit.
    """

    money: UnitFigures | None
    goods: tuple[UnitFigures, ...]
    funds: tuple[FundFigures, ...]


def balance_of(account: Account) -> Decimal:
    """What an account holds now, in its unit; a world account holds nothing (1 query)."""
    row = AccountBalance.objects.filter(account=account).first()
    return ZERO if row is None else row.inflow_tail - row.outflow_tail - row.removed_total


def money_held(branch: Branch | None = None) -> Decimal:
    """What the holdings and transit accounts of all branches, or of one with all below, hold now, in yuan (1 query).

    Sums one balance for each account; whose an account is goes by the tree of today.
    """
    rows = AccountBalance.objects.filter(account__unit__kind=UnitKind.MONEY)
    if branch is not None:
        below = Branch.objects.filter(branches_of(branch, with_below=True)).order_by()
        rows = rows.filter(account__branch__in=below)
    held = F("inflow_tail") - F("outflow_tail") - F("removed_total")
    return yuan(rows.aggregate(total=Sum(held))["total"] or ZERO)


def fund_balances(funds: QuerySet[Fund] | Iterable[Fund]) -> list[FundBalance]:
    """What each of these funds holds now (2 queries for a queryset)."""
    listed = list(funds)
    held = (
        AccountBalance.objects.filter(account__fund__in=listed)
        .annotate(quantity=F("inflow_tail") - F("outflow_tail") - F("removed_total"))
        .exclude(quantity=0)
        .select_related("account__unit", "account__site")
        .order_by("account_id")
    )
    by_fund: dict[int | None, list[Holding]] = {}
    for row in held:
        by_fund.setdefault(row.account.fund_id, []).append(Holding(row.account, row.quantity))
    return [_fund_balance(fund, by_fund.get(fund.pk, [])) for fund in listed]


def _fund_balance(fund: Fund, holdings: list[Holding]) -> FundBalance:
    money = [one for one in holdings if one.account.unit.kind == UnitKind.MONEY]
    return FundBalance(
        fund=fund,
        money=sum((one.quantity for one in money if one.account.kind == AccountKind.HOLDING), ZERO),
        in_transit=sum((one.quantity for one in money if one.account.kind == AccountKind.TRANSIT), ZERO),
        goods=tuple(one for one in holdings if one.account.unit.kind == UnitKind.GOODS),
    )


# Each movement with the question for both of its ends: does it lie inside?
_ENDS = f"""
    SELECT m.quantity, m.unit_id, e.kind, e.posted_at, s.fund_id AS source_fund, d.fund_id AS destination_fund,
           s.party AS source_party, d.party AS destination_party,
           s.kind = 'transit' AS from_transit, d.kind = 'transit' AS to_transit,
           coalesce({{source}}, false) AS source_inside, coalesce({{destination}}, false) AS destination_inside
      FROM ledger_movement m
      JOIN ledger_entry e ON e.id = m.entry_id
{JOINS}
     WHERE e.posted_at < %(end)s
"""  # noqa: S608 -- our own SQL

# Consolidated: only what crossed the border counts; in transit is summed for both directions.
_TOTALS = """
    SELECT unit_id, posted_at < %(start)s AS is_before, destination_inside AS is_inflow, kind,
           CASE WHEN destination_inside THEN source_party ELSE destination_party END AS party,
           sum(quantity) FILTER (WHERE source_inside <> destination_inside),
           count(*) FILTER (WHERE source_inside <> destination_inside),
           coalesce(sum(quantity) FILTER (WHERE to_transit AND destination_inside), 0)
             - coalesce(sum(quantity) FILTER (WHERE from_transit AND source_inside), 0)
      FROM ({ends}) x
     WHERE source_inside OR destination_inside
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
_BY_FUND = """
    SELECT fund_id, unit_id, is_before, is_inflow, kind, party, sum(quantity), count(*), sum(transit), is_within
      FROM (
        SELECT destination_fund AS fund_id, unit_id, posted_at < %(start)s AS is_before, true AS is_inflow, kind,
               source_party AS party, quantity, CASE WHEN to_transit THEN quantity ELSE 0 END AS transit,
               source_fund IS NOT DISTINCT FROM destination_fund AS is_within
          FROM ({ends}) x WHERE destination_inside
        UNION ALL
        SELECT source_fund, unit_id, posted_at < %(start)s, false, kind, destination_party, quantity,
               CASE WHEN from_transit THEN -quantity ELSE 0 END, source_fund IS NOT DISTINCT FROM destination_fund
          FROM ({ends}) y WHERE source_inside
      ) z
     GROUP BY 1, 2, 3, 4, 5, 6, is_within ORDER BY 1, 2, 3, 4, 5, 6
"""


def figures(branch: Branch, *, with_below: bool, period: Period) -> Figures:
    """Return the figures of a branch in a period of posting (half-open, Asia/Shanghai), alone or with all below.

    4 queries, each over all movements up to the period's end: for reports and statements, not for lists.
    """
    source, destination, values = inside(branch, with_below=with_below)
    ends = _ENDS.format(source=source, destination=destination)
    values |= {"start": period.start, "end": period.end}
    totals = _totals(_fetch(_TOTALS.replace("{ends}", ends), values))
    return Figures(
        money=next((one for one in totals if one.unit.kind == UnitKind.MONEY), None),
        goods=tuple(one for one in totals if one.unit.kind == UnitKind.GOODS),
        funds=tuple(_fund_lines(_fetch(_BY_FUND.replace("{ends}", ends), values))),
    )


def _totals(rows: list[tuple[Any, ...]]) -> list[UnitFigures]:
    units = Unit.objects.in_bulk({row[0] for row in rows})
    found: dict[int, UnitFigures] = {}
    for unit_id, is_before, is_inflow, kind, party, quantity, count, transit in rows:
        one = found.setdefault(unit_id, UnitFigures(unit=units[unit_id]))
        one.in_transit += transit
        if quantity is not None:
            _add(one, is_before, Flow(kind, party, is_inflow, quantity, count))
    return list(found.values())


def _fund_lines(rows: list[tuple[Any, ...]]) -> list[FundFigures]:
    units = Unit.objects.in_bulk({row[1] for row in rows})
    funds = Fund.objects.select_related("branch").in_bulk({row[0] for row in rows})
    found: dict[tuple[int, int], FundFigures] = {}
    for fund_id, unit_id, is_before, is_inflow, kind, party, quantity, count, transit, is_within in rows:
        line = found.setdefault((fund_id, unit_id), FundFigures(unit=units[unit_id], fund=funds[fund_id]))
        line.in_transit += transit
        if not is_within:
            _add(line, is_before, Flow(kind, party, is_inflow, quantity, count))
    return list(found.values())


def _add(one: UnitFigures, is_before: bool, flow: Flow) -> None:
    signed = flow.quantity if flow.is_inflow else -flow.quantity
    if is_before:
        one.opening += signed
        return
    one.flows.append(flow)
    if flow.is_inflow:
        one.inflow += flow.quantity
    else:
        one.outflow += flow.quantity


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
