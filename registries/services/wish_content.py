"""What a wish says: checked, and as the text that is sealed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.identifiers import normalise_phone
from core.masking import mask_name, mask_phone
from registries.choices import SINGLE_ORGANS, Executor, Item, Purpose, Stance
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

    `afterwards` is what becomes of the body after use, in words. A refusal names what it is about and nothing else.
    """

    stance: str
    items: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    executor_kind: str = ""
    executor_name: str = ""
    executor_phone: str = ""
    executor_agrees: bool = False
    receiving_unit: str = ""
    afterwards: str = ""
    is_secret: bool = False

    def as_text(self) -> str:
        """The text that is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def content_of(text: str) -> WishContent:
    """Read a sealed text back; fields that it does not know keep their defaults."""
    found: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in found.items() if name in WishContent.__dataclass_fields__}
    return WishContent(**{**known, "items": tuple(known["items"]), "purposes": tuple(known.get("purposes", ()))})


def check_content(content: WishContent) -> WishContent:
    """The declaration in its stored form. Raises RegistryError with all faults by field."""
    faults = _faults(content)
    if faults:
        raise RegistryError("wish_incomplete", _("还不完整，请按提示填写。"), faults)
    items = tuple(one for one in Item.values if one in content.items)
    if content.stance == Stance.REFUSE:
        return WishContent(stance=Stance.REFUSE, items=items, is_secret=content.is_secret)
    return WishContent(
        stance=Stance.DONATE,
        items=items,
        purposes=tuple(one for one in Purpose.values if one in content.purposes),
        executor_kind=content.executor_kind,
        executor_name=" ".join(content.executor_name.split()),
        executor_phone=normalise_phone(content.executor_phone) if content.executor_phone else "",
        executor_agrees=content.executor_agrees,
        receiving_unit=content.receiving_unit.strip(),
        afterwards=content.afterwards.strip(),
        is_secret=content.is_secret,
    )


def _faults(content: WishContent) -> dict[str, str]:
    faults: dict[str, str] = {}
    items = frozenset(content.items)
    if content.stance not in Stance.values:
        faults["stance"] = _("请选择愿意捐献，或不同意捐献。")
    if not items or not items <= frozenset(Item.values):
        faults["items"] = _("请至少选择一项。")
    elif Item.ALL_ORGANS in items and items & SINGLE_ORGANS:
        faults["items"] = _("已选“全部器官”，不必再选单个器官。")
    if content.stance == Stance.DONATE:
        faults.update(_faults_of_gift(content, items))
    for name in ("receiving_unit", "afterwards"):
        if len(getattr(content, name)) > LONGEST_TEXT:
            faults[name] = _("请写在 %(most)d 字以内。") % {"most": LONGEST_TEXT}
    return faults


def _faults_of_gift(content: WishContent, items: frozenset[str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not content.purposes or not frozenset(content.purposes) <= frozenset(Purpose.values):
        faults["purposes"] = _("请选择用途。")
    elif items & ORGANS and Purpose.TRANSPLANT not in content.purposes:
        faults["purposes"] = _("器官捐献依法用于移植，请选“移植救治”；遗体可另选教学、科研。")
    has_executor = bool(content.executor_kind or content.executor_name or content.executor_phone)
    if Item.BODY in items and not has_executor:
        faults["executor_name"] = _("捐献遗体须有执行人，请填写姓名、关系和电话。")
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
        (_("用途"), listed.join(str(SHOWN_LABELS["purposes"][one]) for one in content.purposes)),
        (_("执行人"), executor[0] if content.executor_name else ""),
        (_("执行人与本人的关系"), str(SHOWN_LABELS["executor_kind"].get(content.executor_kind, ""))),
        (_("执行人电话"), executor[1] if content.executor_phone else ""),
        (_("接受单位"), content.receiving_unit),
        (_("遗体利用后的火化和处理"), content.afterwards),
        (_("保密"), _("本人要求保密") if content.is_secret else ""),
    ]
    return [(label, text) for label, text in pairs if text]
