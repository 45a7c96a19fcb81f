"""Reversing: a new entry that takes back what another moved; the other stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from ledger.choices import EntryKind
from ledger.errors import LedgerConflict, LedgerError
from ledger.models import Account, Entry, Movement
from ledger.selectors.funds import open_successor
from ledger.services.accounts import open_holding
from ledger.services.drafts import EntryDraft
from ledger.services.positions import ZERO, Line, take_out, written
from ledger.services.posting import post_planned
from ledger.services.rules import check_document


def reverse_entry(
    *,
    entry: Entry,
    made_by: User,
    approved_by: User,
    occurred_on: date,
    document: str,
    key: str,
    quantity: Decimal | None = None,
    by_line: Mapping[int, Decimal] | None = None,
    actor: User | None = None,
) -> Entry:
    """Post the entry that takes back what `entry` moved, wholly or in part, and return it.

    Without a quantity all that was not reversed before is taken back; `quantity` takes back a part of an entry with one
    movement, `by_line` parts of several (line number → quantity). What came into an account is taken out where it
    lies, as far as it is unspent; what left to the outside comes back at the end of its account (of the successor's,
    where the fund was closed). Idempotent by `key`.

    Locks as `post_entry`. Raises AlreadySpent, saying how much is still there, LedgerConflict where it was reversed
    already, LedgerError where it is itself a reversal.
    """
    if entry.kind == EntryKind.REVERSAL:
        raise LedgerError("reversal_of_reversal", _("冲销单不能再冲销，请按实际情况重新记一张记账单。"))
    if made_by.pk == approved_by.pk:
        raise LedgerError("maker_is_approver", _("制单人和审核人不能是同一个人，请由另一位有审核权限的同事审核。"))
    if not entry.occurred_on <= occurred_on <= today():
        raise LedgerError(
            "date_out_of_range", _("冲销日期不能早于原记账单的发生日期，也不能晚于今天。"), {"occurred_on": ""}
        )
    check_document(document)
    with transaction.atomic():
        asked = _asked(entry, quantity, by_line)
        targets = {movement.pk: _comes_back_to(movement) for movement in asked}
        draft = EntryDraft(
            branch=entry.branch,
            kind=EntryKind.REVERSAL,
            occurred_on=occurred_on,
            made_by=made_by,
            approved_by=approved_by,
            document=document,
            key=key,
            movements=(),
        )
        return post_planned(
            draft=draft,
            accounts=[*(movement.destination for movement in asked), *targets.values()],
            named=asked,
            plan=lambda: [line for m, part in asked.items() for line in _lines(m, part, targets[m.pk].pk)],
            reads_under_lock=True,
            is_same=lambda standing: _takes_back(standing, asked),
            actor=actor,
            reverses=entry,
        )


def _asked(
    entry: Entry, quantity: Decimal | None, by_line: Mapping[int, Decimal] | None
) -> dict[Movement, Decimal | None]:
    """The movements to take back and how much of each (None: all that is left)."""
    movements = list(
        entry.movements.select_related(
            "source__fund__branch", "source__unit", "destination__fund", "destination__unit"
        ).order_by("line")
    )
    if quantity is not None:
        if len(movements) != 1 or by_line is not None:
            raise LedgerError("line_missing", _("这张记账单有多行，部分冲销须写明每一行冲销多少。"))
        by_line = {movements[0].line: quantity}
    if by_line is None:
        return dict.fromkeys(movements)
    known = {movement.line: movement for movement in movements}
    for line, part in by_line.items():
        if line not in known:
            raise LedgerError("line_unknown", _("原记账单没有第 %(line)s 行，请核对行号。") % {"line": line})
        if not ZERO < part <= known[line].quantity or part != round(part, known[line].source.unit.decimal_places):
            raise LedgerError(
                "quantity_out_of_range",
                _("第 %(line)s 行：冲销数量须大于零且不超过原数量 %(quantity)s。")
                % {"line": line, "quantity": written(known[line].quantity)},
            )
    return {known[line]: part for line, part in by_line.items()}


def _takes_back(standing: Entry, asked: Mapping[Movement, Decimal | None]) -> bool:
    taken: dict[int | None, Decimal] = {}
    for line in standing.movements.all():
        taken[line.reverses_id] = taken.get(line.reverses_id, ZERO) + line.quantity
    return taken.keys() == {movement.pk for movement in asked} and all(
        part is None or taken[movement.pk] == part for movement, part in asked.items()
    )


def _comes_back_to(movement: Movement) -> Account:
    source = movement.source
    if source.fund is None or source.fund.is_open:
        return source
    fund = open_successor(source.fund)
    return open_holding(branch=fund.branch, fund=fund, unit=source.unit, site=source.site)


def _lines(movement: Movement, part: Decimal | None, target_id: int) -> list[Line]:
    reversed_before = movement.reversals.aggregate(total=Sum("quantity"))["total"] or ZERO
    left = movement.quantity - reversed_before
    if not left or (part is not None and part > left):
        raise LedgerConflict(
            "reversed_already",
            _("第 %(line)s 行：原数量 %(quantity)s，此前已冲销 %(before)s，不能再冲销 %(asked)s，请查看原冲销单。")
            % {
                "line": movement.line,
                "quantity": written(movement.quantity),
                "before": written(reversed_before),
                "asked": written(movement.quantity if part is None else part),
            },
        )
    wanted = left if part is None else part
    if movement.in_from is not None:
        return take_out(movement, wanted, target_id)
    return [
        Line(
            source_id=movement.destination_id,
            destination_id=target_id,
            unit_id=movement.unit_id,
            quantity=wanted,
            reverses_id=movement.pk,
            # Parts come back in the order in which they left.
            back_from=None if movement.out_from is None else movement.out_from + reversed_before,
        )
    ]
