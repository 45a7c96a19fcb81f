"""Forms of the register of schools and other bodies."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.choices import DivisionLevel, Right
from organizations.forms import BranchField, DivisionField
from organizations.models import Division
from organizations.permissions import branches_with
from training.choices import KeyGroup, OrganisationKind
from training.models import Organisation
from training.selectors.organisations import OrganisationFilter, merge_choices
from training.services.figures import FIRST_YEAR, LARGEST_COUNT
from training.services.organisations import NewOrganisation, OrganisationFacts


class OrganisationInput(forms.TextInput):
    """A name that may be typed, with those of the register offered by the browser itself, without a script."""

    offered: Sequence[tuple[str, str]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field, and the names with their counties."""
        if not self.offered:
            return super().render(name, value, attrs, renderer)
        known = f"{(attrs or {}).get('id', name)}-known"
        field = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.offered)
        return format_html('{}<datalist id="{}">{}</datalist>', field, known, options)


class OrganisationFilterForm(forms.Form):
    """What the register is narrowed to; its fields stand in the address."""

    q = forms.CharField(label=_("名称或统一社会信用代码"), max_length=120, required=False)
    area = forms.ChoiceField(label=_("县（市、区）"), required=False)
    kind = forms.ChoiceField(label=_("类别"), choices=[("", _("全部")), *OrganisationKind.choices], required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        counties = _counties(person, Right.VIEW_TRAINING).values_list("code", "name")
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [("", _("全部")), *counties]

    def asked(self) -> OrganisationFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        return OrganisationFilter(area=data.get("area") or "", kind=data.get("kind") or "", q=data.get("q") or "")


class _FactsForm(forms.Form):
    """What a body is called and is."""

    name = forms.CharField(label=_("全称"), max_length=120, help_text=_("与公章或登记证书一致；会公开。"))
    kind = forms.ChoiceField(label=_("类别"), choices=OrganisationKind)
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), max_length=30, required=False, help_text=_("18 位，可不填；填了会核对校验位。")
    )

    def said(self) -> OrganisationFacts:
        """What was written."""
        data = self.cleaned_data
        return OrganisationFacts(data["name"], data["kind"], data["credit_code"])


class OrganisationForm(_FactsForm):
    """A new body."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("登记单位"))
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))
    field_order = ("branch", "area", "name", "kind", "credit_code", "key")

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        branch, area = self.fields["branch"], self.fields["area"]
        assert isinstance(branch, BranchField)  # noqa: S101 -- narrows the type
        assert isinstance(area, DivisionField)  # noqa: S101 -- narrows the type
        branch.offer(branches_with(person, Right.PLAN_TRAINING))
        area.queryset = _counties(person, Right.PLAN_TRAINING)

    def new(self) -> NewOrganisation:
        """What is to be registered."""
        data = self.cleaned_data
        return NewOrganisation(data["branch"], data["area"], self.said(), data["key"])


class ChangeForm(_FactsForm):
    """What a body is called and is from now on, and why."""

    reason = forms.CharField(label=_("理由"), max_length=300, help_text=_("例如“2026 年 9 月更名”。不要写个人姓名。"))

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        initial = {name: getattr(organisation, name) for name in ("name", "kind", "credit_code")}
        super().__init__(data, initial=initial)


class AliasForm(forms.Form):
    """Another way in which a body was written."""

    alias = forms.CharField(
        label=_("又写作"),
        max_length=120,
        help_text=_("以前登记时写的简称或旧名；本县内只写了这个名称的班次和普及培训从此算在这个单位。"),
    )


class MergeForm(forms.Form):
    """What a body is merged into, and why."""

    into = forms.ModelChoiceField(
        label=_("并入"),
        queryset=Organisation.objects.none(),
        empty_label=_("请选择"),
        help_text=_("同一县（市、区）的单位。"),
    )
    reason = forms.CharField(label=_("理由"), max_length=300, help_text=_("例如“同一学校，重复登记”。"))

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = merge_choices(organisation)


class SizeForm(forms.Form):
    """How many of a group belong to a body, by which source."""

    key_group = forms.ChoiceField(label=_("人群"), choices=KeyGroup.choices[1:])
    year = forms.IntegerField(label=_("年度"), min_value=FIRST_YEAR)
    count = forms.IntegerField(label=_("人数"), min_value=0, max_value=LARGEST_COUNT)
    source = forms.CharField(
        label=_("来源"), max_length=200, help_text=_("例如“示例区教育局 2026 年教职工统计表”；会公开。")
    )

    def __init__(self, data: Any = None, *, group: str = "") -> None:
        super().__init__(data, initial={"year": today().year, "key_group": group})


def _counties(person: User, right: str) -> Any:
    codes = sorted({one[:6] for one in branches_with(person, right).values_list("division_id", flat=True)})
    counties = Division.objects.filter(level=DivisionLevel.COUNTY, valid_to=None).order_by("code")
    return counties.filter(code__regex="^(" + "|".join(codes or ["-"]) + ")")
