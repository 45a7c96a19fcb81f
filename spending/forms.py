"""Forms of the desk for transfers and payments; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.money import format_yuan
from core.uploads import PAPER_ACCEPT
from ledger.models import Fund
from organizations.forms import BranchField, DayInput
from organizations.models import Branch
from spending.models import Transfer
from spending.selectors.funds import funds_to_receive, funds_to_spend, receivers_for
from spending.services.receiving import Arrival
from spending.services.transfers import TransferDraft

LONG = forms.Textarea(attrs={"rows": 3})


class YuanField(forms.DecimalField):
    """An amount in yuan with two places; grouping marks and full-width digits are understood."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_digits": 14, "decimal_places": 2, "min_value": Decimal(0), **kwargs}
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Read it as a clerk types it."""
        if isinstance(value, str):
            value = value.translate(_AS_TYPED)
        return super().to_python(value)


# Full-width digits and stops become plain, grouping marks and the sign of the yuan go.
_AS_TYPED = {0xFF10 + n: str(n) for n in range(10)} | {
    ord("．"): ".",
    ord(","): None,
    ord("，"): None,
    ord("¥"): None,
    ord("￥"): None,
}


class FundChoice(forms.ChoiceField):
    """A choice of the open funds that a person may spend from, with what each holds; cleans to the fund."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._funds: dict[str, Fund] = {}

    def offer(self, person: User, branch: Branch | None = None) -> list[Fund]:
        """Offer the funds of all branches in which the person enters spending, or of one of them."""
        options = [one for one in funds_to_spend(person) if branch is None or one.fund.branch_id == branch.pk]
        self._funds = {one.fund.code: one.fund for one in options}
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in options:
            label = f"{one.fund.name}（{format_yuan(one.in_hand)}）"
            groups.setdefault(one.fund.branch.name, []).append((one.fund.code, label))
        self.choices = next(iter(groups.values())) if len(groups) == 1 else list(groups.items())
        return list(self._funds.values())

    def clean(self, value: Any) -> Fund | None:
        """The fund with the chosen code."""
        return self._funds.get(super().clean(value))


class TransferForm(forms.Form):
    """A transfer to be drafted or changed; `key` lets one form make one transfer."""

    fund = FundChoice(label=_("从哪个资金池拨出"), help_text=_("括号里是现有余额。"))
    to_branch = BranchField(label=_("拨给"), help_text=_("本会的上级或下级红十字会。"))
    amount = YuanField(label=_("金额（元）"))
    use = forms.CharField(label=_("用途说明"), max_length=300, widget=LONG, help_text=_("不要写个人姓名。"))
    decision = forms.CharField(
        label=_("审批依据"), max_length=120, help_text=_("例如：执委会会议纪要 2026 年第 12 号、拨款通知文号。")
    )
    expected_on = forms.DateField(label=_("预计到账日期"), widget=DayInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, person: User, transfer: Transfer | None = None) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4(), "expected_on": today()}
        if transfer is not None:
            names = ("amount", "use", "decision", "expected_on", "key")
            initial = {name: getattr(transfer, name) for name in names}
            initial |= {"fund": transfer.fund.code, "to_branch": transfer.to_branch.code}
        super().__init__(data, initial=initial)
        fund, branch = self.fields["fund"], self.fields["to_branch"]
        assert isinstance(fund, FundChoice)  # noqa: S101 -- narrows the type
        assert isinstance(branch, BranchField)  # noqa: S101
        self.funds = fund.offer(person, transfer.branch if transfer else None)
        branch.queryset = receivers_for(person)

    def draft(self) -> TransferDraft:
        """What was asked for."""
        return TransferDraft(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


class SendForm(forms.Form):
    """When and by which bank transaction the money left."""

    sent_on = forms.DateField(label=_("拨出日期"), widget=DayInput, initial=today)
    bank_reference = forms.CharField(label=_("银行流水号"), max_length=80, required=False)


class ArrivalForm(forms.Form):
    """What arrived of a transfer: the three parts make its amount."""

    received_on = forms.DateField(label=_("到账日期"), widget=DayInput, initial=today)
    accepted = YuanField(label=_("签收金额（元）"))
    fund = forms.ChoiceField(
        label=_("转入哪个资金池"), required=False, help_text=_("只列出限定与拨出资金池相同或更窄的。")
    )
    sent_back = YuanField(label=_("退还金额（元）"), initial="0.00", help_text=_("退回拨出单位的部分，没有填 0。"))
    lost = YuanField(label=_("损失金额（元）"), initial="0.00", help_text=_("确认收不到的部分，须有证明，没有填 0。"))
    note = forms.CharField(
        label=_("说明"),
        max_length=300,
        required=False,
        widget=LONG,
        help_text=_("没有全额签收时必填，不要写个人姓名。"),
    )
    evidence = forms.FileField(
        label=_("损失证明"), required=False, allow_empty_file=True, help_text=_("JPG、PNG 或 PDF，不超过 10 MB。")
    )
    accept = PAPER_ACCEPT

    def __init__(self, data: Any = None, files: Any = None, *, transfer: Transfer) -> None:
        super().__init__(data, files, initial={"accepted": transfer.amount})
        self._funds = {fund.code: fund for fund in funds_to_receive(transfer)}
        field = self.fields["fund"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(code, fund.name) for code, fund in self._funds.items()]
        self.has_fund = bool(self._funds)

    def arrival(self, evidence: Any) -> Arrival:
        """What was recorded, with the proof as it was kept."""
        data = self.cleaned_data
        return Arrival(
            received_on=data["received_on"],
            accepted=data["accepted"],
            fund=self._funds.get(data["fund"]),
            lost=data["lost"],
            sent_back=data["sent_back"],
            note=data["note"],
            evidence=evidence,
        )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("理由"), max_length=500, min_length=2, widget=LONG)


class NoteForm(forms.Form):
    """A word to go with a step, if there is one."""

    note = forms.CharField(label=_("说明"), max_length=500, required=False, widget=LONG)
