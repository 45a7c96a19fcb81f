"""HTML to PDF with WeasyPrint, without a network and without anything that changes from run to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _
from weasyprint import HTML, Attachment, URLFetcher
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

from core.errors import DomainError
from core.printing.glyphs import find_face

# Reserved by RFC 2606: where a relative address would lead, if anything were ever fetched from it.
BASE_URL = "https://document.invalid/"
VARIANT = "pdf/a-3a"
CONTENT_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


class PrintResourceError(DomainError):
    """A document asks for something that is not a static file of the project."""


def static_file(url: str) -> Path | None:
    """Return the project's static file that an address means, or None for every other address."""
    prefix = urlsplit(settings.STATIC_URL).path
    parts = urlsplit(url)
    own = f"{parts.scheme}://{parts.netloc}/" == BASE_URL and not parts.query
    if not own or not parts.path.startswith(prefix):
        return None
    name = unquote(parts.path.removeprefix(prefix))
    # The finder refuses nothing by itself that a template could write; a name never leaves the static folders.
    if ".." in Path(name).parts or Path(name).suffix not in CONTENT_TYPES:
        return None
    found = finders.find(name) or (Path(settings.STATIC_ROOT) / name if settings.STATIC_ROOT else None)
    return Path(found) if found and Path(found).is_file() else None


class StaticFilesOnly(URLFetcher):  # WeasyPrint has no types
    """Gives WeasyPrint the project's static files; any other address stops the rendering."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the file's bytes; FatalURLFetchingError (not caught inside WeasyPrint) where it is none of ours."""
        path = static_file(url)
        if path is None:
            self._refuse(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": CONTENT_TYPES[path.suffix]})

    def _refuse(self, url: str) -> NoReturn:
        raise FatalURLFetchingError(url)


@dataclass(frozen=True)
class Embedded:
    """A file inside the PDF."""

    name: str
    description: str
    content: bytes


def _attachment(embedded: Embedded, at: datetime) -> Attachment:
    # WeasyPrint would take the machine's clock here.
    return Attachment(
        string=embedded.content,
        base_url=BASE_URL,
        url_fetcher=StaticFilesOnly(),
        name=embedded.name,
        description=embedded.description,
        created=at,
        modified=at,
        relationship="Data",
    )


def write_pdf(
    html: str, target: Path | BinaryIO, *, identifier: bytes, at: datetime, embedded: Sequence[Embedded] = ()
) -> int:
    """Set the HTML as a tagged PDF with files inside, and return how many pages it has.

    The same HTML, `identifier` (16 bytes) and `at` (the time of the files inside) give the same bytes. PDF/A-3a
    (ISO 19005-3) is the file's own claim: no validator has seen it. Raises PrintResourceError where the HTML asks for
    anything but static files, DomainError without the print font.
    """
    find_face()
    try:
        page = HTML(string=html, base_url=BASE_URL, url_fetcher=StaticFilesOnly(), media_type="print")
        document = page.render(font_config=FontConfiguration(), pdf_tags=True, pdf_variant=VARIANT)
        document.metadata.attachments = [_attachment(file, at) for file in embedded]
        document.write_pdf(target, pdf_tags=True, pdf_variant=VARIANT, pdf_identifier=identifier)
    except FatalURLFetchingError as error:
        raise PrintResourceError(
            "report_resource_refused",
            _("报告只能使用本系统自带的样式和图片，不能引用 %(url)s。") % {"url": str(error)},
        ) from error
    return len(document.pages)
