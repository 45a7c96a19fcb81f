"""Rows of a file of old certificates: found by their header, checked one by one, never all in memory."""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from core.clock import today
from core.documents import DocumentKind, read_document
from core.errors import DomainError
from core.identifiers import normalise_payer
from core.streamed_tables import LOST, OTHER_STARTS, WORKBOOK_START, TableRefused, encoding_of, start_of, workbook_rows
from training.choices import CertificateKind
from training.selectors.public_certificates import LONGEST_NUMBER, has_form_of_number, plain_number
from training.services.enrolling import LONGEST_NAME

HEADER = ("证书编号", "姓名", "证件类型", "证件号码", "证书种类", "发证日期", "有效期至")
OPTIONAL = frozenset({"证件类型"})
_ALIASES: dict[str, str] = {
    "证书号": "证书编号", "证书号码": "证书编号", "编号": "证书编号", "持证人": "姓名", "持证人姓名": "姓名",
    "证件种类": "证件类型", "身份证号": "证件号码", "身份证号码": "证件号码", "证件号": "证件号码",
    "证书类型": "证书种类", "种类": "证书种类", "发证时间": "发证日期", "有效期": "有效期至",
    "到期日期": "有效期至", "有效期止": "有效期至",
}  # fmt: skip
_KINDS: dict[str, str] = {
    "救护员证": CertificateKind.FIRST_AIDER, "救护员": CertificateKind.FIRST_AIDER,
    "红十字救护员": CertificateKind.FIRST_AIDER, "应急救护员证": CertificateKind.FIRST_AIDER,
    "心肺复苏证": CertificateKind.CPR_AED, "心肺复苏": CertificateKind.CPR_AED,
    "cpraed": CertificateKind.CPR_AED, "cpr": CertificateKind.CPR_AED, "cpr证": CertificateKind.CPR_AED,
    "救护师资证": CertificateKind.INSTRUCTOR, "救护师资": CertificateKind.INSTRUCTOR,
    "师资证": CertificateKind.INSTRUCTOR,
    "专项证": CertificateKind.SPECIAL, "专项培训": CertificateKind.SPECIAL,
    **{normalise_payer(str(kind.label)): kind for kind in CertificateKind},
}  # fmt: skip
_DOCUMENTS: dict[str, str] = {
    "": "", "身份证": DocumentKind.ID_CARD, "二代身份证": DocumentKind.ID_CARD, "居住证": DocumentKind.RESIDENCE,
    "港澳通行证": DocumentKind.PERMIT, "台胞证": DocumentKind.PERMIT, "回乡证": DocumentKind.PERMIT,
    "港澳居民来往内地通行证": DocumentKind.PERMIT, "台湾居民来往大陆通行证": DocumentKind.PERMIT,
    **{str(kind.label): kind for kind in DocumentKind},
}  # fmt: skip
# What an address or the signed text could not carry.
_NUMBER = re.compile(r"[^\s.#?&%]+")
_DAY = re.compile(
    r"([12][0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([12][0-9]{3})([0-9]{2})([0-9]{2})", re.ASCII
)
FOR_EVER = frozenset({"长期", "长期有效", "永久", "永久有效"})
HEAD_ROWS = 10


class UnreadableFile(DomainError):
    """A file cannot be read at all, or has not the columns that are asked for."""


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """A row whose cells are in order; `expires_on` is the first day on which it no longer counts, None for ever."""

    row_number: int
    number: str
    holder: str
    kind: str
    document_kind: str
    document: str
    issued_on: datetime.date
    expires_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not brought in, and why; never what stands in it but for the certificate's own number."""

    row_number: int
    number: str
    reason: str


def read_rows(path: Path) -> Iterator[LegacyRow | BadRow]:
    """Go through the rows of a workbook's first sheet or of a CSV (UTF-8 or GB18030). Raises UnreadableFile."""
    rows = enumerate(_cells(path), start=1)
    places: dict[str, int] = {}
    for _row_number, cells in rows:
        places = _places(cells)
        if not set(HEADER) - OPTIONAL - set(places):
            break
        if _row_number == HEAD_ROWS:
            break
    missing = [name for name in HEADER if name not in places and name not in OPTIONAL]
    if missing:
        raise UnreadableFile(
            "legacy_columns", _("表头里没有这些列：%(names)s。请用模板的表头。") % {"names": "、".join(missing)}
        )
    day = today()
    for row_number, cells in rows:
        values = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
        if any(values.values()):
            yield read_row(row_number, values, day)


