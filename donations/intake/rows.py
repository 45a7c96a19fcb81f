"""One row of a list: its cells read, its problems said, its proposals made."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.intake import vocabulary as words
from donations.intake.cells import (
    MAX_NAME_LENGTH,
    MAX_TEXT_LENGTH,
    Cell,
    Trouble,
    clean_name,
    clean_text,
    name_key,
    read_amount,
    read_date,
    squeeze,
)
from donations.intake.layout import FIELD_LABELS
from donations.intake.proposals import DonorKind, donor_kind, earmark, pass_through

Level = Literal["passed", "warning", "error"]
LEVEL_LABELS: Final = {
    "passed": gettext_lazy("通过"),
    "warning": gettext_lazy("警告"),
    "error": gettext_lazy("错误"),
}
_ONE_YUAN: Final = Decimal(1)
_KEY_BYTES: Final = 16
MAX_REFERENCE_LENGTH: Final = 100
_TEXT_FIELDS: Final = ("remark", "purpose", "channel", "detail", "summary")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to say about a row (row 0: about the list as a whole). The message never holds a name."""

    row: int
    field: str
    code: str
    message: str
    is_error: bool = True

    def as_dict(self) -> dict[str, str | int]:
        """Return `{"row", "field", "code", "message"}`."""
        return {"row": self.row, "field": self.field, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A line of a list as it was read. Amount in yuan.

    `is_gift` is False for lines of a statement that are no income (`not_gift_reason` says why); they count in no
    total. `content_key` is the same for the same giver, amount and day in any file, `row_fingerprint` for the same
    giver and amount on whatever day; both are empty while the row has an error in what they are made of. They are
    digests of a name and so personal data.
    `raw` keeps what stood in the mapped columns, for mending in place; columns without a field (phones, account
    and ID numbers) are not taken.
    """

    row_number: int
    donor: str
    received_on: datetime.date | None
    amount: Decimal | None
    remark: str = ""
    purpose: str = ""
    channel: str = ""
    reference: str = ""
    receipt_number: str = ""
    is_gift: bool = True
    not_gift_reason: str = ""
    donor_kind: DonorKind = "person"
    proposed_giver: str = ""
    proposed_via: str = ""
    proposed_giver_kind: DonorKind = "person"
    proposed_earmark: str = ""
    problems: tuple[Problem, ...] = ()
    level: Level = "passed"
    content_key: str = ""
    row_fingerprint: str = ""
    raw: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RowContext:
    """What holds for every row of a list. `default_on` is the day of gifts that have none of their own."""

    today: datetime.date
    default_on: datetime.date | None = None
    unit_multiplier: Decimal = _ONE_YUAN
    as_of: datetime.date | None = None
    channel: str = ""
    is_statement: bool = False


def sentence(row_number: int, field: str, message: str) -> str:
    """Return `第 17 行「金额」：…。`, the one voice in which problems of rows are told."""
    label = FIELD_LABELS.get(field, field)
    return _("第 %(row)d 行「%(field)s」：%(message)s。") % {"row": row_number, "field": label, "message": message}


class _Findings:
    """Gathers the problems of one row."""

    __slots__ = ("has_error", "problems", "row_number")

    def __init__(self, row_number: int) -> None:
        self.row_number = row_number
        self.problems: list[Problem] = []
        self.has_error = False

    def add(self, field: str, code: str, message: str, *, is_error: bool = False) -> None:
        text = sentence(self.row_number, field, message)
        self.problems.append(Problem(self.row_number, field, code, text, is_error))
        self.has_error |= is_error

    def add_trouble(self, field: str, trouble: Trouble | None) -> None:
        if trouble is not None:
            self.add(field, trouble.code, trouble.message, is_error=trouble.is_error)

    @property
    def level(self) -> Level:
        return "error" if self.has_error else "warning" if self.problems else "passed"


def content_key(donor: str, amount: Decimal, received_on: datetime.date) -> str:
    """Return the digest by which the same gift is suspected in another file: giver, amount, day."""
    return _digest(f"{name_key(donor)}|{amount}|{received_on.isoformat()}")


def row_fingerprint(donor: str, amount: Decimal) -> str:
    """Return the digest by which the same gift with another day is suspected: giver and amount."""
    return _digest(f"{name_key(donor)}|{amount}")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_KEY_BYTES).hexdigest()


def read_row(
    values: Mapping[str, Cell], *, row_number: int, context: RowContext, carried: frozenset[str] = frozenset()
) -> ParsedRow:
    """Read one row from its cells by field; also used for a row that was mended by hand.

    `carried` names the fields whose value was taken from the row above because the cell was empty.
    """
    found = _Findings(row_number)
    donor = _read_donor(values.get("donor"), found)
    is_gift, reason, amount = _read_money(values, context, found)
    received_on = _read_day(values.get("received_on"), context, found)
    texts = {name: _read_text(name, values.get(name), found) for name in _TEXT_FIELDS if name in values}
    remark = texts.get("remark", "") or texts.get("detail", "") or texts.get("summary", "")
    purpose = texts.get("purpose", "")
    for field in sorted(carried):
        found.add(field, f"{_CARRIED_CODES.get(field, field)}_carried", _("空着，按上一行的内容读入，请核对"))
    if is_gift:
        _warn_about_money(amount, texts, context, found)
    kind, giver, via, giver_kind = _propose_giver(donor, found)
    earmarked = _propose_earmark(purpose, remark, found)
    complete = bool(donor) and amount is not None and len(donor) <= MAX_NAME_LENGTH
    return ParsedRow(
        row_number=row_number,
        donor=donor,
        received_on=received_on,
        amount=amount,
        remark=remark,
        purpose=purpose,
        channel=context.channel or texts.get("channel", ""),
        reference=_read_number("reference", values.get("reference"), found),
        receipt_number=_read_number("receipt_number", values.get("receipt_number"), found),
        is_gift=is_gift,
        not_gift_reason=reason,
        donor_kind=kind,
        proposed_giver=giver,
        proposed_via=via,
        proposed_giver_kind=giver_kind,
        proposed_earmark=earmarked,
        problems=tuple(found.problems) if is_gift else (),
        level=found.level if is_gift else "passed",
        content_key=content_key(donor, amount, received_on) if complete and amount is not None and received_on else "",
        row_fingerprint=row_fingerprint(donor, amount) if complete and amount is not None else "",
        raw={name: clean_text(cell) for name, cell in values.items() if cell is not None and cell != ""},
    )


_CARRIED_CODES: Final = {"received_on": "date"}


def _read_donor(value: Cell, found: _Findings) -> str:
    donor = clean_name(value)
    if squeeze(donor) == "" and donor in words.EMPTY_MARKS:
        donor = ""
    if not donor or donor in words.EMPTY_MARKS:
        found.add(
            "donor", "donor_missing", _("没有填写捐赠人，与上一行相同请填“同上”，未留姓名请填“爱心人士”"), is_error=True
        )
        return ""
    if len(donor) > MAX_NAME_LENGTH:
        message = _("有 %(length)d 个字，超过上限 %(limit)d 个字，请只保留姓名或单位全称，其余写在备注里") % {
            "length": len(donor),
            "limit": MAX_NAME_LENGTH,
        }
        found.add("donor", "donor_too_long", message, is_error=True)
        return donor
    if words.TEST_LIKE.search(donor):
        found.add("donor", "donor_test_like", _("像是测试数据或编号，不像姓名，请核对"))
    elif "*" in donor or "\uff0a" in donor:
        found.add("donor", "donor_masked", _("姓名已被打码，与实名记录可能对不上，请核对"))
    return donor


def _read_text(field: str, value: Cell, found: _Findings) -> str:
    if value is None or value == "":
        return ""
    text = clean_text(value)
    if len(text) > MAX_TEXT_LENGTH:
        found.add(field, "text_too_long", _("超过 %(limit)d 个字，请删短") % {"limit": MAX_TEXT_LENGTH}, is_error=True)
        return text[:MAX_TEXT_LENGTH]
    return "" if text in words.EMPTY_MARKS else text


def _read_number(field: str, value: Cell, found: _Findings) -> str:
    if value is None or value == "":
        return ""
    text = clean_text(value)
    if isinstance(value, float) and abs(value) >= 1e15:
        # A spreadsheet keeps 15 digits; a longer number in a number cell has already lost its end.
        found.add(field, "number_truncated", _("号码超过 15 位，表格软件已改掉末尾数字，请把该列设为文本后重新填写"))
    if len(text) > MAX_REFERENCE_LENGTH:
        found.add(
            field, "number_too_long", _("超过 %(limit)d 个字符，请核对是否填错了列") % {"limit": 100}, is_error=True
        )
        return text[:MAX_REFERENCE_LENGTH]
    return "" if text in words.EMPTY_MARKS else text


def _read_day(value: Cell, context: RowContext, found: _Findings) -> datetime.date | None:
    default = context.default_on
    day, trouble = read_date(value, today=context.today, default_year=default.year if default else None)
    if trouble is not None:
        found.add_trouble("received_on", trouble)
        if day is None:
            return None
    if day is None:
        return _default_day(default, found)
    if context.as_of is not None and day > context.as_of:
        found.add(
            "received_on",
            "date_after_list",
            _("%(day)s 晚于清单标题写的截止日 %(as_of)s，请核对")
            % {"day": day.isoformat(), "as_of": context.as_of.isoformat()},
        )
    return day


def _default_day(default: datetime.date | None, found: _Findings) -> datetime.date | None:
    if default is None:
        found.add("received_on", "date_missing", _("没有日期，请补上，或在导入时填写整份清单的日期"), is_error=True)
        return None
    found.add(
        "received_on",
        "date_defaulted",
        _("没有日期，按整份清单的日期 %(day)s 读入，请核对") % {"day": default.isoformat()},
    )
    return default


def _read_money(values: Mapping[str, Cell], context: RowContext, found: _Findings) -> tuple[bool, str, Decimal | None]:
    """Return whether the line is a gift, why not, and its amount."""
    field = "income" if "income" in values else "amount"
    cell = values.get(field)
    reason = _why_no_income(values, cell) if context.is_statement else ""
    if reason:
        other = values.get("expense") if field == "income" else cell
        return False, reason, read_amount(other, context.unit_multiplier)[0]
    currency = squeeze(clean_text(values.get("currency")))
    if currency not in words.DOMESTIC_CURRENCY:
        found.add(
            "currency",
            "currency_foreign",
            _("不是人民币，请按到账日折算成人民币后填写金额，并在备注里写明原币金额"),
            is_error=True,
        )
        return True, "", None
    amount, trouble = read_amount(cell, context.unit_multiplier)
    found.add_trouble(field, trouble)
    return True, "", amount


def _why_no_income(values: Mapping[str, Cell], cell: Cell) -> str:
    """Return why a line of a statement brings no money in; empty for income."""
    status = clean_text(values.get("status"))
    closed = words.CLOSED_STATUS.search(status)
    if "direction" in values:
        if (
            squeeze(clean_text(values["direction"])) not in words.INCOME_MARKS
            and clean_text(values["direction"]) != "+"
        ):
            return _("不是收入（收/支一栏不是“收入”）")
        return _("交易没有完成（状态为关闭、失败或退款）") if closed else ""
    if closed:
        return _("交易没有完成（状态为关闭、失败或退款）")
    if _is_blank_money(cell):
        return _("不是收入（收入一栏没有金额）")
    return ""


def _is_blank_money(cell: Cell) -> bool:
    if isinstance(cell, int | float):
        return cell == 0
    text = clean_text(cell)
    return text == "" or text in words.EMPTY_MARKS or text.strip("¥￥ ") in ("0", "0.0", "0.00")


def _warn_about_money(amount: Decimal | None, texts: Mapping[str, str], context: RowContext, found: _Findings) -> None:
    if amount is not None and amount < _ONE_YUAN:
        found.add("amount", "amount_tiny", _("不足 1 元，可能是测试转账，请核对"))
    if context.is_statement:
        told = " ".join(texts.values())
        if words.NOT_A_GIFT.search(told):
            found.add("summary", "maybe_not_a_gift", _("像是利息、手续费、退款等，不像捐款，请核对，不是捐款请排除"))
    elif "remark" in texts and words.ALREADY_SHOWN.search(texts["remark"]):
        found.add("remark", "maybe_shown_before", _("备注说前面已公示过，可能与先前的清单重复，请核对"))


@lru_cache(maxsize=8192)
def _giver(donor: str) -> tuple[DonorKind, str, str, DonorKind]:
    kind = donor_kind(donor)
    proposal = pass_through(donor)
    if proposal is None:
        return kind, "", "", kind
    return kind, proposal.giver, proposal.via, donor_kind(proposal.giver)


def _propose_giver(donor: str, found: _Findings) -> tuple[DonorKind, str, str, DonorKind]:
    if not donor or len(donor) > MAX_NAME_LENGTH:
        return "person", "", "", "person"
    proposed = _giver(donor)
    if proposed[2]:
        found.add("donor", "pass_through", _("像是由他人代转的捐款，请确认捐赠人和代转人"))
    return proposed


def _propose_earmark(purpose: str, remark: str, found: _Findings) -> str:
    if not purpose and not remark:
        return ""
    proposal = earmark(purpose, remark)
    if proposal is None:
        return ""
    field = "purpose" if purpose else "remark"
    if proposal.unclear == "several":
        found.add(field, "earmark_several", _("一笔捐款写明了几个用途或金额，请核对后拆分或写明"))
    elif proposal.unclear == "bare":
        found.add(field, "earmark_bare", _("写明定向，但没有写定向给谁、做什么，请补充"))
    return proposal.text
