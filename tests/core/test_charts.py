"""Charts: true to their figures, readable without colours, safe, and the same bytes each time."""

import decimal
import logging
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import weasyprint
from hypothesis import given
from hypothesis import strategies as st

from core.charts import (
    PALETTE,
    Flow,
    Point,
    Series,
    Tile,
    bar_chart,
    donut_chart,
    flow_chart,
    grouped_bar_chart,
    line_chart,
    stacked_bar_chart,
    tile_grid,
)
from core.charts.scale import axis_for
from core.charts.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"
TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
amounts = st.decimals(Decimal("-99999999.99"), Decimal("999999999.99"), places=2)
positive = st.decimals(Decimal("0.00"), Decimal("999999999.99"), places=2)

HOSTILE = "<script>&\"'"


def every_chart(label="示例", unit="元"):
    values = [Decimal("1200.50"), Decimal("0"), Decimal("98000")]
    labels = [label, "乙", "丙"]
    points = list(zip(labels, values, strict=True))
    series = [Series(label, values), Series("物资", values[::-1])]
    return {
        "bar": bar_chart(points, title=label, unit=unit),
        "stacked": stacked_bar_chart(labels, series, title=label, unit=unit),
        "grouped": grouped_bar_chart(labels, series, title=label, unit=unit),
        "line": line_chart(labels, series, title=label, unit=unit),
        "donut": donut_chart(points, title=label, unit=unit),
        "flow": flow_chart([Flow(label, "乙", Decimal(5)), Flow("乙", "丙", Decimal(3))], title=label, unit=unit),
        "tiles": tile_grid([Tile(label, "甲县", Decimal(5)), Tile("乙市", label, None)], title=label, unit=unit),
    }


NAMES = list(every_chart())


def parse(svg):
    return ElementTree.fromstring(str(svg))  # noqa: S314 - our own picture


def texts(svg):
    return [element.text for element in parse(svg).iter(f"{SVG}text")]


def bars(svg, colour=PALETTE.series[0]):
    return [element for element in parse(svg).iter(f"{SVG}rect") if element.get("fill") == colour]


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_has_a_name_and_says_its_figures_in_words(name):
    root = parse(every_chart()[name])
    assert root.find(f"{SVG}title").text == "示例"
    assert any(figure in root.find(f"{SVG}desc").text for figure in ("98,000", "5"))
    assert root.get("role") == "img"


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_holds_nothing_that_a_strict_policy_or_a_pdf_refuses(name):
    svg = every_chart()[name]
    assert not re.search(r"style=|<style|<script|foreignObject|var\(|\sid=|href=", svg)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_text_and_never_markup(name):
    svg = every_chart(label=HOSTILE)[name]
    assert "<script" not in svg
    assert parse(svg).find(f"{SVG}title").text == HOSTILE


@pytest.mark.parametrize("name", NAMES)
def test_the_same_figures_give_the_same_bytes_whatever_the_thread_does_with_decimals(name):
    expected = every_chart()[name]
    with decimal.localcontext(decimal.Context(prec=5, rounding=decimal.ROUND_CEILING)):
        assert every_chart()[name] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_without_figures_is_still_a_picture(name):
    empty = {
        "bar": bar_chart([], title="空", unit="元"),
        "stacked": stacked_bar_chart([], [], title="空", unit="元"),
        "line": line_chart([], [], title="空", unit="元"),
        "donut": donut_chart([], title="空", unit="元"),
        "flow": flow_chart([], title="空", unit="元"),
        "grouped": grouped_bar_chart([], [], title="空", unit="元"),
        "tiles": tile_grid([], title="空", unit="元"),
    }
    assert parse(empty[name]).tag == f"{SVG}svg"


@given(st.lists(positive.filter(bool), min_size=2, max_size=20))
def test_bars_are_as_tall_as_their_values(values):
    svg = bar_chart([Point(str(n), value) for n, value in enumerate(values)], title="柱", unit="笔")
    tall = [Decimal(bar.get("height")) for bar in bars(svg)]
    assert len(tall) == len(values)
    largest = max(values)
    for height, value in zip(tall, values, strict=True):
        # Two coordinates are rounded to a hundredth of a pixel.
        assert abs(height - max(tall) * value / largest) <= Decimal("0.03")


