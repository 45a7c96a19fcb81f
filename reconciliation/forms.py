"""Forms of the desk for statements; what they mean is checked by the services."""

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
from donations.intake.reading import Head
from donations.selectors.funds import open_funds
from ledger.models import Fund
from organizations.choices import Right
from organizations.forms import BranchField, DayInput
from organizations.models import Branch
from organizations.permissions import branches_with
from reconciliation.choices import KINDS_OF_DIRECTION, BalanceSource, DepositKind, LineKind
from reconciliation.intake import FIELD_LABELS, StatementColumns, guess_columns
from reconciliation.models import DepositAccount, Statement, StatementLine
from reconciliation.services.accounts import AccountDraft

# Full-width digits and stops become plain, grouping marks and the sign of the yuan go.
_AS_TYPED = {0xFF10 + n: str(n) for n in range(10)} | {
    0xFF0E: ".", ord(","): None, 0xFF0C: None, 0xA5: None, 0xFFE5: None, ord(" "): None,
}  # fmt: skip


class BalanceField(forms.DecimalField):
    """A balance in yuan with two places, zero included; grouping marks and full-width digits are understood."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, max_digits=14, decimal_places=2, min_value=Decimal(0), **kwargs)

    def to_python(self, value: Any) -> Any:
        """Read it as a clerk types it."""
        return super().to_python(value.translate(_AS_TYPED) if isinstance(value, str) else value)


class AccountForm(forms.Form):
    """An account of a branch at a bank or platform."""

    branch = BranchField(label=gettext_lazy("红十字会"))
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=DepositKind.choices)
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("自己认得的叫法，例如“工行基本户”。")
    )
    institution = forms.CharField(label=gettext_lazy("开户行或平台"), max_length=80)
    number = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=60,
        help_text=gettext_lazy("加密保存，页面上只显示后四位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    opened_on = forms.DateField(
        label=gettext_lazy("从哪天开始对账"), widget=DayInput, help_text=gettext_lazy("第一份流水的第一天或之前。")
    )
    opening_balance = BalanceField(
        label=gettext_lazy("当天开始时的余额（元）"), help_text=gettext_lazy("以银行或平台页面上的余额为准。")
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = branches_with(person, Right.RECONCILE).filter(valid_to__isnull=True)
        field: Any = self.fields["branch"]
        field.queryset = branches
        found = list(branches[:2])
        if len(found) == 1:
            field.initial = found[0].code

    def clean_opened_on(self) -> datetime.date:
        """No account is opened in days to come."""
        day: datetime.date = self.cleaned_data["opened_on"]
        if day > today():
            raise forms.ValidationError(_("日期不能晚于今天。"))
        return day

    def draft(self) -> AccountDraft:
        """What the service wants."""
        data = self.cleaned_data
        names = ("kind", "name", "institution", "number", "opened_on", "opening_balance")
        return AccountDraft(**{name: data[name] for name in names})


class StatementForm(forms.Form):
    """A statement to bring in; the account says for which branch."""

    account = forms.ChoiceField(label=gettext_lazy("哪个账户的流水"))
    file = forms.FileField(label=gettext_lazy("流水文件"), allow_empty_file=True)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = DepositAccount.objects.visible_to(person, Right.RECONCILE).filter(closed_on=None)
        self.accounts = {
            str(one.pk): one for one in rows.select_related("branch").order_by("branch__path", "kind", "pk")
        }
        field: Any = self.fields["account"]
        field.choices = [(key, f"{one.branch.short_name} · {one}") for key, one in self.accounts.items()]

    def chosen(self) -> DepositAccount:
        """The account that was chosen."""
        return self.accounts[self.cleaned_data["account"]]


class BalancesForm(forms.Form):
    """Opening and closing balance as the bank's page shows them, where the file has none."""

    opening = BalanceField(label=gettext_lazy("期初余额（元）"))
    closing = BalanceField(label=gettext_lazy("期末余额（元）"))

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        initial = {"opening": statement.opening_balance, "closing": statement.closing_balance}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if statement.balance_source == BalanceSource.FILE:
            for field in self.fields.values():
                field.disabled = True
        first, last = statement.period_from, statement.period_to
        if first and last:
            self.fields["opening"].help_text = _("%(day)s 第一笔之前的余额。") % {"day": first.isoformat()}
            self.fields["closing"].help_text = _("%(day)s 最后一笔之后的余额。") % {"day": last.isoformat()}


