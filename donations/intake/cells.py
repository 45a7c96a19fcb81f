"""One cell at a time: text cleaned, amounts in yuan, dates; nothing here knows rows or layouts.

A formula is never evaluated: what reaches this module is the value that was stored in the file, and a text that
begins with `=`, `+`, `-` or `@` stays that text.
"""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None

MAX_NAME_LENGTH: Final = 200
MAX_TEXT_LENGTH: Final = 2000
AMOUNT_LIMIT: Final = Decimal("1000000000000")  # 14 digits, two of them behind the point
EARLIEST: Final = datetime.date(1949, 1, 1)
_FEN: Final = Decimal("0.01")
_NOISE_ABSOLUTE: Final = Decimal("0.00001")
_NOISE_RELATIVE: Final = Decimal("0.000001")
# What spreadsheets in the 1900 date system count from, the invented 29 February 1900 included.
_SERIAL_ZERO: Final = datetime.date(1899, 12, 30)

# Invisible: zero-width, soft hyphen, direction marks, byte order mark, and controls other than tab and line ends.
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                               "\ufeff\ufff9-\ufffb\ufffe\uffff"
                               "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")  # fmt: skip
_SPACES: Final = re.compile(r"\s+")
# Nothing to clean: the common case, quickly.
_CLEAN: Final = re.compile("[\u4e00-\u9fa5A-Za-z0-9.,:;/()（）·、，。_-]*")
_PLAIN_WORD: Final = re.compile("[\u4e00-\u9fa5a-z0-9]+")
_SPACED_HAN: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff](?: [㐀-鿿\U00020000-\U0003ffff]){1,3}")
_NOT_A_WORD: Final = re.compile(r"[\W_]+")
_WIDE: Final = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one cell: a stable code and the middle of a sentence (row and field are put before it)."""

    code: str
    message: str
    is_error: bool = True


def clean_text(value: Cell) -> str:
    """Return a cell as one line of clean text.

    Invisible characters go; tabs, NBSP, full-width spaces and line ends become one space; full-width letters and
    digits become half-width. Punctuation and every Chinese character stay as they were written (no NFKC: it would
    turn `（` into `(` and swap compatibility ideographs in names).
    """
    if value is None:
        return ""
    text = value if type(value) is str else _as_written(value)
    if _CLEAN.fullmatch(text):
        return text
    text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", text).strip().translate(_WIDE)


def _as_written(value: Cell) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)


def clean_name(value: Cell) -> str:
    """Return a giver's name: clean text, and `张  三` written with gaps for alignment becomes `张三`."""
    text = clean_text(value)
    if " " in text and _SPACED_HAN.fullmatch(text):
        return text.replace(" ", "")
    return text


@lru_cache(maxsize=4096)
def squeeze(text: str) -> str:
    """Return text for matching against words: NFKC, lower case, no spaces or punctuation."""
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))).lower()


def name_key(name: str) -> str:
    """Return a name in the form by which the same giver is recognised in another file."""
    if _PLAIN_WORD.fullmatch(name):
        return name
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).casefold()
    # A name made of nothing but punctuation still has to differ from no name.
    return _NOT_A_WORD.sub("", folded) or _SPACES.sub("", folded)


def repair_noise(value: Decimal) -> Decimal:
    """Return 3482232.11 for the binary 3482232.1100000003, and any other number unchanged.

    Only a difference below both 0.00001 yuan and a millionth of the value counts as noise of binary floats, so
    that a real third decimal place stays and is reported.
    """
    if not value.is_finite() or abs(value) >= AMOUNT_LIMIT * 1000 or value == value.quantize(_FEN):
        return value
    rounded = value.quantize(_FEN)
    difference = abs(value - rounded)
    return rounded if difference <= _NOISE_ABSOLUTE and difference <= abs(value) * _NOISE_RELATIVE else value


