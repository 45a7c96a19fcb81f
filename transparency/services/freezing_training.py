"""Freezing a training yearbook: certificates, ends and mass lessons out of the log, and what is counted beside it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from typing import IO, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.files import path_of
from core.periods import parse_period
from donations.selectors.public.campaigns import PublicCampaign
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from training.choices import CertificateSource
from training.selectors.public.recorded_rows import END_RECORD, RecordedCertificate, RecordedLesson
from training.selectors.public.yearbook import shown_groups, yearbook_counts
from transparency.choices import FileRole, ReportScope
from transparency.models import ReportFile, ReportRun
from transparency.rendering.figures import FiguresDisagree, row_bytes
from transparency.rendering.training_figures import (
    CERTIFICATES,
    ENDS,
    LESSONS,
    ORDER,
    SCHEMA,
    TrainingTally,
    check_training,
    months_of_year,
)
from transparency.selectors.annual import last_year_run
from transparency.selectors.training_rows import TrainingRecord, training_records
from transparency.services.freezing import SOFTWARE
from transparency.services.row_files import joined, row_file

# More rows that differ tell nobody more.
_MOST = 10


@dataclass(frozen=True)
class FrozenTraining:
    """What was frozen of a yearbook: the snapshot, and all its rows in one temporary file, a JSON object a line."""

    snapshot: dict[str, Any]
    rows: IO[bytes]

    @property
    def row_files(self) -> dict[int, IO[bytes]]:
        """The files of rows by their part."""
        return {0: self.rows}

    @property
    def summary(self) -> dict[str, Any]:
        """The figures of the run's row: certificates newly issued and what ended, mass lessons in person-times."""
        issued, told = self.snapshot[CERTIFICATES], self.snapshot[LESSONS]
        return {
            "training": {
                "certificates": issued["new"], "reissued": issued["reissue"], "late": issued["late"],
                "ended": self.snapshot[ENDS]["count"], "lessons": told["count"], "audience": told["audience"],
            },
            "rows_sha256": self.snapshot["rows"]["sha256"],
        }  # fmt: skip


@dataclass(frozen=True)
class LogPart:
    """What the log gives of a year: figures by their names in a snapshot, and the rows."""

    figures: dict[str, Any]
    rows: IO[bytes]


def freeze_training(
    run: ReportRun, *, campaign: PublicCampaign | None = None, previous: ReportRun | None, stack: ExitStack
) -> FrozenTraining:
    """Freeze the yearbook of a run's records, with what is counted at this moment; `stack` closes the files.

    Raises FiguresDisagree where a row does not say any more what its public record says, or a sum is wrong.
    """
    part = freeze_log_part(run, stack)
    year = parse_period(run.period)
    frozen_at = _frozen_at(run)
    counted = yearbook_counts(run.branch, with_below=run.scope == ReportScope.BELOW, year=year, day=frozen_at.date())
    snapshot = {**_head(run), **part.figures, "counted": counted, "last_year": _last_year(run)}
    check_training(snapshot, lambda: _read(part.rows))
    part.rows.seek(0)
    return FrozenTraining(snapshot, part.rows)


def freeze_log_part(run: ReportRun, stack: ExitStack) -> LogPart:
    """The figures and rows of a run's records, in one pass with flat memory; five queries for 5,000 records.

    Rows go to one temporary file a section and then behind one another, in the order of `ORDER`. Raises
    FiguresDisagree naming certificates and lessons whose rows are not what the log says.
    """
    if run.log_from is None or run.log_to is None:
        raise ValueError(f"run {run.pk} has no place in the log")
    maker = _Maker(run, stack)
    below = run.scope == ReportScope.BELOW
    wrong: list[TrainingRecord] = []
    for record in training_records(run.branch, with_below=below, first=run.log_from, after_last=run.log_to):
        if record.differs:
            wrong.append(record)
        else:
            maker.add(record)
    if wrong:
        raise FiguresDisagree("training_rows_differ", _differing(wrong))
    rows, sha256 = joined(maker.parts.values(), stack)
    figures = maker.tally.figures()
    return LogPart(
        {
            **figures,
            "key_groups": shown_groups(maker.groups, of=f"{run.branch.code}:{run.period}"),
            "by_branch": _by_branch(run, maker),
            "rows": {"count": maker.count, "sha256": sha256, **{name: maker.lists[name] for name in _LISTED}},
        },
        rows,
    )


_LISTED = (CERTIFICATES, ENDS, LESSONS)


