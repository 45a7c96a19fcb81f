"""Forms of the desk for receipts; what they mean is checked by the services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from donations.choices import ReceiptState
from donations.services.receipts import ReceiptDraft
from organizations.forms import DayInput

_DIGITS = {"inputmode": "numeric"}
STATES = [(one.value, one.label) for one in (ReceiptState.ISSUED, ReceiptState.WAIVED, ReceiptState.ANONYMOUS)]


class ReceiptForm(forms.Form):
    """What is known of a gift's receipt: its numbers, or why there is none."""

    state = forms.ChoiceField(
        label=gettext_lazy("票据情况"), choices=STATES, initial=ReceiptState.ISSUED, widget=forms.RadioSelect
    )
    code = forms.CharField(
        label=gettext_lazy("票据代码"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs=_DIGITS),
    )
    number = forms.CharField(
        label=gettext_lazy("票据号码"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs=_DIGITS),
    )
    check_code = forms.CharField(label=gettext_lazy("校验码"), required=False, max_length=40)
    issued_on = forms.DateField(label=gettext_lazy("开票日期"), required=False, widget=DayInput)
    note = forms.CharField(
        label=gettext_lazy("依据或备注"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("没有开票的必须写明依据，例如：捐赠人来电放弃，1 月 5 日。不要写个人姓名。"),
    )

    def draft(self) -> ReceiptDraft:
        """The same for the service; only after `is_valid()`."""
        return ReceiptDraft(**self.cleaned_data)


class ReceiptListForm(forms.Form):
    """A list from the finance bureau's system."""

    file = forms.FileField(
        label=gettext_lazy("票据清单"),
        help_text=gettext_lazy(
            "从财政电子票据系统导出的 xls、xlsx 或 csv。须有这些列：捐赠编号（或写在备注里）、"
            "票据代码、票据号码、校验码、开票日期、金额。"
        ),
    )
