"""Forms of the public pages for claims; what they mean is checked by the service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.uploads import PAPER_ACCEPT
from donations.choices import NameChoice
from transparency.filters import AmountField, BranchField, PlainSelect, day_field

CHOICES = [
    (NameChoice.ANONYMOUS.value, gettext_lazy("不公开姓名，显示为“爱心人士”（与现在相同）")),
    (NameChoice.MASKED.value, gettext_lazy("只公开姓氏，例如“张**”；单位公开全称")),
    (NameChoice.REAL.value, gettext_lazy("公开全名")),
]


class ClaimPhoneForm(forms.Form):
    """The telephone by which the claimant is reached, and sees the claim and later the gift."""

    phone = forms.CharField(
        label=gettext_lazy("您的手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("用来告诉您结果；确认后，凭它在“我的捐赠”里查看这笔捐赠。"),
    )


class SlipForm(forms.Form):
    """The photo of a slip."""

    slip = forms.FileField(
        label=gettext_lazy("汇款或缴款凭证的照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PAPER_ACCEPT}),
    )


class ClaimForm(SlipForm):
    """What the claimant says of their gift."""

    field_order = ("branch", "payer_name", "amount", "paid_on", "account", "slip", "name_choice", "consent")

    branch = BranchField(
        label=gettext_lazy("捐给了哪家红十字会"), help_text=gettext_lazy("看凭证上的收款单位；不清楚时选省红十字会。")
    )
    payer_name = forms.CharField(
        label=gettext_lazy("付款人姓名或单位名称"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("照凭证上的写。"),
    )
    amount = AmountField(
        label=gettext_lazy("金额（元）"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    account = forms.CharField(
        label=gettext_lazy("付款卡号或账号的最后四位"),
        required=False,
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("只填四位，不要填完整卡号；用现金缴款或邮政汇款的不填。"),
    )
    name_choice = forms.ChoiceField(
        label=gettext_lazy("确认后怎样公开您的姓名"),
        choices=CHOICES,
        initial=NameChoice.ANONYMOUS.value,
        widget=forms.RadioSelect,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("我已阅读上面的说明，单独同意为核对这笔捐赠使用我的姓名、账号后四位和凭证照片"),
        error_messages={"required": gettext_lazy("须勾选同意才能核对；不同意可以带凭证到红十字会当面办理。")},
    )

    def __init__(self, *args: Any, branches: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_on"] = day_field(_("付款日期"))
        self.fields["paid_on"].required = True
        self.fields["branch"].widget = PlainSelect(choices=[("", _("请选择")), *branches])
        self.order_fields(self.field_order)