class _Maker:
    """Writes rows into their sections and adds them up."""

    def __init__(self, run: ReportRun, stack: ExitStack) -> None:
        self.first_day = run.first_day.isoformat()
        self.parts = {place: row_file(stack) for place in ORDER}
        self.tally = TrainingTally(months_of_year({"label": run.period}))
        self.groups: Counter[str] = Counter()
        self.branches: dict[str, tuple[str, str]] = {}
        self.lists: Counter[str] = Counter()
        self.count = 0

    def add(self, record: TrainingRecord) -> None:
        """Take one record: a row, of a correction two."""
        if record.certificate is not None:
            self.branches[record.certificate.branch_code] = (
                record.certificate.branch_name, record.certificate.branch_kind,
            )  # fmt: skip
            if record.kind == END_RECORD:
                self._write(self._end(record.index, record.certificate))
            else:
                self._write(self._certificate(record.index, record.certificate))
                # Whoever gets a new one in the place of an old is no further person of a group.
                if record.certificate.source != CertificateSource.REISSUE:
                    self.groups[record.certificate.key_group] += 1
        elif record.lesson is not None:
            lesson = record.lesson
            self.branches[lesson.branch_code] = (lesson.branch_name, lesson.branch_kind)
            if lesson.corrects is not None:
                self._write(self._lesson(record.index, lesson.corrects, sign=-1, by=lesson.number))
            self._write(self._lesson(record.index, lesson))

    def _write(self, row: dict[str, Any]) -> None:
        self.parts[(row["list"], row["section"])].write(row_bytes(row))
        self.tally.add(row)
        self.lists[row["list"]] += 1
        self.count += 1

    def _section(self, day: str) -> str:
        return "current" if day >= self.first_day else "late"

    def _certificate(self, index: int, one: RecordedCertificate) -> dict[str, Any]:
        said = one.said
        return {
            "list": CERTIFICATES, "section": self._section(said["issued_on"]), "index": index, "number": one.number,
            "kind": one.kind, "source": one.source, "branch": one.branch_code, "branch_name": one.branch_name,
            "issued_on": said["issued_on"], "expires_on": said["expires_on"], "replaces": one.replaces,
        }  # fmt: skip

    def _end(self, index: int, one: RecordedCertificate) -> dict[str, Any]:
        said = one.end_said
        return {
            "list": ENDS, "section": self._section(said["ended_on"]), "index": index, "number": one.number,
            "kind": one.kind, "branch": one.branch_code, "branch_name": one.branch_name, "status": one.status,
            "reason": said["reason"], "ended_on": said["ended_on"], "replaced_by": one.replaced_by,
        }  # fmt: skip

    def _lesson(self, index: int, one: RecordedLesson, *, sign: int = 1, by: str | None = None) -> dict[str, Any]:
        said = one.said
        is_correction = by is not None or one.corrects is not None
        return {
            "list": LESSONS, "section": "corrections" if is_correction else self._section(said["held_on"]),
            "index": index, "number": one.number, "branch": one.branch_code, "branch_name": one.branch_name,
            "area": one.area, "held_on": said["held_on"], "topic": one.topic, "setting": one.setting,
            "key_group": one.key_group, "minutes": one.minutes, "count": sign, "audience": sign * one.audience,
            "corrects": None if by else said["corrects"], "taken_back_by": by,
        }  # fmt: skip


def _differing(wrong: list[TrainingRecord]) -> str:
    said = _("；").join(
        _("%(number)s（公开日志第 %(index)s 条：%(fields)s）")
        % {"number": one.number, "index": one.index, "fields": ", ".join(one.differs)}
        for one in wrong[:_MOST]
    )
    more = _("等 %(n)s 条") % {"n": len(wrong)} if len(wrong) > _MOST else ""
    return _("登记与公开记录不同，未生成：%(said)s%(more)s。") % {"said": said, "more": more}


def _read(rows: IO[bytes]) -> Any:
    rows.seek(0)
    return (json.loads(line) for line in rows)


def _frozen_at(run: ReportRun) -> Any:
    if run.frozen_at is None:
        raise ValueError(f"run {run.pk} has no moment of freezing")
    return run.frozen_at.astimezone(SHANGHAI)


def _head(run: ReportRun) -> dict[str, Any]:
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
        "as_of": _frozen_at(run).isoformat(timespec="seconds"),
        "software": {name: version(name) for name in SOFTWARE},
    }


def _by_branch(run: ReportRun, maker: _Maker) -> list[dict[str, Any]]:
    """One line for each association by itself, also those that did nothing: a silent branch shows."""
    known = dict(maker.branches)
    if run.scope == ReportScope.BELOW:
        for branch in Branch.objects.below(run.branch).filter(kind__in=LINEAGE_COLUMNS).valid():
            known.setdefault(branch.code, (branch.name, branch.kind))
    else:
        known.setdefault(run.branch.code, (run.branch.name, run.branch.kind))
    return [
        {"code": code, "name": name, "level": kind, **maker.tally.branch(code)}
        for code, (name, kind) in sorted(known.items())
    ]


def _last_year(run: ReportRun) -> dict[str, Any] | None:
    """The year before as its published yearbook says it; None where there is none."""
    published = last_year_run(run)
    if published is None:
        return None
    kept = ReportFile.objects.select_related("file").get(run=published, role=FileRole.SNAPSHOT, part=0)
    snapshot: dict[str, Any] = json.loads(path_of(kept.file.sha256).read_bytes())
    issued, told, counted = snapshot[CERTIFICATES], snapshot[LESSONS], snapshot["counted"]
    return {
        "number": published.number,
        "version": published.version,
        "label": snapshot["period"]["label"],
        "new": issued["new"],
        "course": issued["course"],
        "legacy": issued["legacy"],
        "reissue": issued["reissue"],
        "ended": snapshot[ENDS]["count"],
        "lessons": told["count"],
        "audience": told["audience"],
        "sessions": counted["sessions"]["count"],
        "examined": counted["sessions"]["examined"],
        "holders": counted["holders"]["count"],
        "issued_by_month": [line["course"] + line["legacy"] for line in issued["by_month"][:12]],
        "audience_by_month": [line["audience"] for line in told["by_month"]],
    }
