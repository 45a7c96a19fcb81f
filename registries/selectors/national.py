"""National numbers as their sources say them, and what stands beside them here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from organizations.models import Branch
from registries.choices.figures import NEAREST, Figure
from registries.models import NationalFigure, RegistryFigures


@dataclass(frozen=True)
class NationalLine:
    """A confirmed national number, and the province's own of the same year's end where there is one to show."""

    figure: NationalFigure
    nearest: Figure | None
    here: int | None
    is_corrected: bool


def confirmed_figures() -> QuerySet[NationalFigure]:
    """What is shown: confirmed, and nothing confirmed took its place."""
    standing = Q(replaced_by__isnull=True) | Q(replaced_by__confirmed_at__isnull=True)
    return NationalFigure.objects.filter(standing, confirmed_at__isnull=False).order_by("-year", "measure")


def national_lines(branch: Branch) -> list[NationalLine]:
    """Every national number that is shown, newest first, beside the province of a branch; two queries."""
    found = list(confirmed_figures())
    rows = RegistryFigures.objects.filter(
        branch_id=branch.province_id or branch.pk, year__in={one.year for one in found}
    )
    here = dict(rows.values_list("year", "figures"))
    return [
        NationalLine(
            one,
            nearest := NEAREST.get(one.measure),
            here.get(one.year, {}).get(nearest.value, {}).get("whole") if nearest else None,
            one.replaces_id is not None,
        )
        for one in found
    ]


def national_figures() -> QuerySet[NationalFigure]:
    """All rows for the desk, newest first, with who entered and confirmed them."""
    rows = NationalFigure.objects.select_related("entered_by", "confirmed_by", "replaced_by")
    return rows.order_by("-year", "measure", "-pk")
