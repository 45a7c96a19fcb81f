"""A monthly sheet as rows of a table: what its files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reconciliation.choices import Direction

Row = tuple[Any, ...]


def sheet_rows(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Yield (what, which, day, income, expense, balance) in the order of the page; amounts in yuan."""
    for account in figures["accounts"]:
        yield _("账户"), account["name"], "", None, None, None
        yield _("期初余额"), account["name"], "", None, None, Decimal(account["opening"])
        for part in account["parts"]:
            yield _sided(_("本期"), f"{part['label']} × {part['count']}", "", part["direction"], part["amount"])
        yield _("期末余额"), account["name"], "", None, None, Decimal(account["closing"])
    yield _("银行存款余额合计"), "", "", None, None, Decimal(figures["bank"])
    for line in figures["bank_only"]["lines"]:
        yield _signed(
            _("银行有、账上无"), f"{line['statement']} #{line['seq']} {line['label']}", line["on"], line["amount"]
        )
    for part in figures["bank_only"]["explained"]:
        which = f"{part['label']} × {part['count']}"
        yield _sided(_("不入款物账的银行收支（累计）"), which, "", part["direction"], part["amount"])
    for part in figures["book_only"]["kinds"]:
        which = f"{part['label']} × {part['count']}"
        yield _sided(_("账上有、银行无"), which, "", part["direction"], part["amount"])
    yield _signed(_("期初差额"), "", "", figures["opening_gap"])
    yield _("调节后应有账面余额"), "", "", None, None, Decimal(figures["due"])
    yield _("账面资金余额"), "", "", None, None, Decimal(figures["book"])
    yield _("未能调节的差额"), "", "", None, None, Decimal(figures["remainder"])
    for gap in figures["gaps"]:
        yield _("缺流水"), gap, "", None, None, None


def _signed(what: str, which: str, day: str, amount: str) -> Row:
    value = Decimal(amount)
    return (what, which, day, value, None, None) if value >= 0 else (what, which, day, None, -value, None)


def _sided(what: str, which: str, day: str, direction: str, amount: str) -> Row:
    value = Decimal(amount)
    return (what, which, day, value, None, None) if direction == Direction.IN else (what, which, day, None, value, None)


def bank_only_totals(figures: Mapping[str, Any]) -> dict[str, Decimal]:
    """What banks alone received and paid: lines that wait for the books and those that never go into them, in yuan."""
    waiting, explained = figures["bank_only"]["waiting"], figures["bank_only"]["explained"]

    def of(direction: str) -> Decimal:
        return sum((Decimal(one["amount"]) for one in explained if one["direction"] == direction), Decimal("0.00"))

    return {
        "bank_in": Decimal(waiting["income"]) + of(Direction.IN),
        "bank_out": Decimal(waiting["expense"]) + of(Direction.OUT),
    }
