"""Gifts as they are typed: at the counter, in a batch's rows, with their letters."""

from __future__ import annotations

import datetime
import re
import unicodedata
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.clock import today
from core.uploads import PAPER_ACCEPT
from donations.choices import DonorKind, NameChoice, Purpose
from donations.intake.cells import read_amount, read_date
from donations.intake.template import CHANNELS
from donations.models import Batch, StagedGift
from donations.selectors.funds import funds_by_branch
from ledger.models import Fund

_WORDS_FOR_DAYS: dict[str, int] = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_MONTH_AND_DAY = re.compile(r"([0-9]{1,2})[-./月]?([0-9]{2})日?")


def typed_day(text: str) -> datetime.date:
    """Read a day as a clerk types it: `1123`, `11-23`, `今天`, `昨天`, `2026-11-23`, `20261123`, full-width as well.

    Without a year it is the last such day that is not to come. Raises ValidationError with a sentence.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _WORDS_FOR_DAYS:
        return today() - datetime.timedelta(days=_WORDS_FOR_DAYS[plain])
    short = _MONTH_AND_DAY.fullmatch(plain)
    if short:
        for year in (today().year, today().year - 1):
            day, trouble = read_date(f"{year}-{short[1]}-{short[2]}", today=today())
            if day is not None:
                return day
            if trouble is not None and trouble.code != "date_in_future":
                break
    day, trouble = read_date(plain, today=today())
    if day is None:
        raise forms.ValidationError(
            trouble.message + _("。") if trouble else _("请填写日期，例如 1123、今天或 2026-11-23。")
        )
    return day


def typed_amount(text: str) -> Decimal:
    """Read an amount as a clerk types it: `1.2万`, `1，234`, `￥500`, full-width digits. Raises ValidationError."""
    amount, trouble = read_amount(text)
    if amount is None:
        raise forms.ValidationError(trouble.message + _("。") if trouble else _("请填写金额，例如 1234.50。"))
    return amount


class FundField(forms.ChoiceField):
    """A choice of the open funds of some branches, under their branches' names; cleans to the fund, or None.

    The fund says for which branch a gift is entered, so the two can never disagree.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._funds: dict[str, Fund] = {}

    def offer(self, person: User) -> list[Fund]:
        """Offer the funds of all branches in which the person enters gifts; one or two queries."""
        groups = funds_by_branch(person)
        self._funds = {fund.code: fund for _branch, funds in groups for fund in funds}
        options = [(branch.name, [(fund.code, fund.name) for fund in funds]) for branch, funds in groups]
        self.choices = options[0][1] if len(options) == 1 else options
        return list(self._funds.values())

    def clean(self, value: Any) -> Fund | None:
        """The fund with the chosen code."""
        return self._funds.get(super().clean(value))


def offer_funds(form: forms.Form, person: User, fund_code: str) -> list[Fund]:
    """Offer a form the funds of the person's branches, the given one or the default first; one or two queries."""
    field = form.fields["fund"]
    assert isinstance(field, FundField)  # noqa: S101 -- narrows the type
    funds = field.offer(person)
    codes = [fund.code for fund in funds]
    first = next((fund.code for fund in funds if fund.is_default), codes[0] if codes else "")
    field.initial = fund_code if fund_code in codes else first
    return funds


