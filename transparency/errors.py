"""What can be wrong with a report."""

from typing import Any

from core.errors import Conflict, DomainError


class PeriodNotOver(DomainError):
    """A report was asked for before its period ended."""


class OutOfOrder(Conflict):
    """The series has a later report already; an earlier one would not tile the log."""


class RunWrongState(Conflict):
    """The run is not in the state that this step needs."""


class ReportWithdrawn(DomainError):
    """The files of a published report are no longer handed out; the message says why."""

    http_status = 410


class PublishingBlocked(DomainError):
    """Something must be cleared before the report may be published; the message says what."""


class ChapterConflict(Conflict):
    """Another person saved the chapter meanwhile; `newest` is what they saved."""

    def __init__(self, newest: Any, message: str) -> None:
        super().__init__("chapter_changed", message, {"text": message})
        self.newest = newest
