"""The masked name of who holds a place, shown to who has its code."""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import today
from core.masking import mask_name
from core.sealed import open_many_for_work
from training.models import Enrolment


def masked_names(enrolments: Sequence[Enrolment]) -> list[str]:
    """The names of these places as surname and stars, in order; opened for the day's work, which is logged once."""
    names = open_many_for_work(enrolments, "name", work=f"training.shown_name:{today()}")
    return [mask_name(name or "") for name in names]
