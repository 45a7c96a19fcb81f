"""Forms of the figures of training at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.forms import BranchField
from organizations.permissions import branches_with
from training.choices import CertificateKind, Measure, PopulationBasis
from training.services.figures import FIRST_YEAR, LARGEST_COUNT


class _FigureForm(forms.Form):
    """What both forms ask for: an association of one's own, a year, a number."""

    branch = BranchField(label=_("红十字会"))
    year = forms.IntegerField(label=_("年度"), min_value=FIRST_YEAR)
    count = forms.IntegerField(label=_("数量"), min_value=1, max_value=LARGEST_COUNT)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial={"year": today().year})
        field = self.fields["branch"]
        assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
        field.offer(branches_with(person, Right.PLAN_TRAINING).filter(kind__in=ASSOCIATION_KINDS))


class PopulationForm(_FigureForm):
    """How many people live there, by which source."""

    basis = forms.ChoiceField(label=_("口径"), choices=PopulationBasis)
    source = forms.CharField(
        label=_("来源"), max_length=200, help_text=_("例如“某某市 2025 年国民经济和社会发展统计公报”；会公开。")
    )
    field_order = ("branch", "year", "basis", "count", "source")


class TargetForm(_FigureForm):
    """What was promised for a year, by which document."""

    measure = forms.ChoiceField(label=_("指标"), choices=Measure)
    kind = forms.ChoiceField(label=_("证书种类"), choices=[("", _("全部")), *CertificateKind.choices], required=False)
    document = forms.CharField(
        label=_("依据文件"), max_length=200, help_text=_("例如民生实事文件的名称和文号；会公开。")
    )
    field_order = ("branch", "year", "measure", "kind", "count", "document")