# --- amounts --------------------------------------------------------------------------------------------------------
_AMOUNT: Final = re.compile(
    r"(?:人民币|RMB|CNY|[¥￥])?\s*(?P<sign>[+-]?)\s*(?:人民币|RMB|CNY|[¥￥])?\s*(?P<number>[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)\s*"
    r"(?P<unit>亿元?|百万元?|万元?|千元?|元整?|圆整?|块)?(?:人民币|RMB|CNY|整)?",
    re.IGNORECASE,
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_AMOUNT_UNITS: Final = {"亿": "100000000", "百万": "1000000", "万": "10000", "千": "1000"}
_ECHO_SAFE: Final = re.compile(r"[0-9\uff10-\uff19.,，．:：/\-－+()（）%¥￥ 万亿千百元整年月日时分秒eE]+")
_ONE: Final = Decimal(1)


def quoted(value: Cell) -> str:
    """Return what was written, in quotes, when it is figures; else nothing, since it might be somebody's name."""
    text = clean_text(value)
    return f"“{text[:24]}”" if _ECHO_SAFE.fullmatch(text) else ""


def read_amount(value: Cell, factor: Decimal = _ONE) -> tuple[Decimal | None, Trouble | None]:
    """Read an amount in yuan, two places; `factor` is what the column counts in (10000 for 万元).

    Returns the amount and what there is to say about it. An amount with an error is None; a warning comes with one.
    """
    if type(value) is float and factor == 1 and 0.0 < value < 1e11:
        # The common case, quickly: a spreadsheet number of yuan with at most two places.
        amount = Decimal(repr(value))
        exponent = amount.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -2:
            return amount.quantize(_FEN), None
    if isinstance(value, bool | datetime.date | datetime.time | datetime.timedelta):
        return None, Trouble("amount_not_a_number", _("不是金额，请填数字，例如 1234.50"))
    if isinstance(value, int | float):
        return _checked(_plain_number(value), factor, value)
    return _read_written_amount(value, factor)


def _plain_number(value: float) -> Decimal | None:
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _read_written_amount(value: str | None, factor: Decimal) -> tuple[Decimal | None, Trouble | None]:
    written = clean_text(value)
    if not written:
        return None, Trouble(
            "amount_missing", _("没有填写金额，请补上；由公式算出的金额请在表格软件中打开并保存后再导入")
        )
    text = unicodedata.normalize("NFKC", written).replace("、", ",")
    in_brackets = text.startswith("(") and text.endswith(")")
    if in_brackets:
        text = "-" + text[1:-1].strip()
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None, Trouble(
            "amount_not_a_number", _("%(what)s不是金额，请填数字，例如 1234.50") % {"what": quoted(value)}
        )
    number = match["number"]
    if not _GROUPED.fullmatch(number):
        return None, Trouble(
            "amount_separators",
            _("%(what)s的千位分隔符位置不对，请核对后写成 1234.50 的样子") % {"what": quoted(value)},
        )
    unit = (match["unit"] or "").rstrip("元圆整块")
    try:
        amount = Decimal(match["sign"] + number.replace(",", ""))
    except InvalidOperation:
        return None, Trouble(
            "amount_not_a_number", _("%(what)s不是金额，请填数字，例如 1234.50") % {"what": quoted(value)}
        )
    own_factor = Decimal(_AMOUNT_UNITS[unit]) if unit else _ONE if match["unit"] else factor
    checked, trouble = _checked(amount, own_factor, value)
    if trouble is None and checked is not None and (unit or text.strip("¥ ") != (value or "").strip().strip("¥￥ ")):
        sentence = _("%(what)s按 %(amount)s 元读入，请核对") % {"what": quoted(value), "amount": f"{checked:,.2f}"}
        return checked, Trouble("amount_read_as", sentence, is_error=False)
    return checked, trouble


def _checked(number: Decimal | None, factor: Decimal, written: Cell) -> tuple[Decimal | None, Trouble | None]:
    if number is None:
        return None, Trouble("amount_not_a_number", _("不是金额，请填数字，例如 1234.50"))
    if abs(number) >= AMOUNT_LIMIT or abs(number * factor) >= AMOUNT_LIMIT:
        return None, Trouble("amount_too_large", _("金额超过 14 位（含两位小数），请核对是否多写了数字或填错了列"))
    amount = repair_noise(number * factor)
    if amount < 0:
        return None, Trouble(
            "amount_negative",
            _("%(what)s是负数，捐赠金额应大于零；退款或更正请对原记录办理冲正，不要写在清单里")
            % {"what": quoted(written)},
        )
    if amount == 0:
        return None, Trouble("amount_zero", _("金额为零，请填实际收到的金额，没有收到的请排除此行"))
    if amount != amount.quantize(_FEN):
        return None, Trouble(
            "amount_decimals", _("%(what)s的小数超过两位（分），请改为两位小数") % {"what": quoted(written)}
        )
    return amount.quantize(_FEN), None


# --- dates ----------------------------------------------------------------------------------------------------------
_YMD: Final = re.compile(
    r"([0-9]{4})\s*(?:[-./年]|\s)\s*([0-9]{1,2})\s*(?:[-./月]|\s)\s*([0-9]{1,2})\s*[日号]?(?P<rest>.*)"
)
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?P<rest>(?:[ T]?[0-9]{4,6}|\s.*)?)")
_MD: Final = re.compile(r"([0-9]{1,2})\s*(?:[-./月])\s*([0-9]{1,2})\s*[日号]?(?P<rest>.*)")
_TIME_OF_DAY: Final = re.compile(
    r"[ T,]*(?:(?:上午|下午|中午|晚上?|早上?|AM|PM)?\s*[0-9]{1,2}\s*[:时点]\s*(?:[0-9]{1,2}\s*分?)?"
    r"(?::?[0-9]{1,2}(?:\.[0-9]+)?\s*秒?)?\s*(?:AM|PM)?|[0-9]{4,6})?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?:[(]?(?:星期|周)[一二三四五六日天][)]?)?",
    re.IGNORECASE,
)


