"""Texts that lie in clear, where many see them for years: nobody's identity number or telephone gets into them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.personal_numbers import find_personal_numbers
from registries.errors import RegistryError


def clear_faults(**texts: str) -> dict[str, str]:
    """What to say at each field whose text holds the number of a person; nothing where none does."""
    sentence = _("这一格不加密，看得到的人多：请删去身份证号、手机号再保存。")
    return {name: sentence for name, text in texts.items() if find_personal_numbers(text)}


def phone_faults(**texts: str) -> dict[str, str]:
    """What to say at each field for a telephone of an office that holds an identity number."""
    sentence = _("这里只填电话，请删去身份证号再保存。")
    return {
        name: sentence for name, text in texts.items() if any(one.kind == "id" for one in find_personal_numbers(text))
    }


def check_clear(**texts: str) -> None:
    """Raises RegistryError with the fields whose text holds the number of a person."""
    if faults := clear_faults(**texts):
        raise RegistryError("personal_number", next(iter(faults.values())), faults)
