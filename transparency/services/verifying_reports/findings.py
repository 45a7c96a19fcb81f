"""What was found wrong with a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# More findings of one kind tell nobody more.
MOST = 50


@dataclass
class ReportFindings:
    """What is wrong with a report, each a row that says what and where, and what is only worth knowing."""

    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, check: str, message: str, **row: Any) -> None:
        """Write a problem down; beyond MOST of one kind they are left out."""
        self._counts[check] = self._counts.get(check, 0) + 1
        if self._counts[check] <= MOST:
            self.problems.append({"check": check, **row, "message": message})
