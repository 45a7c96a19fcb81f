"""What a file really is, and whether it may be opened: size, kind by content, bombs, macros, passwords."""

import re
import zipfile
from pathlib import Path
from typing import Final, Literal

from django.utils.translation import gettext as _

from donations.intake.compound import MAGIC as COMPOUND_MAGIC
from donations.intake.compound import BrokenContainer, look_into
from donations.intake.refusals import UnreadableFile
from donations.intake.rehearsal import rehearse

FileKind = Literal["xls", "xlsx", "text"]

DEFAULT_MAX_BYTES: Final = 50 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 600 * 1024 * 1024
MAX_MEMBERS: Final = 3000
MAX_RATIO: Final = 200
# A small file may be packed tightly without harm; the ratio is judged from this size on.
RATIO_FROM_BYTES: Final = 32 * 1024 * 1024
# The reader lays a sheet out as a full rectangle; two far corners would take hundreds of gigabytes.
MAX_CELLS: Final = 8_000_000
ACCEPTED_EXTENSIONS: Final = frozenset({".xls", ".xlsx", ".csv", ".txt", ".tsv"})

_EXTENSION_KINDS: Final[dict[str, FileKind]] = {
    ".xls": "xls", ".xlsx": "xlsx", ".csv": "text", ".txt": "text", ".tsv": "text",
}  # fmt: skip
# First bytes → what a person calls such a file.
_SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "PDF"), (b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"),
    (b"Rar!", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"), (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"), (b"MZ", "EXE"), (b"ID3", "MP3"), (b"RIFF", "RIFF"), (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"),
)  # fmt: skip
_CELL_REFERENCE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})([0-9]{1,12})["']""")
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 64


def check_file(path: Path, *, filename: str, max_bytes: int = DEFAULT_MAX_BYTES) -> FileKind:
    """Return what kind of list file this is by its content. Raises UnreadableFile with what to do instead.

    `filename` is the name the sender gave it; `path` may be called anything. The content decides: a text file
    called `.xls`, as some banks export it, is read as text.
    """
    extension = Path(filename).suffix.lower()
    if extension in (".xlsm", ".xltm", ".xlsb", ".xlam"):
        raise _has_macros()
    if extension not in ACCEPTED_EXTENSIONS:
        raise UnreadableFile(
            "file_type", _("只能导入 xls、xlsx、csv、txt 文件，这个文件不是。请在表格软件中打开后另存为 xlsx 再导入。")
        )
    size = _size_of(path)
    if size == 0:
        raise UnreadableFile("file_empty", _("文件是空的，没有任何内容。请确认选对了文件，保存后再导入。"))
    if size > max_bytes:
        raise UnreadableFile(
            "file_too_large",
            _("文件有 %(size)s MB，超过上限 %(limit)s MB。请按日期或批次拆成几个文件分别导入。")
            % {"size": f"{size / 1048576:.1f}", "limit": f"{max_bytes / 1048576:.0f}"},
        )
    return _kind_by_content(path, extension)


def _size_of(path: Path) -> int:
    try:
        if not path.is_file():
            raise UnreadableFile("file_missing", _("找不到这个文件，请核对文件名和所在的文件夹。"))
        return path.stat().st_size
    except OSError as error:
        raise UnreadableFile("file_missing", _("文件打不开，请核对文件名和读取权限。")) from error


def _kind_by_content(path: Path, extension: str) -> FileKind:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        check_zip(path)
        _rehearse(path)
        return "xlsx"
    if head.startswith(COMPOUND_MAGIC):
        _check_compound(path)
        _rehearse(path)
        return "xls"
    # A text may begin with two letters that are also a signature: only for spreadsheets do two letters decide.
    for signature, name in _SIGNATURES:
        if head.startswith(signature) and (len(signature) > 2 or b"\x00" in head):
            raise UnreadableFile(
                "file_type",
                _("文件的内容是 %(kind)s，不是表格，改扩展名不能改变内容。请导入原始的 xls、xlsx 或 csv 文件。")
                % {"kind": name},
            )
    if re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|meta|\?xml|head|div|workbook)", head.lower()):
        raise UnreadableFile(
            "file_html", _("文件的内容是网页或 XML，不是真正的表格文件。请用表格软件打开，另存为 xlsx 后再导入。")
        )
    if _EXTENSION_KINDS[extension] == "xlsx":
        raise _corrupt()
    return "text"


def _rehearse(path: Path) -> None:
    outcome = rehearse(path)
    if outcome == "encrypted":
        raise _encrypted()
    if outcome == "broken":
        raise _corrupt()


def _corrupt() -> UnreadableFile:
    return UnreadableFile(
        "file_corrupt", _("文件已损坏或不完整，无法读取。请重新下载，或用表格软件打开后另存为 xlsx 再导入。")
    )


