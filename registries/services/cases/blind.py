"""Words that would tell of whoever receives an organ: no text of a case takes them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from registries.errors import RegistryError

# 人体器官捐献和移植条例 Arts. 21, 33: allocation and whoever receives belong to the allocation system alone. A unit
# that takes a body is no such person (接受单位, 接收单位).
TOLD = re.compile(
    r"受体|受者|受赠人|受捐人|接[受收](?:人|者|的?患者|的?病人)|移植给|分配给|匹配给|配型|患者姓名|COTRS", re.I
)
LONGEST_NOTE = 1000


def check_blind(text: str, *, field: str, longest: int = LONGEST_NOTE) -> str:
    """The text in its stored form. Raises RegistryError at the field for one that speaks of a receiver, or too long."""
    written = text.replace("\x00", "").strip()
    if TOLD.search(written):
        sentence = _("这里不能写接受器官的人，也不能写分配、配型的情况：捐受双方互不相知。请删去后再保存。")
        raise RegistryError("case_not_blind", sentence, {field: sentence})
    if len(written) > longest:
        sentence = _("太长，请写在 %(most)d 字以内。") % {"most": longest}
        raise RegistryError("case_text_long", sentence, {field: sentence})
    return written
