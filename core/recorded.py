"""What a public record would say today: how apps let the log compare a record with the rows that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class RowToday:
    """What the rows of one record say today.

    `body` is the public part without digests; `private` is what `private_digest` commits to under the record's salt,
    None where records of this schema have none; `texts` are further texts that the record commits to, by their name in
    it. `differs` names columns that are in no record by themselves but must
    follow from one (the movement of a gift, say), and do not. `is_known` is False for a schema that
    cannot be made again.
    """

    body: Mapping[str, Any]
    private: Mapping[str, Any] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    differs: Sequence[str] = ()
    is_known: bool = True


# Takes records, parsed, by the id of their object; gives what their rows say, without those whose row is gone. `work`
# names the work for the log of sealed values that are opened.
Rereader = Callable[[Mapping[int, Mapping[str, Any]], str], Mapping[int, RowToday]]


def rereaders() -> dict[str, Rereader]:
    """The functions by the kind of record that they read again (`settings.RECORDED_ROWS`)."""
    return {kind: import_string(path) for kind, path in settings.RECORDED_ROWS.items()}


def exact_text(moment: datetime | None) -> str | None:
    """A moment as it stands in private digests: ISO 8601 in UTC, to the microsecond."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
