"""What is answered about a file: the verdict, why, what to do, and where the right file is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from transparency.choices import FileRole, FileVerdict
from transparency.models import ReportRun
from transparency.selectors.listing import file_address
from transparency.selectors.published import PUBLIC_ROLES
from transparency.selectors.report_files import SIGNED, VOLUME, Belonging

# What each verdict says at a glance (the components' tones).
TONES = {
    FileVerdict.VALID: "success",
    FileVerdict.SUPERSEDED: "warning",
    FileVerdict.WITHDRAWN: "warning",
    FileVerdict.UNSIGNED: "warning",
    FileVerdict.NOT_PUBLISHED: "warning",
    FileVerdict.CHANGED: "danger",
    FileVerdict.NOT_OURS: "danger",
}


@dataclass(frozen=True)
class ReportNamed:
    """The report that a file belongs to or pretends to be."""

    number: str
    version: int
    title: str
    branch: str
    branch_name: str
    scope: str
    period: str
    published_at: datetime.datetime | None
    correction_note: str

    @property
    def url(self) -> str:
        """Its page."""
        return f"/reports/{self.number}/"

    @property
    def words(self) -> str:
        """Number and version in words."""
        return _("报告 %(number)s 第 %(version)d 版") % {"number": self.number, "version": self.version}


@dataclass(frozen=True)
class FileNamed:
    """A file of a report: what it is and where it is fetched ("" where it is not handed out); `size` in bytes."""

    role: str
    part: int
    title: str
    url: str
    sha256: str
    size: int
    first_row: int | None = None
    last_row: int | None = None
    volume: int | None = None


@dataclass(frozen=True)
class Examination:
    """The answer about one file.

    `report` and `file`: what it is; `newest`: the version that replaced it; `right`: the original where it was changed,
    or the signed one where it is the copy before; `differences`: what is not as in the original, in words;
    `record_index`: where the report's public record stands in the log; `run_id`: for further checks, never told.
    """

    verdict: FileVerdict
    why: str
    advice: str
    sha256: str
    report: ReportNamed | None = None
    file: FileNamed | None = None
    newest: ReportNamed | None = None
    right: FileNamed | None = None
    differences: tuple[str, ...] = ()
    record_index: int | None = None
    run_id: int | None = None

    @property
    def label(self) -> str:
        """The verdict in a few words."""
        return str(self.verdict.label)

    @property
    def tone(self) -> str:
        """As the component `alert` takes it."""
        return TONES[self.verdict]

    def as_dict(self) -> dict[str, Any]:
        """As JSON gives it."""
        return {
            "verdict": self.verdict.value,
            "label": self.label,
            "why": self.why,
            "advice": self.advice,
            "sha256": self.sha256,
            "report": _report_dict(self.report),
            "file": _file_dict(self.file),
            "newest": _report_dict(self.newest),
            "right": _file_dict(self.right),
            "differences": list(self.differences),
            "record_index": self.record_index,
        }


def _report_dict(one: ReportNamed | None) -> dict[str, Any] | None:
    if one is None:
        return None
    names = ("number", "version", "title", "branch", "branch_name", "scope", "period", "published_at")
    return {**{name: getattr(one, name) for name in names}, "correction_note": one.correction_note, "url": one.url}


def _file_dict(one: FileNamed | None) -> dict[str, Any] | None:
    if one is None:
        return None
    names = ("role", "part", "title", "url", "sha256", "size", "volume", "first_row", "last_row")
    return {name: getattr(one, name) for name in names}


def name_report(run: ReportRun) -> ReportNamed:
    """A run as an answer names it; its branch is read with it."""
    return ReportNamed(
        number=run.number,
        version=run.version,
        title=run.title,
        branch=run.branch.code,
        branch_name=run.branch.name,
        scope=run.scope,
        period=run.period,
        published_at=run.published_at,
        correction_note=run.correction_note,
    )


def name_file(found: Belonging, sha256: str, *, is_handed_out: bool = True) -> FileNamed:
    """A file of a run as an answer names it."""
    return FileNamed(
        role=found.role,
        part=found.part,
        title=file_title(found.role, found.part),
        url=file_url(found.run, found.role, found.part) if is_handed_out else "",
        sha256=sha256,
        size=found.size,
        first_row=found.first_row,
        last_row=found.last_row,
        volume=found.volume,
    )


def file_title(role: str, part: int) -> str:
    """What a file is, in words."""
    if role == VOLUME or (role == SIGNED and part):
        return _("明细分册 第 %(part)d 册") % {"part": part}
    if role == SIGNED:
        return _("报告（PDF，已签名）")
    return str(FileRole(role).label) if role in FileRole.values else role


def file_url(run: ReportRun, role: str, part: int) -> str:
    """Where a file is fetched; "" for what goes to auditors only."""
    return file_address(run, role, part) if role in PUBLIC_ROLES else ""
