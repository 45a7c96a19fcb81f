"""The form of a new version of a course."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.forms import DayInput
from training.choices import Skill
from training.models import Course, CourseVersion
from training.services.catalogue import VersionTerms

_COPIED = (
    "hours", "practice_hours", "seats_most", "trainees_per_instructor", "missed_most", "theory_pass", "skills",
    "resits_most", "validity_months", "age_from", "age_to", "syllabus",
)  # fmt: skip


def _number(label: Any, help_text: Any = "", *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=32_000, required=required)


class VersionForm(forms.Form):
    """A new version; it begins as a copy of the last. `number` is the one it is to have."""

    valid_from = forms.DateField(
        label=_("启用日期"), widget=DayInput, help_text=_("现行版本在这一天停用；此前开的班仍按原版本办。")
    )
    hours = _number(_("学时"), _("45 分钟为 1 学时。"))
    practice_hours = _number(_("其中实操学时"))
    seats_most = _number(_("每班最多人数"))
    trainees_per_instructor = _number(_("每名师资最多带教人数"))
    missed_most = _number(_("最多缺课次数"))
    theory_pass = _number(_("理论及格分"), _("满分 100；没有理论考核不填。"), required=False)
    skills = forms.MultipleChoiceField(
        label=_("实操项目（须全部合格）"), choices=Skill.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    resits_most = _number(_("最多补考次数"))
    validity_months = _number(_("证书有效月数"), _("长期有效不填。"), required=False)
    age_from = _number(_("最小年龄"), _("开班时的周岁。"))
    age_to = _number(_("最大年龄"), _("不限不填。"), required=False)
    syllabus = forms.CharField(
        label=_("教学大纲"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, course: Course, last: CourseVersion | None) -> None:
        initial: dict[str, Any] = {"number": last.number + 1 if last else 1}
        if last is not None:
            initial |= {name: getattr(last, name) for name in _COPIED}
        super().__init__(data, initial=initial)
        self.course = course

    def terms(self) -> VersionTerms:
        """What was asked for."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "number"}
        return VersionTerms(**{**data, "skills": tuple(data["skills"])})
