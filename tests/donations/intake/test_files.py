"""Files that must not be opened are refused with a sentence that says what to do."""

import datetime
import struct
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from donations.intake import UnreadableFile, read_list
from donations.intake.compound import BrokenContainer, look_into
from donations.intake.containers import check_file
from donations.intake.rehearsal import rehearse
from tests.factories import lists
from tests.factories.old_workbooks import PASSWORD_RECORD, compound_file, write_xls

TODAY = datetime.date(2025, 1, 1)
ROWS = [["捐赠人", "金额"], ["示例甲", 10.0]]


def refusal_of(path, **over):
    with pytest.raises(UnreadableFile) as refused:
        list(read_list(path, **{"filename": path.name, "today": TODAY, **over}).rows())
    message = str(refused.value)
    assert message.endswith("。")
    assert "请" in message
    return refused.value.code


def write_member(path, changes, *, source=None):
    """Write an xlsx whose members are changed: name → bytes."""
    plain = lists.write_table(path.with_name("plain.xlsx"), source or ROWS)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"%PDF-1.7 made up"),
        ("a.csv", b"%PDF-1.7 made up"),
        ("a.xls", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
        ("a.txt", b"Rar!\x1a\x07\x01"),
        ("a.xls", b"MZ\x90\x00\x03"),
    ],
)
def test_a_renamed_file_is_refused_by_what_it_is(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal_of(path) == "file_type"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a", "a.exe", "a.et"])
def test_other_extensions_are_refused(tmp_path, name):
    path = tmp_path / name
    path.write_text("捐赠人,金额\n示例甲,1\n", encoding="utf-8")
    assert refusal_of(path) == "file_type"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv"])
def test_an_empty_file_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    assert refusal_of(tmp_path / name) == "file_empty"


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert refusal_of(tmp_path / "a.xlsx") == "file_empty"


def test_a_missing_file_is_refused(tmp_path):
    assert refusal_of(tmp_path / "a.xlsx") == "file_missing"
    (tmp_path / "folder.csv").mkdir()
    assert refusal_of(tmp_path / "folder.csv") == "file_missing"


def test_a_file_of_200_megabytes_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    assert refusal_of(path) == "file_too_large"
    small = lists.write_table(tmp_path / "b.csv", ROWS)
    assert refusal_of(small, max_bytes=10) == "file_too_large"


@pytest.mark.parametrize("kind", ["one member", "many members", "deep ratio"])
def test_a_zip_bomb_is_refused(tmp_path, kind):
    path = tmp_path / "a.xlsx"
    zeros = b" " * (40 * 1024 * 1024)
    if kind == "many members":
        write_member(path, {f"xl/media/{at}.xml": b"" for at in range(3100)})
    elif kind == "one member":
        write_member(path, {"xl/worksheets/sheet1.xml": zeros})
    else:
        write_member(path, {f"xl/media/{at}.bin": zeros[: 20 * 1024 * 1024] for at in range(3)})
    assert path.stat().st_size < 1_000_000
    assert refusal_of(path) == "file_bomb"


def test_a_zip_that_understates_its_size_is_refused(tmp_path):
    path = write_member(tmp_path / "a.xlsx", {"xl/media/a.bin": b"0" * 1_000_000})
    data = bytearray(path.read_bytes())
    honest = struct.pack("<I", 1_000_000)
    assert data.count(honest) == 2
    path.write_bytes(bytes(data).replace(honest, struct.pack("<I", 10)))
    assert refusal_of(path) == "file_corrupt"


def test_two_members_of_one_name_are_refused(tmp_path):
    path = lists.write_table(tmp_path / "a.xlsx", ROWS)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert refusal_of(path) == "file_corrupt"


@pytest.mark.parametrize("cells", [("A1", "XFD1048576"), ("A1", "A1048577000")])
def test_cells_scattered_over_the_whole_sheet_are_refused(tmp_path, cells):
    body = "".join(f'<row><c r="{cell}"><v>1</v></c></row>' for cell in cells)
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
    assert refusal_of(write_member(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet})) == "sheet_too_large"


def test_an_old_workbook_with_a_far_cell_is_refused(tmp_path):
    assert refusal_of(write_xls(tmp_path / "a.xls", ROWS, far_cell=(65535, 65535))) == "sheet_too_large"


@pytest.mark.parametrize("entity", ["<!DOCTYPE a [<!ENTITY b 'c'>]>", "<!ENTITY b SYSTEM 'file:///etc/passwd'>"])
def test_entities_in_a_workbook_are_refused(tmp_path, entity):
    sheet = f'<?xml version="1.0"?>{entity}<worksheet><sheetData/></worksheet>'
    assert refusal_of(write_member(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet})) == "file_corrupt"


