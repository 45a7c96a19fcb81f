"""Forms of campaigns, ways to give, agreements and changes of use; what they mean is checked by the services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import today
from donations.choices import CampaignFileKind, ChannelKind, DonorKind, NameChoice, TermsStatus
from donations.forms.steps import ReasonForm
from donations.models import Agreement, Campaign, CampaignChannel, ChangeOfUse, GivingChannel
from donations.services.appeals.agreements import AGREEMENT_FIELDS
from donations.services.appeals.campaigns import CampaignPlan
from donations.services.appeals.changes import ChangeTerms
from donations.services.appeals.channels import CHANNEL_FIELDS
from ledger.choices import UseBasis
from ledger.models import Fund
from organizations.forms import DayInput
from organizations.models import Branch, Division


def _text(label: Any, length: int, *, required: bool = False, rows: int = 0, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, help_text=help_text)


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=help_text)


def _money(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, max_digits=14, decimal_places=2, min_value=Decimal("0.01"), help_text=help_text
    )


def _rate() -> forms.DecimalField:
    return forms.DecimalField(
        label=gettext_lazy("管理费率"),
        required=False,
        max_digits=5,
        decimal_places=4,
        min_value=Decimal(0),
        help_text=gettext_lazy("0.05 表示 5%；不收取的留空。会公开。"),
    )


class PairsField(forms.CharField):
    """Lines of `name | something`; cleans to a tuple of pairs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value: Any) -> tuple[tuple[str, str], ...]:
        """The pairs; a line without a bar has an empty second part, which the service refuses."""
        text = super().clean(value).replace("\uff5c", "|")
        parts = (line.partition("|") for line in text.splitlines() if line.strip())
        return tuple((name.strip(), rest.strip()) for name, _bar, rest in parts)


