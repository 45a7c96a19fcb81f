"""Bar charts: one value for each label, or several on top of each other."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.frame import Frame, describe, frame_for, legend
from core.charts.palette import PALETTE, Palette
from core.charts.scale import Point, Series, axis_for
from core.charts.svg import element, in_own_context, join, picture, text_width, words

_VALUE_SIZE = 12


@in_own_context
def bar_chart(
    series: Sequence[Point | tuple[str, Decimal]],
    *,
    title: str,
    unit: str,
    width: int = 720,
    height: int = 300,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw one bar for each point. Values in `unit` (元 is shown as 万元 or 亿元 where large); may be negative.

    The values stand on the bars where they have room; the table of the same figures belongs beside the picture.
    """
    points = [Point(*point) for point in series]
    axis = axis_for([point.value for point in points], unit)
    frame = frame_for(axis, [point.label for point in points], width=width, height=height, palette=palette)
    bars = [_bar(frame, at, Decimal(0), point.value, palette.series[0]) for at, point in enumerate(points)]
    figures = [frame.axis.figure(point.value) for point in points]
    if all(text_width(text, _VALUE_SIZE) <= frame.slot - 2 for text in figures):
        bars += [_value(frame, at, point.value, figures[at]) for at, point in enumerate(points)]
    return picture(
        width, height, title=title, desc=describe(points, unit), content=join(frame.drawing(), *bars), font=palette.font
    )


@in_own_context
def stacked_bar_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str,
    width: int = 720,
    height: int = 320,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw the values of each label on top of each other, first series at the bottom. Raises ValueError below zero."""
    rows = [[value or Decimal(0) for value in one.values] for one in series]
    if any(value < 0 for row in rows for value in row):
        raise ValueError("parts of a whole cannot be negative")
    sums = [sum(parts, Decimal(0)) for parts in zip(*rows, strict=True)] if rows else []
    if len(sums) != len(labels):
        raise ValueError("each series needs one value for each label")
    colours = [palette.series[at % len(palette.series)] for at in range(len(series))]
    frame = frame_for(axis_for(sums, unit), labels, width=width, height=height, palette=palette, has_legend=True)
    bars = []
    for at in range(len(labels)):
        base = Decimal(0)
        for row, colour in zip(rows, colours, strict=True):
            bars.append(_bar(frame, at, base, row[at], colour, gap=True))
            base += row[at]
    names = legend([one.name for one in series], colours, frame, palette)
    described = describe([Point(label, total) for label, total in zip(labels, sums, strict=True)], unit)
    return picture(
        width,
        height,
        title=title,
        desc=_("各项合计：%(values)s") % {"values": described},
        content=join(frame.drawing(), *bars, names),
        font=palette.font,
    )


def _bar(frame: Frame, at: int, base: Decimal, value: Decimal, colour: str, *, gap: bool = False) -> SafeString:
    if not value:
        return join()
    top, bottom = sorted([frame.y(base), frame.y(base + value)])
    return element(
        "rect",
        x=frame.x(at) - frame.bar / 2,
        y=top,
        width=frame.bar,
        height=bottom - top,
        fill=colour,
        # A thin line of paper keeps neighbours apart for those who do not see the hues.
        stroke=frame.palette.paper if gap else None,
        stroke_width=1 if gap else None,
    )


def _value(frame: Frame, at: int, value: Decimal, text: str) -> SafeString:
    y = frame.y(value) - 5 if value >= 0 else frame.y(value) + 14
    return words(frame.x(at), y, text, font_size=_VALUE_SIZE, fill=frame.palette.ink, text_anchor="middle")
