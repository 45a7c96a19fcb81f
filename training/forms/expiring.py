"""What the list of certificates that end is narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from organizations.choices import BranchKind, Right
from organizations.forms import DayInput
from organizations.permissions import branches_with
from training.choices import CertificateKind
from training.selectors.expiring import ExpiringFilter


class ExpiringForm(forms.Form):
    """From and to which last valid day, in which county, of which kind; its fields stand in the address."""

    first = forms.DateField(label=_("有效期至从"), widget=DayInput, required=False)
    last = forms.DateField(label=_("到"), widget=DayInput, required=False)
    area = forms.ChoiceField(label=_("县（市、区）"), required=False)
    kind = forms.ChoiceField(label=_("证书种类"), choices=[("", _("全部")), *CertificateKind.choices], required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        usual = ExpiringFilter.usual()
        super().__init__(data, initial={"first": usual.first, "last": usual.last})
        counties = branches_with(person, Right.VIEW_TRAINING).filter(kind=BranchKind.COUNTY).order_by("division")
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [("", _("全部")), *counties.values_list("division_id", "division__name")]

    def clean(self) -> dict[str, Any]:
        """A period ends after it began."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _now("不能早于开始的日期。"))
        return data

    def asked(self) -> ExpiringFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        usual = ExpiringFilter.usual()
        if not (self.is_bound and self.is_valid()):
            return usual
        data = self.cleaned_data
        return ExpiringFilter(data["first"] or usual.first, data["last"] or usual.last, data["area"], data["kind"])
