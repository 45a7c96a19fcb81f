"""Finding whoever rings or stands before one: by number, telephone or document, each exactly, in one's own scope."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.documents import read_document
from core.errors import DomainError
from core.identifiers import normalise_identifier, normalise_phone
from core.personal_numbers import find_personal_numbers
from core.phones import phone_kind
from core.sealed import matching
from core.throttling import count_once
from organizations.choices import Right
from registries.choices.finding import MOST_FOUND, SoughtBy
from registries.models import Donor, Registrant, Wish
from registries.services.reading import LIMIT, note_look_up

if TYPE_CHECKING:
    from accounts.models import User

_NUMBER = re.compile(r"[0-9]+(?:-[SCTMX][0-9]+)?-[0-9]{4}-[NYD][0-9]{8,}", re.ASCII)
_DASHES = str.maketrans("‐‑‒–—―－−", "--------")  # noqa: RUF001 -- as they are typed and copied
_LEAST_DIGITS = 7


@dataclass(frozen=True)
class Sought:
    """What was typed, in its stored form, and what it was taken for; `kind` is a document's."""

    by: str
    value: str
    kind: str = ""


@dataclass(frozen=True)
class Found:
    """Whose registrations were found, newest first; `is_more` where the list was cut."""

    by: str
    wishes: list[Wish]
    donors: list[Donor]
    is_more: bool

    @property
    def is_empty(self) -> bool:
        """Whether nobody was found."""
        return not (self.wishes or self.donors)


def recognise(written: str) -> Sought:
    """Tell what was typed: a number of ours, a document or a telephone. Raises DomainError with the field `sought`.

    The sentence never repeats what was typed. An identity number goes before a telephone.
    """
    plain = unicodedata.normalize("NFKC", written).translate(_DASHES)
    number = "".join(plain.split()).upper()
    if _NUMBER.fullmatch(number):
        return Sought(SoughtBy.NUMBER, number)
    phone = normalise_phone(plain)
    # A telephone has no letters but those of an extension, which its form knows.
    if phone_kind(phone) and not re.search(r"[A-Z]", re.sub(r"EXT|X", "", number)):
        return Sought(SoughtBy.PHONE, phone)
    if len(normalise_identifier(plain)) < _LEAST_DIGITS:
        raise _unknown()
    try:
        document = read_document("", plain)
    except DomainError as error:
        if error.code == "document_kind":
            raise _unknown() from None
        raise DomainError(error.code, error.message, {"sought": error.message}) from None
    return Sought(SoughtBy.DOCUMENT, document.number, document.kind)


def find_people(*, written: str, purpose: str, actor: User) -> Found:
    """The wishes and donors of whoever is found, among those that the actor may see; what for is in the audit trail.

    Telephones and documents are found by keyed digest, whole or not at all, and at most so many in an hour; what was
    typed goes nowhere. Raises DomainError with `sought` or `purpose`. Not in a transaction. Five queries.
    """
    if len(purpose.strip()) < 2 or find_personal_numbers(purpose):
        sentence = _("请写明为什么查找，至少两个字；不要写证件号码或手机号。")
        raise DomainError("purpose_missing", sentence, {"purpose": sentence})
    sought = recognise(written)
    if sought.by != SoughtBy.NUMBER:
        count_once(LIMIT, str(actor.pk))
    wishes, donors = _of_number(sought.value, actor) if sought.by == SoughtBy.NUMBER else _of_people(sought, actor)
    note_look_up(
        actor=actor, count=len(wishes) + len(donors), reason=f"{SoughtBy(sought.by).label}：{purpose.strip()[:200]}"
    )
    is_more = len(wishes) > MOST_FOUND or len(donors) > MOST_FOUND
    return Found(sought.by, wishes[:MOST_FOUND], donors[:MOST_FOUND], is_more)


def _of_number(number: str, actor: User) -> tuple[list[Wish], list[Donor]]:
    """Of a wish or donor itself; of a registrant all that they registered."""
    if number.rsplit("-", 1)[1].startswith("N"):
        people = Registrant.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(number=number)
        return _of_keys([str(one) for one in people.values_list("row_key", flat=True)], actor)
    wishes = Wish.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(number=number)
    donors = Donor.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(number=number)
    return list(wishes.select_related("branch")), list(donors.select_related("branch"))


def _of_people(sought: Sought, actor: User) -> tuple[list[Wish], list[Donor]]:
    people = Registrant.objects.visible_to(actor, Right.VIEW_REGISTRIES)
    if sought.by == SoughtBy.PHONE:
        people = people.filter(matching(Registrant, "phone", sought.value))
    else:
        people = people.filter(matching(Registrant, "document", sought.value), document_kind=sought.kind)
    # One more than is shown: whether there are more is said.
    keys = people.order_by("-pk").values_list("row_key", flat=True)[: MOST_FOUND + 1]
    return _of_keys([str(one) for one in keys], actor)


def _of_keys(keys: list[str], actor: User) -> tuple[list[Wish], list[Donor]]:
    if not keys:
        return [], []
    wishes = Wish.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(matching(Wish, "registrant", *keys))
    donors = Donor.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(matching(Donor, "registrant", *keys))
    most = MOST_FOUND + 1
    return (
        list(wishes.select_related("branch").order_by("-pk")[:most]),
        list(donors.select_related("branch").order_by("-pk")[:most]),
    )


def _unknown() -> DomainError:
    sentence = _(
        "认不出填的是什么。请填写完整的登记编号、电话（座机带区号）或证件号码；护照、军官证等也可以用“按证件查找”。"
    )
    return DomainError("sought_unknown", sentence, {"sought": sentence})