@pytest.mark.parametrize("member", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros_in_a_workbook_are_refused_whatever_its_name(tmp_path, member):
    assert refusal_of(write_member(tmp_path / "a.xlsx", {member: b"made up"})) == "file_macros"


def test_a_workbook_named_as_one_with_macros_is_refused(tmp_path):
    assert refusal_of(lists.write_table(tmp_path / "plain.xlsx", ROWS).rename(tmp_path / "a.xlsm")) == "file_macros"


def test_macros_in_an_old_workbook_are_refused(tmp_path):
    assert refusal_of(write_xls(tmp_path / "a.xls", ROWS, extra_entries=["_VBA_PROJECT_CUR"])) == "file_macros"
    assert refusal_of(write_xls(tmp_path / "b.xls", ROWS, sheet_type=1)) == "file_macros"


def test_a_password_is_refused_with_how_to_take_it_off(tmp_path):
    assert refusal_of(write_xls(tmp_path / "a.xls", ROWS, extra_records=PASSWORD_RECORD)) == "file_encrypted"
    path = tmp_path / "a.xlsx"
    path.write_bytes(compound_file([("EncryptionInfo", b"made up"), ("EncryptedPackage", b"made up")]))
    assert refusal_of(path) == "file_encrypted"


def test_a_document_of_another_program_is_refused(tmp_path):
    (tmp_path / "a.xls").write_bytes(compound_file([("WordDocument", b"made up")]))
    assert refusal_of(tmp_path / "a.xls") == "file_type"
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert refusal_of(tmp_path / "a.xlsx") == "file_type"


@pytest.mark.parametrize("content", [b"<html><table><tr><td>1</td></tr></table>", b'<?xml version="1.0"?><Workbook/>'])
def test_a_web_page_named_xls_is_refused_with_what_to_do(tmp_path, content):
    (tmp_path / "a.xls").write_bytes(content)
    assert refusal_of(tmp_path / "a.xls") == "file_html"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("extension", ["xls", "xlsx"])
def test_a_file_cut_short_is_refused(tmp_path, extension, share):
    path = lists.write_hubei_like(tmp_path / f"a.{extension}", lists.make_gifts(200))
    data = path.read_bytes().rstrip(b"\x00")
    path.write_bytes(data[: int(len(data) * share)])
    assert refusal_of(path) == "file_corrupt"


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 20)
    assert refusal_of(tmp_path / "a.csv") == "text_encoding"


def test_a_quote_left_open_is_refused_rather_than_swallow_rows(tmp_path):
    text = "日期,捐赠人,金额\n2020-1-2,示例甲,10\n" + '2020-1-2,"示例乙,20\n' + "2020-1-2,示例丙,30\n" * 3
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert refusal_of(tmp_path / "a.csv") == "text_quotes"


def test_two_stray_quotes_are_refused_rather_than_swallow_rows(tmp_path):
    text = '日期,捐赠人,金额\n2020-1-2,"示例乙,20\n2020-1-2,示例丙,30\n2020-1-2",示例丁,40\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert refusal_of(tmp_path / "a.csv") == "text_quotes"


def test_a_circle_in_an_old_file_is_found_before_a_reader_runs_in_it(tmp_path):
    data = bytearray(write_xls(tmp_path / "a.xls", ROWS).read_bytes())
    fat = 512
    stream_start = struct.unpack_from("<I", data, 512 * 2 + 128 + 116)[0]
    struct.pack_into("<I", data, fat + 4 * stream_start, stream_start)
    with pytest.raises(BrokenContainer, match="circle"):
        look_into(bytes(data))


def test_a_workbook_that_makes_the_reader_abort_takes_down_a_child_only(tmp_path):
    # The reader reserves room for as many rows as a sheet claims to have; without it the process is ended.
    assert refusal_of(write_xls(tmp_path / "a.xls", ROWS, claimed_rows=0xFFFFFF00)) == "file_corrupt"
    body = '<row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{body}</sheetData></worksheet>"
    assert rehearse(write_member(tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet})) == "broken"
    assert rehearse(lists.write_table(tmp_path / "c.xlsx", ROWS)) == "opened"


@pytest.mark.parametrize(
    "body", ["<row><c r='A1' t='s'><v>99999</v></c></row>", "<row><c r='A1'", "<row><c r='1A'><v>1</v></c></row>"]
)
def test_a_workbook_with_broken_markup_is_refused(tmp_path, body):
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
    code = refusal_of(write_member(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet}))
    assert code in ("file_corrupt", "file_empty", "header_not_found")


def test_a_formula_is_read_by_its_stored_value_and_never_computed(tmp_path):
    book = openpyxl.Workbook()
    for row in (["捐赠人", "金额"], ['=HYPERLINK("http://example.org","示例")', 10], ["示例乙", "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    parsed = read_list(tmp_path / "a.xlsx", filename="a.xlsx", today=TODAY, default_on=TODAY)
    found = list(parsed.rows())
    assert [row.donor for row in found] == ["", "示例乙"]
    assert [row.amount for row in found] == [Decimal("10.00"), None]
    assert [row.level for row in found] == ["error", "error"]
    assert "公式" in found[1].problems[0].message


@pytest.mark.parametrize("name", ['=HYPERLINK("http://example.org")', "+示例", "-示例", "@示例"])
def test_a_name_that_looks_like_a_formula_is_text(tmp_path, name):
    path = lists.write_table(tmp_path / "a.csv", [["捐赠人", "金额"], [name, "10"]])
    (row,) = read_list(path, filename="a.csv", today=TODAY, default_on=TODAY).rows()
    assert row.donor == name


def test_the_content_decides_what_a_file_is(tmp_path):
    assert check_file(lists.write_table(tmp_path / "a.xls", ROWS), filename="upload.xls") == "xls"
    assert check_file(lists.write_table(tmp_path / "a.xlsx", ROWS), filename="upload.xls") == "xlsx"
    assert check_file(lists.write_table(tmp_path / "a.csv", ROWS), filename="upload.xls") == "text"
