"""Reference numbers for things that went wrong, and log lines about them that hold no personal data."""

import logging
import secrets
import traceback

from core.clock import today

_log = logging.getLogger("portal.incidents")
# Read out over the telephone: no letter that looks or sounds like another.
_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"


def new_reference() -> str:
    """Give a reference number such as `20260301-K7QX4M`: the day and six random letters."""
    return f"{today():%Y%m%d}-" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def describe_without_values(error: BaseException) -> str:
    """Write the types and places of an error and its causes, without their messages.

    A message may repeat what stood in a row (PostgreSQL quotes the values of a broken constraint); types, files and
    lines do not.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}\n")
        lines.extend(traceback.format_tb(current.__traceback__))
        current = current.__cause__ or current.__context__
    return "".join(lines).rstrip()


def log_incident(error: BaseException, *, what: str) -> str:
    """Log an unexpected error under a new reference number and return the number. `what` holds ids, never names."""
    reference = new_reference()
    _log.error("%s %s\n%s", reference, what, describe_without_values(error))
    return reference
