"""Forms of the desk of cases; what they mean is checked by the services."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import SHANGHAI, now, today
from core.documents import DocumentKind
from organizations.choices import ROLE_RIGHTS, Right
from organizations.forms import BranchField, DayInput
from organizations.models import Branch, branches_of, held_grants
from registries.choices import SINGLE_ORGANS, Item
from registries.choices.cases import (
    CASE_TRANSITIONS,
    EXITS,
    REASONS_OF_EXIT,
    Basis,
    CaseStatus,
    Decision,
    ExitReason,
    GiftKind,
    Notifier,
    Relation,
    UnitKind,
    WitnessPoint,
)
from registries.forms.clear_text import ClearCharField
from registries.models import Case
from registries.permissions.cases import possible_coordinators, possible_lookers
from registries.services.cases.family import Kin
from registries.services.cases.notifying import Notice
from registries.services.cases.witnessing import Seen, needed_points

OFF = {"autocomplete": "off"}
TEL = {**OFF, "inputmode": "tel"}
ORGANS = SINGLE_ORGANS | {Item.ALL_ORGANS}


class KeyedForm(forms.Form):
    """A form that is one thing however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class DayForm(forms.Form):
    """A step that asks for its day alone."""

    on = forms.DateField(label=_("日期"), widget=DayInput, initial=today)


class PersonFields(forms.Form):
    """Who died."""

    name = forms.CharField(label=_("捐献人姓名"), max_length=60, required=False, widget=forms.TextInput(OFF))
    document_kind = forms.ChoiceField(
        label=_("证件类型"), required=False, choices=[("", _("居民身份证")), *DocumentKind.choices[1:]]
    )
    document = forms.CharField(
        label=_("证件号码"), max_length=40, required=False, widget=forms.TextInput(OFF),
        help_text=_("凭证件核对本人生前有没有表示不同意。"),
    )  # fmt: skip
    died_on = forms.DateField(
        label=_("死亡日期"), required=False, widget=DayInput, help_text=_("还没有判定死亡的请留空。")
    )
    kinds = forms.MultipleChoiceField(label=_("捐献项目"), choices=GiftKind, widget=forms.CheckboxSelectMultiple)
    organs = forms.MultipleChoiceField(
        label=_("只办其中几种器官"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in Item if one in ORGANS], help_text=_("不勾就是全部器官。加密保存。"),
    )  # fmt: skip


class NoticeForm(PersonFields, KeyedForm):
    """A notification, as it is taken down on the telephone."""

    branch = BranchField(label=_("办理的红十字会"))
    notifier = forms.ChoiceField(label=_("谁报告的"), choices=Notifier)
    caller_name = forms.CharField(label=_("报告人或单位"), max_length=60, widget=forms.TextInput(OFF))
    caller_phone = forms.CharField(label=_("报告人电话"), max_length=30, widget=forms.TextInput(TEL))
    on = forms.DateField(label=_("接报日期"), widget=DayInput, initial=today)
    note = forms.CharField(
        label=_("情况"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3, **OFF}),
        help_text=_("地点、联系谁、何时能到。加密保存；不要写接受器官的人。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, person: User) -> None:
        branches = _keeping(person)
        first = branches.first()
        super().__init__(data, initial={"branch": first.code} if first else {})
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = branches

    def notice(self) -> Notice:
        """The whole form."""
        data = {**self.cleaned_data, **{name: tuple(self.cleaned_data[name]) for name in ("kinds", "organs")}}
        return Notice(**data)


class PersonForm(PersonFields):
    """Who died, followed or put right."""

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data, initial={"died_on": case.died_on, "kinds": case.kinds})
        self.fields["organs"].help_text = _("不勾就不改；改为全部的，勾“全部器官”。加密保存。")


