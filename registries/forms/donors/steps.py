"""Forms of a donor's steps, each with its own day, and of batches."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.forms import DayInput
from registries.choices import Channel
from registries.choices.contacts import ContactMeans, ContactOutcome, ContactReason
from registries.choices.donors import (
    LAB_VERDICTS,
    Answer,
    DeferralReason,
    ExpenseKind,
    FollowUpResult,
    GiftKind,
    HonourKind,
    MedicalVerdict,
    ThereAct,
    Verdict,
)
from registries.forms.clear_text import ClearCharField
from registries.forms.contacts import PersonField
from registries.models import Sample

OFF = {"autocomplete": "off"}
# What is written about a donor by hand; the others are about the dead and their families.
_REASONS = (ContactReason.UPKEEP, ContactReason.REMOBILISE, ContactReason.RECOVER, ContactReason.FOLLOW_UP)


def _chosen(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


class NoDayForm(forms.Form):
    """A step that is asked for once more and needs nothing else."""


class DayForm(forms.Form):
    """A step on a day."""

    on = forms.DateField(label=_("日期"), widget=DayInput, initial=today)


class SampleForm(DayForm):
    """A bag of blood."""

    field_order = ("bag", "on")
    bag = forms.CharField(
        label=_("血样袋号"), max_length=40, widget=forms.TextInput(OFF), help_text=_("扫描或照袋上条码填写。")
    )


class AnswerForm(DayForm):
    """What somebody says when asked again."""

    field_order = ("answer", "on")
    answer = _chosen(_("本人答复"), Answer)


class HighResForm(DayForm):
    """Whether the finer comparison matches."""

    field_order = ("is_match", "on")
    is_match = forms.TypedChoiceField(
        label=_("全国资料库的复核结果"), choices=[("yes", _("相合，安排体检")), ("no", _("不相合，留在库里"))],
        coerce=lambda said: said == "yes", widget=forms.RadioSelect,
    )  # fmt: skip


class MedicalForm(DayForm):
    """The outcome of an examination."""

    field_order = ("verdict", "on", "until")
    verdict = _chosen(_("体检结果"), MedicalVerdict)
    until = forms.DateField(
        label=_("暂缓到哪一天"), widget=DayInput, required=False, help_text=_("结果是“暂缓”的须填。")
    )


class PlannedForm(DayForm):
    """Day and place of a collection."""

    field_order = ("planned_on", "hospital", "on")
    planned_on = forms.DateField(label=_("计划采集日期"), widget=DayInput)
    hospital = ClearCharField(label=_("采集医院"), max_length=80)
    on = forms.DateField(label=_("确定的日期"), widget=DayInput, initial=today)


class DrugForm(DayForm):
    """A day of the mobilising drug."""

    is_tolerated = forms.TypedChoiceField(
        label=_("耐受情况"), choices=[("yes", _("耐受良好")), ("no", _("不适，已由医生处理"))],
        coerce=lambda said: said == "yes", widget=forms.RadioSelect,
    )  # fmt: skip


class FollowUpForm(DayForm):
    """How a follow-up went."""

    field_order = ("result", "on")
    result = _chosen(_("结果"), FollowUpResult)


class AgainForm(DayForm):
    """What is given the second time."""

    field_order = ("kind", "on")
    kind = _chosen(_("采集内容"), GiftKind)


class DeferralForm(forms.Form):
    """Until when somebody waits, and why."""

    until = forms.DateField(label=_("暂缓到哪一天"), widget=DayInput, help_text=_("到那一天自动回到工作名单。"))
    reason = forms.ChoiceField(
        label=_("原因"), choices=[("", _("请选择")), *DeferralReason.choices], help_text=_("加密保存。")
    )


class LeaveForm(forms.Form):
    """How somebody leaves by their own wish; no reason is asked."""

    channel = forms.ChoiceField(
        label=_("办理方式"), choices=[one for one in Channel.choices if one[0] != Channel.ONLINE]
    )


class KeyedForm(forms.Form):
    """A form that is one row, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class ExpenseForm(KeyedForm):
    """What was paid for a donor's way."""

    kind = forms.ChoiceField(label=_("项目"), choices=[("", _("请选择")), *ExpenseKind.choices])
    amount = forms.CharField(
        label=_("金额（元）"), max_length=20, widget=forms.TextInput({**OFF, "inputmode": "decimal"})
    )
    on = forms.DateField(label=_("日期"), widget=DayInput, initial=today)
    evidence = ClearCharField(label=_("凭证号"), max_length=60, help_text=_("不写姓名。"))


