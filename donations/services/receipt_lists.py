"""Lists of issued receipts from the finance bureau's system, taken over wholly or not at all."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import DomainError
from donations.choices import ReceiptState
from donations.intake.cells import Cell, read_amount, read_date
from donations.intake.containers import check_file
from donations.intake.sources import open_sheets
from donations.models import Donation
from donations.services.receipts import ReceiptDraft, checked, record_receipt
from organizations.choices import Right
from organizations.permissions import require_anywhere

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 5000
MOST_BYTES = 10 * 1024 * 1024
# The words that heads of such lists use, spaces left out; the first that is found counts.
COLUMNS: dict[str, tuple[str, ...]] = {
    "gift": ("捐赠编号", "业务单号", "备注", "其他信息"),
    "code": ("票据代码", "电子票据代码"),
    "number": ("票据号码", "电子票据号码"),
    "check_code": ("校验码",),
    "issued_on": ("开票日期", "开具日期"),
    "amount": ("金额", "金额(元)", "金额（元）", "金额合计", "金额合计(小写)", "金额合计（小写）"),
}
_HEADER_WITHIN = 20
_GIFT_NUMBER = re.compile(r"[0-9]{2,12}(?:-[A-Z][0-9]+)?-[0-9]{4}-[0-9]{8,}", re.ASCII)


@dataclass(frozen=True)
class ListRow:
    """A row of the list as far as it could be read; `problem` is a sentence, empty where the row is right."""

    row: int
    gift: str
    amount: Decimal | None
    problem: str


@dataclass(frozen=True)
class ReceiptList:
    """What came of a list: every row, how many are right, and whether they were recorded."""

    rows: list[ListRow]
    is_recorded: bool

    @property
    def wrong(self) -> list[ListRow]:
        """The rows that are not right."""
        return [one for one in self.rows if one.problem]


@dataclass(frozen=True)
class _Read:
    row: int
    gift: str
    amount: Decimal | None
    draft: ReceiptDraft
    problem: str = ""


def take_over_receipts(*, source: BinaryIO, filename: str, actor: User) -> ReceiptList:
    """Record the receipts of a list (xls, xlsx, csv), each for the gift whose number its row names.

    The amount of a row must be the gift's. All rows are recorded in one transaction, or none: `wrong` then has a
    sentence for each row that is not right. Raises DomainError where the file cannot be read or has no such columns.
    """
    require_anywhere(actor, Right.MANAGE_RECEIPTS)
    with tempfile.NamedTemporaryFile(suffix=Path(filename).suffix) as copy:
        copy.write(source.read(MOST_BYTES + 1))
        copy.flush()
        read = list(_read_rows(Path(copy.name), filename))
    if not read:
        raise DomainError("receipt_list_empty", _("清单里没有票据行，请确认选对了文件。"))
    gifts = _gifts_of(read, actor)
    with transaction.atomic():
        # Gifts are locked in the order of their numbers, so that two lists at once never wait in a circle.
        rows = [_record(one, gifts, actor) for one in sorted(read, key=lambda one: one.gift)]
        is_right = not any(one.problem for one in rows)
        if not is_right:
            transaction.set_rollback(True)
    return ReceiptList(sorted(rows, key=lambda one: one.row), is_right)


def _gifts_of(read: Sequence[_Read], actor: User) -> dict[str, Donation]:
    numbers = {one.gift for one in read}
    gifts = Donation.objects.visible_to(actor, Right.MANAGE_RECEIPTS).select_related("branch")
    return {gift.number: gift for gift in gifts.filter(number__in=numbers)}


def _record(one: _Read, gifts: dict[str, Donation], actor: User) -> ListRow:
    why = one.problem or _recorded(one, gifts, actor)
    sentence = _("第 %(row)d 行：%(why)s") % {"row": one.row, "why": why} if why else ""
    return ListRow(one.row, one.gift, one.amount, sentence)


def _recorded(one: _Read, gifts: dict[str, Donation], actor: User) -> str:
    gift = gifts.get(one.gift)
    if gift is None:
        return _("没有找到捐赠编号“%(number)s”，或它不在您的范围内。") % {"number": one.gift[:40]}
    if one.amount != gift.amount:
        return _("票据金额 %(here)s 与捐赠 %(number)s 的金额 %(there)s 不符。") % {
            "here": f"{one.amount or 0:,.2f}",
            "number": gift.number,
            "there": f"{gift.amount:,.2f}",
        }
    try:
        record_receipt(donation=gift, draft=checked(one.draft, gift), actor=actor)
    except DomainError as error:
        return " ".join(error.fields.values()) or error.message
    return ""


def _read_rows(path: Path, filename: str) -> Iterator[_Read]:
    kind = check_file(path, filename=filename, max_bytes=MOST_BYTES)
    sheets, _hidden = open_sheets(path, kind)
    columns: dict[str, int] = {}
    for number, cells in sheets[0].rows() if sheets else ():
        if not columns:
            columns = _columns(cells)
            if not columns and number >= _HEADER_WITHIN:
                break
            continue
        if number > MOST_ROWS:
            raise DomainError(
                "receipt_list_long", _("清单超过 %(most)d 行，请按月份分成几个文件。") % {"most": MOST_ROWS}
            )
        # A row of totals has words there, or nothing.
        if any(character.isdigit() for name in ("code", "number") for character in _text(cells, columns[name])):
            yield _read_row(number, cells, columns)
    if not columns:
        raise DomainError(
            "receipt_list_columns",
            _("前 %(rows)d 行里没有找到表头。清单须有这些列：捐赠编号、票据代码、票据号码、校验码、开票日期、金额。")
            % {"rows": _HEADER_WITHIN},
        )


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    heads = {"".join(str(cell).split()): place for place, cell in reversed(list(enumerate(cells)))}
    found = {name: next((heads[word] for word in words if word in heads), -1) for name, words in COLUMNS.items()}
    return found if all(place >= 0 for place in found.values()) else {}


def _read_row(number: int, cells: Sequence[Cell], columns: dict[str, int]) -> _Read:
    amount, no_amount = read_amount(_cell(cells, columns["amount"]))
    issued_on, no_day = read_date(_cell(cells, columns["issued_on"]), today=today())
    problem = ""
    if amount is None:
        problem = _("金额：%(why)s") % {"why": no_amount.message if no_amount else _("空缺")}
    elif issued_on is None:
        problem = _("开票日期：%(why)s") % {"why": no_day.message if no_day else _("空缺")}
    draft = ReceiptDraft(
        state=ReceiptState.ISSUED,
        code=_text(cells, columns["code"]),
        number=_text(cells, columns["number"]),
        check_code=_text(cells, columns["check_code"]),
        issued_on=issued_on,
    )
    return _Read(number, _gift_in(_text(cells, columns["gift"])), amount, draft, problem)


def _gift_in(text: str) -> str:
    """The gift's number in a cell that may say more, as a remark does; else the cell as it stands."""
    plain = unicodedata.normalize("NFKC", text).upper()
    found = _GIFT_NUMBER.search(plain)
    return found[0] if found else plain


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else ""


def _text(cells: Sequence[Cell], place: int) -> str:
    value = _cell(cells, place)
    if isinstance(value, float) and value.is_integer():
        # A spreadsheet keeps a number of ten digits as a float.
        return str(int(value))
    return str(value).strip()