def _has_macros() -> UnreadableFile:
    return UnreadableFile(
        "file_macros", _("文件带有宏，为安全起见不能导入。请在表格软件中另存为不带宏的 xlsx 再导入。")
    )


def _encrypted() -> UnreadableFile:
    return UnreadableFile("file_encrypted", _("文件设有打开密码，无法读取。请在表格软件中取消密码后另存，再导入。"))


def _too_wide() -> UnreadableFile:
    return UnreadableFile(
        "sheet_too_large",
        _("工作表的范围过大（远处的单元格里可能有多余内容）。请只复制清单部分到新的工作表，另存后再导入。"),
    )


def _check_compound(path: Path) -> None:
    try:
        seen = look_into(path.read_bytes())
    except BrokenContainer as error:
        raise _corrupt() from error
    names = {name.lower() for name in seen.names}
    if {"encryptedpackage", "encryptioninfo"} & names or seen.is_encrypted:
        raise _encrypted()
    if names & {"_vba_project_cur", "_vba_project", "vba"} or seen.has_macro_sheet:
        raise _has_macros()
    if not seen.has_workbook:
        raise UnreadableFile(
            "file_type", _("文件不是 Excel 表格（可能是 Word、PPT 或邮件）。请导入原始的 xls、xlsx 或 csv 文件。")
        )
    if any(area > MAX_CELLS for area in seen.areas):
        raise _too_wide()


def check_zip(path: Path) -> None:
    """Refuse a zip that is no workbook, unpacks too far, holds macros or has cells scattered too wide.

    Sizes are counted while unpacking, not only read from the directory, which may lie.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members)
            _check_names({member.filename.lower() for member in members})
            unpacked = 0
            for member in members:
                unpacked += _scan_member(archive, member, MAX_UNPACKED_BYTES - unpacked)
            if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * path.stat().st_size:
                raise _bomb()
    except UnreadableFile:
        raise
    except Exception as error:
        # zipfile, zlib, lzma and struct each have their own ways to say that an archive is broken.
        raise _corrupt() from error


def _bomb() -> UnreadableFile:
    return UnreadableFile(
        "file_bomb", _("压缩文件解开后异常庞大，可能是有意制作的，不予打开。请用表格软件重新保存清单后再导入。")
    )


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    declared = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or declared > MAX_UNPACKED_BYTES:
        raise _bomb()
    if declared > RATIO_FROM_BYTES and declared > MAX_RATIO * max(packed, 1):
        raise _bomb()
    if len({member.filename.lower() for member in members}) != len(members):
        raise _corrupt()
    if any(member.flag_bits & 0x1 for member in members):
        raise _encrypted()


def _check_names(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise _has_macros()
    if "xl/workbook.bin" in names:
        raise UnreadableFile("file_type", _("这是二进制工作簿（xlsb）。请在表格软件中另存为 xlsx 再导入。"))
    if not any(name.endswith(("workbook.xml", "workbook.xml.rels")) for name in names):
        raise UnreadableFile("file_type", _("文件是压缩包或其他文档，不是 Excel 表格。请解压或另存为 xlsx 后再导入。"))


def _scan_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowed: int) -> int:
    """Return the real unpacked size of a member; measure on the way how far its cells spread."""
    size, tail = 0, b""
    rows, columns = [1 << 40, 0], [1 << 40, 0]
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                raise _bomb()
            _check_markup(tail + chunk, at_start=size == len(chunk))
            _measure(tail + chunk, rows, columns)
            tail = chunk[-_OVERLAP:]
    if rows[1] and (rows[1] - rows[0] + 1) * max(1, columns[1] - columns[0] + 1) > MAX_CELLS:
        raise _too_wide()
    return size


def _check_markup(text: bytes, *, at_start: bool) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise _corrupt()
    # XML in UTF-16 would pass unseen through the measuring below. Spreadsheets are written in UTF-8.
    if at_start and text.startswith((b"\xff\xfe<", b"\xfe\xff\x00<", b"<\x00?\x00", b"\x00<\x00?")):
        raise _corrupt()


def _measure(text: bytes, rows: list[int], columns: list[int]) -> None:
    """Widen the bounds by every cell and row reference. The extremes of rows are enough: letters are few."""
    letters: set[bytes] = set()
    low, high = rows
    for column, row in _CELL_REFERENCE.findall(text):
        letters.add(column)
        number = int(row)
        if number > high:
            high = number
        if number < low:
            low = number
    rows[0], rows[1] = low, high
    for column in letters:
        if column:
            index = 0
            for letter in column.upper():
                index = index * 26 + letter - 64
            columns[0], columns[1] = min(columns[0], index), max(columns[1], index)
