"""What every way of a short message has in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

# An error code of a provider: a word or a small number, never a sentence and never a telephone number.
_CODE = re.compile(r"(?!.*[0-9]{7})[A-Za-z0-9_.-]{1,60}", re.ASCII)
UNKNOWN_CODE = "unknown_code"


class NotSent(Exception):
    """The way refused or failed; its words reach a row of the database and hold neither number nor text.

    A final one ends the message; the others are tried again until the message's time is over.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        self.reason, self.is_final = reason, is_final
        super().__init__(reason)


class Notifier(Protocol):
    """One way to send a short message."""

    def carries(self, purpose: str) -> bool:
        """Whether messages of this purpose can go this way at all."""

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Hand one message over: its whole text, and the named values that the text was made of. Raises NotSent."""


def safe_code(code: Any) -> str:
    """Return a provider's error code as it may be kept and logged; whatever is no such code is `unknown_code`."""
    text = str(code)
    return text if _CODE.fullmatch(text) else UNKNOWN_CODE
