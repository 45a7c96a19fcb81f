"""Forms of rescue cases at the desk."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.models import StoredFile
from core.uploads import PAPER_ACCEPT
from organizations.choices import DivisionLevel, Right
from organizations.forms import BranchField, DayInput, DivisionField
from organizations.models import Division
from organizations.permissions import branches_with
from training.choices import RescueKind
from training.models import Certificate
from training.services.rescues import LONGEST_STORY, RescueReport


class RescueForm(forms.Form):
    """A rescue as it was reported."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("登记单位"))
    happened_on = forms.DateField(label=_("日期"), widget=DayInput)
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))
    kind = forms.ChoiceField(label=_("情形"), choices=[("", _("请选择")), *RescueKind.choices])
    saved_count = forms.IntegerField(
        label=_("获救人数"), min_value=1, max_value=50, initial=1, help_text=_("获救者的姓名、年龄、住址都不登记。")
    )
    with_aed = forms.BooleanField(label=_("使用了 AED"), required=False)
    rescuer = forms.CharField(
        label=_("救护员姓名"), max_length=60, help_text=_("加密保存；公开时只显示姓，除非本人同意。")
    )
    certificate = forms.CharField(label=_("救护证书编号"), max_length=40, required=False)
    evidence = forms.FileField(
        label=_("佐证材料"),
        help_text=_("感谢信、接处警或院前急救记录等，JPG、PNG 或 PDF，不超过 10 MB；加密保存，不公开。"),
        widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
    )

    def __init__(self, data: Any = None, files: Any = None, *, person: User) -> None:
        initial = {"key": uuid.uuid4(), "happened_on": today()}
        super().__init__(data, files if data is not None else None, initial=initial)
        self.person = person
        branches = branches_with(person, Right.MARK_TRAINING)
        provinces = {one.division_id[:2] for one in branches}
        counties = Division.objects.filter(level=DivisionLevel.COUNTY).order_by("code")
        self._offer("branch", branches)
        self._offer("area", counties.filter(code__regex="^(" + "|".join(sorted(provinces) or ["-"]) + ")"))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        if isinstance(field, BranchField):
            field.offer(rows)
        else:
            field.queryset = rows

    def clean_certificate(self) -> Certificate | None:
        """The certificate of that number, where one is given."""
        number = self.cleaned_data["certificate"].replace("\x00", "").strip()
        if not number:
            return None
        found: Certificate | None = Certificate.objects.for_public_check().filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("没有这个编号的证书，请核对，或留空。"))
        return found

    def report(self, evidence: StoredFile) -> RescueReport:
        """What was written, with the evidence that was kept."""
        said = {name: self.cleaned_data[name] for name in self.fields if name != "evidence"}
        return RescueReport(**said, evidence=evidence)


class StoryForm(forms.Form):
    """What is told in public, and what the rescuer agreed to."""

    story = forms.CharField(
        label=_("经过"),
        max_length=LONGEST_STORY,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("会公开。不写获救者的姓名、住址、病情细节，不写电话和证件号。"),
    )
    agrees = forms.BooleanField(label=_("救护员已签字同意公开这段经过"), required=False)
    is_named = forms.BooleanField(label=_("救护员另外同意公开全名（不勾选只显示姓）"), required=False)