class GiftFields(forms.Form):
    """What one gift is made of, as typed."""

    donor = forms.CharField(
        label=gettext_lazy("捐赠人"),
        max_length=1000,
        required=False,
        strip=True,
        help_text=gettext_lazy("姓名或单位全称；未留姓名请填“爱心人士”。"),
    )
    amount = forms.CharField(
        label=gettext_lazy("金额（元）"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    received_on = forms.CharField(label=gettext_lazy("捐赠日期"), max_length=40, required=False)
    donor_kind = forms.ChoiceField(label=gettext_lazy("捐赠人类别"), required=False)
    name_choice = forms.ChoiceField(
        label=gettext_lazy("公开方式"), choices=NameChoice.choices, initial=NameChoice.MASKED, required=False
    )
    purpose = forms.ChoiceField(label=gettext_lazy("意向"), choices=Purpose.choices, required=False)
    remark = forms.CharField(label=gettext_lazy("备注"), max_length=500, required=False)
    channel = forms.CharField(label=gettext_lazy("渠道"), max_length=60, required=False)
    reference = forms.CharField(label=gettext_lazy("流水号"), max_length=80, required=False)

    def typed(self) -> dict[str, Any]:
        """The fields for the services of rows."""
        names = ("donor", "amount", "received_on", "donor_kind", "name_choice", "purpose", "remark", "channel")
        return {name: self.cleaned_data.get(name, "") for name in (*names, "reference")}


class RowForm(GiftFields):
    """One row of a batch, to be mended: nothing is refused for being unfinished, the row says what is still wrong."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    use_required_attribute = False
    needed = ("donor", "amount", "received_on")

    def __init__(self, data: Any = None, *, row: StagedGift, batch: Batch) -> None:
        # A form may open in several rows of one table.
        super().__init__(data, initial=_row_values(row), auto_id=f"row-{row.row_number}-%s")
        for name in self.needed:
            self.fields[name].required = True
        self.fields["donor_kind"].choices = DonorKind.choices  # type: ignore[attr-defined]
        self.fields["received_on"].help_text = _("例如 2026-11-23")
        funds = Fund.objects.filter(branch_id=batch.branch_id, closed_on__isnull=True).order_by("-is_default", "code")
        self.fields["fund"] = forms.ChoiceField(
            label=_("资金池"),
            required=False,
            choices=[(fund.pk, fund.name) for fund in funds],
            initial=row.fund_id or batch.fund_id,
        )

    def full_clean(self) -> None:
        """What is needed in the end is called so, and may still be missing now."""
        for name in self.needed:
            self.fields[name].required = False
        super().full_clean()
        for name in self.needed:
            self.fields[name].required = True

    def typed(self) -> dict[str, Any]:
        """The fields for the services of rows, and the fund."""
        return {**super().typed(), "fund": self.cleaned_data.get("fund")}


def _row_values(row: StagedGift) -> dict[str, Any]:
    """A row as it is shown to be mended: what could not be read stands there as it was written."""
    original: Mapping[str, Any] = row.original if isinstance(row.original, dict) else {}
    written = original.get("amount") or original.get("income") or ""
    return {
        "donor": row.donor,
        "amount": str(written) if row.amount is None else str(row.amount),
        "received_on": row.received_on.isoformat() if row.received_on else str(original.get("received_on", "")),
        "donor_kind": row.donor_kind,
        "name_choice": row.name_choice,
        "purpose": row.purpose,
        "remark": row.remark,
        "channel": row.channel,
        "reference": row.reference,
        "version": row.edit_count,
    }


class CounterForm(GiftFields):
    """One gift at the counter; `entry_key` lets one form add one gift."""

    fund = FundField(label=gettext_lazy("资金池"))
    voucher = forms.FileField(
        label=gettext_lazy("凭证"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("JPG、PNG 或 PDF，不超过 10 MB；照片里的拍摄地点等信息会自动去掉。"),
    )
    entry_key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("fund", "donor", "amount", "received_on", "name_choice", "purpose", "channel", "remark", "reference")

    def __init__(self, *args: Any, person: User, fund_code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funds = offer_funds(self, person, fund_code)
        kinds: list[tuple[str, str | Promise]] = [("", _("按名称判断"))]
        self.fields["donor_kind"].choices = [*kinds, *DonorKind.choices]  # type: ignore[attr-defined]
        self.fields["donor_kind"].help_text = _("留着不选，就按名称判断；拿不准的按个人。")
        self.fields["received_on"].initial = _("今天")
        self.fields["received_on"].help_text = _("可以写 1123、今天、昨天或 2026-11-23")
        self.fields["amount"].help_text = _("可以写 1.2万 或 1，234.50")
        self.fields["entry_key"].initial = uuid.uuid4
        self.fields["channel"].widget.attrs["list"] = "channels"
        self.fields["amount"].widget.attrs |= {
            "data-behaviour": "amount",
            "data-echo": "amount-echo",
            "data-echo-url": reverse("desk_counter_amount"),
        }
        for name in ("donor", "amount", "received_on"):
            self.fields[name].required = True
        self.fields["donor"].widget.attrs["autofocus"] = True
        self.channels = [str(channel) for channel in CHANNELS]

    def clean_amount(self) -> str:
        """The amount in figures, or a sentence."""
        return str(typed_amount(self.cleaned_data["amount"]))

    def clean_received_on(self) -> str:
        """The day as ISO 8601, or a sentence."""
        return typed_day(self.cleaned_data["received_on"]).isoformat()


class LetterForm(forms.Form):
    """The giver's letter of a large gift."""

    letter = forms.FileField(
        label=gettext_lazy("捐赠函"),
        allow_empty_file=True,
        help_text=gettext_lazy("捐赠人签字或盖章的原件照片或扫描件：JPG、PNG 或 PDF，不超过 10 MB。再次上传会替换。"),
    )
    accept = PAPER_ACCEPT