@given(st.lists(amounts, min_size=1, max_size=30))
def test_the_axis_holds_all_values_and_zero_on_round_steps(values):
    axis = axis_for(values, "元")
    assert axis.low <= min([*values, 0])
    assert axis.high >= max([*values, 0])
    assert 0 in axis.ticks
    steps = {after - before for before, after in pairwise(axis.ticks)}
    assert len(steps) == 1
    assert 1 <= len(axis.ticks) - 1 <= 6
    assert str(steps.pop().normalize().as_tuple().digits) in {"(1,)", "(2,)", "(2, 5)", "(5,)"}


def test_a_negative_value_hangs_below_zero():
    svg = bar_chart([("收到", Decimal(100)), ("更正", Decimal(-50))], title="更正", unit="元")
    up, down = bars(svg)
    assert Decimal(up.get("y")) + Decimal(up.get("height")) == Decimal(down.get("y"))


@pytest.mark.parametrize(
    ("largest", "unit"), [("9999.99", "元"), ("10000", "万元"), ("99999999.99", "万元"), ("100000000", "亿元")]
)
def test_large_amounts_are_shown_in_larger_units(largest, unit):
    assert f"单位：{unit}" in texts(bar_chart([("甲", Decimal(largest))], title="单位", unit="元"))


def test_other_units_are_never_divided():
    assert "单位：笔" in texts(bar_chart([("甲", Decimal(100_000_000))], title="单位", unit="笔"))


@given(st.lists(st.text("一二三四五六七八ab", min_size=1, max_size=12), min_size=1, max_size=60))
def test_labels_never_touch_each_other(labels):
    svg = bar_chart([(label, Decimal(1)) for label in labels], title="标签", unit="元")
    bottom = [element for element in parse(svg).iter(f"{SVG}text") if element.get("y") == "286"]
    spans = [
        (Decimal(element.get("x")), text_width(element.text, 12) / 2) for element in bottom if element.text is not None
    ]
    assert spans
    for (x, half), (next_x, next_half) in pairwise(spans):
        assert x + half <= next_x - next_half + Decimal("0.02")


@given(st.lists(positive, min_size=1, max_size=6).filter(any))
def test_shares_of_a_donut_sum_to_exactly_one_hundred(values):
    svg = donut_chart([(f"甲{n}", value) for n, value in enumerate(values)], title="份额", unit="元")
    shares = [Decimal(share) for share in re.findall(r"（([0-9.]+)%）", parse(svg).find(f"{SVG}desc").text)]
    assert len(shares) == len(values)
    assert sum(shares) == 100


def test_a_donut_of_seven_parts_is_refused():
    with pytest.raises(ValueError, match="six"):
        donut_chart([(str(n), Decimal(1)) for n in range(7)], title="多", unit="元")


def test_parts_below_zero_are_refused_where_a_whole_is_shown():
    with pytest.raises(ValueError, match="negative"):
        stacked_bar_chart(["甲"], [Series("资金", [Decimal(-1)])], title="负", unit="元")
    with pytest.raises(ValueError, match="zero"):
        donut_chart([("甲", Decimal(-1))], title="负", unit="元")
    with pytest.raises(ValueError, match="zero"):
        tile_grid([Tile("甲市", "甲县", Decimal(-1))], title="负", unit="元")
    with pytest.raises(ValueError, match="zero"):
        flow_chart([Flow("甲", "乙", Decimal(-1))], title="负", unit="元")


def test_a_missing_value_breaks_the_line_and_is_not_drawn_as_zero():
    values = [Decimal(1), Decimal(2), None, Decimal(3), Decimal(4)]
    root = parse(line_chart(list("一二三四五"), [Series("甲", values)], title="缺", unit="元"))
    assert len(list(root.iter(f"{SVG}polyline"))) == 2
    assert len(list(root.iter(f"{SVG}circle"))) == 4


