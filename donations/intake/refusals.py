"""Why a file cannot be taken at all."""

from core.errors import DomainError


class UnreadableFile(DomainError):
    """The file as a whole cannot be read as a donation list; nothing of it was taken.

    `code` is stable, `message` is one Chinese sentence that says what to do.
    """
