"""Grouped bar charts: the values of several series side by side for each label."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.frame import Frame, describe, frame_for, legend
from core.charts.palette import PALETTE, Palette
from core.charts.scale import Point, Series, axis_for
from core.charts.svg import element, in_own_context, join, picture, text_width, words

_VALUE_SIZE = 11
_WIDEST_BAR = Decimal(52)
_GAP = 3


@in_own_context
def grouped_bar_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str,
    width: int = 720,
    height: int = 300,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw the values of each label side by side; None leaves its place empty. Raises ValueError on other lengths.

    Values in `unit` (元 is shown as 万元 or 亿元 where large); they stand on the bars where they have room.
    """
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("each series needs one value for each label")
    known = [value for one in series for value in one.values if value is not None]
    frame = frame_for(axis_for(known, unit), labels, width=width, height=height, palette=palette, has_legend=True)
    room = frame.slot * Decimal("0.72") / max(len(series), 1)
    bar = min(room - _GAP, _WIDEST_BAR)
    has_figures = all(text_width(frame.axis.figure(value), _VALUE_SIZE) <= room + 4 for value in known)
    colours = [palette.series[at % len(palette.series)] for at in range(len(series))]
    bars: list[SafeString] = []
    for place, one in enumerate(series):
        offset = (Decimal(place) - Decimal(len(series) - 1) / 2) * (bar + _GAP)
        for at, value in enumerate(one.values):
            if value is not None:
                bars.append(_bar(frame, frame.x(at) + offset, value, bar, colours[place], has_figures))
    names = legend([one.name for one in series], colours, frame, palette)
    said = [_("%(name)s：%(values)s") % {"name": one.name, "values": _words(labels, one, unit)} for one in series]
    return picture(
        width, height, title=title, desc="".join(said), content=join(frame.drawing(), *bars, names), font=palette.font
    )


def _words(labels: Sequence[str], one: Series, unit: str) -> str:
    points = [Point(label, value) for label, value in zip(labels, one.values, strict=True) if value is not None]
    return describe(points, unit)


def _bar(frame: Frame, middle: Decimal, value: Decimal, bar: Decimal, colour: str, has_figure: bool) -> SafeString:
    top, bottom = sorted([frame.y(Decimal(0)), frame.y(value)])
    drawn = element("rect", x=middle - bar / 2, y=top, width=bar, height=bottom - top, fill=colour)
    if not has_figure:
        return drawn
    y = top - 5 if value >= 0 else bottom + 13
    figure = frame.axis.figure(value)
    return join(drawn, words(middle, y, figure, font_size=_VALUE_SIZE, fill=frame.palette.ink, text_anchor="middle"))
