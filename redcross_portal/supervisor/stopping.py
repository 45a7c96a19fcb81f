"""Ctrl-C, SIGTERM and a closed terminal: the first asks to stop, the second does not wait."""

import signal
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A stop was asked for; whoever holds something lets go of it on the way out."""


class StopSwitch:
    """Counts the requests to stop. Nothing is interrupted: each loop looks here."""

    def __init__(self) -> None:
        self.requests = 0

    def install(self) -> None:
        """Listen to the signals, also where the shell had them ignored (`make run &`)."""
        for signum in STOP_SIGNALS:
            signal.signal(signum, self._note)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self.requests += 1

    @property
    def asked(self) -> bool:
        """Whether to stop."""
        return self.requests > 0

    @property
    def insisted(self) -> bool:
        """Whether not to wait any longer."""
        return self.requests > 1

    def check(self) -> None:
        """Raise Stopped when a stop was asked for."""
        if self.asked:
            raise Stopped
