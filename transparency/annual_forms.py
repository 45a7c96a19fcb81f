"""Forms of the annual report; what they mean is checked by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from organizations.choices import Right
from transparency.chapters import CHAPTER_MOST, OpinionType
from transparency.forms import BranchField
from transparency.services.annual import YEARS_BACK

if TYPE_CHECKING:
    from accounts.models import User


class DraftForm(forms.Form):
    """Which annual report to begin."""

    branch = BranchField(label=_("红十字会"), empty_label=_("请选择"))
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch, year = self.fields["branch"], self.fields["year"]
        assert isinstance(branch, BranchField)  # noqa: S101 -- narrows the type
        assert isinstance(year, forms.ChoiceField)  # noqa: S101 -- narrows the type
        branch.offer(person, Right.REQUEST_REPORTS)
        this_year = today().year
        year.choices = [(str(one), str(one)) for one in range(this_year, this_year - YEARS_BACK - 1, -1)]
        year.initial = str(this_year - 1)


class ChapterForm(forms.Form):
    """The text of a chapter, and the version that its writer began from."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("正文"),
        required=False,
        strip=False,
        widget=forms.Textarea({
            "rows": 22, "data-behaviour": "counter", "data-count": "chapter-count", "data-most": str(CHAPTER_MOST),
            "spellcheck": "false",
        }),
        help_text=_(
            "一行一段。行首写“# ”为小标题（序号（一）（二）自动编排），写“- ”或“1. ”为列表。"
            "不写个人姓名、身份证号码和手机号码。"
        ),
    )  # fmt: skip


class OpinionForm(forms.Form):
    """The auditor's opinion."""

    firm = forms.CharField(label=_("会计师事务所"), max_length=120, help_text=_("全称，与报告盖章一致。"))
    opinion = forms.ChoiceField(label=_("意见类型"), choices=[("", _("请选择")), *OpinionType.choices])
    report_number = forms.CharField(label=_("审计报告文号"), max_length=80)
    reported_on = forms.DateField(label=_("报告日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    audit_report = forms.FileField(
        label=_("审计报告"),
        help_text=_("盖章后的 PDF，不超过 10 MB。随报告一同公开，之前不公开；请先确认其中没有个人信息。"),
    )
