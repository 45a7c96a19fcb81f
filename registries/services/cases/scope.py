"""What a case asks for, item by item: of organs all, or those that are named."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.sealed import open_for_work, seal_into
from registries.choices import SINGLE_ORGANS, Item
from registries.choices.cases import ITEMS_OF_KIND, GiftKind
from registries.models import Case


def items_of_kinds(kinds: Iterable[str]) -> frozenset[str]:
    """All items of some kinds of gifts."""
    return frozenset().union(*(ITEMS_OF_KIND[kind] for kind in kinds))


def asked_items(case: Case) -> frozenset[str]:
    """The items that a case asks for; opens the organs that it names as work of the system."""
    whole = items_of_kinds(case.kinds)
    if case.organs is None or GiftKind.ORGAN not in case.kinds:
        return whole
    named = json.loads(open_for_work(case, "organs", work=f"registries.cases:{uuid.uuid4()}") or "[]")
    return (whole - SINGLE_ORGANS) | (frozenset(named) & SINGLE_ORGANS)


def ask_for(case: Case, items: frozenset[str]) -> list[str]:
    """Set what a case asks for to these items; the columns to be saved. What stays the same is not sealed anew."""
    before = asked_items(case) & SINGLE_ORGANS
    case.kinds = [kind for kind in GiftKind.values if items & ITEMS_OF_KIND[kind]]
    organs = items & SINGLE_ORGANS
    is_some = bool(organs) and organs != SINGLE_ORGANS
    if is_some and case.organs is not None and organs == before:
        return ["kinds"]
    return ["kinds", *seal_into(case, organs=json.dumps(in_order(organs)) if is_some else None)]


def wanted_items(case: Case | None, kinds: Iterable[str], organs: tuple[str, ...]) -> frozenset[str]:
    """What a form asks for: where it names no organ, those of the case stay, all where there are none yet."""
    whole = items_of_kinds(kinds)
    if GiftKind.ORGAN not in kinds or Item.ALL_ORGANS in organs:
        return whole
    named = frozenset(organs) & SINGLE_ORGANS
    if not named and case is not None:
        named = asked_items(case) & SINGLE_ORGANS
    return (whole - SINGLE_ORGANS) | (named or SINGLE_ORGANS)


def faults_of_organs(kinds: Iterable[str], organs: tuple[str, ...]) -> dict[str, str]:
    """What is wrong with the organs that a form names, by field."""
    if not frozenset(organs) <= SINGLE_ORGANS | {Item.ALL_ORGANS}:
        return {"organs": _("请从名单里选择器官。")}
    if organs and GiftKind.ORGAN not in kinds:
        return {"organs": _("没有选“器官”，不必选其中几种。")}
    if Item.ALL_ORGANS in organs and len(organs) > 1:
        return {"organs": _("已选“全部器官”，不必再选单个器官。")}
    return {}


def in_order(items: Iterable[str]) -> list[str]:
    """Items in the order of the table."""
    return [str(one) for one in Item.values if one in frozenset(items)]


def single_items(items: Iterable[str]) -> frozenset[str]:
    """Items with all organs told one by one."""
    found = frozenset(items)
    return (found - {Item.ALL_ORGANS}) | SINGLE_ORGANS if Item.ALL_ORGANS in found else found


def labels_of(named: Iterable[str]) -> list[str]:
    """Items in words; all organs are said in one."""
    items = frozenset(named)
    shown = (items - SINGLE_ORGANS) | {Item.ALL_ORGANS} if items >= SINGLE_ORGANS else items
    return [str(Item(one).label) for one in in_order(shown)]
