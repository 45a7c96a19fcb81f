"""What visitors may filter payments by, read from addresses: the same for the page, the files and the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spending.choices import PaymentKind
from spending.selectors.public import PublicPaymentFilter
from transparency.filters import BranchField, FilterInvalid, FundField, PlainSelect, day_field, offer_branches, span

SPENDING_FILTERS = ("branch", "from", "to", "fund", "kind", "area")
KINDS = [("", gettext_lazy("全部")), *PaymentKind.choices]


class SpendingFilterForm(forms.Form):
    """`branch`, `from`, `to`, `fund`, `kind`, `area`; all optional."""

    branch = BranchField(label=gettext_lazy("支出单位（含下级）"), required=False, max_length=40)
    fund = FundField(label=gettext_lazy("资金池编码"), required=False, max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False, choices=KINDS)
    area = forms.RegexField(
        r"^[0-9]{2}([0-9]{2}){0,2}$",
        label=gettext_lazy("使用地区代码"),
        required=False,
        max_length=6,
        help_text=gettext_lazy("例如 330182；330100 请写 3301。"),
        error_messages={"invalid": gettext_lazy("请填 2、4 或 6 位的区划代码。")},
    )
    field_order = ("branch", "from", "to", "fund", "kind", "area")

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # A word of Python's own cannot be the name of an attribute.
        self.fields["from"] = day_field(_("付款日期从"))
        self.fields["to"] = day_field(_("到"))
        self.fields["kind"].widget = PlainSelect(choices=KINDS)
        self.order_fields(self.field_order)

    def offer(self, branches: Iterable[tuple[str, str]]) -> None:
        """Let the branch be chosen from a list of (code, label); an address may still hold another code."""
        self.fields["branch"].widget = offer_branches(branches, self.data.get("branch", ""))

    def clean(self) -> dict[str, Any]:
        """Refuse days the wrong way round."""
        found = super().clean() or {}
        first, last = found.get("from"), found.get("to")
        if first and last and first > last:
            self.add_error("to", _("截止日期早于起始日期，请对调或改正。"))
        return found

    @property
    def asked(self) -> PublicPaymentFilter:
        """The filter; only after `is_valid()`."""
        found = self.cleaned_data
        return PublicPaymentFilter(
            branch=found["branch"],
            first=found["from"],
            last=found["to"],
            fund=found["fund"],
            kind=found["kind"],
            area=found["area"],
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self.data.get(name) for name in SPENDING_FILTERS)


def read_spending_filter(params: Mapping[str, Any]) -> PublicPaymentFilter:
    """Read a filter for a program; raises FilterInvalid with a sentence for each wrong field."""
    form = SpendingFilterForm(params)
    if form.is_valid():
        return form.asked
    fields = {name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()}
    raise FilterInvalid("filter_invalid", _("查询条件有误，请按 fields 中的说明改正后再试。"), fields)


def spending_summary(asked: PublicPaymentFilter) -> list[str]:
    """The conditions in words, for the head of a list."""
    words: list[str] = []
    if asked.branch is not None:
        words.append(_("%(name)s（含下级）") % {"name": asked.branch.name})
    if asked.first or asked.last:
        words.append(span(asked.first, asked.last))
    if asked.fund is not None:
        words.append(_("资金池：%(name)s") % {"name": asked.fund.name})
    if asked.kind:
        words.append(str(PaymentKind(asked.kind).label))
    if asked.area:
        words.append(_("使用地区 %(code)s") % {"code": asked.area})
    return words
