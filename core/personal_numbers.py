"""Finding numbers of natural persons in a text that is to be published: identity numbers and mobile telephones."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.masking import mask_id, mask_phone

# 18 places with a day of birth in their middle. The check digit is not asked: with a slip of the pen it is one as well.
_ID = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[ -]?[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
# Mobile numbers, grouped as people write them; offices' landlines and service numbers are no personal data.
_MOBILE = re.compile(r"(?<![0-9.,+-])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9]|[.,][0-9])")


@dataclass(frozen=True)
class PersonalNumber:
    """A number found: `kind` is `id` or `mobile`, `line` counts from 1, `masked` is fit to be shown in a message."""

    kind: str
    line: int
    masked: str


def find_personal_numbers(text: str) -> list[PersonalNumber]:
    """The identity numbers (18 places) and mobile numbers in a text, line by line, full width included."""
    found: list[PersonalNumber] = []
    for position, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), start=1):
        numbers = [(hit.start(), "id", mask_id(hit.group())) for hit in _ID.finditer(line)]
        # An identity number is not looked at twice.
        rest = _ID.sub(lambda hit: "·" * len(hit.group()), line)
        numbers += [(hit.start(), "mobile", mask_phone(hit.group())) for hit in _MOBILE.finditer(rest)]
        found += [PersonalNumber(kind, position, masked) for _start, kind, masked in sorted(numbers)]
    return found
