"""Telephones of every kind: mobiles of the mainland, landlines, Hong Kong, Macao and foreign numbers."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.identifiers import normalise_phone


class PhoneKind(models.TextChoices):
    """What kind of telephone a number is; a code by short message reaches a mobile of the mainland alone."""

    MOBILE = "mobile", gettext_lazy("手机")
    LANDLINE = "landline", gettext_lazy("座机")
    HONG_KONG = "hong_kong", gettext_lazy("香港号码")
    MACAO = "macao", gettext_lazy("澳门号码")
    ABROAD = "abroad", gettext_lazy("境外号码")


# The first that fits is the kind. Landlines: area code of two or three digits after the 0, seven or eight digits
# (电信网编号计划); others by their country's code, at most fifteen digits (ITU-T E.164).
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (PhoneKind.MOBILE, re.compile(r"1[3-9][0-9]{9}", re.ASCII)),
    (PhoneKind.LANDLINE, re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}(?:#[0-9]{1,6})?", re.ASCII)),
    (PhoneKind.HONG_KONG, re.compile(r"\+852[2-9][0-9]{7}", re.ASCII)),
    (PhoneKind.MACAO, re.compile(r"\+853[2-9][0-9]{7}", re.ASCII)),
    (PhoneKind.ABROAD, re.compile(r"\+(?!86|852|853)[1-9][0-9]{6,14}", re.ASCII)),
)


def phone_kind(number: str) -> str:
    """The kind of a number in its stored form; empty for what is none."""
    return next((str(kind) for kind, form in _FORMS if form.fullmatch(number)), "")


def checked_phone(written: str) -> str:
    """Return a telephone of any kind in its stored form, by which it is looked up. Raises DomainError with `phone`."""
    number = normalise_phone(written)
    if not phone_kind(number):
        sentence = _("请核对号码：手机 11 位；座机要带区号；香港、澳门和境外号码以 +852、+853 或 + 国家代码开头。")
        raise DomainError("phone_form", sentence, {"phone": sentence})
    return number
