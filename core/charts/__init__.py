"""Charts as SVG text, drawn on the server: the same picture on the page and in the PDF. Decimal in, same bytes out."""

from core.charts.bars import bar_chart, stacked_bar_chart
from core.charts.donut import donut_chart
from core.charts.flow import Flow, flow_chart
from core.charts.grouped import grouped_bar_chart
from core.charts.lines import line_chart
from core.charts.palette import PALETTE, Palette
from core.charts.scale import Point, Series
from core.charts.tiles import Tile, tile_grid

__all__ = [
    "PALETTE",
    "Flow",
    "Palette",
    "Point",
    "Series",
    "Tile",
    "bar_chart",
    "donut_chart",
    "flow_chart",
    "grouped_bar_chart",
    "line_chart",
    "stacked_bar_chart",
    "tile_grid",
]
