"""The parts that only some kinds of reports have, checked to the fen: a campaign so far, the association alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN, yuan
from ledger.selectors.flow_items import effect_of
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.use_figures import Pair, disagreement


def check_parts(snapshot: dict[str, Any]) -> None:
    """Raise FiguresDisagree with every figure of `campaign` and `own` that is wrong, and by how much."""
    pairs = [*_campaign(snapshot), *_own(snapshot)]
    found = [sentence for pair in pairs if (sentence := disagreement(*pair))]
    if found:
        raise FiguresDisagree(
            "report_figures_disagree", _("收支数字不平，未生成：%(found)s。") % {"found": _("；").join(found)}
        )


def _campaign(snapshot: dict[str, Any]) -> Iterator[Pair]:
    """A campaign so far: from nothing to what this report closes with; its gifts are those that were shown."""
    campaign = snapshot.get("campaign")
    if campaign is None:
        return
    whole, use = campaign["cumulative"], snapshot["use"]
    yield _("活动累计期初"), yuan(whole["opening"]), _("零"), ZERO_YUAN
    yield from _closes(_("活动累计"), whole)
    yield _("活动累计结余"), yuan(whole["closing"]), _("本期期末结余"), yuan(use["closing"])
    yield _("活动累计捐赠"), yuan(whole["gifts"]), _("历期公示之和"), yuan(campaign["to_date"]["amount"])
    out = sum((yuan(whole[name]) for name in ("used", "fees", "passed_on")), ZERO_YUAN)
    yield _("活动累计支出"), yuan(whole["out"]), _("使用、费用和拨付之和"), out
    yield _("活动累计收入"), yuan(whole["in"]), _("捐赠和其他之和"), yuan(whole["gifts"]) + yuan(whole["other_in"])


def _own(snapshot: dict[str, Any]) -> Iterator[Pair]:
    """The association alone: its edges are those of its line among all associations."""
    own = snapshot.get("own")
    if own is None:
        return
    yield from _closes(_("本级"), own)
    for line in snapshot["use"]["branches"]:
        if line["code"] == snapshot["branch"]["code"]:
            for name, word in (("opening", _("期初结余")), ("closing", _("期末结余")), ("gifts", _("接受捐赠"))):
                yield _("本级%(word)s") % {"word": word}, yuan(own[name]), _("分机构所列"), yuan(line[name])


def _closes(name: str, one: dict[str, Any]) -> Iterator[Pair]:
    made = yuan(one["opening"]) + yuan(one["in"]) - yuan(one["out"])
    yield _("%(name)s期末结余") % {"name": name}, yuan(one["closing"]), _("期初加收入减支出"), made
    for side, sign in (("in", 1), ("out", -1)):
        parts: Decimal = sum((yuan(i["amount"]) for i in one["items"] if effect_of(i["item"]) == sign), ZERO_YUAN)
        word = _("收入") if sign > 0 else _("支出")
        yield _("%(name)s%(word)s") % {"name": name, "word": word}, yuan(one[side]), _("各项之和"), parts
