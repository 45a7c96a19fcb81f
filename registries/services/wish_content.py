"""What a wish says: checked, and as the text that is sealed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.identifiers import normalise_phone
from core.masking import mask_name, mask_phone
from registries.choices import (
    BODY_PURPOSES,
    BY_PROXY,
    FORM_DUTIES,
    SINGLE_ORGANS,
    Channel,
    Executor,
    Item,
    Purpose,
    Stance,
)
from registries.errors import RegistryError

LONGEST_TEXT = 200
LEAST_DIGITS = 7
ORGANS = SINGLE_ORGANS | {Item.ALL_ORGANS}
LONGEST_NAME = 60


# How the parts of a declaration are shown, by field.
SHOWN_LABELS: dict[str, dict[str, Any]] = {
    "stance": dict(Stance.choices),
    "items": dict(Item.choices),
    "purposes": dict(Purpose.choices),
    "executor_kind": dict(Executor.choices),
}


@dataclass(frozen=True)
class WishContent:
    """One declaration: what of the body, for what, who carries it out (宁波市遗体捐献条例 Art. 11).

    `afterwards` is what becomes of the body after use, in words. `refused`: what somebody who gives other things
    expressly does not give; it binds like a refusal (人体器官捐献和移植条例 Art. 9). `proxy_name`, `proxy_paper`: who
    brought the form for them, by which letter of authority. A refusal names what it is about and who brought it.
    """

    stance: str
    items: tuple[str, ...]
    refused: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    executor_kind: str = ""
    executor_name: str = ""
    executor_phone: str = ""
    executor_agrees: bool = False
    receiving_unit: str = ""
    afterwards: str = ""
    is_secret: bool = False
    proxy_name: str = ""
    proxy_paper: str = ""

    def as_text(self) -> str:
        """The text that is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def content_of(text: str) -> WishContent:
    """Read a sealed text back; fields that it does not know keep their defaults."""
    found: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in found.items() if name in WishContent.__dataclass_fields__}
    listed = {name: tuple(known.get(name, ())) for name in ("items", "refused", "purposes")}
    return WishContent(**{**known, **listed})


def check_content(content: WishContent, *, channel: str, place: str) -> WishContent:
    """The declaration in its stored form. Raises RegistryError with all faults by field.

    `channel` is how it was made, `place` the code of the branch, where a law of its own may ask for more.
    """
    faults = {**_faults(content, place), **_faults_of_proxy(content, channel)}
    if faults:
        raise RegistryError("wish_incomplete", _("还不完整，请按提示填写。"), faults)
    items = tuple(one for one in Item.values if one in content.items)
    by_proxy = channel == Channel.PROXY
    proxy_name = " ".join(content.proxy_name.split()) if by_proxy else ""
    proxy_paper = content.proxy_paper.strip() if by_proxy else ""
    if content.stance == Stance.REFUSE:
        return WishContent(
            stance=Stance.REFUSE,
            items=items,
            is_secret=content.is_secret,
            proxy_name=proxy_name,
            proxy_paper=proxy_paper,
        )
    return WishContent(
        stance=Stance.DONATE,
        items=items,
        refused=tuple(one for one in Item.values if one in content.refused),
        purposes=tuple(one for one in Purpose.values if one in content.purposes),
        executor_kind=content.executor_kind,
        executor_name=" ".join(content.executor_name.split()),
        executor_phone=normalise_phone(content.executor_phone) if content.executor_phone else "",
        executor_agrees=content.executor_agrees,
        receiving_unit=content.receiving_unit.strip(),
        afterwards=content.afterwards.strip(),
        is_secret=content.is_secret,
        proxy_name=proxy_name,
        proxy_paper=proxy_paper,
    )