class ColumnsForm(forms.Form):
    """Which column is what: one choice for each column of the file."""

    header_row = forms.TypedChoiceField(label=gettext_lazy("表头在第几行"), coerce=int)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("金额的单位"),
        coerce=str,
        required=False,
        choices=[("", gettext_lazy("按表头识别")), ("1", gettext_lazy("元")), ("10000", gettext_lazy("万元"))],
    )

    def __init__(self, *args: Any, head: Head, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.width = min(max((len(cells) for _number, cells in head.rows), default=0), 60)
        guesses = [(len(guess_columns(cells)), -number, number, cells) for number, cells in head.rows]
        _count, _place, header_row, header = max(guesses, default=(0, 0, 0, ()))
        places: Any = self.fields["header_row"]
        places.choices = [(number, _("第 %d 行") % number) for number, _cells in head.rows]
        places.initial = header_row
        guessed = {column: name for name, column in guess_columns(header).items()}
        options = [("", _("不用")), *FIELD_LABELS.items()]
        for column in range(self.width):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=_("第 %d 列") % (column + 1),
                choices=options,
                required=False,
                initial=guessed.get(column, ""),
            )

    def columns(self) -> list[forms.BoundField]:
        """The choices in the order of the columns."""
        return [self[f"column_{column}"] for column in range(self.width)]

    def clean(self) -> dict[str, Any]:
        """One column for each field, day and money among them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        taken: dict[str, int] = {}
        for column in range(self.width):
            name = data.get(f"column_{column}")
            if name and name in taken:
                self.add_error(
                    f"column_{column}",
                    _("“%(field)s”已经指定给第 %(column)d 列。")
                    % {"field": FIELD_LABELS[name], "column": taken[name] + 1},
                )
            if name:
                taken.setdefault(name, column)
        unit = Decimal(data["unit"]) if data.get("unit") else None
        columns = StatementColumns(taken, data.get("header_row") or 0, unit)
        try:
            columns.check()
        except DomainError as error:
            raise forms.ValidationError(error.message) from error
        return {**data, "mapping": columns}


class BatchForm(forms.Form):
    """Into which fund the gifts of a statement go."""

    fund = forms.ChoiceField(
        label=gettext_lazy("记入哪个资金池"), help_text=gettext_lazy("生成批次后可以逐行改到别的资金池。")
    )

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.funds: dict[str, Fund] = {fund.code: fund for fund in open_funds(branch)}
        field: Any = self.fields["fund"]
        field.choices = [(code, fund.name) for code, fund in self.funds.items()]

    def chosen(self) -> Fund:
        """The fund that was chosen."""
        return self.funds[self.cleaned_data["fund"]]


class ReasonForm(forms.Form):
    """Why something is given up or opened again."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("不要写个人姓名。"),
    )


class KindForm(forms.Form):
    """What a line, or several, is that is no gift."""

    kind = forms.ChoiceField(label=gettext_lazy("这是什么"))
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=200, help_text=gettext_lazy("写明依据，不要写个人姓名。")
    )

    def __init__(self, *args: Any, line: StatementLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = (
            KINDS_OF_DIRECTION[line.direction] if line else tuple(dict.fromkeys(sum(KINDS_OF_DIRECTION.values(), ())))
        )
        field: Any = self.fields["kind"]
        field.choices = [("", _("请选择")), *((kind, LineKind(kind).label) for kind in allowed)]
        if line and line.proposed_kind in allowed:
            field.initial = line.proposed_kind


class MatchForm(forms.Form):
    """The gift or entry that a line is, by its number."""

    number = forms.CharField(
        label=gettext_lazy("捐赠编号或记账单编号"), max_length=60, help_text=gettext_lazy("金额必须相同。")
    )


class PurposeForm(forms.Form):
    """What somebody wants to see a line's payer for."""

    purpose = forms.CharField(label=gettext_lazy("用途"), max_length=200)
