"""Freezing a registries yearbook: published figures out of the log, held against their rows; no person is read."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from typing import IO, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError
from core.periods import parse_period
from donations.selectors.public.campaigns import PublicCampaign
from organizations.models import Branch
from registries.choices.figures import Figure
from registries.selectors.national import national_lines
from transparency.models import ReportRun
from transparency.rendering.figures import FiguresDisagree, row_bytes
from transparency.rendering.registries_figures import SCHEMA, check_registries
from transparency.selectors.registry_rows import FiguresRecord, figures_records
from transparency.services.freezing import SOFTWARE
from transparency.services.row_files import row_file

# Earlier years of the association itself that stand beside the year.
_YEARS = 5


@dataclass(frozen=True)
class FrozenRegistries:
    """What was frozen of a yearbook: the snapshot, and its rows in one temporary file, a JSON object a line."""

    snapshot: dict[str, Any]
    rows: IO[bytes]

    @property
    def row_files(self) -> dict[int, IO[bytes]]:
        """The files of rows by their part."""
        return {0: self.rows}

    @property
    def summary(self) -> dict[str, Any]:
        """The figures of the run's row: who joined by gift, None where that is not shown; how many associations."""
        figures = self.snapshot["places"][0]["figures"]
        joined = {name: said["whole"] for name, said in figures.items() if name.endswith("_joined")}
        return {
            "registries": {"places": len(self.snapshot["places"]), **joined},
            "rows_sha256": self.snapshot["rows"]["sha256"],
        }


@dataclass(frozen=True)
class FiguresPart:
    """What the log gives of a year: figures by their names in a snapshot, and the rows."""

    figures: dict[str, Any]
    rows: IO[bytes]


def freeze_registries(
    run: ReportRun, *, campaign: PublicCampaign | None = None, previous: ReportRun | None, stack: ExitStack
) -> FrozenRegistries:
    """Freeze the yearbook of a run's year; `stack` closes the files.

    Raises DomainError where the year's figures are not published yet, FiguresDisagree where a row does not say any more
    what its public record says, a sum is wrong, or a number that is not shown can be worked out.
    """
    part = freeze_figures_part(run, stack)
    snapshot = {**_head(run), **part.figures, "national": _national(run)}
    check_registries(snapshot, lambda: _read(part.rows))
    part.rows.seek(0)
    return FrozenRegistries(snapshot, part.rows)


def freeze_figures_part(run: ReportRun, stack: ExitStack) -> FiguresPart:
    """The figures and rows of a run's year as the log has them; three queries."""
    if run.log_to is None:
        raise ValueError(f"run {run.pk} has no place in the log")
    year = parse_period(run.period).first_day.year
    records = [
        one for one in figures_records(run.branch, year=year, before=run.log_to) if one.said["year"] > year - _YEARS
    ]
    if not any(one.said["year"] == year and one.said["branch"] == run.branch.code for one in records):
        sentence = _("%(year)s 年的捐献登记统计还没有公开，公开后第二天再做年报。") % {"year": year}
        raise DomainError("registry_year_not_published", sentence, {"period": sentence})
    if wrong := [one for one in records if one.differs]:
        raise FiguresDisagree("registry_rows_differ", _differing(wrong))
    names = {one.code: (one.name, one.kind) for one in Branch.objects.filter(code__in={_code(one) for one in records})}
    rows, digest, count = row_file(stack), hashlib.sha256(), 0
    for record in records:
        for row in _rows(record, names):
            line = row_bytes(row)
            rows.write(line)
            digest.update(line)
            count += 1
    rows.seek(0)
    return FiguresPart(
        {
            "places": [_place(one, names) for one in records if one.said["year"] == year],
            "earlier": [
                {"year": one.said["year"], "figures": one.said["figures"]} for one in records if one.said["year"] < year
            ],
            "rows": {"count": count, "sha256": digest.hexdigest()},
        },
        rows,
    )


def _rows(record: FiguresRecord, names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    said = record.said
    name, level = names[said["branch"]]
    order = [one.value for one in Figure if one.value in said["figures"]]
    order += sorted(set(said["figures"]) - set(order))
    return [
        {
            "index": record.index, "number": record.number, "year": said["year"], "branch": said["branch"],
            "branch_name": name, "level": level, "figure": figure, "whole": said["figures"][figure]["whole"],
            "own": said["figures"][figure].get("own"), "since": said["figures"][figure].get("since"),
            "has_own": "own" in said["figures"][figure],
        }
        for figure in order
    ]  # fmt: skip


def _place(record: FiguresRecord, names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    said = record.said
    name, level = names[said["branch"]]
    return {
        "code": said["branch"], "name": name, "level": level, "below": said["below"], "figures": said["figures"],
        "counted_at": said["counted_at"], "index": record.index,
    }  # fmt: skip


def _code(record: FiguresRecord) -> str:
    return str(record.said["branch"])


def _differing(wrong: list[FiguresRecord]) -> str:
    said = _("；").join(
        _("%(number)s（公开日志第 %(index)s 条：%(fields)s）")
        % {"number": one.number, "index": one.index, "fields": ", ".join(one.differs)}
        for one in wrong[:10]
    )
    return _("统计与公开记录不同，未生成：%(said)s。") % {"said": said}


def _read(rows: IO[bytes]) -> Any:
    rows.seek(0)
    return (json.loads(line) for line in rows)


def _head(run: ReportRun) -> dict[str, Any]:
    if run.frozen_at is None:
        raise ValueError(f"run {run.pk} has no moment of freezing")
    corrects = run.corrects
    return {
        "schema": SCHEMA,
        "kind": run.kind,
        "title": run.title,
        "branch": {"code": run.branch.code, "name": run.branch.name},
        "scope": run.scope,
        "period": {
            "label": run.period,
            "kind": run.period_kind,
            "start": run.period_start.astimezone(SHANGHAI).isoformat(),
            "end": run.period_end.astimezone(SHANGHAI).isoformat(),
        },
        "number": run.number,
        "version": run.version,
        "corrects": corrects and {"number": corrects.number, "version": corrects.version, "note": run.correction_note},
        "log": {"from": run.log_from, "to": run.log_to},
        "as_of": run.frozen_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "software": {name: version(name) for name in SOFTWARE},
    }


def _national(run: ReportRun) -> list[dict[str, Any]]:
    """Confirmed national numbers up to the year, each with its source and the province's figure that comes nearest."""
    year = parse_period(run.period).first_day.year
    return [
        {
            "measure": str(line.figure.measure), "year": line.figure.year, "number": line.figure.number,
            "source": line.figure.source_title, "url": line.figure.source_url,
            "nearest": line.nearest.value if line.nearest else None, "here": line.here,
        }
        for line in national_lines(run.branch)
        if line.figure.year <= year
    ]  # fmt: skip
