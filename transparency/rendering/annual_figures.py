"""The sums of an annual report, checked before anything is set: what the year adds to those of a periodic report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, format_yuan, yuan
from donations.display import anonymous_name
from transparency.rendering.figures import FiguresDisagree, Rows, check_figures
from transparency.rendering.use_figures import check_use

SCHEMA = "annual/1"
# Organisations that are named: the first of all, and every one from this many yuan on (annex).
MOST_NAMED = 12
LARGE_GIFT = Decimal("100000.00")

Pair = tuple[str, Decimal, str, Decimal]
EDGES = ("opening", "in", "out", "closing")


def names_organisation(row: dict[str, Any]) -> bool:
    """Whether a row of gifts names an organisation: one that asked not to be named stands there as 爱心人士."""
    return bool(row["donor_kind"] == "organisation" and row["donor"] != anonymous_name())


def listed_organisations(sums: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The organisations that the report names, the largest first; `sums` has count and amount in yuan by name.

    One whose gifts were all taken back again is not named.
    """
    order = sorted((-amount, name, count) for name, (count, amount) in sums.items() if amount > 0)
    return [
        {"name": name, "count": count, "amount": f"{-minus:.2f}"}
        for at, (minus, name, count) in enumerate(order)
        if at < MOST_NAMED or -minus >= LARGE_GIFT
    ]


def check_annual(snapshot: dict[str, Any], rows: Rows, use_rows: Rows) -> None:
    """Hold every figure of an annual snapshot against its rows and against each other; amounts in yuan.

    Raises FiguresDisagree with all lines that are wrong: those of `check_figures` and `check_use` first.
    """
    check_figures(snapshot, rows())
    check_use(snapshot, use_rows())
    found = [sentence for pair in _pairs(snapshot, rows) if (sentence := _disagreement(pair))]
    found += _goods_wrong(snapshot["goods"])
    if found:
        raise FiguresDisagree(
            "report_figures_disagree", _("年度数字不平，未生成：%(found)s。") % {"found": _("；").join(found)}
        )


def _pairs(snapshot: dict[str, Any], rows: Rows) -> Iterator[Pair]:
    yield from _purposes(snapshot, rows)
    if snapshot["alone"] is not None:
        yield from _own(snapshot, snapshot["alone"])
    if snapshot["last_year"] is not None:
        yield from _year_before(snapshot, snapshot["last_year"])


def _purposes(snapshot: dict[str, Any], rows: Rows) -> Iterator[Pair]:
    """Gifts by purpose make the total, and both they and the named organisations are the sums of their rows."""
    purposes: dict[str, Decimal] = {}
    organisations: dict[str, list[Any]] = {}
    for row in rows():
        amount = yuan(row["amount"])
        purposes[row["purpose"]] = purposes.get(row["purpose"], ZERO_YUAN) + amount
        if names_organisation(row):
            one = organisations.setdefault(row["donor"], [0, ZERO_YUAN])
            one[0] += 1
            one[1] += amount
    frozen = {line["purpose"]: yuan(line["amount"]) for line in snapshot["by_purpose"]}
    yield _("捐赠合计"), yuan(snapshot["totals"]["amount"]), _("分用途之和"), sum(frozen.values(), ZERO_YUAN)
    for name in sorted({*frozen, *purposes}):
        yield (
            _("用途“%(name)s”") % {"name": name},
            frozen.get(name, ZERO_YUAN),
            _("明细"),
            purposes.get(name, ZERO_YUAN),
        )
    shown = {line["name"]: yuan(line["amount"]) for line in snapshot["organisations"]["listed"]}
    for line in listed_organisations(organisations):
        yield line["name"], shown.pop(line["name"], ZERO_YUAN), _("明细"), yuan(line["amount"])
    for name, amount in sorted(shown.items()):
        yield name, amount, _("明细"), ZERO_YUAN
    count = snapshot["organisations"]["count"]
    yield _("捐赠单位数"), Decimal(count), _("明细"), Decimal(len(organisations))


def _own(snapshot: dict[str, Any], own: dict[str, Any]) -> Iterator[Pair]:
    """The association's own figures close, and are its lines in the figures of all below."""
    use, code = own["use"], snapshot["branch"]["code"]
    made = yuan(use["opening"]) + yuan(use["in"]) - yuan(use["out"])
    yield _("本级期末结余"), yuan(use["closing"]), _("期初加收入减支出"), made
    line = next((one for one in snapshot["by_branch"] if one["code"] == code), {"amount": "0.00"})
    yield _("本级捐赠"), yuan(own["totals"]["amount"]), _("分机构表"), yuan(line["amount"])
    edges = next((one for one in snapshot["use"]["branches"] if one["code"] == code), dict.fromkeys(EDGES, "0.00"))
    for name, word in _edge_words().items():
        yield _("本级%(word)s") % {"word": word}, yuan(use[name]), _("分机构表"), yuan(edges[name])


def _year_before(snapshot: dict[str, Any], before: dict[str, Any]) -> Iterator[Pair]:
    """The year before closes as well, and its closing is this year's opening wherever one series goes on."""
    made = yuan(before["opening"]) + yuan(before["in"]) - yuan(before["out"])
    yield _("上年期末结余"), yuan(before["closing"]), _("期初加收入减支出"), made
    if snapshot["use"]["continues"]:
        yield _("期初结余"), yuan(snapshot["use"]["opening"]), _("上年期末结余"), yuan(before["closing"])


def _edge_words() -> dict[str, str]:
    return {"opening": _("期初结余"), "in": _("收入"), "out": _("支出"), "closing": _("期末结余")}


def _disagreement(pair: Pair) -> str | None:
    name, figure, source, parts = pair
    if figure == parts:
        return None
    words = {"name": name, "figure": format_yuan(figure), "source": source, "parts": format_yuan(parts)}
    return _("%(name)s为 %(figure)s，而%(source)s为 %(parts)s") % words


def _goods_wrong(goods: dict[str, Any]) -> list[str]:
    """Goods that do not close, each by its name and measure."""
    wrong = []
    for line in [*goods["alone"], *(goods["below"] or [])]:
        opening, received, issued, closing = (Decimal(line[name]) for name in EDGES)
        if opening + received - issued != closing:
            wrong.append(
                _("物资“%(name)s”期末为 %(closing)s %(measure)s，而期初加收入减支出为 %(made)s") % {
                    "name": line["name"], "closing": closing, "measure": line["measure"],
                    "made": opening + received - issued,
                }
            )  # fmt: skip
    return wrong
