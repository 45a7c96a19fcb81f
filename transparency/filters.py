"""What visitors may filter by, read from addresses: the same for pages, files and the API."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bigrams import bigram_query
from core.errors import DomainError
from core.money import yuan
from donations.choices import GiftKind
from donations.selectors.public import PublicGiftFilter, fund_by_code
from transparency.choices import ReportKind
from transparency.selectors.network import branch_for_filter
from transparency.selectors.published import DisclosureFilter

DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]
FIRST_DAY = datetime.date(1949, 1, 1)
LAST_DAY = datetime.date(2999, 12, 31)
GIFT_FILTERS = ("q", "branch", "from", "to", "min", "max", "fund", "kind")
DISCLOSURE_FILTERS = ("branch", "kind", "year")
KINDS = [("", gettext_lazy("全部")), *GiftKind.choices]


class FilterInvalid(DomainError):
    """A filter has a value that cannot be read; `fields` says which and why."""


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<option value="{escape(key)}">{escape(label)}</option>' for key, label in choices)


class PlainSelect(forms.Select):
    """A list of choices set in one go: a template for each of a hundred options takes longer than the whole page."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Set the list."""
        chosen = f'<option value="{escape("" if value is None else str(value))}"'
        options = _options(tuple((str(key), str(label)) for key, label in self.choices))
        options = options.replace(f"{chosen}>", f"{chosen} selected>", 1)
        flat = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", flat, mark_safe(options))  # noqa: S308 -- escaped above


class BranchField(forms.CharField):
    """The code of a branch; its value is the branch."""

    def clean(self, value: Any) -> Any:
        """Find the branch."""
        text = super().clean(value)
        return _or_invalid(branch_for_filter, text) if text else None


class FundField(forms.CharField):
    """The code of a fund; its value is the fund."""

    def clean(self, value: Any) -> Any:
        """Find the fund."""
        text = super().clean(value)
        return _or_invalid(fund_by_code, text) if text else None


class AmountField(forms.CharField):
    """An amount in yuan as people write it; its value is a Decimal."""

    def clean(self, value: Any) -> Any:
        """Read the amount."""
        text = super().clean(value)
        return _or_invalid(yuan, text) if text else None


def offer_branches(choices: Iterable[tuple[str, str]], typed: str) -> PlainSelect:
    """A list of branches to choose from, with what was typed where it is none of them."""
    listed = [("", _("全部")), *choices]
    if typed and all(typed != key for key, _label in listed):
        listed.append((typed, typed))
    return PlainSelect(choices=listed)


def branch_select(choices: tuple[tuple[str, str], ...], typed: str) -> SafeString:
    """The list of branches alone, for a form that is written out."""
    options = _options((("", _("全部")), *choices))
    chosen = f'<option value="{escape(typed)}"'
    if f"{chosen}>" not in options:
        options += f"{chosen}>{escape(typed)}</option>"
    options = options.replace(f"{chosen}>", f"{chosen} selected>", 1)
    frame = '<select name="branch" id="id_branch" class="form-select">{}</select>'
    return format_html(frame, mark_safe(options))  # noqa: S308 -- escaped above


def _or_invalid(read: Any, text: str) -> Any:
    try:
        return read(text)
    except DomainError as error:
        raise forms.ValidationError(error.message, code=error.code) from None


def day_field(label: Any) -> forms.DateField:
    """A field for a day that may be left empty."""
    return forms.DateField(
        label=label,
        required=False,
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("日期请写成 2026-01-31 的样子。")},
    )