def read_date(
    value: Cell, *, today: datetime.date, default_year: int | None = None
) -> tuple[datetime.date | None, Trouble | None]:
    """Read a day; `default_year` is used for `1.22` and comes with a warning. An empty cell gives (None, None)."""
    if isinstance(value, bool | datetime.time | datetime.timedelta):
        return None, _unreadable_date(value)
    if isinstance(value, datetime.datetime):
        return _within(value.date(), today)
    if isinstance(value, datetime.date):
        return _within(value, today)
    if isinstance(value, int | float):
        return _read_date_number(value, today, default_year)
    return _read_date_text(value or "", today, default_year)


@lru_cache(maxsize=2048)
def _read_date_text(
    value: str, today: datetime.date, default_year: int | None
) -> tuple[datetime.date | None, Trouble | None]:
    text = unicodedata.normalize("NFKC", clean_text(value)).replace("。", ".")
    if not text:
        return None, None
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        return _read_date_number(float(text), today, default_year)  # smell-ok: 7 a day number, not money
    match = _YMD.fullmatch(text) or _COMPACT.fullmatch(text)
    if match and _TIME_OF_DAY.fullmatch(match["rest"].strip()):
        return _from_parts(int(match[1]), int(match[2]), int(match[3]), value, today)
    match = _MD.fullmatch(text)
    if match and _TIME_OF_DAY.fullmatch(match["rest"].strip()):
        return _without_year(int(match[1]), int(match[2]), value, today, default_year)
    return None, _unreadable_date(value)


def _read_date_number(
    value: float, today: datetime.date, default_year: int | None
) -> tuple[datetime.date | None, Trouble | None]:
    whole = int(value) if value == value and abs(value) < 1e9 else 0
    if value == whole and 19000101 <= whole <= 29991231:
        return _from_parts(whole // 10000, whole // 100 % 100, whole % 100, value, today)
    if 10000 <= whole <= 99999:
        return _within(_SERIAL_ZERO + datetime.timedelta(days=whole), today)
    # 1.22 typed into a cell became a number. 1.3 may be 3 or 30 January: only two decimals are clear.
    match = re.fullmatch(r"([0-9]{1,2})\.([0-9]{2})", repr(value))
    if match:
        return _without_year(int(match[1]), int(match[2]), value, today, default_year)
    return None, _unreadable_date(value)


def _without_year(
    month: int, day: int, written: Cell, today: datetime.date, default_year: int | None
) -> tuple[datetime.date | None, Trouble | None]:
    if default_year is None:
        return None, Trouble(
            "date_without_year",
            _("%(what)s没有年份，请写成 2020-01-22 的样子，或在导入时填写整份清单的日期") % {"what": quoted(written)},
        )
    day_read, trouble = _from_parts(default_year, month, day, written, today)
    if trouble is not None or day_read is None:
        return day_read, trouble
    sentence = _("%(what)s没有年份，按 %(day)s 读入，请核对") % {"what": quoted(written), "day": day_read.isoformat()}
    return day_read, Trouble("date_year_assumed", sentence, is_error=False)


def _from_parts(
    year: int, month: int, day: int, written: Cell, today: datetime.date
) -> tuple[datetime.date | None, Trouble | None]:
    try:
        return _within(datetime.date(year, month, day), today)
    except ValueError:
        return None, Trouble(
            "date_impossible",
            _("%(what)s不是真实的日期，请改为捐赠当天的日期，例如 2020-01-22") % {"what": quoted(written)},
        )


def _within(day: datetime.date, today: datetime.date) -> tuple[datetime.date | None, Trouble | None]:
    if day > today:
        return None, Trouble("date_in_future", _("%(day)s 晚于今天，请核对年份和日期") % {"day": day.isoformat()})
    if day < EARLIEST:
        return None, Trouble("date_too_early", _("%(day)s 早于 1949 年，请核对年份") % {"day": day.isoformat()})
    return day, None


def _unreadable_date(value: Cell) -> Trouble:
    return Trouble("date_unreadable", _("%(what)s不是能识别的日期，请写成 2020-01-22 的样子") % {"what": quoted(value)})
