"""Forms of the desk's report pages; what they mean is checked by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotAllowed, NotFound
from core.periods import PeriodError, parse_period
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with
from transparency.choices import ReportKind, ReportScope, RunStatus
from transparency.selectors.anomalies import RuleLine
from transparency.selectors.reports import RunFilter

if TYPE_CHECKING:
    from accounts.models import User


def show_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service refused onto the form; a missing right goes on to the error page."""
    if isinstance(error, (NotAllowed, NotFound)):
        raise error
    form.add_error(None, error.message)
    for name, sentence in error.fields.items():
        if name in form.fields:
            form.add_error(name, sentence)


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


class RunFilterForm(forms.Form):
    """What narrows the list of reports."""

    branch = BranchField(label=_("红十字会（含下级）"), required=False, empty_label=_("全部"))
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *RunStatus.choices])
    scope = forms.ChoiceField(label=_("范围"), required=False, choices=[("", _("全部")), *ReportScope.choices])
    kind = forms.ChoiceField(label=_("种类"), required=False, choices=[("", _("全部")), *ReportKind.choices])
    period = forms.CharField(
        label=_("期间"),
        required=False,
        max_length=10,
        help_text=_("年 2026、季 2026Q1、月 2026-01 或日 2026-01-20。"),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_branches(self, "branch", person, Right.VIEW_DRAFT_REPORTS)

    def clean_period(self) -> str:
        """A period as it is stored."""
        text = str(self.cleaned_data["period"]).strip()
        try:
            return parse_period(text).code if text else ""
        except PeriodError as error:
            raise forms.ValidationError(error.message) from error

    @property
    def asked(self) -> RunFilter:
        """The filter; a value that is not offered narrows nothing and is shown as wrong."""
        data: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        return RunFilter(
            branch=data.get("branch"),
            kind=data.get("kind", ""),
            status=data.get("status", ""),
            scope=data.get("scope", ""),
            period=data.get("period", ""),
        )


class DeclineForm(forms.Form):
    """Why a report is not published."""

    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("不要写个人姓名。")
    )


class WithdrawForm(forms.Form):
    """Why a published report's files are handed out no longer."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会公开，请不要写出姓名。"),
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
        choose(self, "chosen", choices)

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
        offer_branches(self, "branch", person, Right.VIEW_AUDIT)


def offer_branches(form: forms.BaseForm, name: str, person: User, right: str) -> None:
    """Offer the branches in which a person holds a right."""
    field = form.fields[name]
    assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
    field.offer(person, right)


def choose(form: forms.BaseForm, name: str, choices: list[tuple[str, str]]) -> None:
    """Let a field be chosen from these."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
    field.choices = choices
