"""The frame that bar and line charts share: value axis with lines, labels below, legend above."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.palette import Palette
from core.charts.scale import Axis, Point, figure
from core.charts.svg import CONTEXT, element, join, shorten, text_width, words

_SIZE = 12
_TOP = 34
_BOTTOM = 34
_LEGEND = 26
_RIGHT = 12
_WIDEST_BAR = Decimal(56)
_DESCRIBED = 40


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things stand, in px from the top left corner."""

    axis: Axis
    labels: tuple[str, ...]
    left: Decimal
    top: Decimal
    right: Decimal
    bottom: Decimal
    palette: Palette

    @property
    def slot(self) -> Decimal:
        """Width of the room of one label."""
        return CONTEXT.divide(self.right - self.left, Decimal(max(len(self.labels), 1)))

    @property
    def bar(self) -> Decimal:
        """Width of one bar."""
        return min(self.slot * Decimal("0.66"), _WIDEST_BAR)

    def x(self, at: int) -> Decimal:
        """Return the middle of a label's room."""
        return self.left + self.slot * at + self.slot / 2

    def y(self, value: Decimal) -> Decimal:
        """Return the height at which a value stands."""
        return self.bottom - (self.bottom - self.top) * self.axis.share(value)

    def drawing(self) -> SafeString:
        """Draw the lines, the figures of the axis, its unit and the labels."""
        unit = words(0, 14, _("单位：%(unit)s") % {"unit": self.axis.unit}, font_size=_SIZE, fill=self.palette.soft)
        return join(unit, *(self._tick(tick) for tick in self.axis.ticks), *self._labels())

    def _tick(self, tick: Decimal) -> SafeString:
        y = self.y(tick)
        colour = self.palette.soft if tick == 0 else self.palette.line
        line = element("line", x1=self.left, y1=y, x2=self.right, y2=y, stroke=colour, stroke_width=1)
        text = words(
            self.left - 8, y + 4, self.axis.figure(tick), font_size=_SIZE, fill=self.palette.soft, text_anchor="end"
        )
        return join(line, text)

    def _labels(self) -> list[SafeString]:
        widest = max((text_width(label, _SIZE) for label in self.labels), default=Decimal(0))
        # Where labels would touch, every second, third … stands; a name is never set aslant.
        every = max(1, int((min(widest, Decimal(96)) + 6) / self.slot) + (1 if widest + 6 > self.slot else 0))
        every = 1 if widest + 6 <= self.slot else every
        room = self.slot * every
        return [
            words(
                self.x(at),
                self.bottom + 20,
                shorten(label, _SIZE, room),
                font_size=_SIZE,
                fill=self.palette.ink,
                text_anchor="middle",
            )
            for at, label in enumerate(self.labels)
            if at % every == 0
        ]


def frame_for(
    axis: Axis, labels: Sequence[str], *, width: int, height: int, palette: Palette, has_legend: bool = False
) -> Frame:
    """Return the frame of a chart of this size; the left edge follows the longest figure of the axis."""
    widest = max(text_width(axis.figure(tick), _SIZE) for tick in axis.ticks)
    return Frame(
        axis=axis,
        labels=tuple(labels),
        left=widest + 12,
        top=Decimal(_TOP + (_LEGEND if has_legend else 0)),
        right=Decimal(width - _RIGHT),
        bottom=Decimal(height - _BOTTOM),
        palette=palette,
    )


def legend(
    names: Sequence[str],
    colours: Sequence[str],
    frame: Frame,
    palette: Palette,
    dashes: Sequence[str | None] | None = None,
) -> SafeString:
    """Set the names of the series above the chart, beside their colours or (`dashes`) a piece of their lines."""
    parts = []
    x = frame.left
    for at, (name, colour) in enumerate(zip(names, colours, strict=True)):
        if dashes is None:
            parts.append(element("rect", x=x, y=28, width=12, height=12, fill=colour))
        else:
            dash = dashes[at % len(dashes)]
            parts.append(
                element(
                    "line", x1=x - 12, y1=34, x2=x + 12, y2=34, stroke=colour, stroke_width=3, stroke_dasharray=dash
                )
            )
        parts.append(words(x + 18, 39, name, font_size=_SIZE + 1, fill=palette.ink))
        x += text_width(name, _SIZE + 1) + 42
    return join(*parts)


def describe(points: Sequence[Point], unit: str) -> str:
    """Say the values in words for readers; of a long row only its extent, the table beside it has the rest."""
    if not points:
        return _("没有数据。")
    if len(points) <= _DESCRIBED:
        return "，".join(f"{point.label} {figure(point.value)} {unit}" for point in points) + "。"
    most = max(points, key=lambda point: point.value)
    return _("共 %(count)d 项，最高为 %(label)s %(value)s %(unit)s。") % {
        "count": len(points),
        "label": most.label,
        "value": figure(most.value),
        "unit": unit,
    }
