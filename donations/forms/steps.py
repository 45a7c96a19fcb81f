"""What is asked for with a step: a reason, a note, a name's choice, a correction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations.choices import CorrectionKind, NameChoice
from donations.models import Donation
from donations.services.corrections import TakingBack
from ledger.models import Fund


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), min_length=2
    )


class NoteForm(forms.Form):
    """A word to go with a step, if there is one."""

    reason = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class NameChoiceForm(ReasonForm):
    """How a giver wants to be named, and where that is written."""

    choice = forms.ChoiceField(label=gettext_lazy("公开方式"), choices=NameChoice.choices, widget=forms.RadioSelect)
    field_order = ("choice", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("依据")
        self.fields["reason"].help_text = _("例如：捐赠人 11 月 23 日来电要求匿名，来电登记第 12 号。")


class CorrectionForm(ReasonForm):
    """What is to be taken back of a posted gift, and why: for colleagues, and for everybody."""

    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        choices=CorrectionKind.choices,
        initial=CorrectionKind.REVERSAL,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("登记有误、没有实际收到的选“冲销”；把钱退给捐赠人的选“退还捐赠”。"),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("金额（元）"),
        required=False,
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("只冲销或退还一部分的填写；留空为全部。"),
    )
    advanced_by = forms.ModelChoiceField(
        label=gettext_lazy("垫付的资金池"),
        queryset=Fund.objects.none(),
        required=False,
        help_text=gettext_lazy("这笔捐赠已经用掉、仍要退还的部分，由另一个资金池垫付；没有用掉的不选。"),
    )

    public_note = forms.CharField(
        label=gettext_lazy("更正说明（公开）"),
        max_length=300,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("会显示在公开页面上，不能写个人姓名。例如：金额录入有误，已冲销，另行按实收金额登记。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        gift: Donation | None = kwargs.pop("gift", None)
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("内部理由")
        if gift is not None:
            field = self.fields["advanced_by"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
            funds = Fund.objects.filter(branch_id=gift.branch_id, closed_on=None).exclude(pk=gift.fund_id)
            field.queryset = funds.select_related("branch").order_by("-is_default", "pk")

    def values(self) -> dict[str, Any]:
        """What the service wants."""
        data = self.cleaned_data
        taking = TakingBack(data["kind"] or CorrectionKind.REVERSAL, data["amount"], data["advanced_by"])
        return {"reason": data["reason"], "public_note": data["public_note"], "taking": taking}