def _faults(content: WishContent, place: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    items = frozenset(content.items)
    if content.stance not in Stance.values:
        faults["stance"] = _("请选择愿意捐献，或不同意捐献。")
    if not items or not items <= frozenset(Item.values):
        faults["items"] = _("请至少选择一项。")
    elif Item.ALL_ORGANS in items and items & SINGLE_ORGANS:
        faults["items"] = _("已选“全部器官”，不必再选单个器官。")
    if content.stance == Stance.DONATE:
        faults.update(_faults_of_gift(content, items, place))
    elif content.refused:
        # Nothing that somebody ticked is dropped in silence.
        faults["refused"] = _("“不同意捐献”的，请把不同意的项目都选在上面的“项目”里，这里不选。")
    for name in ("receiving_unit", "afterwards"):
        if len(getattr(content, name)) > LONGEST_TEXT:
            faults[name] = _("请写在 %(most)d 字以内。") % {"most": LONGEST_TEXT}
    return faults


def _faults_of_proxy(content: WishContent, channel: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if channel != Channel.PROXY:
        return faults
    if not frozenset((*content.items, *content.refused)) <= BY_PROXY:
        faults["channel"] = (
            _("对器官、组织表示不同意捐献的，须本人办理，不能委托他人；请改为到场或上门。")
            if content.stance == Stance.REFUSE
            else _("只有眼角膜、遗体捐献可以委托他人办理；器官捐献须本人办理，请改为到场或上门。")
        )
    if not 2 <= len(content.proxy_name.strip()) <= LONGEST_NAME:
        faults["proxy_name"] = _("委托他人办理的，请填写受托人姓名。")
    if not 1 <= len(content.proxy_paper.strip()) <= LONGEST_NAME:
        faults["proxy_paper"] = _("请填写委托书的编号；没有编号的，填委托书上的日期。")
    return faults


def _faults_of_refused(content: WishContent, items: frozenset[str]) -> dict[str, str]:
    """What is not given is named once, and never stands among what is given, by itself or as one of all organs."""
    refused = frozenset(content.refused)
    if not refused <= frozenset(Item.values):
        return {"refused": _("请从列出的项目中选择。")}
    if Item.ALL_ORGANS in refused and refused & SINGLE_ORGANS:
        return {"refused": _("已选“全部器官”，不必再选单个器官。")}
    given = items | SINGLE_ORGANS if Item.ALL_ORGANS in items else items
    denied = refused | SINGLE_ORGANS if Item.ALL_ORGANS in refused else refused
    if given & denied:
        return {"refused": _("同一项不能既愿意捐献又不同意捐献；只捐部分器官的，请逐个选愿意捐献的器官。")}
    return {}


def _faults_of_gift(content: WishContent, items: frozenset[str], place: str) -> dict[str, str]:
    faults = _faults_of_refused(content, items)
    if not content.purposes or not frozenset(content.purposes) <= frozenset(Purpose.values):
        faults["purposes"] = _("请选择用途。")
    elif items & ORGANS and Purpose.TRANSPLANT not in content.purposes:
        faults["purposes"] = _("器官捐献依法用于移植，请选“移植救治”；遗体可另选教学、科研。")
    elif Item.BODY in items and not BODY_PURPOSES & frozenset(content.purposes):
        faults["purposes"] = _("捐献遗体的，请选医学教学、临床解剖或医学科研中的至少一项。")
    has_executor = bool(content.executor_kind or content.executor_name or content.executor_phone)
    has_duties = any(place.startswith(one) for one in FORM_DUTIES)
    if (Item.BODY in items or (has_duties and Item.CORNEA in items)) and not has_executor:
        faults["executor_name"] = _("捐献遗体须有执行人，请填写姓名、关系和电话；在宁波捐献眼角膜的也须有。")
    if has_duties and items & {Item.BODY, Item.CORNEA} and not content.receiving_unit.strip():
        faults["receiving_unit"] = _("《宁波市遗体捐献条例》要求登记表写明接受单位，请填写。")
    if has_duties and Item.BODY in items and not content.afterwards.strip():
        faults["afterwards"] = _("《宁波市遗体捐献条例》要求登记表写明遗体利用后的火化及处理，请填写。")
    if has_executor:
        faults.update(_faults_of_executor(content))
    return faults


def _faults_of_executor(content: WishContent) -> dict[str, str]:
    faults: dict[str, str] = {}
    if content.executor_kind not in Executor.values:
        faults["executor_kind"] = _("请选择执行人与登记人的关系。")
    if not 2 <= len(content.executor_name.strip()) <= LONGEST_NAME:
        faults["executor_name"] = _("请填写执行人的姓名或单位名称。")
    if len(normalise_phone(content.executor_phone)) < LEAST_DIGITS:
        faults["executor_phone"] = _("请填写执行人的电话。")
    if not content.executor_agrees:
        faults["executor_agrees"] = _("须执行人同意执行，请确认后勾选。")
    return faults


def content_lines(content: WishContent, *, is_own: bool = False) -> list[tuple[str, str]]:
    """A declaration as lines of label and text, those that say something.

    `is_own`: for the person themselves, who knows their executor; what identifies that one is masked.
    """
    listed = _("、")
    executor = (mask_name(content.executor_name), mask_phone(content.executor_phone)) if is_own else (
        content.executor_name, content.executor_phone,
    )  # fmt: skip
    pairs = [
        (_("意愿"), str(SHOWN_LABELS["stance"].get(content.stance, ""))),
        (_("项目"), listed.join(str(SHOWN_LABELS["items"][one]) for one in content.items)),
        (_("不同意捐献的项目"), listed.join(str(SHOWN_LABELS["items"][one]) for one in content.refused)),
        (_("用途"), listed.join(str(SHOWN_LABELS["purposes"][one]) for one in content.purposes)),
        (_("执行人"), executor[0] if content.executor_name else ""),
        (_("执行人与本人的关系"), str(SHOWN_LABELS["executor_kind"].get(content.executor_kind, ""))),
        (_("执行人电话"), executor[1] if content.executor_phone else ""),
        (_("接受单位"), content.receiving_unit),
        (_("遗体利用后的火化和处理"), content.afterwards),
        (_("保密"), _("本人要求保密") if content.is_secret else ""),
        (_("受托人"), mask_name(content.proxy_name) if is_own and content.proxy_name else content.proxy_name),
        (_("委托书"), content.proxy_paper),
    ]
    return [(label, text) for label, text in pairs if text]
