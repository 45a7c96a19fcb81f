"""Branches and reports as the API lists them: rows of plain values, by keyset."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from organizations.models import Branch, branches_of
from transparency.choices import (
    ANNUAL_PART,
    BALANCE_PART,
    CERTIFICATES_PART,
    ENDS_PART,
    LESSONS_PART,
    REGISTRIES_PART,
    TRAINING_PART,
    USE_PART,
    FileRole,
)
from transparency.models import ReportFile, ReportRun
from transparency.selectors.published import published_reports, report_files

_FILE_ADDRESSES = {
    FileRole.VOLUME: "/reports/{number}/volumes/{part}.pdf",
    FileRole.SNAPSHOT: "/reports/{number}.json",
    FileRole.OPINION: "/reports/{number}/opinion.pdf",
}
_TABLE_ADDRESSES = {
    USE_PART: "/reports/{number}/use.csv",
    BALANCE_PART: "/reports/{number}/balance.csv",
    ANNUAL_PART: "/reports/{number}/annual.csv",
    CERTIFICATES_PART: "/reports/{number}/certificates.csv",
    ENDS_PART: "/reports/{number}/ends.csv",
    LESSONS_PART: "/reports/{number}/lessons.csv",
    TRAINING_PART: "/reports/{number}/training.csv",
    REGISTRIES_PART: "/reports/{number}/registries.csv",
}


@dataclass(frozen=True)
class Listed:
    """Rows and the cursor behind them, "" at the end."""

    rows: list[Any]
    next: str


def branches_after(top: Branch | None, cursor: str, size: int) -> Listed:
    """Branches by code, closed ones included, of all or of one with all below; at most two queries."""
    rows = Branch.objects.select_related("successor").order_by("code")
    if top is not None:
        rows = rows.filter(branches_of(top, with_below=True))
    if cursor:
        rows = rows.filter(code__gt=_read(cursor))
    found = list(rows[: size + 1])
    parents = _parent_codes(found)
    for branch in found:
        branch.parent_code = parents.get(branch.path[: -Branch.steplen])
    return Listed(found[:size], _write(found[size - 1].code) if len(found) > size else "")


def _parent_codes(branches: list[Branch]) -> dict[str, str]:
    paths = {branch.path[: -Branch.steplen] for branch in branches if branch.depth > 1}
    return dict(Branch.objects.filter(path__in=paths).order_by().values_list("path", "code"))


def branch_row(branch: Branch) -> dict[str, Any]:
    """A branch as the API gives it."""
    return {
        "code": branch.code,
        "name": branch.name,
        "kind": branch.kind,
        "parent": getattr(branch, "parent_code", None),
        "division": branch.division_id,
        "credit_code": branch.credit_code,
        "address": branch.address,
        "phone": branch.phone,
        "valid_from": branch.valid_from,
        "valid_to": branch.valid_to,
        "successor": branch.successor.code if branch.successor else None,
    }


def reports_after(top: Branch | None, cursor: str, size: int, kind: str = "") -> Listed:
    """Published reports, the newest number first, of all branches or of one with all below; at most two queries."""
    rows = published_reports(top, with_below=True, kind=kind).select_related("corrects").order_by("-id")
    if cursor:
        text = _read(cursor)
        if not text.isdigit():
            raise _unreadable()
        rows = rows.filter(id__lt=int(text[:18]))
    found = list(rows[: size + 1])
    return Listed(found[:size], _write(str(found[size - 1].pk)) if len(found) > size else "")


def report_row(run: ReportRun) -> dict[str, Any]:
    """A published report as the API gives it."""
    return {
        "number": run.number,
        "kind": run.kind,
        "title": run.title,
        "branch": run.branch.code,
        "branch_name": run.branch.name,
        "scope": run.scope,
        "period": run.period,
        "period_kind": run.period_kind,
        "period_start": run.period_start,
        "period_end": run.period_end,
        "campaign": run.campaign.slug if run.campaign else None,
        "issue": run.issue,
        "version": run.version,
        "published_at": run.published_at,
        "log_from": run.log_from,
        "log_to": run.log_to,
        "corrects": run.corrects.number if run.corrects else None,
        "correction_note": run.correction_note,
        "use": run.summary.get("use"),
        "training": run.summary.get("training"),
        "registries": run.summary.get("registries"),
        "url": f"/reports/{run.number}/",
    }


def report_with_files(run: ReportRun) -> dict[str, Any]:
    """A published report and its files as the API gives them; one query."""
    return {**report_row(run), "files": [_file_row(run, file) for file in report_files(run)]}


def file_address(run: ReportRun, stored_role: str, part: int) -> str:
    """Where a file of a report is fetched."""
    role = FileRole(stored_role)
    if role == FileRole.SIGNED:
        role = FileRole.VOLUME if part else FileRole.PDF
    form = _FILE_ADDRESSES.get(role, "/reports/{number}.{role}")
    if role == FileRole.CSV and part:
        form = _TABLE_ADDRESSES[part]
    return form.format(number=run.number, part=part, role=role.value)


def _file_row(run: ReportRun, file: ReportFile) -> dict[str, Any]:
    return {
        "role": file.role,
        "part": file.part,
        "url": file_address(run, file.role, file.part),
        "size": file.file.size,
        "sha256": file.file.sha256,
    }


def _write(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise _unreadable() from None


def _unreadable() -> DomainError:
    sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
    return DomainError("page_unreadable", sentence, {"page": sentence})
