"""How log lines are written."""

import logging
from types import TracebackType

from core.incidents import describe_without_values


class WithoutValuesFormatter(logging.Formatter):
    """Writes a traceback as types and places, without the error's own message, which may repeat a row's values."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Describe the error in flight."""
        return describe_without_values(ei[1]) if ei[1] is not None else ""
