"""What can be wrong with a report."""

from core.errors import Conflict, DomainError


class PeriodNotOver(DomainError):
    """A report was asked for before its period ended."""


class OutOfOrder(Conflict):
    """The series has a later report already; an earlier one would not tile the log."""


class RunWrongState(Conflict):
    """The run is not in the state that this step needs."""


class PublishingBlocked(DomainError):
    """Something must be cleared before the report may be published; the message says what."""
