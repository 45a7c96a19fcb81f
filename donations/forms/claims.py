"""Forms of the desk for the pool and for claims; what they mean is checked by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.money import yuan
from donations.choices import ClaimState, DeclineReason, DonorKind, PhotoProblem, PoolState
from donations.selectors.claims.pool import AGES, PoolFilter
from organizations.choices import ASSOCIATION_KINDS, Right
from organizations.forms import DayInput
from organizations.models import Branch
from organizations.permissions import branches_with

if TYPE_CHECKING:
    from accounts.models import User

NO_NAMES = gettext_lazy("不要写个人姓名和账号。")


class PoolForm(forms.Form):
    """Why a gift waits for its giver, and what its slip tells of the payer."""

    payer_name = forms.CharField(
        label=gettext_lazy("凭证上的付款人"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("加密保存，只用于核对认领；之后不再显示。"),
    )
    account = forms.CharField(
        label=gettext_lazy("付款账号末四位"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy("加密保存；填了完整账号也只存末四位。"),
    )
    reason = forms.CharField(label=gettext_lazy("列入的理由"), max_length=300, help_text=NO_NAMES)


class ReasonOnlyForm(forms.Form):
    """A reason."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text=NO_NAMES
    )


class PurposeForm(forms.Form):
    """What somebody opens sealed values for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"), max_length=200, help_text=gettext_lazy("例如：与银行回单核对。会留下记录。")
    )


class ProposeForm(forms.Form):
    """Which gift a claim is about."""

    gift = forms.CharField(label=gettext_lazy("捐赠编号"), max_length=40)
    giver_kind = forms.ChoiceField(
        label=gettext_lazy("付款人是"),
        choices=[(one.value, one.label) for one in (DonorKind.PERSON, DonorKind.ORGANISATION)],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("单位会公开全称；拿不准时选个人。"),
    )


class DeclineForm(forms.Form):
    """Why a claim is not confirmed: what the claimant reads, and a note for the desk."""

    reason = forms.ChoiceField(
        label=gettext_lazy("原因（认领人会看到）"), choices=DeclineReason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("内部备注"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("认领人看不到。不要写个人姓名和账号。"),
    )


class PhotoForm(forms.Form):
    """What is wrong with the photo."""

    problem = forms.ChoiceField(
        label=gettext_lazy("照片的问题（认领人会看到）"), choices=PhotoProblem.choices, widget=forms.RadioSelect
    )


class UndoForm(forms.Form):
    """The 更正说明 of an identification that was wrong."""

    note = forms.CharField(
        label=gettext_lazy("更正说明"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "认领人会看到；曾公开过姓名的，也显示在捐赠的公开页面上。不要写个人姓名，也不要写现在有没有人认领。"
        ),
    )


class ForwardForm(ReasonOnlyForm):
    """To whom a claim is handed over."""

    field_order = ("branch", "reason")

    branch = forms.ModelChoiceField(
        label=gettext_lazy("转交给"), queryset=Branch.objects.none(), to_field_name="code", empty_label=_("请选择")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = Branch.objects.valid().filter(kind__in=ASSOCIATION_KINDS)


class PoolFilterForm(forms.Form):
    """What narrows the list of the pool; its fields stand in the address."""

    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False, choices=PoolState.choices)
    branch = forms.ChoiceField(label=gettext_lazy("红十字会"), required=False)
    age = forms.ChoiceField(
        label=gettext_lazy("等了多久"),
        required=False,
        choices=[("", gettext_lazy("全部")), *((age.key, age.label) for age in AGES)],
    )
    number = forms.CharField(label=gettext_lazy("捐赠编号"), required=False, max_length=40)
    amount = forms.CharField(label=gettext_lazy("金额（元）"), required=False, max_length=24)
    first = forms.DateField(label=gettext_lazy("捐赠日期从"), required=False, widget=DayInput)
    last = forms.DateField(label=gettext_lazy("到"), required=False, widget=DayInput)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = branches_with(person, Right.VIEW_GIFTS).filter(kind__in=ASSOCIATION_KINDS)
        choices = [(branch.code, branch.name) for branch in branches]
        self.fields["branch"].choices = [("", _("全部")), *choices]  # type: ignore[attr-defined]

    def clean_amount(self) -> Any:
        """An amount as people write it."""
        text = self.cleaned_data["amount"]
        try:
            return yuan(text) if text else None
        except DomainError as error:
            raise forms.ValidationError(error.message) from None

    def asked(self) -> PoolFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else getattr(self, "cleaned_data", {})
        return PoolFilter(
            state=data.get("state") or PoolState.OPEN,
            branch=data.get("branch", ""),
            age=data.get("age", ""),
            number=data.get("number", "").strip(),
            amount=data.get("amount"),
            first=data.get("first"),
            last=data.get("last"),
        )


SHOW = [
    ("", gettext_lazy("全部在办")),
    ("late", gettext_lazy("已超期")),
    ("undo", gettext_lazy("待批准的更正")),
    *ClaimState.choices,
]


class ClaimFilterForm(forms.Form):
    """What narrows the list of claims."""

    show = forms.ChoiceField(label=gettext_lazy("显示"), required=False, choices=SHOW)
    branch = forms.ChoiceField(label=gettext_lazy("红十字会"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = branches_with(person, Right.SERVE_GIVERS) | branches_with(person, Right.APPROVE_GIFTS)
        self.fields["branch"].choices = [  # type: ignore[attr-defined]
            ("", _("全部")),
            *((branch.code, branch.name) for branch in branches),
        ]

    def asked(self) -> dict[str, str]:
        """The filter; what is not offered narrows nothing."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else getattr(self, "cleaned_data", {})
        return {"show": data.get("show", ""), "branch": data.get("branch", "")}
