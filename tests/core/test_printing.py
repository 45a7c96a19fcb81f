"""HTML as PDF: only static files of the project are read, and nothing changes from run to run."""

import datetime
from pathlib import Path

import pytest

from core.printing.document import PrintResourceError, static_file, write_pdf

AT = datetime.datetime(2026, 1, 5, 1, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/x.css",
        "http://127.0.0.1/x.png",
        "file:///etc/passwd",
        "data:text/css,p{}",
        "/static/../manage.py",
        "/static/%2e%2e/redcross_portal/settings.py",
        "/media/x.png",
        "/static/css/not-there.css",
    ],
)
def test_nothing_but_static_files_is_ever_fetched(url: str, tmp_path: Path) -> None:
    html = f'<html><body><img src="{url}"><p>示例</p></body></html>'
    with pytest.raises(PrintResourceError) as caught:
        write_pdf(html, tmp_path / "x.pdf", identifier=bytes(16), at=AT)
    assert caught.value.code == "report_resource_refused"
    assert not (tmp_path / "x.pdf").exists()


def test_the_style_sheets_of_reports_are_found() -> None:
    for name in ("tokens.css", "reports.css"):
        assert static_file(f"https://document.invalid/static/css/{name}") is not None


def test_the_same_html_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_pdf("<p>示例文件</p>", tmp_path / name, identifier=b"example-document", at=AT)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
