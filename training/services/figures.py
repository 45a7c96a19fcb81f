"""What rates are of, and what was promised for a year: rows that are added to and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from training.choices import CertificateKind, Measure, PopulationBasis
from training.errors import TrainingError
from training.models import Population, TrainingTarget

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

FIRST_YEAR = 2000
LARGEST_COUNT = 2_000_000_000


def record_population(*, branch: Branch, year: int, basis: str, count: int, source: str, actor: User) -> Population:
    """Write down how many people live in an association's division, with the source that says so.

    A later row of the same year and basis takes the place of this one; both stay. Raises TrainingError with fields.
    """
    fields = _faults(year, count)
    if basis not in PopulationBasis.values:
        fields["basis"] = _("请选择人口口径。")
    if len(source.strip()) < 4:
        fields["source"] = _("请写明来源，例如“某某市 2025 年国民经济和社会发展统计公报”。")
    if fields:
        raise TrainingError("population_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        row = Population.objects.create(
            division_id=branch.division_id,
            year=year,
            basis=basis,
            count=count,
            source=source.strip()[:200],
            recorded_by=actor,
            recorded_at=now(),
        )
        record_audit("training.population.recorded", actor=actor, obj=row, branch_code=branch.code)
    return row


def set_target(
    *, branch: Branch, year: int, measure: str, kind: str, count: int, document: str, actor: User
) -> TrainingTarget:
    """Write down what an association promised for a year; a later row takes its place, both stay.

    `kind` is a kind of certificate, empty for all, always empty for mass lessons and the share of school staff, whose
    `count` is percent. Raises TrainingError with fields.
    """
    fields = _faults(year, count)
    if measure not in Measure.values:
        fields["measure"] = _("请选择指标。")
    if kind and (kind not in CertificateKind.values or measure in (Measure.AUDIENCE, Measure.SCHOOL_STAFF)):
        fields["kind"] = _("普及培训和学校持证率不分证书种类，请留空。")
    if measure == Measure.SCHOOL_STAFF and count > 100:
        fields["count"] = _("学校教职工持证率按百分比填写，不超过 100。")
    if len(document.strip()) < 4:
        fields["document"] = _("请写明依据文件的名称或文号。")
    if fields:
        raise TrainingError("target_incomplete", _("还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        row = TrainingTarget.objects.create(
            branch=branch,
            year=year,
            measure=measure,
            kind=kind,
            count=count,
            document=document.strip()[:200],
            recorded_by=actor,
            recorded_at=now(),
        )
        record_audit("training.target.set", actor=actor, obj=row, branch_code=branch.code)
    return row


def _faults(year: int, count: int) -> dict[str, str]:
    fields = {}
    if not FIRST_YEAR <= year <= today().year + 1:
        fields["year"] = _("年度应在 %(first)d 至 %(last)d 之间。") % {"first": FIRST_YEAR, "last": today().year + 1}
    if not 0 < count <= LARGEST_COUNT:
        fields["count"] = _("请填写大于零的整数。")
    return fields
