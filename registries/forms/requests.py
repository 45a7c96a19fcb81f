"""Forms of requests: the public's and the desk's; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.identifiers import normalise_payer
from organizations.forms import DayInput
from organizations.models import Branch
from registries.choices.requests import KINDS_OF, DayPart, DeclineReason, RequestKind
from registries.selectors.public import registering_areas
from registries.services.requests.filing import Arranged, Asked

OFF = {"autocomplete": "off"}
DAY_ERRORS = {"invalid": _("日期请写成 2026-01-31 的样子。"), "required": _("请填写日期。")}


class TrapForm(forms.Form):
    """A field that nobody sees: programs fill it in and get no further."""

    website = forms.CharField(
        label=_("请留空"), required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def clean_website(self) -> str:
        """Refuse whatever stands there."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("没有提交成。请把隐藏的“请留空”一栏清空后再试，或直接致电。"))
        return ""


class AskPhoneForm(TrapForm):
    """The telephone by which a request is made."""

    phone = forms.CharField(
        label=_("您的手机号"), max_length=30, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"})
    )


class FindRequestForm(AskPhoneForm):
    """One's own request, by its number and the telephone."""

    number = forms.CharField(
        label=_("预约编号"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("在短信里，例如 330106-2026-Q00000001。"),
    )
    field_order = ("number", "phone", "website")


class RequestCodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class RequestForm(RequestCodeForm, TrapForm):
    """What somebody asks for. `key` is the form's own: with a telephone it makes one request, however often sent."""

    kind = forms.ChoiceField(label=_("预约什么"), widget=forms.RadioSelect)
    branch = forms.ModelChoiceField(
        label=_("哪里的红十字会"),
        queryset=Branch.objects.none(),
        to_field_name="code",
        empty_label=_("请选择离您最近的"),
        error_messages={"required": _("请选择离您最近的红十字会。")},
    )
    first_day = forms.DateField(label=_("哪一天方便"), widget=DayInput, error_messages=DAY_ERRORS)
    second_day = forms.DateField(
        label=_("另外哪一天也可以"), required=False, widget=DayInput, error_messages=DAY_ERRORS
    )
    part = forms.ChoiceField(label=_("时段"), choices=DayPart)
    organisation = forms.CharField(
        label=_("单位、学校或社区"), max_length=200, required=False, help_text=_("只有预约宣讲须填。"),
        widget=forms.TextInput({"autocomplete": "organization"}),
    )  # fmt: skip
    people_count = forms.IntegerField(
        label=_("大约多少人"), required=False, help_text=_("只有预约宣讲须填。"),
        widget=forms.TextInput({"inputmode": "numeric", **OFF}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("上门的地址"), max_length=200, required=False, help_text=_("只有预约上门登记须填。"),
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )  # fmt: skip
    name = forms.CharField(
        label=_("怎样称呼您"), max_length=60, widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("不用全名，例如“王老师”。"), error_messages={"required": _("请填写怎样称呼您，例如“王老师”。")},
    )  # fmt: skip
    consent = forms.BooleanField(
        label=_("我同意"), error_messages={"required": _("不同意就不能在网上预约，可以直接致电当地红十字会。")}
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    HOW = ("branch", "first_day", "second_day", "part")
    TALK = ("organisation", "people_count")
    # What only one kind needs; whoever has chosen another on the page before is not asked for it.
    OF_KIND = {"organisation": RequestKind.TALK, "people_count": RequestKind.TALK, "address": RequestKind.HOME_VISIT}

    def __init__(self, *args: Any, subject: str, needs_code: bool, chosen: dict[str, str], **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **chosen}
        super().__init__(*args, **kwargs)
        self.subject = subject
        kind, branch = self.fields["kind"], self.fields["branch"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 -- narrows the type
        assert isinstance(branch, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        kind.choices = [(one, RequestKind(one).label) for one in KINDS_OF[subject]]
        areas = registering_areas()
        offered = [one for area in areas for one in (area.city, *area.counties)]
        branch.queryset = Branch.objects.filter(pk__in=[one.pk for one in offered])
        grouped = [(area.city.name, [(one.code, one.name) for one in (area.city, *area.counties)]) for area in areas]
        branch.widget.choices = [("", branch.empty_label), *grouped]
        if not needs_code:
            del self.fields["code"]
        wanted = (chosen["kind"],) if "kind" in chosen else KINDS_OF[subject]
        for name in [name for name, one in self.OF_KIND.items() if one not in wanted]:
            del self.fields[name]
        if "kind" in chosen:
            kind.choices = [(chosen["kind"], RequestKind(chosen["kind"]).label)]
            kind.widget = forms.HiddenInput()
            # One day is enough to begin with; another is found by telephone.
            del self.fields["second_day"]

    @property
    def how(self) -> list[forms.BoundField]:
        """Where and when."""
        return [self[name] for name in self.HOW if name in self.fields]

    @property
    def talk(self) -> list[forms.BoundField]:
        """What only a talk needs."""
        return [self[name] for name in self.TALK if name in self.fields]

    def asked(self) -> Asked:
        """What is asked for."""
        data = self.cleaned_data
        names = ("kind", "branch", "name", "first_day", "second_day", "part", *self.OF_KIND)
        said: dict[str, Any] = {name: data[name] for name in names if name in self.fields}
        return Asked(subject=self.subject, **said)

    def request_key(self, phone: str) -> uuid.UUID:
        """The key of the request that this form makes: another telephone, name or kind is another request."""
        data = self.cleaned_data
        key: uuid.UUID = data["key"]
        return uuid.uuid5(key, f"{phone} {data['kind']} {normalise_payer(data['name'])}")


class ArrangeForm(forms.Form):
    """When and where a request is met."""

    on = forms.DateField(label=_("日子"), widget=DayInput, error_messages=DAY_ERRORS)
    time = forms.TimeField(
        label=_("时间"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("时间请写成 14:30 的样子。")},
    )  # fmt: skip
    place = forms.CharField(
        label=_("地点"), max_length=200, required=False, widget=forms.TextInput(OFF),
        help_text=_("对方会看到。回电不用填。不要写姓名。"),
    )  # fmt: skip

    def arranged(self) -> Arranged:
        """When and where."""
        data = self.cleaned_data
        return Arranged(on=data["on"], time=data["time"], place=data["place"])


class DeclineForm(forms.Form):
    """Why a request cannot be met."""

    reason = forms.ChoiceField(label=_("原因"), choices=DeclineReason, widget=forms.RadioSelect)
