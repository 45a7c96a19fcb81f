"""Forms of mass lessons at the desk."""

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
from training.choices import ContractStatus, KeyGroup, OrganisationKind, Setting, Topic
from training.forms.organisations import OrganisationInput
from training.models import Instructor, MassLesson, ServiceContract
from training.models.mass_lesson import LARGEST_AUDIENCE
from training.selectors.organisations import offered_names
from training.services.mass_lessons import LONGEST_MINUTES, MassLessonDraft


class InstructorField(forms.ModelChoiceField):
    """A choice of instructors, by name and branch."""

    def label_from_instance(self, obj: Instructor) -> str:
        """Name, grade and branch."""
        return f"{obj.name}（{obj.get_grade_display()}，{obj.branch.short_name}）"


class ContractField(forms.ModelChoiceField):
    """A choice of contracts, by number and buyer."""

    def label_from_instance(self, obj: ServiceContract) -> str:
        """Number, buyer and subject."""
        return f"{obj.number} {obj.buyer}：{obj.subject}"


class MassLessonForm(forms.Form):
    """One mass lesson as it was held."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("举办单位"))
    held_on = forms.DateField(label=_("日期"), widget=DayInput)
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))
    place = forms.CharField(label=_("地点"), max_length=200, help_text=_("例如“示例中学报告厅”。"))
    setting = forms.ChoiceField(label=_("场所"), choices=[("", _("请选择")), *Setting.choices])
    topic = forms.ChoiceField(label=_("内容"), choices=[("", _("请选择")), *Topic.choices])
    key_group = forms.ChoiceField(label=_("人群"), choices=KeyGroup)
    organisation = forms.CharField(
        label=_("学校或单位"),
        max_length=120,
        required=False,
        widget=OrganisationInput,
        help_text=_("填全称或统一社会信用代码；登记过的会提示。"),
    )
    organisation_kind = forms.ChoiceField(
        label=_("单位类别（登记新单位）"),
        choices=[("", _("已登记，或只写文字")), *OrganisationKind.choices],
        required=False,
        help_text=_("登记簿里没有这个单位时选择，保存时一并登记，以后按它统计。"),
    )
    audience_count = forms.IntegerField(
        label=_("听课人次"), min_value=1, max_value=LARGEST_AUDIENCE, help_text=_("只记人数，不记姓名。")
    )
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=LONGEST_MINUTES)
    instructor = InstructorField(
        label=_("师资"), queryset=Instructor.objects.none(), required=False, empty_label=_("不填")
    )
    contract = ContractField(
        label=_("购买服务合同"), queryset=ServiceContract.objects.none(), required=False, empty_label=_("不属于合同")
    )
    evidence = forms.FileField(
        label=_("佐证材料"),
        required=False,
        help_text=_("现场照片、签到表或对方回执，JPG、PNG 或 PDF，不超过 10 MB；不公开。提交前必须有。"),
        widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        person: User,
        lesson: MassLesson | None = None,
        again: bool = False,
    ) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4(), "held_on": today(), "minutes": 60}
        if lesson is not None:
            kept = ("held_on", "place", "setting", "topic", "key_group", "organisation", "audience_count", "minutes")
            initial |= {name: getattr(lesson, name) for name in kept}
            initial |= {"branch": lesson.branch.code, "area": lesson.area_id, "instructor": lesson.instructor_id}
            initial["contract"] = lesson.contract_id
            initial |= {} if again else {"key": lesson.key}
        super().__init__(data, files if data is not None else None, initial=initial)
        branches = branches_with(person, Right.MARK_TRAINING).valid()  # type: ignore[attr-defined]
        if lesson is not None:
            branches = branches.filter(pk=lesson.branch_id)
        self._offer("branch", branches)
        codes = [one.division_id[:2] for one in branches]
        counties = Division.objects.filter(level=DivisionLevel.COUNTY).order_by("code")
        self._offer("area", counties.filter(code__regex="^(" + "|".join(sorted(set(codes)) or ["-"]) + ")"))
        teachers = Instructor.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch").order_by("name")
        self._offer("instructor", teachers)
        contracts = ServiceContract.objects.visible_to(person, Right.VIEW_TRAINING).order_by("-pk")
        first = branches.first()
        if first is not None:
            self.fields["organisation"].widget.offered = offered_names(first)
        self._offer("contract", contracts.filter(status=ContractStatus.RUNNING))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        if isinstance(field, BranchField):
            field.offer(rows)
        else:
            field.queryset = rows

    def draft(self, evidence: StoredFile | None) -> MassLessonDraft:
        """What was written, with the evidence that was kept."""
        said = {name: self.cleaned_data[name] for name in self.fields if name != "evidence"}
        return MassLessonDraft(**said, evidence=evidence)


class CorrectionForm(MassLessonForm):
    """What a confirmed lesson should have said, and why."""

    correction_note = forms.CharField(
        label=_("更正说明"), max_length=300, help_text=_("会公开，不要写姓名。"), widget=forms.Textarea({"rows": 2})
    )

    def draft(self, evidence: StoredFile | None) -> MassLessonDraft:
        """What was written, without the note."""
        said = {name: self.cleaned_data[name] for name in MassLessonForm.base_fields if name != "evidence"}
        return MassLessonDraft(**said, evidence=evidence)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("理由"), max_length=500, help_text=_("不要写个人姓名。"), widget=forms.Textarea({"rows": 2})
    )