def test_lines_differ_by_dash_as_well_as_by_hue():
    series = [Series(name, [Decimal(1), Decimal(2)]) for name in ("甲", "乙", "丙")]
    root = parse(line_chart(["一", "二"], series, title="线", unit="元"))
    drawn = [(line.get("stroke"), line.get("stroke-dasharray")) for line in root.iter(f"{SVG}polyline")]
    assert len({hue for hue, _dash in drawn}) == len({dash for _hue, dash in drawn}) == 3


def test_flows_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="circle"):
        flow_chart([Flow("甲", "乙", Decimal(1)), Flow("乙", "甲", Decimal(1))], title="环", unit="元")


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("丁戊己"), positive.filter(bool)), min_size=1))
def test_bands_of_a_flow_stay_inside_the_picture(flows):
    root = parse(flow_chart([Flow(*flow) for flow in flows], title="去向", unit="元"))
    for box in root.iter(f"{SVG}rect"):
        assert Decimal(box.get("y")) >= 0
        assert Decimal(box.get("y")) + Decimal(box.get("height")) <= 360


def test_an_unknown_tile_is_empty_and_a_zero_is_a_zero():
    svg = tile_grid([Tile("甲市", "甲县", None), Tile("甲市", "乙县", Decimal(0))], title="县", unit="元")
    assert "—" in texts(svg)
    assert "0" in texts(svg)
    assert "甲市甲县 无数据" in parse(svg).find(f"{SVG}desc").text


def test_eleven_cities_and_ninety_counties_have_a_tile_each():
    tiles = [
        Tile(f"第{city}市", f"县{n}", Decimal(city * n)) for city in range(11) for n in range(13 if city < 2 else 8)
    ]
    root = parse(tile_grid(tiles, title="县", unit="元"))
    drawn = [rect for rect in root.iter(f"{SVG}rect") if rect.get("rx") == "3"]
    assert len(drawn) == len(tiles)
    places = {(rect.get("x"), rect.get("y")) for rect in drawn}
    assert len(places) == len(tiles)


def test_colours_of_charts_are_those_of_the_tokens():
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", TOKENS.read_text()))
    assert PALETTE.series == tuple(tokens[f"chart-{n}"] for n in range(1, 7))
    assert PALETTE.steps == tuple(tokens[f"chart-step-{n}"] for n in range(1, 6))
    assert (PALETTE.ink, PALETTE.soft, PALETTE.line, PALETTE.paper) == tuple(
        tokens[name] for name in ("ink", "ink-soft", "line", "paper")
    )


def test_the_same_picture_is_set_in_a_pdf_without_complaint(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = weasyprint.HTML(string="".join(every_chart().values())).write_pdf()
    assert pdf.startswith(b"%PDF")
    assert not caplog.records


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6))
def test_grouped_bars_stand_side_by_side_and_do_not_touch(pairs):
    labels = [str(at) for at in range(len(pairs))]
    series = [Series("甲", [first for first, _second in pairs]), Series("乙", [second for _first, second in pairs])]
    svg = grouped_bar_chart(labels, series, title="示例", unit="元")
    # Without the square of the legend.
    drawn = [bars(svg, PALETTE.series[at])[:-1] for at in (0, 1)]
    assert [len(one) for one in drawn] == [len(pairs), len(pairs)]
    edges = sorted((Decimal(one.get("x")), Decimal(one.get("width"))) for one in [*drawn[0], *drawn[1]])
    assert all(x + width < following for (x, width), (following, _width) in pairwise(edges))


def test_a_missing_value_leaves_its_place_empty_among_grouped_bars():
    series = [Series("甲", [Decimal(3), None]), Series("乙", [Decimal(2), Decimal(1)])]
    svg = grouped_bar_chart(["一", "二"], series, title="示例", unit="元")
    assert len(bars(svg)) == 2
    with pytest.raises(ValueError, match="each series"):
        grouped_bar_chart(["一"], series, title="示例", unit="元")
