"""Forms of single steps at a wish: corrections, consents, pictures of papers, printing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.uploads import PAPER_ACCEPT
from organizations.forms import DayInput
from registries.choices import Sex
from registries.choices.papers import CorrectionReason, ReferenceReason
from registries.forms.wishes import OFF, PAPER_CHANNELS
from registries.services.correcting import Correction


class CorrectionForm(forms.Form):
    """What is put right of somebody; what is left empty stays as it is."""

    NAME = ("name", "has_seen_paper")
    REACH = ("phone", "contact_name", "contact_phone")
    REST = ("address", "sex", "people", "occupation", "education")

    reason = forms.ChoiceField(label=_("更正原因"), choices=[("", _("请选择")), *CorrectionReason.choices])
    name = forms.CharField(label=_("正确的姓名"), max_length=60, required=False, widget=forms.TextInput(OFF))
    has_seen_paper = forms.BooleanField(label=_("已核对本人的证件原件（改名的，证件上已是新名）"), required=False)
    phone = forms.CharField(
        label=_("新电话"), max_length=30, required=False, widget=forms.TextInput({**OFF, "inputmode": "tel"}),
        help_text=_("手机；座机带区号；香港、澳门和境外号码以 +852、+853 或 + 国家代码开头。"),
    )  # fmt: skip
    has_no_phone = forms.BooleanField(label=_("本人现在没有电话，通过联系人联系"), required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False, widget=forms.TextInput(OFF))
    contact_phone = forms.CharField(label=_("联系人电话"), max_length=30, required=False, widget=forms.TextInput(OFF))
    address = forms.CharField(label=_("住址"), max_length=200, required=False, widget=forms.TextInput(OFF))
    sex = forms.ChoiceField(label=_("性别"), required=False, choices=[("", _("不改")), *Sex.choices])
    people = forms.CharField(label=_("民族"), max_length=20, required=False)
    occupation = forms.CharField(label=_("职业"), max_length=60, required=False)
    education = forms.CharField(label=_("学历"), max_length=40, required=False)

    def correction(self) -> Correction:
        """What was written."""
        return Correction(**self.cleaned_data)

    def fields_of(self, group: str) -> list[Any]:
        """The fields of one part."""
        return [self[name] for name in getattr(self, group)]


class ConsentForm(forms.Form):
    """How somebody gave a consent, or took it back."""

    channel = forms.ChoiceField(label=_("办理方式"), choices=PAPER_CHANNELS)


class ReferenceForm(forms.Form):
    """The right number of the national system, and why the other one was wrong."""

    reference = forms.CharField(label=_("正确的全国系统登记号"), max_length=60, widget=forms.TextInput(OFF))
    reason = forms.ChoiceField(label=_("更正原因"), choices=[("", _("请选择")), *ReferenceReason.choices])


class ThereForm(forms.Form):
    """On which day it was withdrawn in the national system."""

    on = forms.DateField(label=_("在全国系统撤回的日期"), widget=DayInput, initial=today)


class PaperForm(forms.Form):
    """A picture of the signed form, brought later."""

    paper = forms.FileField(
        label=_("签字登记表的扫描件或照片"),
        help_text=_("JPG、PNG 或 PDF，不超过 10 MB；加密保存，随登记一并销毁。"),
        widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
    )
