"""How long work tells how far it is, whoever listens."""

from typing import Protocol


class Progress(Protocol):
    """What long work tells its progress to: a job (core.jobs.JobHandle), or nobody."""

    def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Tell how many of how many are done, and what is being done."""


class NoProgress:
    """Nobody listens: for commands, which tell their result at the end."""

    def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Hear and forget."""
