"""Forms of the desk for gifts; what they mean is checked by the services."""

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
from core.errors import DomainError
from core.uploads import PAPER_ACCEPT
from donations.choices import CorrectionKind, DonorKind, NameChoice, Purpose
from donations.intake import FIELD_LABELS, FORMATS, ColumnMapping, Head
from donations.intake.cells import read_amount, read_date
from donations.intake.layout import MAPPABLE_FIELDS
from donations.intake.template import CHANNELS
from donations.models import Batch, Donation, StagedGift
from donations.selectors.funds import funds_by_branch
from donations.services.corrections import TakingBack
from ledger.models import Fund
from organizations.forms import DayInput

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


class ImportForm(forms.Form):
    """A donation list to bring in."""

    fund = FundField(
        label=gettext_lazy("记入哪个资金池"), help_text=gettext_lazy("清单里的捐款默认记入这里，之后可逐行改。")
    )
    file = forms.FileField(label=gettext_lazy("捐赠名单"), allow_empty_file=True)
    default_on = forms.DateField(
        label=gettext_lazy("整份清单的日期"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("只用于清单里没有日期的行；清单自己有日期就不用填。"),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("格式"), choices=list(FORMATS.items()), initial="auto", required=False
    )

    def __init__(self, *args: Any, person: User, fund_code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funds = _offer_funds(self, person, fund_code)

    def clean_default_on(self) -> datetime.date | None:
        """No list is of a day to come."""
        day: datetime.date | None = self.cleaned_data["default_on"]
        if day is not None and day > today():
            raise forms.ValidationError(_("日期不能晚于今天。"))
        return day

    def service_values(self) -> dict[str, Any]:
        """What the service wants of the file, apart from the person."""
        data = self.cleaned_data
        fund: Fund = data["fund"]
        return {
            "source": data["file"].file,
            "filename": data["file"].name,
            "branch": fund.branch,
            "fund": fund,
            "default_on": data["default_on"],
            "format_hint": data["format"] or "auto",
        }


def _offer_funds(form: forms.Form, person: User, fund_code: str) -> list[Fund]:
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
        self.funds = _offer_funds(self, person, fund_code)
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


class MappingForm(forms.Form):
    """Which column is what: one choice for each column of the file."""

    header_row = forms.TypedChoiceField(label=gettext_lazy("表头在第几行"), coerce=int)
    default_on = forms.DateField(label=gettext_lazy("没有日期的行用哪天"), required=False, widget=DayInput)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("金额的单位"),
        coerce=str,
        required=False,
        choices=[("", gettext_lazy("自动识别")), ("1", gettext_lazy("元")), ("10000", gettext_lazy("万元"))],
    )

    def __init__(self, *args: Any, batch: Batch, head: Head, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.width = min(max((len(cells) for _number, cells in head.rows), default=0), 60)
        rows = [(0, _("没有表头")), *((number, _("第 %d 行") % number) for number, _cells in head.rows)]
        self.fields["header_row"].choices = rows  # type: ignore[attr-defined]
        chosen = {column: name for name, column in (batch.mapping.get("columns") or {}).items()}
        self.fields["header_row"].initial = batch.mapping.get("header_row") or (head.rows[0][0] if head.rows else 0)
        self.fields["default_on"].initial = batch.default_on
        fields = [("", _("不用"))] + [(name, label) for name, label in FIELD_LABELS.items() if name in MAPPABLE_FIELDS]
        for column in range(self.width):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=_("第 %d 列") % (column + 1), choices=fields, required=False, initial=chosen.get(column, "")
            )

    def columns(self) -> list[forms.BoundField]:
        """The choices in the order of the columns."""
        return [self[f"column_{column}"] for column in range(self.width)]

    def clean(self) -> dict[str, Any]:
        """One column for each field, giver and amount among them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        taken: dict[str, int] = {}
        for column in range(self.width):
            name = data.get(f"column_{column}")
            if not name:
                continue
            if name in taken:
                self.add_error(f"column_{column}", _("“%(field)s”已经指定给第 %(column)d 列。") % {
                    "field": FIELD_LABELS[name], "column": taken[name] + 1,
                })  # fmt: skip
            taken.setdefault(name, column)
        mapping = ColumnMapping(taken, data.get("header_row"), Decimal(data["unit"]) if data.get("unit") else None)
        try:
            mapping.check()
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        return {**data, "mapping": mapping}
