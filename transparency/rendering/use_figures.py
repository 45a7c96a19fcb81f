"""Receipts and use of a report, checked to the fen against each other, the rows and the gifts before anything is set.

Every sentence says which figure is wrong and by how much, and names the fund, the association or the line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, format_yuan, yuan
from ledger.choices import FlowItem
from ledger.selectors.flow_items import effect_of
from transparency.rendering.figures import FiguresDisagree, Row, Sum, row_amount, row_bytes

USE_SECTIONS = ("payments", "transfers", "others", "late", "corrections")
GIFT_ITEMS = (FlowItem.GIFT, FlowItem.GIFT_REVERSED, FlowItem.REFUNDED)
INTERNAL = "internal"


@dataclass
class UseTally:
    """What one pass over the rows of use gives: sums by section and by line, the change of what is held, the digest."""

    sections: dict[str, Sum] = field(default_factory=lambda: {name: Sum() for name in USE_SECTIONS})
    items: dict[str, Decimal] = field(default_factory=dict)
    effect: Decimal = ZERO_YUAN
    count: int = 0
    sha256: str = ""


def use_section_label(name: str) -> str:
    """Return how a section of the rows of use is called in print."""
    return {
        "payments": _("支出"),
        "transfers": _("拨付"),
        "others": _("变更用途、期初和其他"),
        "late": _("补报"),
        "corrections": _("更正"),
    }[name]


def tally_use(rows: Iterable[Row]) -> UseTally:
    """Add up the rows of use in one pass of constant memory; FiguresDisagree names a wrong row."""
    tally, digest, reached = UseTally(), hashlib.sha256(), 0
    for position, row in enumerate(rows, start=1):
        if row["section"] not in USE_SECTIONS[reached:]:
            raise FiguresDisagree(
                "report_rows_out_of_order",
                _("使用明细第 %(row)s 行的分类“%(section)s”不对。") % {"row": position, "section": row["section"]},
            )
        reached = USE_SECTIONS.index(row["section"])
        amount, effect = row_amount(row, position), yuan(row["effect"])
        if effect != _effect(row["item"], amount):
            raise FiguresDisagree(
                "report_figures_disagree",
                _("使用明细第 %(row)s 行（%(number)s）的金额与其对结余的影响不符。")
                % {"row": position, "number": row["number"]},
            )
        tally.sections[row["section"]].add(1, amount)
        tally.items[row["item"]] = tally.items.get(row["item"], ZERO_YUAN) + amount
        tally.effect += effect
        digest.update(row_bytes(row))
        tally.count = position
    tally.sha256 = digest.hexdigest()
    return tally


def _effect(item: str, amount: Decimal) -> Decimal:
    return ZERO_YUAN if item == INTERNAL else effect_of(item) * amount


def check_use(snapshot: dict[str, Any], rows: Iterable[Row]) -> UseTally | None:
    """Return the tally of the rows of use where every figure agrees with them, with each other and with the gifts.

    None for a snapshot without use (report/1). Raises FiguresDisagree ``report_figures_disagree`` with all that is
    wrong, ``report_rows_changed`` where count or digest of the rows are not those that were frozen.
    """
    use = snapshot.get("use")
    if use is None:
        return None
    tally = tally_use(rows)
    pairs = (*_closes(use), *_sums(use), *_rows_make(snapshot, tally), *_goes_on(use))
    found = [sentence for pair in pairs if (sentence := disagreement(*pair))]
    if found:
        raise FiguresDisagree(
            "report_figures_disagree",
            _("收支数字不平，未生成：%(found)s。") % {"found": _("；").join(found)},
        )
    if (tally.count, tally.sha256) != (use["rows"]["count"], use["rows"]["sha256"]):
        raise FiguresDisagree("report_rows_changed", _("使用明细与冻结时不一致，未生成。请重新冻结数据后再试。"))
    return tally


Pair = tuple[str, Decimal, str, Decimal]


def disagreement(name: str, figure: Decimal, source: str, parts: Decimal) -> str | None:
    """Return a sentence that says by how much two figures that must be equal differ, None where they are."""
    if figure == parts:
        return None
    return _("%(name)s为 %(figure)s，而%(source)s为 %(parts)s，相差 %(gap)s") % {
        "name": name,
        "figure": format_yuan(figure),
        "source": source,
        "parts": format_yuan(parts),
        "gap": format_yuan(figure - parts),
    }


def _closes(use: dict[str, Any]) -> Iterator[Pair]:
    """Opening + in - out = closing: in total, for each fund, for each association; and in and out are their lines."""
    named = [(_("合计"), use)]
    named += [(_("资金“%(name)s”") % {"name": fund["name"]}, fund) for fund in use["funds"]]
    named += [(branch["name"], branch) for branch in use["branches"]]
    for name, one in named:
        made = yuan(one["opening"]) + yuan(one["in"]) - yuan(one["out"])
        yield _("%(name)s期末结余") % {"name": name}, yuan(one["closing"]), _("期初加收入减支出"), made
        if "items" not in one:
            continue
        for side, sign in (("in", 1), ("out", -1)):
            parts = sum((yuan(i["amount"]) for i in one["items"] if effect_of(i["item"]) == sign), ZERO_YUAN)
            word = _("收入") if sign > 0 else _("支出")
            yield _("%(name)s%(word)s") % {"name": name, "word": word}, yuan(one[side]), _("各项之和"), parts


def _of(lines: list[dict[str, Any]], name: str) -> Decimal:
    return sum((yuan(line[name]) for line in lines), ZERO_YUAN)


def _sums(use: dict[str, Any]) -> Iterator[Pair]:
    """Funds and associations add up to the total once what moved between them is taken off on both sides."""
    funds, branches, taken = use["funds"], use["branches"], use["eliminated"]
    words = {"opening": _("期初结余"), "closing": _("期末结余"), "in_transit": _("在途")}
    for name, word in words.items():
        yield word, yuan(use[name]), _("分资金之和"), _of(funds, name)
        yield word, yuan(use[name]), _("分机构之和"), _of(branches, name)
    for side, word in (("in", _("收入")), ("out", _("支出"))):
        yield word, yuan(use[side]), _("分资金之和减内部往来"), _of(funds, side) - yuan(taken[side])
        passed = _of(branches, "from_system" if side == "in" else "to_system")
        yield word, yuan(use[side]), _("分机构之和减系统内拨付"), _of(branches, side) - passed
    yield _("内部往来收入"), yuan(taken["in"]), _("内部往来支出"), yuan(taken["out"])
    yield _("收到系统内拨付"), _of(branches, "from_system"), _("拨出系统内"), _of(branches, "to_system")
    yield _("使用"), yuan(use["used"]), _("分机构之和"), _of(branches, "used")


def _rows_make(snapshot: dict[str, Any], tally: UseTally) -> Iterator[Pair]:
    """The rows of gifts and of use are what the ledger says, line by line, and together the change of the balance."""
    use, gifts = snapshot["use"], yuan(snapshot["totals"]["amount"])
    for name in USE_SECTIONS:
        yield use_section_label(name), yuan(use["sections"][name]["amount"]), _("明细"), tally.sections[name].amount
    frozen = {line["item"]: yuan(line["amount"]) for line in use["items"]}
    received = sum((frozen.get(item, ZERO_YUAN) for item in GIFT_ITEMS), ZERO_YUAN)
    yield _("账上捐赠净收入"), received, _("捐赠明细"), gifts
    for item in sorted({*frozen, *tally.items} - {*GIFT_ITEMS, INTERNAL}):
        label = str(FlowItem(item).label)
        yield label, frozen.get(item, ZERO_YUAN), _("使用明细"), tally.items.get(item, ZERO_YUAN)
    changed = yuan(use["closing"]) - yuan(use["opening"])
    yield _("结余变动"), changed, _("全部明细之和"), gifts + tally.effect


def _goes_on(use: dict[str, Any]) -> Iterator[Pair]:
    if use["previous"] and use["continues"]:
        yield _("期初结余"), yuan(use["opening"]), _("上期期末结余"), yuan(use["previous"]["closing"])
