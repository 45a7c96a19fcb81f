"""Verifying several files at once, as staff and auditors at the server do: each file, each report, the volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from transparency.choices import FileVerdict
from transparency.models import ReportRun
from transparency.services.verifying_reports.checking import check_report
from transparency.services.verifying_reports.comparing import volume_orders
from transparency.services.verifying_reports.examining import examine_file
from transparency.services.verifying_reports.verdicts import Examination


@dataclass
class FilesVerified:
    """The answers by file name, what is wrong with the files or their reports, and what is worth knowing."""

    files: list[tuple[str, Examination]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "ok": not self.problems,
            "checked": len(self.files),
            "problems": self.problems,
            "files": [{"file": name, **answer.as_dict()} for name, answer in self.files],
            "notes": self.notes,
        }


def verify_files(paths: Sequence[Path]) -> FilesVerified:
    """Examine files as staff may, and check each report that they belong to in all that the portal has of it.

    Any verdict but `valid` is a problem of that name; `volume_order` names a volume that was handed over as another;
    the rest is in `check_report`. Raises DomainError where a file cannot be read: then nothing is said of the others.
    """
    found = FilesVerified()
    for path in paths:
        answer = examine_file(path, for_staff=True)
        found.files.append((path.name, answer))
        if answer.verdict != FileVerdict.VALID:
            found.problems.append({"check": answer.verdict.value, "file": path.name, "message": answer.why})
    _check_volumes(found)
    for run_id in dict.fromkeys(answer.run_id for _name, answer in found.files):
        if run_id is None:
            continue
        run = ReportRun.objects.unscoped("the report of a file at hand").select_related("branch", "corrects")
        findings = check_report(run.get(pk=run_id))
        found.problems += findings.problems
        found.notes += findings.notes
    return found


def _check_volumes(found: FilesVerified) -> None:
    """Each volume stands at its place, and all are of one version."""
    by_report: dict[int, list[tuple[str, int | None]]] = {}
    for name, answer in found.files:
        if answer.run_id is not None and answer.file is not None and answer.file.volume is not None:
            by_report.setdefault(answer.run_id, []).append((name, answer.file.volume))
    for given in by_report.values():
        for _place, name, volume in volume_orders(given):
            message = _("%(name)s 是第 %(volume)d 册，却被当作另一册。") % {"name": name, "volume": volume}
            found.problems.append({"check": "volume_order", "file": name, "volume": volume, "message": message})
