"""Forms of joining: drives, the volunteer's agreement."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.documents import DocumentKind
from organizations.choices import Right
from organizations.forms import BranchField, DayInput
from organizations.permissions import branches_with
from registries.choices import STEM_CONSENTS, Channel, ConsentSubject, Sex
from registries.choices.donors import HEALTH_QUESTIONS, KIN_COUNT, Relation
from registries.forms.clear_text import ClearCharField
from registries.forms.public import YES_NO
from registries.models import Drive
from registries.services.donors.enrolment import CHANNELS, Enrolment
from registries.services.donors.kin import Kin
from registries.services.registrants import Person

OFF = {"autocomplete": "off"}
TEL = {**OFF, "inputmode": "tel"}
CONSENT_CHOICES = [(one, ConsentSubject(one).label) for one in STEM_CONSENTS]
KIN_PARTS = ("name", "relation", "phone")


class _ToldByService:
    """A field that is asked for, of which the service tells what is missing beside all other faults."""

    def validate(self, value: Any) -> None:
        """Let an open one through."""
        if value:
            super().validate(value)  # type: ignore[misc]


class _Choice(_ToldByService, forms.ChoiceField):
    """One of several."""


class _Choices(_ToldByService, forms.MultipleChoiceField):
    """Some of several."""


class _Text(_ToldByService, forms.CharField):
    """A text."""


class _Tick(_ToldByService, forms.BooleanField):
    """A tick."""


class DriveForm(forms.Form):
    """A recruitment drive."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("主办单位"))
    name = ClearCharField(label=_("活动名称"), max_length=80, help_text=_("例如“某某大学春季招募”。"))
    place = ClearCharField(label=_("地点"), max_length=120)
    held_on = forms.DateField(label=_("活动日期"), widget=DayInput, initial=today)
    planned_count = forms.IntegerField(label=_("计划人数"), min_value=1, max_value=100_000)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        _offer_branches(self, person)


class KinForm(forms.Form):
    """Two people to ring where the donor is not reached."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at in range(1, KIN_COUNT + 1):
            self.fields[f"kin{at}_name"] = _Text(label=_("亲友姓名"), max_length=60, widget=forms.TextInput(OFF))
            self.fields[f"kin{at}_relation"] = _Choice(
                label=_("与本人的关系"), choices=[("", _("请选择")), *Relation.choices]
            )
            self.fields[f"kin{at}_phone"] = _Text(label=_("亲友电话"), max_length=30, widget=forms.TextInput(TEL))

    @property
    def kin_fields(self) -> list[list[forms.BoundField]]:
        """The fields of each of those to ring."""
        return [[self[f"kin{at}_{name}"] for name in KIN_PARTS] for at in range(1, KIN_COUNT + 1)]

    def kin(self) -> tuple[Kin, ...]:
        """Both as typed."""
        data = self.cleaned_data
        return tuple(Kin(*(data[f"kin{at}_{name}"] for name in KIN_PARTS)) for at in range(1, KIN_COUNT + 1))


class EnrolmentForm(KinForm):
    """A volunteer's agreement as it was signed; at a drive one person after another."""

    PERSON = ("document_kind", "document", "name", "phone", "sex", "born_on", "address", "has_capacity")

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("登记单位"))
    document_kind = forms.ChoiceField(
        label=_("证件类型"), required=False, choices=[("", _("居民身份证")), *DocumentKind.choices[1:]]
    )
    document = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(OFF))
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(OFF))
    phone = forms.CharField(label=_("手机号"), max_length=30, widget=forms.TextInput(TEL))
    sex = forms.ChoiceField(label=_("性别"), required=False, choices=[("", _("未填")), *Sex.choices])
    born_on = forms.DateField(
        label=_("出生日期"), required=False, widget=DayInput, help_text=_("只有护照、通行证、军官证须填。")
    )
    address = forms.CharField(label=_("住址"), max_length=200, required=False, widget=forms.TextInput(OFF))
    has_capacity = _Tick(label=_("已核对证件原件，由具有完全民事行为能力的本人作出"))
    doctor_agrees = forms.BooleanField(label=_("医生已确认可以加入"), required=False)
    consents = _Choices(
        label=_("本人逐项同意"), choices=CONSENT_CHOICES, widget=forms.CheckboxSelectMultiple,
        help_text=_("照同意书上本人的勾选填写；五项都是加入的前提。"),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("办理方式"), choices=[(one.value, one.label) for one in Channel if one in CHANNELS]
    )
    signed_on = forms.DateField(label=_("签字日期"), widget=DayInput)

    def __init__(self, data: Any = None, *, person: User, drive: Drive | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "signed_on": today()})
        self.drive = drive
        _offer_branches(self, person, only=drive)
        for question in HEALTH_QUESTIONS:
            self.fields[f"answer_{question.code}"] = _Choice(
                label=str(question.text), choices=YES_NO, widget=forms.RadioSelect
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The health questions."""
        return [self[f"answer_{one.code}"] for one in HEALTH_QUESTIONS]

    def enrolment(self) -> Enrolment:
        """The whole form."""
        data = self.cleaned_data
        said = {one.code: data[f"answer_{one.code}"] for one in HEALTH_QUESTIONS}
        return Enrolment(
            branch=data["branch"],
            # The person's own key is drawn by chance: one that followed from the form's would tell who it is.
            person=Person(**{name: data[name] for name in self.PERSON}),
            answers={code: answer == "yes" for code, answer in said.items() if answer},
            kin=self.kin(),
            signed_on=data["signed_on"],
            consents=frozenset(data["consents"]),
            doctor_agrees=data["doctor_agrees"],
            drive_id=self.drive.pk if self.drive else None,
            channel=data["channel"],
            key=data["key"],
        )


class DonorFindForm(forms.Form):
    """A document by which somebody is found."""

    document_kind = EnrolmentForm.base_fields["document_kind"]
    document = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(OFF))


def _offer_branches(form: forms.Form, person: User, *, only: Drive | None = None) -> None:
    field = form.fields["branch"]
    assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
    rows = branches_with(person, Right.KEEP_REGISTRIES)
    field.offer(rows.filter(pk=only.branch_id) if only else rows)