class HonourForm(KeyedForm):
    """An honour."""

    field_order = ("kind", "issuer", "number", "on")
    kind = forms.ChoiceField(label=_("荣誉"), choices=[("", _("请选择")), *HonourKind.choices])
    issuer = ClearCharField(label=_("颁发单位"), max_length=60, required=False)
    number = ClearCharField(
        label=_("证书编号"), max_length=60, required=False, widget=forms.TextInput(OFF), help_text=_("没有的留空。")
    )
    on = forms.DateField(label=_("日期"), widget=DayInput, initial=today)


class PeopleForm(forms.Form):
    """A form that names one of the branch."""

    person = PersonField(label=_("协调员"))

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, PersonField)  # noqa: S101 -- narrows the type
        field.offer(people)


class EscortForm(PeopleForm, KeyedForm):
    """Who goes along, from which day to which."""

    field_order = ("person", "on", "until")
    person = PersonField(label=_("陪同人员"))
    on = forms.DateField(label=_("从哪一天"), widget=DayInput, initial=today)
    until = forms.DateField(label=_("到哪一天"), widget=DayInput, initial=today)


class VoidForm(forms.Form):
    """That a row is not true, carried along while it is asked once more."""

    void = forms.CharField(widget=forms.HiddenInput)


class ContactForm(KeyedForm):
    """A contact that took place or was tried."""

    reason = forms.ChoiceField(label=_("事由"), choices=[(one.value, one.label) for one in _REASONS])
    means = forms.ChoiceField(label=_("方式"), choices=ContactMeans)
    # That somebody died has a page of its own, from which it can be put right.
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[(one.value, one.label) for one in ContactOutcome if one is not ContactOutcome.DIED],
    )
    note = forms.CharField(
        label=_("备注"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}), help_text=_("加密保存。")
    )


class BagsField(forms.MultipleChoiceField):
    """Bags by their id; one that was packed meanwhile is the service's to judge, as of a form that is sent twice."""

    def valid_value(self, value: str) -> bool:
        """Whether it can be an id."""
        return value.isascii() and value.isdecimal() and len(value) < 19


class BatchForm(KeyedForm):
    """Bags for one box."""

    box = ClearCharField(label=_("箱号"), max_length=40, widget=forms.TextInput(OFF))
    samples = BagsField(label=_("装箱的血样"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, bags: list[Sample]) -> None:
        super().__init__(data)
        field = self.fields["samples"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(str(one.pk), f"{one.bag} · {one.taken_on.isoformat()}") for one in bags]
        field.initial = [str(one.pk) for one in bags]


class SendingForm(DayForm):
    """How a box is sent."""

    field_order = ("courier", "waybill", "on")
    courier = ClearCharField(label=_("承运单位"), max_length=60)
    waybill = forms.CharField(label=_("运单号"), max_length=60, widget=forms.TextInput(OFF))
    on = forms.DateField(label=_("寄出日期"), widget=DayInput, initial=today)


class ReceiptForm(DayForm):
    """What the laboratory says, bag by bag."""

    field_order = ("receipt_number", "on")
    receipt_number = ClearCharField(label=_("实验室回执号"), max_length=60, widget=forms.TextInput(OFF))
    on = forms.DateField(label=_("收到日期"), widget=DayInput, initial=today)

    def __init__(self, data: Any = None, *, samples: list[Sample]) -> None:
        super().__init__(data)
        self.samples = [one for one in samples if one.verdict == Verdict.WAITING]
        choices = [(one, Verdict(one).label) for one in LAB_VERDICTS]
        for one in self.samples:
            self.fields[f"bag_{one.pk}"] = forms.ChoiceField(
                label=one.bag, choices=choices, initial=Verdict.RECEIVED, widget=forms.RadioSelect
            )

    @property
    def bags(self) -> list[forms.BoundField]:
        """The fields of the bags."""
        return [self[f"bag_{one.pk}"] for one in self.samples]

    def verdicts(self) -> dict[int, str]:
        """What was said of each bag, by the sample's id."""
        return {one.pk: self.cleaned_data[f"bag_{one.pk}"] for one in self.samples}


class LossForm(DayForm):
    """When it was plain that a box is lost."""

    on = forms.DateField(label=_("确认丢失的日期"), widget=DayInput, initial=today)


class ThereForm(forms.Form):
    """How far the national library is with somebody who left, and what shows it; what was said already is not asked."""

    act = _chosen(_("办到哪一步"), ThereAct)
    on = forms.DateField(label=_("日期"), widget=DayInput, initial=today)
    reference = ClearCharField(
        label=_("文号或回执号"), max_length=60, widget=forms.TextInput(OFF),
        help_text=_("电话告知的写“DH-”加日期，如 DH-20260131。不写姓名、证件号码和电话。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, is_told: bool = False) -> None:
        super().__init__(data, initial={"act": ThereAct.REMOVED if is_told else ThereAct.TOLD})
        if is_told:
            field = self.fields["act"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
            field.choices = [(ThereAct.REMOVED.value, ThereAct.REMOVED.label)]
