"""Tile grids: one tile for each county in the row of its city. A scheme, never a map."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.palette import PALETTE, Palette
from core.charts.scale import axis_for, figure, unit_for
from core.charts.svg import CONTEXT, element, in_own_context, join, picture, shorten, words

_COLUMNS = 13
_TALL = 44
_GAP = 4
_HEAD = 92
_TOP = 44


class Tile(NamedTuple):
    """A value of one place in its group; None where nothing is known or shown."""

    group: str
    label: str
    value: Decimal | None


@in_own_context
def tile_grid(
    tiles: Sequence[Tile], *, title: str, unit: str, width: int = 720, palette: Palette = PALETTE
) -> SafeString:
    """Draw one row (or more) of tiles for each group, darker for more; None is an empty tile, never a zero.

    Raises ValueError for a value below zero: a shade has no sign.
    """
    known = [tile.value for tile in tiles if tile.value is not None]
    if any(value < 0 for value in known):
        raise ValueError("a tile is never below zero")
    shown, divisor = unit_for(max(known, default=Decimal(0)), unit)
    bounds = _bounds(known, unit, len(palette.steps))
    wide = CONTEXT.divide(Decimal(width - _HEAD), Decimal(_COLUMNS)) - _GAP
    groups: dict[str, list[Tile]] = {}
    for tile in tiles:
        groups.setdefault(tile.group, []).append(tile)
    parts = [_legend(bounds, shown, divisor, palette)]
    y = _TOP
    for name, members in groups.items():
        parts.append(words(0, y + 27, shorten(name, 13, _HEAD - 8), font_size=13, font_weight=600, fill=palette.ink))
        for at, tile in enumerate(members):
            x = _HEAD + (wide + _GAP) * (at % _COLUMNS)
            parts.append(_tile(tile, x, y + (at // _COLUMNS) * (_TALL + _GAP), wide, bounds, divisor, palette))
        y += (-(-len(members) // _COLUMNS)) * (_TALL + _GAP) + _GAP
    said = "，".join(
        f"{tile.group}{tile.label} {_('无数据') if tile.value is None else figure(tile.value)}" for tile in tiles
    )
    return picture(width, y, title=title, desc=(said or _("没有数据")) + "。", content=join(*parts), font=palette.font)


def _bounds(values: Sequence[Decimal], unit: str, count: int) -> list[Decimal]:
    """Return the lower bounds of the shades: even round steps from zero."""
    high = axis_for(values, unit, parts=count).high
    return [CONTEXT.divide(high * at, Decimal(count)) for at in range(count)]


def _shade(value: Decimal, bounds: Sequence[Decimal]) -> int:
    return max(at for at, bound in enumerate(bounds) if value >= bound)


def _tile(
    tile: Tile, x: Decimal, y: int, wide: Decimal, bounds: Sequence[Decimal], divisor: Decimal, palette: Palette
) -> SafeString:
    if tile.value is None:
        fill, ink, text = palette.paper, palette.soft, "—"
    else:
        at = _shade(tile.value, bounds)
        fill, text = palette.steps[at], figure(tile.value, divisor)
        ink = palette.paper if at >= len(bounds) - 2 else palette.ink
    middle = x + wide / 2
    dashes = "3 2" if tile.value is None else None
    return join(
        element("rect", x=x, y=y, width=wide, height=_TALL, rx=3, fill=fill, stroke=palette.soft if dashes else fill,
                stroke_dasharray=dashes),
        words(middle, y + 18, shorten(tile.label, 11, wide - 2), font_size=11, fill=ink, text_anchor="middle"),
        words(middle, y + 35, text, font_size=11, fill=ink, text_anchor="middle"),
    )  # fmt: skip


def _legend(bounds: Sequence[Decimal], shown: str, divisor: Decimal, palette: Palette) -> SafeString:
    parts = [words(0, 18, _("单位：%(unit)s") % {"unit": shown}, font_size=12, fill=palette.soft)]
    for at, bound in enumerate(bounds):
        x = _HEAD + at * 100
        parts.append(element("rect", x=x, y=6, width=16, height=16, rx=2, fill=palette.steps[at]))
        parts.append(
            words(x + 22, 18, _("%(value)s 起") % {"value": figure(bound, divisor)}, font_size=12, fill=palette.ink)
        )
    x = _HEAD + len(bounds) * 100
    parts.append(
        element("rect", x=x, y=6, width=16, height=16, rx=2, fill=palette.paper, stroke=palette.soft,
                stroke_dasharray="3 2")
    )  # fmt: skip
    parts.append(words(x + 22, 18, _("无数据"), font_size=12, fill=palette.ink))
    return join(*parts)
