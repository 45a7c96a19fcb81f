"""A list that is brought in, and its columns named by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.clock import today
from core.errors import DomainError
from donations.forms.gifts import FundField, offer_funds
from donations.intake import FIELD_LABELS, FORMATS, ColumnMapping, Head
from donations.intake.layout import MAPPABLE_FIELDS
from donations.models import Batch
from ledger.models import Fund
from organizations.forms import DayInput


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
        self.funds = offer_funds(self, person, fund_code)

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
