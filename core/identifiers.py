"""Identity numbers of persons and organisations: their form and their check digits.

Only what the standards fix is an error here. Area codes change over the years, so a code that is not in today's
table is for the caller to warn about, never to refuse.
"""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError

# GB 11643-1999 (ISO 7064 MOD 11-2).
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)

# GB 32100-2015: no I, O, S, V, Z.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_FORM = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}", re.ASCII)

# GB 11714-1997, the organisation code inside the credit code (its places 9 to 17).
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_FORM = re.compile(r"[0-9A-Z]{8}[0-9X]", re.ASCII)

_EXTENSION = re.compile(r"\s*(?:转|分机|#|ext\.?|x)\s*", re.IGNORECASE)


class IdentifierError(DomainError):
    """A number has not the form or the check digit of its standard; the message never repeats the number."""


def normalise_identifier(written: str) -> str:
    """Return a number without spaces and hyphens, half width, in capitals: the form that is stored and looked up."""
    plain = unicodedata.normalize("NFKC", written).upper()
    return "".join(character for character in plain if not character.isspace() and character != "-")


def normalise_phone(written: str) -> str:
    """Return a telephone number as digits alone: half width, without separators and without China's +86.

    `+86 138 0013 8000`, `0086-138-0013-8000` and `13800138000` are one number, as are `+86 571 8888 0000` and
    `(0571) 8888-0000`. Another country's number keeps its plus. An extension (`转`, `#`, `x`, `ext`) stays, after `#`.
    """
    plain = unicodedata.normalize("NFKC", written).strip().lower()
    main, _found, extension = _EXTENSION.sub("#", plain, count=1).partition("#")
    digits = "".join(character for character in main if character.isdecimal())
    abroad = main.startswith("+")
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    if abroad and digits.startswith("86"):
        digits, abroad = _with_trunk_zero(digits[2:]), False
    elif not abroad and len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    tail = "".join(character for character in extension if character.isdecimal())
    return ("+" if abroad else "") + digits + (f"#{tail}" if tail else "")


def normalise_account(written: str) -> str:
    """Return a bank or payment account as it is stored and looked up: half width, capitals, letters and digits alone.

    Stars and other marks of a masked account stay, so that `6222****1234` is never taken for a whole number.
    """
    plain = unicodedata.normalize("NFKC", written).upper()
    return "".join(character for character in plain if not _is_separator(character))


def normalise_payer(written: str) -> str:
    """Return a payer's name as it is looked up: half width, lower case, letters and digits alone."""
    plain = unicodedata.normalize("NFKC", written).casefold()
    return "".join(character for character in plain if character.isalnum())


def account_tail(written: str) -> str:
    """Return the last four places of an account or card, by which a payer shows that it is theirs."""
    return normalise_account(written)[-4:]


def check_id_number(written: str) -> str:
    """Return a resident identity number (居民身份证, also 港澳台居民居住证) in its stored form.

    Raises IdentifierError for another length, a wrong check digit or a birthday that is no day or lies ahead.
    Source: GB 11643-1999.
    """
    number = normalise_identifier(written)
    if not _ID_FORM.fullmatch(number):
        raise IdentifierError("id_number_form", _("身份证号码应为 18 位：17 位数字加一位数字或 X，请核对。"))
    if number[-1] != id_check_digit(number[:17]):
        raise IdentifierError("id_number_check", _("身份证号码的校验位不对，可能有一位写错或两位颠倒，请核对。"))
    if birth_date(number) is None:
        raise IdentifierError("id_number_birthday", _("身份证号码中的出生日期不存在或在今天之后，请核对。"))
    return number


def _with_trunk_zero(national: str) -> str:
    """A national number as it is dialled at home: landlines with the 0 that international writing leaves out."""
    is_mobile = len(national) == 11 and national.startswith("1")
    return national if is_mobile or national.startswith(("0", "400", "800")) else f"0{national}"


def _is_separator(character: str) -> bool:
    return character.isspace() or character in "-.·•/_" or unicodedata.category(character) in ("Pd", "Cf")


def id_check_digit(first_seventeen: str) -> str:
    """Return the last character for the first seventeen digits of a resident identity number."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, first_seventeen, strict=True))
    return _ID_CHECKS[total % 11]


def birth_date(number: str) -> date | None:
    """Return the birthday in a resident identity number of 18 places; None where it is no day or lies ahead."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born <= clock.today() else None


def check_credit_code(written: str) -> str:
    """Return a unified social credit code (统一社会信用代码) of 18 places in its stored form.

    The organisation code inside has a check of its own, which a few registers issued wrong: it is not tested here,
    see `is_organisation_code`. Raises IdentifierError for another form or a wrong check digit.
    Source: GB 32100-2015.
    """
    code = normalise_identifier(written)
    if not _CREDIT_FORM.fullmatch(code):
        raise IdentifierError(
            "credit_code_form", _("统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），请核对。")
        )
    if code[-1] != credit_check_digit(code[:17]):
        raise IdentifierError("credit_code_check", _("统一社会信用代码的校验位不对，可能有一位写错，请核对。"))
    return code


def credit_check_digit(first_seventeen: str) -> str:
    """Return the last character for the first seventeen of a unified social credit code."""
    values = (_CREDIT_ALPHABET.index(character) for character in first_seventeen)
    total = sum(weight * value for weight, value in zip(_CREDIT_WEIGHTS, values, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def is_organisation_code(written: str) -> bool:
    """Say whether nine characters are an organisation code (组织机构代码) with its check digit, hyphen or not.

    Source: GB 11714-1997.
    """
    code = normalise_identifier(written)
    if not _ORGANISATION_FORM.fullmatch(code):
        return False
    values = (_ORGANISATION_ALPHABET.index(character) for character in code[:8])
    total = sum(weight * value for weight, value in zip(_ORGANISATION_WEIGHTS, values, strict=True))
    return "0123456789X"[-total % 11] == code[8]