class CampaignForm(forms.Form):
    """A campaign's plan, in the order of 慈善法 Art. 24."""

    name = _text(gettext_lazy("名称"), 80, required=True)
    slug = _text(
        gettext_lazy("网址名"),
        60,
        required=True,
        help_text=gettext_lazy("小写字母、数字和连字符，例如 flood-2026；开放后不变。"),
    )
    aim = _text(gettext_lazy("募捐目的"), 2000, rows=4)
    starts_on = _day(gettext_lazy("开始日期"), required=True)
    ends_on = _day(gettext_lazy("截止日期"), required=True, help_text=gettext_lazy("这一天仍在募捐期内。"))
    area = forms.CharField(
        label=gettext_lazy("募捐地域（区划代码）"),
        max_length=12,
        help_text=gettext_lazy("例如 33 浙江省、330182 建德市。"),
    )
    filed_elsewhere = _text(gettext_lazy("异地备案号"), 120, help_text=gettext_lazy("募捐地域超出本会所在区划时填写。"))
    responsible_office = _text(gettext_lazy("活动负责人职务"), 80)
    responsible_name = _text(gettext_lazy("活动负责人姓名"), 60)
    name_agreed = forms.BooleanField(label=gettext_lazy("负责人书面同意公开姓名"), required=False)
    office_address = _text(gettext_lazy("办公地址"), 200)
    contact = _text(gettext_lazy("联系方式"), 120, help_text=gettext_lazy("公开的电话或信箱，不填个人手机。"))
    channels = forms.ModelMultipleChoiceField(
        label=gettext_lazy("接受捐赠方式和银行账户"),
        queryset=GivingChannel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    beneficiary = _text(gettext_lazy("受益人"), 200)
    use = _text(gettext_lazy("款物用途"), 200, help_text=gettext_lazy("开放后成为资金池的限定用途。"))
    cost_plan = _text(gettext_lazy("募捐成本"), 500, rows=2)
    fee_rate = _rate()
    rest_plan = _text(gettext_lazy("剩余财产的处理"), 500, rows=2)
    goal = _money(gettext_lazy("募捐目标（元）"), help_text=gettext_lazy("没有目标的留空。"))
    certificate_number = _text(gettext_lazy("公开募捐资格证书号"), 60)
    filing_number = _text(gettext_lazy("备案编号"), 60, help_text=gettext_lazy("应急募捐可以在开始后十日内补登。"))
    filed_on = _day(gettext_lazy("备案日期"))
    partners = PairsField(label=gettext_lazy("合作方"), help_text=gettext_lazy("每行一个：名称 | 职责。"))
    platforms = PairsField(
        label=gettext_lazy("民政部指定平台"), help_text=gettext_lazy("每行一个：平台名称 | https:// 开头的网址。")
    )
    is_emergency = forms.BooleanField(label=gettext_lazy("应急募捐（针对突发事件）"), required=False)
    event_name = _text(gettext_lazy("突发事件名称"), 80)
    event_on = _day(gettext_lazy("事件发生日期"), help_text=gettext_lazy("早于这一天的捐赠不能记入本次募捐。"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (gettext_lazy("活动"), ("name", "slug", "aim", "starts_on", "ends_on", "area", "filed_elsewhere", "goal")),
        (gettext_lazy("突发事件"), ("is_emergency", "event_name", "event_on")),
        (
            gettext_lazy("负责人和联系"),
            ("responsible_office", "responsible_name", "name_agreed", "office_address", "contact"),
        ),
        (gettext_lazy("捐赠方式和平台"), ("channels", "platforms", "partners")),
        (gettext_lazy("款物"), ("beneficiary", "use", "cost_plan", "fee_rate", "rest_plan")),
        (gettext_lazy("资格和备案"), ("certificate_number", "filing_number", "filed_on", "version")),
    )

    def __init__(self, *args: Any, branch: Branch, campaign: Campaign | None = None, **kwargs: Any) -> None:
        if campaign is not None:
            kwargs["initial"] = _plan_values(campaign)
        super().__init__(*args, **kwargs)
        field = self.fields["channels"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = GivingChannel.objects.unscoped("ways to give of the plan's own branch").filter(
            branch=branch, status=TermsStatus.IN_FORCE
        )
        self.fields["area"].initial = branch.division_id

    def clean_area(self) -> Division:
        """The division with this code."""
        area = Division.objects.filter(code=self.cleaned_data["area"].strip()).first()
        if area is None:
            raise forms.ValidationError(_("没有这个区划代码，请填写如 330182 的代码。"))
        return area

    def plan(self) -> CampaignPlan:
        """What was written."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("channels", "version")}
        return CampaignPlan(**{**values, "fee_rate": values["fee_rate"] or Decimal(0)})


def _plan_values(campaign: Campaign) -> dict[str, Any]:
    values = {name: getattr(campaign, name, None) for name in CampaignForm.base_fields}
    return {
        **values,
        "area": campaign.area_id,
        "channels": list(CampaignChannel.objects.filter(campaign=campaign).values_list("channel_id", flat=True)),
        "partners": "\n".join(f"{one['name']} | {one['role']}" for one in campaign.partners),
        "platforms": "\n".join(f"{one['name']} | {one['url']}" for one in campaign.platforms),
        "version": campaign.edit_count,
    }


class FilingForm(forms.Form):
    """The filing of an emergency campaign."""

    filing_number = _text(gettext_lazy("备案编号"), 60, required=True)
    filed_on = _day(gettext_lazy("备案日期"), required=True)


class CampaignFundForm(forms.Form):
    """A further fund of a campaign: how it is called and what it is given for."""

    name = _text(gettext_lazy("资金池名称"), 80, required=True)
    purpose = _text(
        gettext_lazy("限定用途"),
        200,
        required=True,
        rows=2,
        help_text=gettext_lazy("比活动方案更窄的用途，例如只用于某个县或某一类受益人；设立后不能改。"),
    )


class CloseCampaignForm(forms.Form):
    """Who takes what comes late, and why it is closed early."""

    successor = forms.ModelChoiceField(
        label=gettext_lazy("后续资金池"),
        queryset=Fund.objects.none(),
        help_text=gettext_lazy("截止以后收到的捐赠记入这里；请选择用途相同或相近的资金池。"),
    )
    reason = _text(gettext_lazy("提前截止的理由"), 500, rows=2, help_text=gettext_lazy("募捐期已满的不用填。"))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        own = campaign.campaign_funds.values("fund_id")
        field.queryset = (
            Fund.objects.filter(branch=campaign.branch, closed_on=None)
            .exclude(pk__in=own)
            .order_by("-is_restricted", "pk")
        )


class SettlementForm(forms.Form):
    """How the rest is dealt with."""

    rest_account = _text(
        gettext_lazy("结项说明（公开）"),
        2000,
        required=True,
        rows=5,
        help_text=gettext_lazy("写明款物使用情况、剩余财产按方案怎样处理；不写个人姓名。"),
    )


class CampaignFileForm(forms.Form):
    """A document of a campaign."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=CampaignFileKind.choices)
    title = _text(gettext_lazy("标题"), 120, required=True)
    file = forms.FileField(label=gettext_lazy("文件"), help_text=gettext_lazy("PDF、JPG 或 PNG，不超过 10 MB。"))


class ChannelForm(forms.Form):
    """A way to give."""

    kind = forms.ChoiceField(label=gettext_lazy("方式"), choices=ChannelKind.choices)
    title = _text(gettext_lazy("名称"), 80, required=True)
    payee = _text(gettext_lazy("户名（收款人）"), 120)
    account_number = _text(gettext_lazy("账号"), 40)
    bank_name = _text(gettext_lazy("开户行"), 120)
    swift = _text("SWIFT", 11)
    currency = _text(gettext_lazy("币种"), 3, help_text=gettext_lazy("外币账户填写，例如 USD。"))
    address = _text(gettext_lazy("地址"), 200)
    postcode = _text(gettext_lazy("邮政编码"), 6)
    phone = _text(gettext_lazy("电话"), 40)
    url = forms.URLField(label=gettext_lazy("网址"), max_length=300, required=False, assume_scheme="https")
    remark_hint = _text(gettext_lazy("附言写法"), 120, help_text=gettext_lazy("例如：写明项目名称和捐赠人。"))
    steps = _text(gettext_lazy("办理说明"), 1000, rows=4)
    position = forms.IntegerField(label=gettext_lazy("顺序"), required=False, min_value=0, max_value=999)

    def __init__(self, *args: Any, channel: GivingChannel | None = None, **kwargs: Any) -> None:
        if channel is not None:
            kwargs["initial"] = {name: getattr(channel, name) for name in CHANNEL_FIELDS}
        super().__init__(*args, **kwargs)


class AccountAgainForm(forms.Form):
    """The account, typed once more from the bank's paper by the second person."""

    account_again = _text(
        gettext_lazy("再次输入账号"),
        40,
        help_text=gettext_lazy("对照银行开户资料输入，不要从本页复制；没有账号的留空。"),
    )


class AgreementForm(forms.Form):
    """An agreement with a giver."""

    title = _text(gettext_lazy("项目名称"), 80, required=True, help_text=gettext_lazy("成为资金池的名称，会公开。"))
    giver_name = _text(gettext_lazy("捐赠人"), 200, required=True)
    giver_kind = forms.ChoiceField(
        label=gettext_lazy("捐赠人类别"), choices=DonorKind.choices, initial=DonorKind.ORGANISATION
    )
    name_choice = forms.ChoiceField(
        label=gettext_lazy("公开方式"), choices=NameChoice.choices, initial=NameChoice.MASKED
    )
    amount = _money(gettext_lazy("约定金额（元）"), required=True)
    fee_rate = _rate()
    purpose = _text(gettext_lazy("限定用途"), 200, required=True)
    beneficiary = _text(gettext_lazy("受益人"), 200)
    starts_on = _day(gettext_lazy("生效日期"), required=True)
    ends_on = _day(gettext_lazy("终止日期"))
    document = forms.FileField(
        label=gettext_lazy("协议文本"), required=False, help_text=gettext_lazy("双方签署的 PDF 或照片，不超过 10 MB。")
    )

    def __init__(self, *args: Any, agreement: Agreement | None = None, **kwargs: Any) -> None:
        if agreement is not None:
            kwargs["initial"] = {name: getattr(agreement, name) for name in AGREEMENT_FIELDS}
        super().__init__(*args, **kwargs)


class ChangeForm(ReasonForm):
    """A change of use."""

    source = forms.ModelChoiceField(label=gettext_lazy("原资金池"), queryset=Fund.objects.none())
    target = forms.ModelChoiceField(label=gettext_lazy("变更后的资金池"), queryset=Fund.objects.none())
    amount = _money(gettext_lazy("金额（元）"), required=True)
    basis = forms.ChoiceField(
        label=gettext_lazy("依据"),
        choices=[(one.value, one.label) for one in (UseBasis.CONSENT, UseBasis.NOTICE)],
        widget=forms.RadioSelect,
    )
    consent_on = _day(gettext_lazy("捐赠人同意日期"))
    consent = forms.FileField(
        label=gettext_lazy("捐赠人同意书"), required=False, help_text=gettext_lazy("PDF 或照片，不超过 10 MB；不公开。")
    )
    public_note = _text(
        gettext_lazy("变更说明（公开）"),
        500,
        required=True,
        rows=3,
        help_text=gettext_lazy("写明原用途、变更后的用途和原因；不写个人姓名。"),
    )
    field_order = ("source", "target", "amount", "basis", "consent_on", "consent", "reason", "public_note")

    def __init__(self, *args: Any, branch: Branch, change: ChangeOfUse | None = None, **kwargs: Any) -> None:
        if change is not None:
            names = ("source", "target", "amount", "basis", "consent_on", "reason", "public_note")
            kwargs["initial"] = {name: getattr(change, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("内部理由")
        funds = Fund.objects.filter(branch=branch).order_by("pk")
        for name, rows in (("source", funds.filter(is_restricted=True)), ("target", funds.filter(closed_on=None))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
            field.queryset = rows.select_related("branch")

    def terms(self) -> ChangeTerms:
        """What was asked for."""
        return ChangeTerms(**{name: value for name, value in self.cleaned_data.items() if name != "consent"})


class ObjectionForm(forms.Form):
    """An objection to a notice."""

    received_on = _day(gettext_lazy("收到日期"), required=True)
    text = _text(
        gettext_lazy("异议内容"),
        500,
        required=True,
        rows=3,
        help_text=gettext_lazy("只在工作台可见；请不要写个人姓名。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = today


class AnswerForm(forms.Form):
    """The answer to an objection."""

    answer = _text(gettext_lazy("公开答复"), 500, required=True, rows=3)
