"""Flow charts: from where to where, as bands as wide as their amounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.palette import PALETTE, Palette
from core.charts.scale import figure, unit_for
from core.charts.svg import CONTEXT, element, in_own_context, join, picture, place, shorten, words

_TOP = 28
_GAP = Decimal(18)
_NODE = 12
_MARGIN = 4


class Flow(NamedTuple):
    """An amount that goes from one place to another."""

    source: str
    target: str
    value: Decimal


@dataclass(slots=True)
class _Node:
    name: str
    level: int = 0
    received: Decimal = field(default_factory=Decimal)
    given: Decimal = field(default_factory=Decimal)
    y: Decimal = field(default_factory=Decimal)
    out_at: Decimal = field(default_factory=Decimal)
    in_at: Decimal = field(default_factory=Decimal)

    @property
    def value(self) -> Decimal:
        return max(self.received, self.given)


@in_own_context
def flow_chart(
    flows: Sequence[Flow],
    *,
    title: str,
    unit: str,
    width: int = 720,
    height: int = 360,
    palette: Palette = PALETTE,
) -> SafeString:
    """Draw amounts from source to target, columns from left to right. Raises ValueError for a circle or below zero."""
    drawn = [Flow(*flow) for flow in flows if flow[2]]
    if any(flow.value < 0 for flow in drawn):
        raise ValueError("a flow is never below zero")
    nodes = _nodes(drawn)
    columns = [[node for node in nodes.values() if node.level == level] for level in range(_depth(nodes))]
    scale = _scale(columns, height)
    _set_heights(columns, scale, height)
    bands = [_band(flow, nodes, len(columns), scale, width, palette) for flow in drawn]
    shown, divisor = unit_for(max((node.value for node in nodes.values()), default=Decimal(0)), unit)
    boxes = [_box(node, len(columns), scale, width, divisor, palette) for node in nodes.values()]
    said = "，".join(f"{flow.source} → {flow.target} {figure(flow.value)} {unit}" for flow in drawn)
    head = words(0, 14, _("单位：%(unit)s") % {"unit": shown}, font_size=12, fill=palette.soft)
    content = join(head, *bands, *boxes)
    return picture(width, height, title=title, desc=(said or _("没有数据")) + "。", content=content, font=palette.font)


def _nodes(flows: Sequence[Flow]) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    for flow in flows:
        nodes.setdefault(flow.source, _Node(flow.source)).given += flow.value
        nodes.setdefault(flow.target, _Node(flow.target)).received += flow.value
    for _round in range(len(nodes)):
        moved = False
        for flow in flows:
            if nodes[flow.target].level <= nodes[flow.source].level:
                nodes[flow.target].level = nodes[flow.source].level + 1
                moved = True
        if not moved:
            return nodes
    if nodes:
        raise ValueError("flows go round in a circle")
    return nodes


def _depth(nodes: dict[str, _Node]) -> int:
    return max((node.level for node in nodes.values()), default=-1) + 1


def _scale(columns: Sequence[Sequence[_Node]], height: int) -> Decimal:
    """Return px for one unit, so that the fullest column fits."""
    room = Decimal(height - _TOP - 10)
    return min(
        (
            CONTEXT.divide(room - _GAP * (len(column) - 1), sum((node.value for node in column), Decimal(0)))
            for column in columns
        ),
        default=Decimal(0),
    )


def _set_heights(columns: Sequence[Sequence[_Node]], scale: Decimal, height: int) -> None:
    for column in columns:
        used = sum((node.value * scale for node in column), Decimal(0)) + _GAP * (len(column) - 1)
        y = _TOP + (Decimal(height - _TOP - 10) - used) / 2
        for node in column:
            node.y = node.out_at = node.in_at = y
            y += node.value * scale + _GAP


def _x(level: int, depth: int, width: int) -> Decimal:
    return _MARGIN + CONTEXT.divide(Decimal(width - 2 * _MARGIN - _NODE) * level, Decimal(max(depth - 1, 1)))


def _band(flow: Flow, nodes: dict[str, _Node], depth: int, scale: Decimal, width: int, palette: Palette) -> SafeString:
    source, target = nodes[flow.source], nodes[flow.target]
    thick = flow.value * scale
    left, right = _x(source.level, depth, width) + _NODE, _x(target.level, depth, width)
    bend = (left + right) / 2
    a, b = source.out_at, target.in_at
    source.out_at += thick
    target.in_at += thick
    path = (
        f"M{place(left)},{place(a)} C{place(bend)},{place(a)} {place(bend)},{place(b)} {place(right)},{place(b)} "
        f"L{place(right)},{place(b + thick)} "
        f"C{place(bend)},{place(b + thick)} {place(bend)},{place(a + thick)} {place(left)},{place(a + thick)} Z"
    )
    return element("path", d=path, fill=palette.series[0], fill_opacity="0.22")


def _box(node: _Node, depth: int, scale: Decimal, width: int, divisor: Decimal, palette: Palette) -> SafeString:
    x = _x(node.level, depth, width)
    tall = node.value * scale
    last = node.level == depth - 1
    anchor, text_x = ("end", x - 8) if last else ("start", x + _NODE + 8)
    room = CONTEXT.divide(Decimal(width), Decimal(max(depth, 1))) - 40
    text = f"{shorten(node.name, 13, room - 70)} {figure(node.value, divisor)}"
    return join(
        element("rect", x=x, y=node.y, width=_NODE, height=max(tall, Decimal(1)), fill=palette.ink),
        words(text_x, node.y + tall / 2 + 5, text, font_size=13, fill=palette.ink, text_anchor=anchor),
    )
