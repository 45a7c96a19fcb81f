"""Values, units and axes of charts, all in Decimal."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.charts.svg import CONTEXT

_WAN = Decimal(10_000)
_YI = Decimal(100_000_000)


class Point(NamedTuple):
    """One value with its label; a plain `(label, value)` does as well."""

    label: str
    value: Decimal


class Series(NamedTuple):
    """A named row of values, one for each label of the chart; None where there is no value."""

    name: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis from `low` to `high` (both include zero), with ticks, in a unit that keeps figures short."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]
    unit: str
    divisor: Decimal

    def share(self, value: Decimal) -> Decimal:
        """Return where a value lies between low (0) and high (1)."""
        return CONTEXT.divide(value - self.low, self.high - self.low)

    def figure(self, value: Decimal) -> str:
        """Write a value in the axis' unit, at most two decimals."""
        return figure(value, self.divisor)


def unit_for(largest: Decimal, unit: str) -> tuple[str, Decimal]:
    """Return the unit in which yuan stay short (万元, 亿元) with its divisor; other units stay as they are."""
    if unit != _("元") or largest < _WAN:
        return unit, Decimal(1)
    return (_("亿元"), _YI) if largest >= _YI else (_("万元"), _WAN)


def figure(value: Decimal, divisor: Decimal = Decimal(1)) -> str:
    """Write a value divided, with at most two decimals and separators: `12.35`, `1,200`."""
    text = f"{CONTEXT.divide(value, divisor).quantize(Decimal('0.01'), context=CONTEXT):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def axis_for(values: Sequence[Decimal], unit: str, parts: int = 4) -> Axis:
    """Return an axis of about `parts` round steps that holds all values and zero."""
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    if low == high:
        high = Decimal(1)
    step = _round_step(CONTEXT.divide(high - low, Decimal(parts)))
    first = CONTEXT.divide(low, step).to_integral_value("ROUND_FLOOR")
    last = CONTEXT.divide(high, step).to_integral_value("ROUND_CEILING")
    ticks = tuple(step * number for number in range(int(first), int(last) + 1))
    shown, divisor = unit_for(max(abs(low), high), unit)
    return Axis(ticks[0], ticks[-1], ticks, shown, divisor)


def _round_step(rough: Decimal) -> Decimal:
    power = Decimal(1).scaleb(rough.adjusted(), context=CONTEXT)
    return next(power * factor for factor in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * factor >= rough)
