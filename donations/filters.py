"""What a search of posted gifts is asked with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bigrams import bigram_query
from core.errors import DomainError
from donations.selectors.desk import GiftFilter
from donations.selectors.funds import funds_seen
from organizations.forms import DayInput


class GiftSearchForm(forms.Form):
    """Search of posted gifts; its fields stand in the address."""

    number = forms.CharField(label=_("捐赠编号"), max_length=40, required=False)
    name = forms.CharField(
        label=_("公开名称"), max_length=60, required=False, help_text=_("按公开显示的名称查，至少两个字。")
    )
    min = forms.DecimalField(label=_("金额不低于"), max_digits=14, decimal_places=2, required=False)
    max = forms.DecimalField(label=_("金额不高于"), max_digits=14, decimal_places=2, required=False)
    from_on = forms.DateField(label=_("捐赠日期从"), widget=DayInput, required=False)
    to_on = forms.DateField(label=_("到"), widget=DayInput, required=False)
    fund = forms.ChoiceField(label=_("资金池"), required=False)
    batch = forms.CharField(label=_("批次号"), max_length=40, required=False)
    reversed = forms.BooleanField(label=_("只看已冲销"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = [(fund.code, f"{fund.branch.short_name} · {fund.name}") for fund in funds_seen(person)]
        self.fields["fund"].choices = [("", _("全部")), *funds]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """A name that can be looked for, or a sentence."""
        name: str = self.cleaned_data["name"]
        if name:
            try:
                bigram_query(name)
            except DomainError as error:
                raise forms.ValidationError(error.message) from error
        return name

    def asked(self) -> GiftFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else getattr(self, "cleaned_data", {})
        return GiftFilter(
            number=data.get("number", "").strip(),
            name=data.get("name", ""),
            min_amount=data.get("min"),
            max_amount=data.get("max"),
            from_on=data.get("from_on"),
            to_on=data.get("to_on"),
            fund=data.get("fund", ""),
            batch=data.get("batch", "").strip(),
            reversed_only=bool(data.get("reversed")),
        )
