"""Donut charts: a few parts of one whole, each with its value and share in words."""

import math
from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.palette import PALETTE, Palette
from core.charts.scale import Point, figure, unit_for
from core.charts.svg import element, in_own_context, join, picture, place, shorten, words
from core.money import split_by_largest_remainder

_OUTER, _INNER = 100, 62
_MOST = 6
_ROW = 34


@in_own_context
def donut_chart(
    series: Sequence[Point | tuple[str, Decimal]],
    *,
    title: str,
    unit: str,
    width: int = 720,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw parts of one whole with their shares, which sum to exactly 100.0 %. At most six parts.

    Raises ValueError for a negative part or more than six: put the small ones together first.
    """
    points = [Point(*point) for point in series]
    if len(points) > _MOST or any(point.value < 0 for point in points):
        raise ValueError("a donut has at most six parts, none below zero")
    total = sum((point.value for point in points), Decimal(0))
    # In steps of a tenth of a percent: a thousand of them are handed out, none is lost to rounding.
    shares = (
        [part * 10 for part in split_by_largest_remainder(Decimal("10.00"), [point.value for point in points])]
        if total
        else [Decimal(0) for _point in points]
    )
    height = max(2 * _OUTER + 20, 30 + _ROW * len(points))
    shown, divisor = unit_for(total, unit)
    middle = (Decimal(_OUTER + 10), Decimal(height) / 2)
    ring = _ring(middle, [point.value for point in points], total, palette)
    centre = join(
        words(middle[0], middle[1] - 4, figure(total, divisor), font_size=22, font_weight=700, fill=palette.ink,
              text_anchor="middle"),
        words(middle[0], middle[1] + 18, shown, font_size=12, fill=palette.soft, text_anchor="middle"),
    )  # fmt: skip
    rows = []
    y = (Decimal(height) - _ROW * len(points)) / 2 + 22
    for at, (point, share) in enumerate(zip(points, shares, strict=True)):
        value = f"{figure(point.value, divisor)} {shown} · {share:.1f}%"
        rows.append(_row(at, y + _ROW * at, point.label, value, width, palette))
    said = "，".join(
        f"{point.label} {figure(point.value)} {unit}（{share:.1f}%）"
        for point, share in zip(points, shares, strict=True)
    )
    return picture(
        width,
        height,
        title=title,
        desc=(said or _("没有数据")) + "。",
        content=join(ring, centre, *rows),
        font=palette.font,
    )


def _row(at: int, y: Decimal, label: str, value: str, width: int, palette: Palette) -> SafeString:
    left = 2 * _OUTER + 60
    edge = min(width - 12, left + 400)
    return join(
        element("rect", x=left, y=y - 12, width=14, height=14, fill=palette.series[at]),
        words(left + 24, y, shorten(label, 14, edge - left - 210), font_size=14, fill=palette.ink),
        words(edge, y, value, font_size=14, fill=palette.ink, text_anchor="end"),
    )


def _ring(middle: tuple[Decimal, Decimal], values: Sequence[Decimal], total: Decimal, palette: Palette) -> SafeString:
    if not total:
        return element(
            "circle", cx=middle[0], cy=middle[1], r=(_OUTER + _INNER) // 2, fill="none", stroke=palette.line,
            stroke_width=_OUTER - _INNER,
        )  # fmt: skip
    parts = []
    done = Decimal(0)
    for at, value in enumerate(values):
        if value == total:
            return element(
                "circle", cx=middle[0], cy=middle[1], r=(_OUTER + _INNER) // 2, fill="none",
                stroke=palette.series[at], stroke_width=_OUTER - _INNER,
            )  # fmt: skip
        if value:
            path = _slice(middle, done / total, (done + value) / total)
            parts.append(element("path", d=path, fill=palette.series[at], stroke=palette.paper, stroke_width=2))
        done += value
    return join(*parts)


def _slice(middle: tuple[Decimal, Decimal], start: Decimal, end: Decimal) -> str:
    wide = 1 if end - start > Decimal("0.5") else 0
    outer = (_on_circle(middle, _OUTER, start), _on_circle(middle, _OUTER, end))
    inner = (_on_circle(middle, _INNER, end), _on_circle(middle, _INNER, start))
    return (
        f"M{outer[0]} A{_OUTER} {_OUTER} 0 {wide} 1 {outer[1]} L{inner[0]} A{_INNER} {_INNER} 0 {wide} 0 {inner[1]} Z"
    )


def _on_circle(middle: tuple[Decimal, Decimal], radius: int, turn: Decimal) -> str:
    angle = 2 * math.pi * float(turn)  # smell-ok: 7 an angle, rounded to a hundredth of a pixel below
    x = middle[0] + radius * Decimal(math.sin(angle))
    y = middle[1] - radius * Decimal(math.cos(angle))
    return f"{place(x)},{place(y)}"
