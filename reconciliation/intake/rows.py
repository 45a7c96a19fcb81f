"""One line of a statement: its cells read, what it did to the balance, what it looks like."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from donations.intake.cells import Cell, clean_name, clean_text, read_amount, read_date, repair_noise, squeeze
from donations.intake.vocabulary import DOMESTIC_CURRENCY, EMPTY_MARKS
from reconciliation.choices import Direction, LineKind
from reconciliation.intake import vocabulary as words
from reconciliation.intake.layouts import foreign_currency

MAX_TEXT: Final = 500
_ZERO: Final = Decimal("0.00")
_FEN: Final = Decimal("0.01")
_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]{1,8})?")


@dataclass(slots=True)
class ParsedLine:
    """A line as the file has it; amounts in yuan. Names, accounts and remarks are P3: in no log, in no problem.

    `label` is what the file calls it (in, out, neutral), `direction` what it did to the balance. `balance` is None
    where there is none; `is_masked` where the file hides it.
    """

    row_number: int
    occurred_on: datetime.date
    occurred_at: str
    label: str
    direction: str
    amount: Decimal
    fee: Decimal
    balance: Decimal | None
    is_masked: bool
    payer: str
    payer_account: str
    summary: str
    remark: str
    reference: str
    merchant: str
    kind: str
    ordinal: int = 1

    @property
    def signed(self) -> Decimal:
        """What it did to the balance."""
        if self.direction == Direction.NONE:
            return _ZERO
        return self.amount if self.direction == Direction.IN else -self.amount

    def identity(self) -> tuple[object, ...]:
        """What tells this line from others of the account, in whatever file it comes."""
        return (
            self.occurred_on, self.occurred_at, self.label, self.direction, self.amount, self.balance, self.payer,
            self.payer_account, self.summary, self.remark, self.reference, self.merchant,
        )  # fmt: skip


class RowTrouble(Exception):
    """A row that cannot be read; the message is a whole sentence without any name."""


def read_line(
    cells: Mapping[str, Cell], row_number: int, *, unit: Decimal, layout_key: str, today: datetime.date, own_name: str
) -> ParsedLine | None:
    """Read one line from its cells by field; None for a line of nothing (0.00). Raises RowTrouble, UnreadableFile."""
    if squeeze(clean_text(cells.get("currency"))) not in DOMESTIC_CURRENCY and not _is_empty(cells.get("currency")):
        raise foreign_currency(row_number)
    day, trouble = read_date(cells.get("occurred"), today=today)
    if day is None:
        said = trouble.message if trouble else _("没有日期，请核对文件是否完整")
        raise RowTrouble(_sentence(row_number, _("交易日期"), said))
    label, amount = _money(cells, row_number, unit)
    if amount is None:
        return None
    texts = {name: _text(cells.get(name)) for name in ("summary", "remark", "note", "place", "method", "status")}
    direction = _direction(layout_key, label, texts)
    remark = " ".join(part for part in (texts["remark"], texts["note"], texts["place"]) if part)[:MAX_TEXT]
    payer = _text(clean_name(cells.get("payer")))[:200]
    balance, is_masked = _balance(cells.get("balance"), unit, row_number)
    return ParsedLine(
        row_number=row_number,
        occurred_on=day,
        occurred_at=_time_of(cells.get("occurred")),
        label=label,
        direction=direction,
        amount=amount,
        fee=_fee(remark),
        balance=balance,
        is_masked=is_masked,
        payer=payer,
        payer_account=_text(cells.get("payer_account"))[:80],
        summary=texts["summary"][:80],
        remark=remark,
        reference=_text(cells.get("reference"))[:80],
        merchant=_text(cells.get("merchant"))[:80],
        kind=kind_of(direction, (texts["summary"], remark), payer, own_name),
    )


def kind_of(direction: str, told: tuple[str, str], payer: str, own_name: str) -> str:
    """What a line looks like by its summary, else its remark, and whom it came from; a person decides."""
    if direction == Direction.NONE:
        return LineKind.NEUTRAL.value
    is_in = direction == Direction.IN
    for text in told:
        for kind, pattern in words.IN_WORDS if is_in else words.OUT_WORDS:
            if pattern.search(text):
                return kind
    if own_name and payer == own_name:
        return LineKind.OWN_TRANSFER.value
    if is_in and words.TRANSFER_PAYER.search(payer):
        return LineKind.TRANSFER_IN.value
    return (LineKind.GIFT if is_in else LineKind.PAYMENT).value


def _sentence(row_number: int, field: str, message: str) -> str:
    return _("第 %(row)d 行「%(field)s」：%(message)s。") % {"row": row_number, "field": field, "message": message}


def _is_empty(cell: Cell) -> bool:
    text = clean_text(cell)
    return text == "" or text in EMPTY_MARKS


def _text(cell: Cell) -> str:
    text = clean_text(cell)
    return "" if text in EMPTY_MARKS else text


def _is_zero(cell: Cell) -> bool:
    return clean_text(cell).strip("¥￥ ") in ("0", "0.0", "0.00")


def _money(cells: Mapping[str, Cell], row_number: int, unit: Decimal) -> tuple[str, Decimal | None]:
    """What the file calls the line, and its amount; None for a line of nothing."""
    if "income" in cells or "expense" in cells:
        given = [
            (label, cells.get(name))
            for label, name in (("in", "income"), ("out", "expense"))
            if not _is_empty(cells.get(name)) and not _is_zero(cells.get(name))
        ]
        if len(given) > 1:
            raise RowTrouble(_sentence(row_number, _("收入金额"), _("收入和支出两栏都有金额，请核对原件")))
        if not given:
            if _is_zero(cells.get("income")) or _is_zero(cells.get("expense")):
                return "in", None
            raise RowTrouble(
                _sentence(row_number, _("收入金额"), _("收入和支出两栏都没有金额，文件可能在这里断开，请重新下载"))
            )
        label, cell = given[0]
        return label, _amount(cell, row_number, unit)
    cell = cells.get("amount")
    written = clean_text(cell)
    mark = squeeze(clean_text(cells.get("direction"))) or clean_text(cells.get("direction"))
    if "direction" not in cells:
        mark = "-" if written.startswith(words.MINUS_SIGNS) else "+"
    label = _label(mark, row_number)
    if _is_zero(cell):
        return label, None
    return label, _amount(written.lstrip("+" + "".join(words.MINUS_SIGNS)), row_number, unit)


def _label(mark: str, row_number: int) -> str:
    if mark in words.IN_MARKS:
        return "in"
    if mark in words.OUT_MARKS:
        return "out"
    if mark in words.NEUTRAL_MARKS:
        return "neutral"
    raise RowTrouble(_sentence(row_number, _("收/支"), _("看不出是收入还是支出，请核对列对应")))


def _amount(cell: Cell, row_number: int, unit: Decimal) -> Decimal:
    amount, trouble = read_amount(cell, unit)
    if amount is None:
        said = trouble.message if trouble else ""
        if trouble is not None and trouble.code == "amount_negative":
            said = _("金额是负数，可能是冲正，请在列对应里把这一栏指定为带正负号的“金额”")
        raise RowTrouble(_sentence(row_number, _("金额"), said))
    return amount


def _balance(cell: Cell, unit: Decimal, row_number: int) -> tuple[Decimal | None, bool]:
    if _is_empty(cell):
        return None, False
    text = clean_text(cell).replace(",", "").replace("，", "").strip("¥￥ ")
    if not _PLAIN.fullmatch(text):
        # xx,yyyy.zz or ****: some downloads hide it. What is neither hidden nor a number is an error.
        if re.search(r"[0-9]", text) and not words.HIDDEN.search(text):
            raise RowTrouble(_sentence(row_number, _("余额"), _("不是数字，请重新下载，或在列对应里改正")))
        return None, True
    balance = repair_noise(Decimal(text) * unit)
    if balance != balance.quantize(_FEN):
        raise RowTrouble(_sentence(row_number, _("余额"), _("小数超过两位（分），请核对金额的单位")))
    return balance.quantize(_FEN), False


def _time_of(cell: Cell) -> str:
    if isinstance(cell, datetime.datetime):
        return cell.strftime("%H:%M:%S") if cell.time() != datetime.time() else ""
    match = words.TIME.search(clean_text(cell))
    return f"{match[1]}:{match[2]}:{match[3] or '00'}" if match else ""


def _fee(remark: str) -> Decimal:
    match = words.SERVICE_FEE.search(remark)
    return Decimal(match[1]).quantize(_FEN) if match else _ZERO


def _direction(layout_key: str, label: str, texts: Mapping[str, str]) -> str:
    """What a line did to the balance of the account itself."""
    if words.CLOSED.search(texts["status"]):
        return Direction.NONE.value
    if layout_key not in ("alipay", "wechat"):
        return {"in": Direction.IN, "out": Direction.OUT}.get(label, Direction.NONE).value
    in_wallet = texts["method"] in words.WALLET_METHODS
    if label == "in":
        return Direction.IN.value
    if label == "out":
        return (Direction.OUT if in_wallet else Direction.NONE).value
    return _uncounted(layout_key, texts)


def _uncounted(layout_key: str, texts: Mapping[str, str]) -> str:
    """What a line did that the platform counts neither as income nor as expense."""
    is_wallet = texts["method"] in words.WALLET_METHODS and texts["method"] not in ("", "/")
    if layout_key == "wechat":
        told, table = texts["summary"], words.WECHAT_NEUTRAL
        otherwise = Direction.OUT if is_wallet else Direction.NONE
    else:
        told, table = f"{texts['summary']} {texts['remark']}", words.ALIPAY_NEUTRAL if is_wallet else ()
        otherwise = Direction.NONE
    return next((effect for pattern, effect in table if pattern.search(told)), otherwise.value)
