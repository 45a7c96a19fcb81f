"""What the supervisor says on the terminal: one line a step, with its seconds."""

import contextlib
import sys
import time
from collections.abc import Iterator


def say(text: str = "", end: str = "\n") -> None:
    """Write a line; a terminal that has gone away is no reason to leave processes behind."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text + end)
        sys.stdout.flush()


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    say(f"  {name} …… ", end="")
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        say("未完成")
        raise
    say(f"完成（{time.monotonic() - begun:.1f} 秒）")
