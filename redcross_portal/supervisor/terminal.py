"""What the supervisor says on the terminal: one line a step, with its seconds."""

import contextlib
import sys
import time
from collections.abc import Iterator


class _Line:
    """Whether the last line still waits for its end."""

    is_open = False


def say(text: str = "") -> None:
    """Write a line; a terminal that has gone away is no reason to leave processes behind."""
    _write(("\n" if _Line.is_open else "") + text + "\n")
    _Line.is_open = False


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text)
        sys.stdout.flush()


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took; what is said meanwhile gets lines of its own."""
    _write(f"  {name} …… ")
    _Line.is_open = True
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        _end(name, "未完成")
        raise
    _end(name, f"完成（{time.monotonic() - begun:.1f} 秒）")


def _end(name: str, word: str) -> None:
    _write(f"{word}\n" if _Line.is_open else f"  {name}：{word}\n")
    _Line.is_open = False
