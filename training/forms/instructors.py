"""Forms for instructors and the times in which they cannot teach."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.forms import BranchField, DayInput
from training.choices import CourseKind, InstructorGrade
from training.forms.sessions import MomentField, offer_branches
from training.models import Instructor
from training.selectors.instructors import InstructorFilter
from training.services.instructors import InstructorFacts

STATES = (("", _("全部")), ("valid", _("今天有效")), ("ended", _("已结束")))


class InstructorFilterForm(forms.Form):
    """What a list of instructors is narrowed to; its fields stand in the address."""

    branch = BranchField(label=_("红十字会（含下级）"), required=False)
    grade = forms.ChoiceField(label=_("等级"), choices=[("", _("全部")), *InstructorGrade.choices], required=False)
    kind = forms.ChoiceField(label=_("可授课程"), choices=[("", _("全部")), *CourseKind.choices], required=False)
    state = forms.ChoiceField(label=_("资格"), choices=STATES, required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        offer_branches(self.fields["branch"], person)

    def asked(self) -> InstructorFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else getattr(self, "cleaned_data", {})
        return InstructorFilter(
            branch=data.get("branch"),
            grade=data.get("grade") or "",
            kind=data.get("kind") or "",
            state=data.get("state") or "",
        )


class InstructorForm(forms.Form):
    """An instructor; `key` lets one form make one instructor. A telephone that is kept is never shown here."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    grade = forms.ChoiceField(label=_("等级"), choices=[("", _("请选择")), *InstructorGrade.choices])
    kinds = forms.MultipleChoiceField(
        label=_("可授课程"), choices=CourseKind.choices, widget=forms.CheckboxSelectMultiple
    )
    qualified_from = forms.DateField(label=_("资格起"), widget=DayInput)
    qualified_to = forms.DateField(
        label=_("资格止"), widget=DayInput, required=False, help_text=_("从这一天起不能授课；长期有效不填。")
    )
    yearly_hours = forms.IntegerField(
        label=_("年度授课任务（学时）"),
        min_value=0,
        max_value=2000,
        initial=0,
        help_text=_("45 分钟为 1 学时，没有任务填 0。"),
    )
    login = forms.CharField(
        label=_("登录名"),
        max_length=60,
        required=False,
        help_text=_("用来点名和签字的账号，没有账号不填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=40,
        required=False,
        help_text=_("加密保存，查看须写明用途。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    forget_phone = forms.BooleanField(label=_("删除已登记的手机号"), required=False)
    is_name_public = forms.BooleanField(label=_("本人同意在公开页面显示姓名"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, instructor: Instructor | None = None) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4(), "qualified_from": today()}
        if instructor is not None:
            names = ("name", "grade", "kinds", "qualified_from", "qualified_to", "yearly_hours", "is_name_public")
            initial = {name: getattr(instructor, name) for name in names}
            initial |= {"key": instructor.row_key, "login": instructor.person.login if instructor.person else ""}
        super().__init__(data, initial=initial)
        self.has_phone = instructor is not None and instructor.phone is not None
        if self.has_phone:
            self.fields["phone"].help_text = _("已登记一个手机号；要换就填新的，不填则不变。")
        else:
            del self.fields["forget_phone"]

    def facts(self) -> InstructorFacts:
        """What was written."""
        data = dict(self.cleaned_data)
        forgets = data.pop("forget_phone", False)
        data["phone"] = data["phone"].strip() or ("" if forgets else None)
        data["kinds"] = tuple(data["kinds"])
        return InstructorFacts(**data)


class EndInstructorForm(forms.Form):
    """From which day an instructor teaches no more, and why."""

    on = forms.DateField(label=_("从哪天起不再授课"), widget=DayInput, initial=today)
    reason = forms.CharField(
        label=_("理由"), max_length=300, min_length=2, help_text=_("例如“资格期满未复训”。不要写个人姓名。")
    )


class PhonePurposeForm(forms.Form):
    """What a telephone number is looked at for."""

    purpose = forms.CharField(
        label=_("查看用途"), max_length=200, min_length=2, help_text=_("例如：通知调课。查看会留下记录。")
    )


class AbsenceForm(forms.Form):
    """A time in which an instructor cannot teach."""

    starts = MomentField(label=_("从"))
    ends = MomentField(label=_("到"))
