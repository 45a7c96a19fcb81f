"""How each kind of report is frozen: the one table, which a further kind enters its own freezer into."""

from __future__ import annotations

from contextlib import ExitStack
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from core.errors import DomainError
from donations.selectors.public.campaigns import PublicCampaign
from transparency.choices import ReportKind
from transparency.definitions import ReportDefinition, definition_of
from transparency.models import ReportRun
from transparency.services.freezing import freeze
from transparency.services.freezing_annual import freeze_annual
from transparency.services.freezing_finance import freeze_finance
from transparency.services.freezing_registries import freeze_registries
from transparency.services.freezing_training import freeze_training


class FrozenFigures(Protocol):
    """What a freezer gives: the snapshot, files of rows by part, and the summary that the run's row keeps."""

    @property
    def snapshot(self) -> dict[str, Any]: ...

    @property
    def row_files(self) -> dict[int, IO[bytes]]: ...

    @property
    def summary(self) -> dict[str, Any]: ...


class Freezer(Protocol):
    """Takes a run's figures once from the log; `stack` closes the files it opens."""

    def __call__(
        self, run: ReportRun, *, campaign: PublicCampaign | None, previous: ReportRun | None, stack: ExitStack
    ) -> FrozenFigures: ...


# A kind without a freezer is known, but nobody can ask for it.
FREEZERS: dict[str, Freezer] = {
    ReportKind.MONTHLY_RECEIPTS: freeze,
    ReportKind.QUARTERLY_RECEIPTS: freeze,
    ReportKind.ANNUAL_FINANCE: freeze_finance,
    ReportKind.ANNUAL_WORK: freeze_annual,
    ReportKind.SYSTEM_TABLE: freeze,
    ReportKind.CAMPAIGN_PROGRESS: freeze,
    ReportKind.CAMPAIGN_FINAL: freeze,
    ReportKind.EMERGENCY_BULLETIN: freeze,
    ReportKind.TRAINING_YEARBOOK: freeze_training,
    ReportKind.REGISTRIES_YEARBOOK: freeze_registries,
}


def freezer_of(kind: str) -> Freezer:
    """The freezer of a kind. Raises DomainError for a kind that has none yet."""
    if kind not in FREEZERS:
        sentence = _("“%(kind)s”还不能在这里生成。") % {"kind": definition_of(kind).label}
        raise DomainError("report_kind_not_made", sentence, {"kind": sentence})
    return FREEZERS[kind]


def offered_definitions() -> list[ReportDefinition]:
    """The kinds that can be asked for, in their order."""
    return [definition_of(kind) for kind in ReportKind if kind in FREEZERS]
