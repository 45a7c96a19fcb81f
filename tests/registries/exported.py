"""What tests of exports need: one that was asked for, approved and made; its rows."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook

from core.models import Job
from registries.models import Export
from registries.services.exports import ExportRequest, approve_export, request_export
from registries.tasks import build_export
from tests.registries.ground import Ground

ALL = ("name", "document", "phone", "address", "items", "executor")


def asked(ground: Ground, login: str = "coordinator", **over: Any) -> Export:
    """An export that somebody asked for."""
    said = {
        "branch": ground.branch, "listed": "in_force", "columns": ALL, "purpose": "核对纸质档案", "keep_days": 3,
        "format": "csv", **over,
    }  # fmt: skip
    return request_export(asked=ExportRequest(**said), actor=ground.person(login))


def made(ground: Ground, **over: Any) -> Export:
    """An export that was approved by the head, and made by its job."""
    export = asked(ground, **over)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    return worked(export)


def worked(export: Export) -> Export:
    """An export whose job was carried out."""
    build_export(str(Job.objects.get(params={"export": export.pk}).pk))
    export.refresh_from_db()
    return export


def csv_rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file with its header."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook by title."""
    book = load_workbook(io.BytesIO(content))
    return {one.title: [[cell.value for cell in row] for row in one.iter_rows()] for one in book.worksheets}
