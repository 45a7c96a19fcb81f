"""Forms of exports: asking, deciding."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from organizations.choices import Right
from organizations.forms import BranchField
from organizations.permissions import branches_with
from registries.choices.papers import MOST_DAYS, ExportField, ExportFormat, ExportList
from registries.services.exports import ExportRequest

DECISIONS = [("approve", _("批准，生成文件")), ("refuse", _("不批准"))]


class ExportForm(forms.Form):
    """What somebody asks to export."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("登记单位"))
    listed = forms.ChoiceField(label=_("名单"), choices=[("", _("请选择")), *ExportList.choices])
    columns = forms.MultipleChoiceField(
        label=_("字段"), choices=ExportField, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("只选用得着的；编号和水印一定会有。报名日期、入库日期、进度只在造血干细胞志愿者的名单里有；签字日期、意愿、执行人、登记号只在志愿登记的名单里有。"),
    )  # fmt: skip
    format = forms.ChoiceField(label=_("格式"), choices=ExportFormat, initial=ExportFormat.XLSX)
    purpose = forms.CharField(
        label=_("用途"), max_length=200,
        help_text=_("做什么用、给谁用；会记在每个人的查看记录里。不要写登记人的姓名和号码。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    keep_days = forms.IntegerField(
        label=_("文件保留几天"), min_value=1, max_value=MOST_DAYS, initial=3, help_text=_("1 至 7 天，到期自动销毁。")
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        branches = branches_with(person, Right.EXPORT_REGISTRANTS)
        own = list(branches)
        initial = {"key": uuid.uuid4(), **({"branch": own[0].code} if len(own) == 1 else {})}
        super().__init__(data, initial=initial)
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = branches

    def asked(self) -> ExportRequest:
        """What was asked for."""
        said = {**self.cleaned_data, "columns": tuple(self.cleaned_data["columns"])}
        return ExportRequest(**said)


class DecisionForm(forms.Form):
    """Whether an export is approved; a refusal says why."""

    decision = forms.ChoiceField(label=_("决定"), choices=DECISIONS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("不批准的理由"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("批准的不用填；申请人会看到。"),
    )  # fmt: skip
