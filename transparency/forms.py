"""Forms of the desk's report pages; what they mean is checked by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotAllowed, NotFound
from core.periods import Period
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with
from transparency.choices import ReportScope, RunStatus
from transparency.selectors.anomalies import RuleLine
from transparency.selectors.reports import RunFilter, last_due_period

if TYPE_CHECKING:
    from accounts.models import User

# Months that a form offers, back from the last one whose report is due.
MONTHS_OFFERED = 36


def show_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service refused onto the form; a missing right goes on to the error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    form.add_error(None, error.message)
    for name, sentence in error.fields.items():
        if name in form.fields:
            form.add_error(name, sentence)


def month_choices(count: int = MONTHS_OFFERED) -> list[tuple[str, str]]:
    """Finished months, newest first."""
    months: list[Period] = [last_due_period()]
    while len(months) < count:
        months.append(months[-1].previous())
    return [(month.code, month.label) for month in months]


class BranchField(forms.ModelChoiceField):
    """A choice of branches by code, in the order of the tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Branch.objects.none(), to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Branch) -> str:
        """Indented by its place in the tree."""
        return f"{'　' * (obj.depth - 1)}{obj.name}（{obj.code}）"

    def offer(self, person: User, right: str) -> None:
        """Offer the open branches in which the person holds a right."""
        self.queryset = branches_with(person, right).filter(valid_to__isnull=True)


class RequestForm(forms.Form):
    """Which report to make."""

    branch = BranchField(label=_("红十字会"), empty_label=_("请选择"))
    scope = forms.ChoiceField(
        label=_("范围"), choices=ReportScope.choices, help_text=_("“含下级”把所有下级红十字会的捐赠一并列示。")
    )
    period = forms.ChoiceField(label=_("月份"), help_text=_("只列出已经结束的月份。"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "branch", person, Right.REQUEST_REPORTS)
        _choose(self, "period", month_choices())


class ScheduleForm(forms.Form):
    """A series on the calendar."""

    branch = BranchField(label=_("红十字会"), empty_label=_("请选择"))
    scope = forms.ChoiceField(label=_("范围"), choices=ReportScope.choices)
    first_period = forms.ChoiceField(
        label=_("首期"), help_text=_("首期报告会把此前从未列示的记录放在“补报”里，每条记录只列示一次。")
    )
    is_active = forms.BooleanField(label=_("启用（每月 1 日 02:00 自动生成）"), required=False, initial=True)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "branch", person, Right.REQUEST_REPORTS)
        _choose(self, "first_period", month_choices())


class RunFilterForm(forms.Form):
    """What narrows the list of reports."""

    branch = BranchField(label=_("红十字会（含下级）"), required=False, empty_label=_("全部"))
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *RunStatus.choices])
    scope = forms.ChoiceField(label=_("范围"), required=False, choices=[("", _("全部")), *ReportScope.choices])
    period = forms.ChoiceField(label=_("月份"), required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "branch", person, Right.VIEW_DRAFT_REPORTS)
        _choose(self, "period", [("", str(_("全部"))), *month_choices()])

    @property
    def asked(self) -> RunFilter:
        """The filter; a value that is not offered narrows nothing and is shown as wrong."""
        data: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return RunFilter(
            branch=data.get("branch"),
            status=data.get("status", ""),
            scope=data.get("scope", ""),
            period=data.get("period", ""),
        )


class DeclineForm(forms.Form):
    """Why a report is not published."""

    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("不要写个人姓名。")
    )


class ClearForm(forms.Form):
    """Which anomalies are explained, and how."""

    chosen = forms.ChoiceField(label=_("说明哪些"), help_text=_("一次说明一条；情况相同的，也可以一次说明一类。"))
    reason = forms.CharField(
        label=_("说明"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("写明查了什么、结论是什么，不要写个人姓名。"),
    )

    def __init__(self, *args: Any, lines: list[RuleLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, str]] = []
        for line in lines:
            if line.open > 1:
                choices.append((f"{line.rule}:", f"{line.label}：{_('全部')} {line.open}"))
            choices += [
                (f"{line.rule}:{one.subject}", f"{line.label}：{one.subject}") for one in line.found if one.is_open
            ]
        _choose(self, "chosen", choices)

    def clean(self) -> dict[str, Any]:
        """Rule and subject apart."""
        data = super().clean() or {}
        if "chosen" in data:
            data["rule"], data["subject"] = data.pop("chosen").split(":", 1)
        return data


class CorrectionForm(forms.Form):
    """What a new version corrects."""

    note = forms.CharField(
        label=_("更正说明"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("会印在新版报告上并公开。写明更正了什么、为什么，不要写个人姓名。"),
    )


class TrailFilterForm(forms.Form):
    """What narrows the audit trail."""

    login = forms.CharField(label=_("操作人登录名"), required=False, max_length=150)
    verb = forms.CharField(
        label=_("动作"), required=False, max_length=80, help_text=_("例如 donations.batch 或 transparency.report。")
    )
    number = forms.CharField(label=_("对象编号"), required=False, max_length=120)
    branch = BranchField(label=_("红十字会"), required=False, empty_label=_("全部"))
    first = forms.DateField(label=_("从"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("到"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "branch", person, Right.VIEW_AUDIT)


def _offer(form: forms.BaseForm, name: str, person: User, right: str) -> None:
    field = form.fields[name]
    assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
    field.offer(person, right)


def _choose(form: forms.BaseForm, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
    field.choices = choices
