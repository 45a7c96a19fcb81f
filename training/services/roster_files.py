"""Rosters as files: read from a workbook, a CSV or what was copied from one; the rows that did not go on, handed back.

All of it in memory; what is kept for the way back is sealed and destroyed after some days (P3).
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import today
from core.documents import DocumentKind
from core.errors import NotFound
from core.exporting import XLSX_CONTENT_TYPE
from core.files import reveal_stored, store_file
from core.models import StoredFile
from core.tables import read_table
from training.errors import TrainingError
from training.services.enrolling import Person
from training.services.roster_workbook import workbook_of
from training.services.rosters import MOST_ROWS, Outcome, RosterRow

if TYPE_CHECKING:
    from accounts.models import User
    from training.models import Session

# What the columns may be called, first the name that the template uses, and the widths that it gives them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "学员姓名", "学生姓名", "名字"),
    "document_kind": ("证件类型", "证件种类", "证件类别"),
    "document": ("证件号码", "身份证号", "身份证号码", "证件号", "身份证", "公民身份号码"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "联系方式"),
    "unit": ("单位", "学校或单位", "工作单位", "单位名称", "学校", "部门", "班级"),
    "born_on": ("出生日期", "出生年月日", "生日"),
}
WIDTHS = (12, 16, 24, 16, 30, 14)
REASON = gettext_lazy("原因")
# What people call the kinds of documents; an empty cell lets the form of the number say it.
KINDS: dict[str, str] = {
    "": "",
    "居民身份证": DocumentKind.ID_CARD,
    "身份证": DocumentKind.ID_CARD,
    "二代身份证": DocumentKind.ID_CARD,
    "港澳台居民居住证": DocumentKind.RESIDENCE,
    "居住证": DocumentKind.RESIDENCE,
    "港澳台通行证": DocumentKind.PERMIT,
    "港澳居民来往内地通行证": DocumentKind.PERMIT,
    "台湾居民来往大陆通行证": DocumentKind.PERMIT,
    "回乡证": DocumentKind.PERMIT,
    "台胞证": DocumentKind.PERMIT,
    "通行证": DocumentKind.PERMIT,
    "护照": DocumentKind.PASSPORT,
    "军官证": DocumentKind.OFFICER,
}
# A title and remarks may stand above the head.
_HEAD_WITHIN = 10
# Blank lines between and below are left out before people are counted.
_MOST_LINES = 2000
_KEPT_DAYS = 7
_BRACKETED = re.compile(r"[(（【\[].*?[)）】\]]")
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?", re.ASCII)


def read_roster_file(data: bytes) -> list[RosterRow]:
    """Read a roster from a file (XLSX, CSV). Raises DomainError with the field `file` that repeats nothing of it."""
    return _rows_of(read_table(data, most_rows=_MOST_LINES), field="file")


def read_roster_text(text: str) -> list[RosterRow]:
    """Read a roster from what was copied out of a spreadsheet, with its head. Raises DomainError, field `pasted`."""
    plain = text.replace("\x00", "")
    delimiter = "\t" if "\t" in plain else ","
    if delimiter == ",":
        plain = plain.replace("，", ",")
    try:
        # Line by line: a lone quotation mark in a cell must not swallow the rows after it.
        table = [next(csv.reader([line], delimiter=delimiter), []) for line in plain.splitlines()]
    except csv.Error as error:
        raise _refused("pasted", _("粘贴的内容读不出表格，请从表格软件中连同表头一起复制。")) from error
    return _rows_of([[cell.strip() for cell in row] for row in table], field="pasted")


def roster_template() -> bytes:
    """An empty roster to fill in."""
    return workbook_of(_("学员名册"), list(zip(_heads(), WIDTHS, strict=True)))


def keep_problems(*, session: Session, outcomes: Sequence[Outcome], actor: User) -> StoredFile | None:
    """Keep the rows that got no place, as written and with the reason, sealed for a week; None without any."""
    bad = [one for one in outcomes if one.reason]
    if not bad:
        return None
    columns = [*zip(_heads(), WIDTHS, strict=True), (str(REASON), 50)]
    rows = [[*(one.row.cells.get(name, "") for name in COLUMNS), one.reason] for one in bad]
    return store_file(
        io.BytesIO(workbook_of(_("没有登记的行"), columns, rows)),
        name=_name(session),
        content_type=XLSX_CONTENT_TYPE,
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        purge_on=today() + datetime.timedelta(days=_KEPT_DAYS),
    )


def open_problems(*, session: Session, file_id: uuid.UUID, actor: User) -> BinaryIO:
    """Open those rows for whoever handed the roster in; logged (P3). Not inside a transaction. Raises NotFound."""
    kept = StoredFile.objects.filter(
        pk=file_id, created_by_id=actor.pk, name=_name(session), destroyed_at__isnull=True
    ).first()
    if kept is None:
        raise NotFound("roster_gone", _("没有这份文件，或它已到期销毁；请用原来的名册重新导入。"))
    return reveal_stored(kept, reader=actor, purpose=_("更正名册中没有登记的行"), branch_code=session.branch.code)


def _rows_of(table: Sequence[Sequence[str]], *, field: str) -> list[RosterRow]:
    head, places = _head(table, field)
    found = [
        _row(number, {name: _cell(cells, at) for name, at in places.items()})
        for number, cells in enumerate(table[head + 1 :], start=head + 2)
        if any(_cell(cells, at) for at in places.values())
    ]
    if not found:
        raise _refused(field, _("名册里没有人，请在表头下面每行填一人。"))
    if len(found) > MOST_ROWS:
        raise _refused(
            field,
            _("名册有 %(n)d 人，一次最多 %(most)d 人，请分成几份。") % {"n": len(found), "most": MOST_ROWS},
        )
    return found


def _head(table: Sequence[Sequence[str]], field: str) -> tuple[int, dict[str, int]]:
    for number, cells in enumerate(table[:_HEAD_WITHIN]):
        words = [_BRACKETED.sub("", "".join(cell.split())).strip("*:：") for cell in cells]
        if any(word in COLUMNS["name"] for word in words):
            return number, {
                name: words.index(word) for name, known in COLUMNS.items() for word in known[::-1] if word in words
            }
    raise _refused(
        field, _("没有找到表头：前 %(n)d 行里要有一行写着“姓名”等列名，请按模板写表头。") % {"n": _HEAD_WITHIN}
    )


def _row(number: int, cells: Mapping[str, str]) -> RosterRow:
    faults = []
    kind = KINDS.get(_BRACKETED.sub("", "".join(cells.get("document_kind", "").split())))
    if kind is None:
        faults.append(_("认不出证件类型，请写居民身份证、港澳台居民居住证、港澳台通行证、护照或军官证。"))
    written = cells.get("born_on", "")
    born_on = _day(written)
    if written and born_on is None:
        faults.append(_("认不出出生日期，请写成 2001-02-03 的样子。"))
    person = Person(
        name=cells.get("name", ""),
        phone=cells.get("phone", ""),
        document_kind=kind or "",
        document=cells.get("document", ""),
        born_on=born_on,
        unit=cells.get("unit", ""),
    )
    return RosterRow(number=number, person=person, cells=dict(cells), fault="".join(faults))


def _day(written: str) -> datetime.date | None:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", written).strip())
    if found is None:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _heads() -> list[str]:
    return [names[0] for names in COLUMNS.values()]


def _name(session: Session) -> str:
    return f"{session.number}-roster.xlsx"


def _refused(field: str, sentence: str) -> TrainingError:
    return TrainingError("roster_wrong", sentence, {field: sentence})
