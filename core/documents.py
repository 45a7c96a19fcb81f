"""Identity documents of people: their kinds, their form, and the age that they show."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.identifiers import birth_date, check_id_number, normalise_identifier

# 港澳居民来往内地通行证 (H or M and 8 digits, 10 on older ones) and 台湾居民来往大陆通行证 (8 digits).
_PERMIT = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?|[0-9]{8}", re.ASCII)
_PASSPORT = re.compile(r"[A-Z0-9]{6,17}", re.ASCII)
_OFFICER = re.compile(r"[\w]{4,20}")
_OLD_ID = re.compile(r"[0-9]{15}", re.ASCII)
# The first two digits of 港澳台居民居住证 (GB/T 2260: 81 香港, 82 澳门, 83 台湾).
_RESIDENCE_AREAS = ("81", "82", "83")


class DocumentKind(models.TextChoices):
    """Identity documents by which a person is told apart."""

    ID_CARD = "id_card", gettext_lazy("居民身份证")
    RESIDENCE = "residence", gettext_lazy("港澳台居民居住证")
    PERMIT = "permit", gettext_lazy("港澳台通行证")
    PASSPORT = "passport", gettext_lazy("护照")
    OFFICER = "officer", gettext_lazy("军官证")


@dataclass(frozen=True)
class Document:
    """A checked document in its stored form; `born_on` where its number says it."""

    kind: str
    number: str
    born_on: datetime.date | None


def read_document(kind: str, written: str) -> Document:
    """Check a document's number by its kind; with an empty kind the kind is taken from the form of the number.

    Raises DomainError with the field `document`; the sentence never repeats the number. Source: GB 11643-1999.
    """
    number = normalise_identifier(written)
    kind = kind or kind_of(number)
    if kind in (DocumentKind.ID_CARD, DocumentKind.RESIDENCE):
        if _OLD_ID.fullmatch(number):
            raise _wrong("document_old", _("15 位的旧身份证号已停用，请填写 18 位号码。"))
        number = check_id_number(number)
        is_residence = number.startswith(_RESIDENCE_AREAS)
        return Document(DocumentKind.RESIDENCE if is_residence else DocumentKind.ID_CARD, number, birth_date(number))
    if kind == DocumentKind.PERMIT and not _PERMIT.fullmatch(number):
        raise _wrong("document_permit", _("港澳台通行证应为 H 或 M 加 8 位数字，或 8 位数字，请核对。"))
    if kind == DocumentKind.PASSPORT and not _PASSPORT.fullmatch(number):
        raise _wrong("document_passport", _("护照号码应为 6 至 17 位字母和数字，请核对。"))
    if kind == DocumentKind.OFFICER and not _OFFICER.fullmatch(number):
        raise _wrong("document_officer", _("军官证号码应为 4 至 20 个字，请核对。"))
    if kind not in DocumentKind.values:
        raise _wrong("document_kind", _("认不出证件类型，请选择证件类型。"))
    return Document(kind, number, None)


def kind_of(number: str) -> str:
    """The kind that a number's form says, empty where it says none."""
    if len(number) in (15, 18) and number[:-1].isdecimal():
        return DocumentKind.ID_CARD
    if _PERMIT.fullmatch(number):
        return DocumentKind.PERMIT
    return DocumentKind.PASSPORT if _PASSPORT.fullmatch(number) and not number.isdecimal() else ""


def age_on(born_on: datetime.date, day: datetime.date) -> int:
    """Whole years of age on a day; who was born on 29 February has a birthday on 1 March in other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _wrong(code: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {"document": sentence})
