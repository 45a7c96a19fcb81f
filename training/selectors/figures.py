"""What is known of denominators and promises, for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizations.choices import Right
from organizations.permissions import branches_with
from training.models import Population, TrainingTarget

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200


@dataclass(frozen=True)
class FigureRows:
    """The newest rows of a person's branches; earlier ones of the same subject are among them."""

    populations: list[Population]
    targets: list[TrainingTarget]


def figure_rows(person: User) -> FigureRows:
    """What was written down for the branches that a person sees, newest first; three queries."""
    branches = branches_with(person, Right.VIEW_TRAINING)
    populations = Population.objects.filter(division__in=branches.values("division")).select_related("division")
    targets = TrainingTarget.objects.filter(branch__in=branches).select_related("branch")
    return FigureRows(list(populations.order_by("-pk")[:MOST]), list(targets.order_by("-pk")[:MOST]))
