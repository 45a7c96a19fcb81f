"""What can be wrong with a statement, a line or a sheet."""

from core.errors import Conflict, DomainError


class SameStatement(Conflict):
    """The same bytes were brought in before; the message points to the first statement."""


class WrongState(Conflict):
    """The statement, line or sheet is not in the state that this step needs."""


class NotMet(DomainError):
    """Balances, sums or counts do not meet; the message says by how much and what to do."""


class OwnWork(DomainError):
    """Somebody tried to confirm what they drew up themselves."""

    http_status = 403
