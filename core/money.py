"""Money in yuan: taking it in, rounding, splitting, and writing it out in figures and in capitals.

Amounts are `Decimal` yuan with two places and at most 14 digits (numeric(14,2)); a float never becomes money.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from core.errors import DomainError

FEN = Decimal("0.01")
ZERO_YUAN = Decimal("0.00")
MAX_YUAN = Decimal("999999999999.99")
_WAN = Decimal("10000")
_YI = Decimal("100000000")

# Not the thread's context: another library may have changed its precision or rounding.
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_WRITTEN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"  # smell-ok: 11 numerals prescribed for vouchers, not a label
_PLACES = ("", "拾", "佰", "仟")  # smell-ok: 11 numerals prescribed for vouchers, not a label
_GROUPS = ("", "万", "亿")  # smell-ok: 11 numerals prescribed for vouchers, not a label
_RMB, _NEGATIVE, _YUAN, _JIAO, _FEN, _EXACT = "人民币", "负", "元", "角", "分", "整"  # smell-ok: 11 as above


class AmountError(DomainError):
    """A value that was given as an amount of money is none."""


def yuan(value: str | int | Decimal) -> Decimal:
    """Return an amount in yuan with exactly two places.

    Text must be plain ASCII digits with an optional minus and at most two decimals: grouping marks and full-width
    digits are for the importer to understand first. A Decimal may carry more places as long as they are zeros.
    Raises TypeError for float and bool, AmountError for what is no number, too long or finer than a fen.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"money is made of str, int or Decimal, never {type(value).__name__}")
    if isinstance(value, str):
        amount = _read_text(value)
    elif isinstance(value, int):
        amount = Decimal(value)
    else:
        amount = value
    if not amount.is_finite():
        raise AmountError("amount_unreadable", _("金额不是数字，请填写阿拉伯数字，例如 1234.50。"))
    _check_length(amount)
    exact = amount.quantize(FEN, context=_CONTEXT)
    if exact != amount:
        raise _too_fine()
    return exact or ZERO_YUAN


def round_yuan(value: Decimal) -> Decimal:
    """Round to the fen, half away from zero: the only rounding of money in the portal.

    Raises TypeError for anything but Decimal, AmountError where the result has more than 14 digits.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"only a Decimal is rounded to yuan, not {type(value).__name__}")
    if not value.is_finite():
        raise AmountError("amount_unreadable", _("金额不是数字，请填写阿拉伯数字，例如 1234.50。"))
    _check_length(value)
    rounded = value.quantize(FEN, context=_CONTEXT)
    _check_length(rounded)
    return rounded or ZERO_YUAN


def split_by_largest_remainder(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split an amount by weight so that the parts sum to it exactly, to the fen.

    Each part is its exact share cut or raised to a fen; the fen that are left over go to the largest remainders,
    earlier parts first where these are equal, so the same input always gives the same parts. A weight of zero gets
    nothing. Raises AmountError where no weight is positive or one is negative.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction())
    if whole <= 0 or any(share < 0 for share in shares):
        raise AmountError("split_without_weight", _("没有可以分摊的份额：各份权重不能为负，且至少有一份大于零。"))
    amount = yuan(total)
    fen = abs(int(amount.scaleb(2, context=_CONTEXT)))
    exact = [fen * share / whole for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: fen - sum(parts)]:
        parts[index] += 1
    sign = -1 if amount < 0 else 1
    return [Decimal(sign * part).scaleb(-2, context=_CONTEXT).quantize(FEN, context=_CONTEXT) for part in parts]


def capital_amount(amount: Decimal) -> str:
    """Write an amount in capital numerals as vouchers need it (大写), with 人民币 before it and no gap.

    Yuan and jiao endings take 整, fen endings do not; a run of zeros inside is one 零; the optional 零 before jiao
    is left out. A negative amount, as in a correction, takes 负. Source: 《正确填写票据和结算凭证的基本规定》.
    """
    exact = yuan(amount)
    whole, fen = divmod(abs(int(exact.scaleb(2, context=_CONTEXT))), 100)
    written = _capital_integer(whole) + _YUAN if whole or not fen else ""
    written += _capital_jiao_and_fen(fen, after_yuan=bool(whole))
    return _RMB + (_NEGATIVE if exact < 0 else "") + written


def format_yuan(amount: Decimal) -> str:
    """Write an amount for a page or table: `¥1,234,567.89`, `-¥5.00`."""
    exact = yuan(amount)
    return f"{'-' if exact < 0 else ''}¥{exact.copy_abs():,.2f}"


def headline_yuan(amount: Decimal) -> str:
    """Write an amount short for a headline: `123.46 万元`, `1.23 亿元`, below 10,000 in full `1,234.50 元`.

    Rounded to two places of its unit: where it stands, the exact figure stands too.
    """
    exact = yuan(amount)
    in_wan = _CONTEXT.divide(exact, _WAN).quantize(FEN, context=_CONTEXT)
    if exact.copy_abs() < _WAN:
        return _("%(figure)s 元") % {"figure": f"{exact:,.2f}"}
    # The unit is chosen after rounding: 99,999,999.99 is 1.00 亿元, not 10,000.00 万元.
    if in_wan.copy_abs() < _WAN:
        return _("%(figure)s 万元") % {"figure": f"{in_wan:,.2f}"}
    in_yi = _CONTEXT.divide(exact, _YI).quantize(FEN, context=_CONTEXT)
    return _("%(figure)s 亿元") % {"figure": f"{in_yi:,.2f}"}


def _read_text(value: str) -> Decimal:
    if not _WRITTEN.fullmatch(value):
        raise AmountError("amount_unreadable", _("金额不是数字，请填写阿拉伯数字，例如 1234.50。"))
    if len(value.partition(".")[2]) > 2:
        raise _too_fine()
    # Before it becomes a number: a text of a million digits must cost nothing.
    if len(value) > 40:
        raise _too_long()
    return Decimal(value)


def _check_length(amount: Decimal) -> None:
    if amount.copy_abs() > MAX_YUAN:
        raise _too_long()


def _too_long() -> AmountError:
    return AmountError("amount_too_long", _("金额超过 14 位（整数 12 位、小数 2 位），请核对是否多写了数字。"))


def _too_fine() -> AmountError:
    return AmountError("amount_too_fine", _("金额最多两位小数（到分），请核对后重新填写。"))


def _capital_integer(whole: int) -> str:
    if not whole:
        return _DIGITS[0]
    figures = str(whole)
    written, zero_waits, group_written = "", False, False
    for position, figure in enumerate(figures):
        place = len(figures) - 1 - position
        if figure == "0":
            zero_waits = True
        else:
            written += (_DIGITS[0] if zero_waits and written else "") + _DIGITS[int(figure)] + _PLACES[place % 4]
            zero_waits, group_written = False, True
        if place % 4 == 0:
            written += _GROUPS[place // 4] if group_written else ""
            group_written = False
    return written


def _capital_jiao_and_fen(fen: int, *, after_yuan: bool) -> str:
    jiao, rest = divmod(fen, 10)
    if not rest:
        return (_DIGITS[jiao] + _JIAO if jiao else "") + _EXACT
    lead = _DIGITS[jiao] + _JIAO if jiao else (_DIGITS[0] if after_yuan else "")
    return lead + _DIGITS[rest] + _FEN
