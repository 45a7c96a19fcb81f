"""Forms of contracts of services at the desk."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.uploads import PAPER_ACCEPT
from organizations.choices import Right
from organizations.forms import BranchField, DayInput
from organizations.models import Branch
from organizations.permissions import branches_with
from training.choices import ContractUnit
from training.forms.organisations import OrganisationInput
from training.selectors.organisations import offered_names


class ContractForm(forms.Form):
    """A contract as it was signed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("承接单位"))
    buyer = forms.CharField(label=_("购买单位"), max_length=120)
    organisation = forms.CharField(
        label=_("培训对象单位"),
        max_length=120,
        required=False,
        widget=OrganisationInput,
        help_text=_("为哪个学校或单位的人员购买；填已登记的全称或统一社会信用代码，可不填。"),
    )
    subject = forms.CharField(label=_("服务内容"), max_length=200)
    document = forms.CharField(label=_("合同文号"), max_length=80)
    price = forms.DecimalField(label=_("合同金额（元）"), min_value=Decimal(0), max_digits=14, decimal_places=2)
    quantity = forms.IntegerField(label=_("约定数量"), min_value=1, max_value=10_000_000)
    unit = forms.ChoiceField(label=_("计量单位"), choices=ContractUnit)
    signed_on = forms.DateField(label=_("签订日期"), widget=DayInput, initial=today)
    starts_on = forms.DateField(label=_("服务开始"), widget=DayInput, initial=today)
    ends_on = forms.DateField(label=_("服务结束"), widget=DayInput)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        field = self.fields["branch"]
        assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
        field.offer(branches_with(person, Right.PLAN_TRAINING))
        first = branches_with(person, Right.PLAN_TRAINING).first()
        if first is not None:
            self.fields["organisation"].widget.offered = offered_names(first)

    def facts(self) -> tuple[Branch, uuid.UUID, dict[str, Any]]:
        """The branch, the key, and the columns."""
        said = dict(self.cleaned_data)
        said.pop("organisation")
        return said.pop("branch"), said.pop("key"), said


class ContractSessionForm(forms.Form):
    """Which session belongs to a contract."""

    number = forms.CharField(label=_("培训班编号"), max_length=40, help_text=_("本会的班，签字以前列入。"))


class AcceptanceForm(forms.Form):
    """What the buyer accepted."""

    quantity = forms.IntegerField(label=_("验收数量"), min_value=0, max_value=10_000_000)
    accepted_on = forms.DateField(label=_("验收日期"), widget=DayInput, initial=today)
    paper = forms.FileField(
        label=_("验收单"),
        help_text=_("JPG、PNG 或 PDF，不超过 10 MB。"),
        widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files if data is not None else None)


class EndForm(forms.Form):
    """Why a contract ends; no more than is kept."""

    reason = forms.CharField(
        label=_("终止原因"), max_length=200, help_text=_("不要写个人姓名。"), widget=forms.Textarea({"rows": 2})
    )