def read_row(row_number: int, values: dict[str, str], day: datetime.date) -> LegacyRow | BadRow:
    """Check one row's cells; all its faults at once."""
    wrong: list[str] = []
    number = plain_number(values["证书编号"])
    if not _NUMBER.fullmatch(number):
        wrong.append(_("证书编号为空，或含空格、点号等不能用的符号"))
    elif len("".join(values["证书编号"].split())) > LONGEST_NUMBER:
        wrong.append(_("证书编号超过 %(n)d 个字") % {"n": LONGEST_NUMBER})
    elif has_form_of_number(number):
        wrong.append(_("证书编号与本平台自己的编号形式相同，不能作为历史证书导入"))
    holder = " ".join(values["姓名"].split())
    if not 2 <= len(holder) <= LONGEST_NAME:
        wrong.append(_("姓名应为 2 至 %(n)d 个字") % {"n": LONGEST_NAME})
    kind = _KINDS.get(normalise_payer(values["证书种类"]), "")
    if not kind:
        wrong.append(_("证书种类应为：%(kinds)s") % {"kinds": "、".join(str(one.label) for one in CertificateKind)})
    document_kind, document, problem = _document(values)
    if problem:
        wrong.append(problem)
    issued_on, expires_on, problems = _days(values, day)
    wrong += problems
    if wrong or issued_on is None:
        return BadRow(row_number, number[:LONGEST_NUMBER], "；".join(wrong))
    return LegacyRow(row_number, number, holder, str(kind), document_kind, document, issued_on, expires_on)


def _document(values: dict[str, str]) -> tuple[str, str, str]:
    kind = _DOCUMENTS.get(values.get("证件类型", ""))
    if kind is None:
        return "", "", _("证件类型认不出，可不填，由号码判断")
    if values["证件号码"] == LOST:
        return "", "", _("证件号码被表格软件当成数字，已丢掉后几位，请把这一列改为文本格式重新填写")
    if not values["证件号码"]:
        return "", "", _("没有证件号码")
    try:
        document = read_document(str(kind), values["证件号码"])
    except DomainError as error:
        return "", "", error.message.rstrip("。")
    return str(document.kind), document.number, ""


def _days(values: dict[str, str], day: datetime.date) -> tuple[datetime.date | None, datetime.date | None, list[str]]:
    wrong = []
    issued_on = read_day(values["发证日期"])
    if issued_on is None:
        wrong.append(_("发证日期应写成 2024-01-31 这样"))
    elif issued_on > day:
        wrong.append(_("发证日期在今天之后"))
    last = values["有效期至"]
    if last in FOR_EVER:
        return issued_on, None, wrong
    last_on = read_day(last)
    if last_on is None:
        wrong.append(_("有效期至应写成 2027-01-31 这样，长期有效的写“长期”"))
        return issued_on, None, wrong
    if issued_on is not None and last_on < issued_on:
        wrong.append(_("有效期至早于发证日期"))
    return issued_on, last_on + datetime.timedelta(days=1), wrong


def read_day(text: str) -> datetime.date | None:
    """A day as people write it; None where it is none."""
    found = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        return None


def _places(cells: Sequence[str]) -> dict[str, int]:
    names = ["".join(cell.split()).strip("*") for cell in cells]
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        found.setdefault(_ALIASES.get(name, name), at)
    return {name: found[name] for name in HEADER if name in found}


def _cells(path: Path) -> Iterator[list[str]]:
    start = start_of(path)
    if start == WORKBOOK_START:
        return _workbook(path)
    if start in OTHER_STARTS or not start:
        raise _unreadable()
    return _text_file(path)


def _workbook(path: Path) -> Iterator[list[str]]:
    try:
        yield from workbook_rows(path)
    except TableRefused as error:
        if error.code == "workbook_large":
            raise UnreadableFile("legacy_too_large", error.message) from error
        raise _unreadable() from error


def _text_file(path: Path) -> Iterator[list[str]]:
    try:
        encoding = encoding_of(path)
    except TableRefused as error:
        raise _unreadable() from error
    with path.open(encoding=encoding, newline="") as file:
        try:
            for row in csv.reader(file):
                yield [cell.strip() for cell in row]
        except csv.Error as error:
            raise _unreadable() from error


def _unreadable() -> UnreadableFile:
    return UnreadableFile("legacy_unreadable", _("文件不是可读的 XLSX 或 CSV，请用模板另存后再上传。"))
