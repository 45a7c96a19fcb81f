"""What the table needs of the figures: a national number that waits to be confirmed."""

from __future__ import annotations

from accounts.models import User
from core.clock import now, today
from registries.models import NationalFigure


def make_figures(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    row = NationalFigure.objects.create(
        year=today().year - 1, measure="organ_donations", number=1, source_title="示例来源",
        source_url="https://example.org/", entered_by=people["registry_clerk.own"], entered_at=now(),
    )  # fmt: skip
    return {"national": str(row.pk)}