class AssignForm(DayForm):
    """A coordinator who is sent to a case, or takes the place of one."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label=_("协调员"), empty_label=_("请选择"))
    instead_of = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("接替谁"), required=False, empty_label=_("不接替，增派一名"),
        help_text=_("选了人就是移交：原协调员从此看不到这个案例。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data)
        assigned = case.coordinators.filter(released_at=None).values("person_id")
        _offer(self, "person", possible_coordinators(case.branch).exclude(pk__in=assigned))
        _offer(self, "instead_of", User.objects.filter(pk__in=assigned).order_by("name", "pk"))


class FamilyForm(DayForm):
    """The family is spoken with; on what a gift would rest."""

    basis = forms.ChoiceField(label=_("依据"), choices=Basis, widget=forms.RadioSelect, initial=Basis.JOINT_KIN)
    evidence = forms.CharField(
        label=_("生前书面意愿的凭据"), max_length=200, required=False, widget=forms.TextInput(OFF),
        help_text=_("本系统查到有效登记的会自动采用；只有全国系统登记号、遗嘱或登记卡的，写在这里。"),
    )  # fmt: skip


class KinForm(KeyedForm):
    """One of the living kin, or who carries the wish out."""

    relation = forms.ChoiceField(label=_("与捐献人的关系"), choices=Relation)
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(OFF))
    phone = forms.CharField(label=_("电话"), max_length=30, widget=forms.TextInput(TEL))
    is_executor = forms.BooleanField(label=_("由此人担任执行人"), required=False)
    lacks_capacity = forms.BooleanField(
        label=_("没有完全民事行为能力（依法不参加决定）"), required=False,
        help_text=_("凭判决书、残疾证或诊断证明；没有凭据的不勾。"),
    )  # fmt: skip

    def kin(self) -> Kin:
        """The whole form."""
        return Kin(**self.cleaned_data)


class DecisionForm(KeyedForm):
    """What one of the kin signed."""

    decision = forms.ChoiceField(label=_("决定"), choices=Decision, widget=forms.RadioSelect)
    signed_on = forms.DateField(label=_("签字日期"), widget=DayInput, initial=today)
    paper = ClearCharField(
        label=_("签字材料编号或存放位置"), max_length=60, widget=forms.TextInput(OFF), help_text=_("不要写姓名。")
    )


class ConsentForm(DayForm):
    """That the consent is whole."""

    is_confirmed = forms.BooleanField(label=_("我确认"), required=False)

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data)
        self.fields["is_confirmed"].label = (
            _("我确认：在世的配偶、全部成年子女、父母都已列出，没有遗漏，都已签字同意")
            if case.basis == Basis.JOINT_KIN
            else _("我确认：已告知家属，执行人愿意执行")
        )


class WitnessForm(KeyedForm):
    """What was seen."""

    place = forms.CharField(label=_("地点"), max_length=120, widget=forms.TextInput(OFF))
    day = forms.DateField(label=_("见证日期"), widget=DayInput, initial=today)
    time = forms.TimeField(label=_("时间"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    points = forms.MultipleChoiceField(
        label=_("亲眼见证了"), choices=WitnessPoint, required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("经过"), required=False, max_length=2000, widget=forms.Textarea({"rows": 4, **OFF}),
        help_text=_("加密保存；不要写接受器官的人和分配情况。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data, initial={"time": now().astimezone(SHANGHAI).time()})
        needed = needed_points(case)
        field = self.fields["points"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(value, label) for value, label in WitnessPoint.choices if value in needed]

    def seen(self) -> Seen:
        """The whole form; a fault of the time stands at the day."""
        data = self.cleaned_data
        moment = datetime.datetime.combine(data["day"], data["time"], SHANGHAI)
        return Seen(place=data["place"], at=moment, points=tuple(data["points"]), text=data["text"], key=data["key"])


class DoubtForm(forms.Form):
    """That the papers were checked."""

    is_checked = forms.BooleanField(label=_("我已核对书面原件和签字日期：没有有效的不同意捐献的表示"), required=False)


class EndForm(DayForm):
    """Why there was no gift."""

    reason = forms.ChoiceField(label=_("原因"), choices=ExitReason, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data)
        open_ones = [one for one in CaseStatus.values if one in EXITS & CASE_TRANSITIONS[case.status]]
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [
            (reason, f"{CaseStatus(status).label}：{ExitReason(reason).label}")
            for status in open_ones
            for reason in REASONS_OF_EXIT[status]
        ]

    def to_status(self) -> str:
        """The end that the reason belongs to."""
        reason = self.cleaned_data["reason"]
        return next(status for status, reasons in REASONS_OF_EXIT.items() if reason in reasons)


class GrantForm(forms.Form):
    """Who may look into a case, what for, until when."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label=_("准许谁"), empty_label=_("请选择"))
    purpose = ClearCharField(label=_("用途"), max_length=200, widget=forms.TextInput(OFF), help_text=_("不要写姓名。"))
    until = forms.DateField(label=_("最后一天"), widget=DayInput, help_text=_("当天仍可查看，最长 90 天。"))

    def __init__(self, data: Any = None, *, case: Case, actor: User) -> None:
        super().__init__(data)
        _offer(self, "person", possible_lookers(case.branch).exclude(pk=actor.pk))


class UnitForm(forms.Form):
    """A unit that receives gifts."""

    province = BranchField(label=_("省红十字会"))
    kind = forms.ChoiceField(label=_("类别"), choices=UnitKind)
    name = ClearCharField(label=_("单位全称"), max_length=80)

    def __init__(self, data: Any = None, *, provinces: QuerySet[Branch]) -> None:
        super().__init__(data, initial={"province": provinces[0].code} if len(provinces) == 1 else {})
        _offer(self, "province", provinces)


def _keeping(person: User) -> QuerySet[Branch]:
    """The branches for which a person may take a notification down: their own and all below (条例 Art. 19)."""
    rows: QuerySet[Branch] = Branch.objects.valid().none()
    for grant in held_grants(person):
        if Right.KEEP_CASES in ROLE_RIGHTS[grant.role]:
            rows = rows | Branch.objects.valid().filter(branches_of(grant.branch, with_below=True))
    return rows


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
    field.queryset = rows
