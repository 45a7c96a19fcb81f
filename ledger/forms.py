"""Forms of the desk's pages of funds; what they mean is checked by the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from ledger.models import Fund
from ledger.services.funds import FundTerms
from organizations.forms import DayInput
from organizations.models import Branch, Division


class FundForm(forms.Form):
    """A new fund: a name, and what limits its use."""

    name = forms.CharField(label=_("名称"), max_length=80)
    on = forms.DateField(label=_("设立日期"), widget=DayInput)
    purpose = forms.CharField(
        label=_("限定用途"), max_length=200, required=False, help_text=_("四项限定都留空的，是非定向资金池。")
    )
    area = forms.CharField(label=_("限定地区（区划代码）"), max_length=12, required=False)
    beneficiary = forms.CharField(label=_("限定受益人群"), max_length=200, required=False)
    project = forms.CharField(label=_("限定项目"), max_length=200, required=False)
    fee_rate = forms.DecimalField(
        label=_("协议管理费率"),
        min_value=Decimal(0),
        max_value=Decimal("0.9999"),
        max_digits=5,
        decimal_places=4,
        required=False,
        help_text=_("只在捐赠协议约定时填写，0.05 表示 5%。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    def clean_area(self) -> Division | None:
        """The division with this code."""
        code = self.cleaned_data["area"].strip()
        area = Division.objects.filter(code=code).first() if code else None
        if code and area is None:
            raise forms.ValidationError(_("没有这个区划代码，请填写如 330182 的代码。"))
        return area

    def terms(self) -> FundTerms:
        """What was asked for."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "on"}
        return FundTerms(**{**values, "fee_rate": values["fee_rate"] or Decimal(0)})


class CloseFundForm(forms.Form):
    """Closing a fund: who takes what comes late."""

    successor = forms.ModelChoiceField(
        label=_("后续资金池"), queryset=Fund.objects.none(), help_text=_("迟到的捐赠、利息和退款记入这里。")
    )
    on = forms.DateField(label=_("关闭日期"), widget=DayInput)

    def __init__(self, *args: Any, fund: Fund, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = Fund.objects.filter(branch=fund.branch, closed_on=None).exclude(pk=fund.pk).order_by("pk")


class OpeningForm(forms.Form):
    """A file of opening balances."""

    branch = forms.ModelChoiceField(
        label=_("红十字会"), queryset=Branch.objects.none(), to_field_name="code", empty_label=_("请选择")
    )
    file = forms.FileField(label=_("期初余额文件"), help_text=_("CSV 或 XLSX，不超过 2 MB。"))

    def __init__(self, *args: Any, branches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = branches
        if len(branches) == 1:
            field.initial = branches[0].code


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