class GiftFilterForm(forms.Form):
    """`branch`, `from`, `to`, `q`, `min`, `max`, `fund`, `kind`; all optional."""

    q = forms.CharField(
        label=gettext_lazy("公开名称"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    branch = BranchField(label=gettext_lazy("接收单位（含下级）"), required=False, max_length=40)
    min = AmountField(label=gettext_lazy("金额不低于（元）"), required=False, max_length=24)
    max = AmountField(label=gettext_lazy("金额不高于（元）"), required=False, max_length=24)
    fund = FundField(label=gettext_lazy("资金池"), required=False, max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), required=False, choices=KINDS)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # A word of Python's own cannot be the name of an attribute.
        self.fields["from"] = day_field(_("捐赠日期从"))
        self.fields["to"] = day_field(_("到"))
        self.fields["kind"].widget = PlainSelect(choices=KINDS)
        for name in ("min", "max"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"
        self.order_fields(GIFT_FILTERS)

    def offer(self, branches: Iterable[tuple[str, str]]) -> None:
        """Let the branch be chosen from a list of (code, label); an address may still hold another code."""
        self.fields["branch"].widget = offer_branches(branches, self.data.get("branch", ""))

    def clean_q(self) -> str:
        """Refuse a text that is too short or too long to search for."""
        text: str = self.cleaned_data["q"]
        if text:
            _or_invalid(bigram_query, text)
        return text

    def clean(self) -> dict[str, Any]:
        """Refuse days and amounts the wrong way round."""
        found = super().clean() or {}
        first, last = found.get("from"), found.get("to")
        for name, day in (("from", first), ("to", last)):
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                self.add_error(name, _("日期超出范围，请填 1949 年以后的日期。"))
        if first and last and first > last:
            self.add_error("to", _("截止日期早于起始日期，请对调或改正。"))
        low, high = found.get("min"), found.get("max")
        if low is not None and high is not None and low > high:
            self.add_error("max", _("金额上限小于下限，请对调或改正。"))
        return found

    @property
    def asked(self) -> PublicGiftFilter:
        """The filter; only after `is_valid()`."""
        found = self.cleaned_data
        return PublicGiftFilter(
            branch=found["branch"],
            first=found["from"],
            last=found["to"],
            q=found["q"],
            minimum=found["min"],
            maximum=found["max"],
            fund=found["fund"],
            kind=found["kind"],
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self.data.get(name) for name in GIFT_FILTERS)


class DisclosureFilterForm(forms.Form):
    """`branch`, `kind`, `year`; all optional."""

    branch = BranchField(label=gettext_lazy("发布单位（含下级）"), required=False, max_length=40)
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), required=False, choices=[("", gettext_lazy("全部")), *ReportKind.choices]
    )
    year = forms.IntegerField(
        label=gettext_lazy("公开年份"),
        required=False,
        min_value=1949,
        max_value=2999,
        error_messages={"invalid": gettext_lazy("年份请写成 2026 的样子。")},
    )

    def offer(self, branches: Iterable[tuple[str, str]], years: Iterable[int]) -> None:
        """Let branch and year be chosen from lists."""
        for name, choices in (("branch", list(branches)), ("year", [(str(one), str(one)) for one in years])):
            self.fields[name].widget = offer_branches(choices, self.data.get(name, ""))

    @property
    def asked(self) -> DisclosureFilter:
        """The filter; only after `is_valid()`."""
        found = self.cleaned_data
        return DisclosureFilter(branch=found["branch"], kind=found["kind"], year=found["year"])

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self.data.get(name) for name in DISCLOSURE_FILTERS)


def read_gift_filter(params: Mapping[str, Any]) -> PublicGiftFilter:
    """Read a filter for a program; raises FilterInvalid with a sentence for each wrong field."""
    form = GiftFilterForm(params)
    if form.is_valid():
        return form.asked
    fields = {name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()}
    raise FilterInvalid("filter_invalid", _("查询条件有误，请按 fields 中的说明改正后再试。"), fields)


def filter_summary(asked: PublicGiftFilter) -> list[str]:
    """The conditions in words, for the head of a list."""
    words: list[str] = []
    if asked.branch is not None:
        words.append(_("%(name)s（含下级）") % {"name": asked.branch.name})
    if asked.first or asked.last:
        words.append(span(asked.first, asked.last))
    if asked.q:
        words.append(_("公开名称含“%(q)s”") % {"q": asked.q})
    if asked.minimum is not None:
        words.append(_("不低于 %(amount)s 元") % {"amount": f"{asked.minimum:,.2f}"})
    if asked.maximum is not None:
        words.append(_("不高于 %(amount)s 元") % {"amount": f"{asked.maximum:,.2f}"})
    if asked.fund is not None:
        words.append(_("资金池：%(name)s") % {"name": asked.fund.name})
    if asked.kind:
        words.append(str(dict(GiftKind.choices)[asked.kind]))
    return words


def span(first: datetime.date | None, last: datetime.date | None) -> str:
    """Two days in words, either of which may be open."""
    if first and last:
        return _("%(first)s 至 %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}
    return _("%(first)s 起") % {"first": first.isoformat()} if first else _("%(last)s 止") % {"last": str(last)}
