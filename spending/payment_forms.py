"""Forms of the desk for payments; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.clock import today
from core.uploads import PAPER_ACCEPT
from organizations.forms import DayInput, DivisionField
from organizations.models import Division
from spending.choices import Band, DocumentKind, PayeeKind, PaymentKind, SpendingPurpose
from spending.forms import LONG, FundChoice, ReasonForm, YuanField
from spending.models import Payment
from spending.selectors.areas import areas_for
from spending.services.payments import PaymentDraft

# A branch has at most so many bands.
MOST_BANDS = 5


class PaymentForm(forms.Form):
    """A payment to be drafted or changed; `key` lets one form make one payment."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=PaymentKind.choices, initial=PaymentKind.PURCHASE)
    fund = FundChoice(label=gettext_lazy("资金池"), help_text=gettext_lazy("括号里是现有余额。"))
    amount = YuanField(label=gettext_lazy("金额（元）"))
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=SpendingPurpose.choices)
    use = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=300,
        widget=LONG,
        help_text=gettext_lazy("内部使用，不公开；不要写个人姓名。"),
    )
    area = DivisionField(
        label=gettext_lazy("使用地区"),
        queryset=Division.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("公开到县（市、区）；管理费可以不选。"),
    )
    helped_count = forms.IntegerField(
        label=gettext_lazy("受助人数"),
        min_value=0,
        max_value=100_000_000,
        required=False,
        help_text=gettext_lazy("没有的填 0；少于 5 人的，公开时只写“少于5人”。"),
    )
    payee_kind = forms.ChoiceField(label=gettext_lazy("收款方"), choices=PayeeKind.choices)
    payee_name = forms.CharField(
        label=gettext_lazy("收款单位全称"), max_length=120, required=False, help_text=gettext_lazy("会公开。")
    )
    payee_person = forms.CharField(
        label=gettext_lazy("个人收款人"), max_length=60, required=False, help_text=gettext_lazy("加密保存，不公开。")
    )
    payee_account = forms.CharField(
        label=gettext_lazy("收款账号"), max_length=60, required=False, help_text=gettext_lazy("加密保存，不公开。")
    )
    decision = forms.CharField(
        label=gettext_lazy("集体决策依据"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("大额支出（三重一大）必填，例如会议纪要编号。"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, person: User, payment: Payment | None = None) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4(), "helped_count": 0, "payee_kind": PayeeKind.ORGANISATION}
        if payment is not None:
            names = ("kind", "amount", "purpose", "use", "helped_count", "payee_kind", "payee_name", "decision", "key")
            initial = {name: getattr(payment, name) for name in names}
            initial |= {"fund": payment.fund.code, "area": payment.area_id}
        super().__init__(data, initial=initial)
        fund, area = self.fields["fund"], self.fields["area"]
        assert isinstance(fund, FundChoice)  # noqa: S101 -- narrows the type
        assert isinstance(area, DivisionField)  # noqa: S101
        self.funds = fund.offer(person, payment.branch if payment else None)
        area.queryset = areas_for({fund.branch for fund in self.funds})
        if payment is not None:
            for name in ("payee_person", "payee_account"):
                if getattr(payment, name) is not None:
                    self.fields[name].help_text = _("已加密保存；留空不改，填写则替换。")

    def clean_helped_count(self) -> int:
        """Nobody, where nothing is written."""
        return int(self.cleaned_data["helped_count"] or 0)

    def draft(self) -> PaymentDraft:
        """What was asked for."""
        return PaymentDraft(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


class PayForm(forms.Form):
    """When and by which bank transaction it was paid."""

    paid_on = forms.DateField(label=gettext_lazy("付款日期"), widget=DayInput, initial=today)
    bank_reference = forms.CharField(label=gettext_lazy("银行流水号或支票号"), max_length=80)


class PeopleForm(forms.Form):
    """A list of people: a file, or typed as lines."""

    file = forms.FileField(
        label=gettext_lazy("名单文件"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("XLSX 或 CSV，第一行为：姓名、证件号码、金额、收款账号；不超过 2 MB。"),
    )
    typed = forms.CharField(
        label=gettext_lazy("或者直接输入"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("每行一人，用逗号分开：姓名，证件号码，金额，收款账号。证件号码和账号可以空着。"),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("file")) == bool((data.get("typed") or "").strip()):
            raise forms.ValidationError(_("请上传名单文件，或直接输入名单，二选一。"))
        return data

    def table(self, header: tuple[str, ...]) -> bytes:
        """The list as the bytes of a table; what was typed under the template's head."""
        if self.cleaned_data["file"]:
            return bytes(self.cleaned_data["file"].read())
        lines = self.cleaned_data["typed"].replace("，", ",").replace("\t", ",")
        return f"{','.join(header)}\n{lines}\n".encode()


class PurposeForm(forms.Form):
    """What sensitive values are read for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"), max_length=200, min_length=2, help_text=gettext_lazy("例如：付款前核对账号。")
    )


class DocumentForm(forms.Form):
    """A paper of a payment."""

    kind = forms.ChoiceField(label=gettext_lazy("凭证种类"), choices=DocumentKind.choices)
    document = forms.FileField(
        label=gettext_lazy("凭证文件"), allow_empty_file=True, help_text=gettext_lazy("JPG、PNG 或 PDF，不超过 10 MB。")
    )
    accept = PAPER_ACCEPT


class CopyForm(forms.Form):
    """A redacted copy of a paper."""

    copy = forms.FileField(
        label=gettext_lazy("脱敏副本"),
        allow_empty_file=True,
        help_text=gettext_lazy("个人姓名、证件号、电话、账号、签名都要遮盖；JPG、PNG 或 PDF，不超过 10 MB。"),
    )
    accept = PAPER_ACCEPT


class ReversalForm(ReasonForm):
    """What is wrong with a payment: for colleagues, and for everybody."""

    public_note = forms.CharField(
        label=gettext_lazy("更正说明（公开）"),
        max_length=300,
        min_length=4,
        widget=LONG,
        help_text=gettext_lazy("会显示在公开页面上，不能写个人姓名。例如：重复付款，款项已退回。"),
    )


class BandForm(forms.Form):
    """One band of amounts; without an amount there is none."""

    from_amount = YuanField(label=gettext_lazy("金额起点（元）"), required=False)
    approvers = forms.IntegerField(label=gettext_lazy("审核人数"), min_value=1, max_value=5, initial=1, required=False)
    needs_leader = forms.BooleanField(label=gettext_lazy("须负责人审批"), required=False)
    needs_decision = forms.BooleanField(label=gettext_lazy("须集体决策依据"), required=False)
    payer_apart = forms.BooleanField(label=gettext_lazy("付款人不能是制单人"), required=False, initial=True)


BandFormSet = forms.formset_factory(BandForm, extra=0)


def bands_asked(formset: Any) -> list[Band]:
    """The bands that a filled form set asks for."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data.get("from_amount") is not None]
    return [Band(**{**row, "approvers": row["approvers"] or 1}) for row in rows]


def band_values(bands: tuple[Band, ...]) -> list[dict[str, Any]]:
    """What a form set of bands begins with: those that hold, and room for more."""
    room: list[dict[str, Any]] = [{} for _n in range(max(MOST_BANDS - len(bands), 0))]
    return [{**band._asdict(), "from_amount": Decimal(band.from_amount)} for band in bands] + room
