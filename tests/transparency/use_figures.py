"""The figures of receipts and use as a run froze them."""

from __future__ import annotations

import json
from typing import Any

from core.files import path_of
from tests.transparency.use_ground import CODES
from transparency.choices import USE_PART
from transparency.models import ReportRun
from transparency.services.freezing import read_rows


def file_of(run: ReportRun, role: str, part: int = 0) -> bytes:
    """A file of a run."""
    return path_of(run.files.select_related("file").get(role=role, part=part).file.sha256).read_bytes()


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures."""
    return dict(json.loads(file_of(run, "snapshot")))


def use_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures of receipts and use."""
    return dict(snapshot_of(run)["use"])


def use_rows_of(run: ReportRun) -> list[dict[str, Any]]:
    """The frozen rows of use."""
    kept = run.files.select_related("file").get(role="rows", part=USE_PART)
    return list(read_rows(path_of(kept.file.sha256)))


def edges(use: dict[str, Any]) -> tuple[str, ...]:
    """Opening, in, out, closing, under way."""
    return tuple(use[name] for name in ("opening", "in", "out", "closing", "in_transit"))


def items(use: dict[str, Any]) -> dict[str, str]:
    """Amounts by line."""
    return {one["item"]: one["amount"] for one in use["items"]}


def level(use: dict[str, Any], name: str) -> dict[str, Any]:
    """The one association of a level that moved anything."""
    [found] = [one for one in use["branches"] if one["level"] == name and one["code"] in CODES]
    return dict(found)
