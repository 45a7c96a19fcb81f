"""Line charts: how one or several values go on."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.frame import Frame, describe, frame_for, legend
from core.charts.palette import PALETTE, Palette
from core.charts.scale import Point, Series, axis_for
from core.charts.svg import element, in_own_context, join, picture, place

# Each line has its own dash as well as its own hue.
_DASHES = (None, "7 4", "2 4", "10 3 2 3", "14 4", "4 2")


@in_own_context
def line_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    unit: str,
    width: int = 720,
    height: int = 320,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw one line for each series over the same labels; a None breaks it. Raises ValueError on other lengths."""
    if any(len(one.values) != len(labels) for one in series):
        raise ValueError("each series needs one value for each label")
    known = [value for one in series for value in one.values if value is not None]
    frame = frame_for(axis_for(known, unit), labels, width=width, height=height, palette=palette, has_legend=True)
    colours = [palette.series[at % len(palette.series)] for at in range(len(series))]
    lines = [_line(frame, one, colours[at], _DASHES[at % len(_DASHES)]) for at, one in enumerate(series)]
    said = [
        _("%(name)s：%(values)s") % {"name": one.name, "values": describe(_points(labels, one), unit)} for one in series
    ]
    names = legend([one.name for one in series], colours, frame, palette, _DASHES)
    return picture(
        width, height, title=title, desc="".join(said), content=join(frame.drawing(), *lines, names), font=palette.font
    )


def _points(labels: Sequence[str], series: Series) -> list[Point]:
    return [Point(label, value) for label, value in zip(labels, series.values, strict=True) if value is not None]


def _line(frame: Frame, series: Series, colour: str, dash: str | None) -> SafeString:
    runs: list[list[tuple[Decimal, Decimal]]] = [[]]
    for at, value in enumerate(series.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((frame.x(at), frame.y(value)))
    parts = []
    for run in runs:
        path = " ".join(f"{place(x)},{place(y)}" for x, y in run)
        if len(run) > 1:
            parts.append(
                element(
                    "polyline",
                    points=path,
                    fill="none",
                    stroke=colour,
                    stroke_width=Decimal("2.5"),
                    stroke_linejoin="round",
                    stroke_dasharray=dash,
                )
            )
        parts += [element("circle", cx=x, cy=y, r=Decimal("3.5"), fill=colour) for x, y in run]
    return join(*parts)
