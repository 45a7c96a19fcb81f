"""Forms of a session's roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentKind
from organizations.forms import DayInput
from training.services.enrolling import LONGEST_NAME, Person
from training.services.roster_files import read_roster_file, read_roster_text
from training.services.rosters import RosterRow

_TYPED = {"autocomplete": "off", "spellcheck": "false"}
_CONSENT = gettext_lazy("本人已单独同意登记证件号码，用于核对身份和发放证书")


class PurposeForm(forms.Form):
    """What names are read for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"), max_length=200, min_length=2, help_text=gettext_lazy("例如：课堂点名。")
    )


class ReasonForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=300, min_length=2, widget=forms.Textarea(attrs={"rows": 2})
    )


class DocumentForm(forms.Form):
    """The document of somebody on the roster."""

    document_kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"), choices=DocumentKind.choices, initial=DocumentKind.ID_CARD
    )
    document = forms.CharField(
        label=gettext_lazy("证件号码"),
        max_length=40,
        widget=forms.TextInput(attrs=_TYPED),
        help_text=gettext_lazy("加密保存，只用于核对身份和发证。"),
    )
    born_on = forms.DateField(
        label=gettext_lazy("出生日期"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("证件号码里没有出生日期的（护照、通行证、军官证）填写，只用来核对年龄，不保存。"),
    )
    document_consent = forms.BooleanField(label=_CONSENT, required=False)


class PersonForm(DocumentForm):
    """One person who is put on the roster at the desk; without a document no certificate can be issued yet."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs=_TYPED))
    phone = forms.CharField(
        label=gettext_lazy("手机"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={**_TYPED, "inputmode": "tel"}),
    )
    unit = forms.CharField(label=gettext_lazy("学校或单位"), max_length=120, required=False)
    field_order = ("name", "phone", "unit", "document_kind", "document", "born_on", "document_consent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].required = False
        self.fields["document"].help_text = _("可以以后补登记；没有证件号码不能发证。加密保存，不公开。")

    def person(self) -> Person:
        """Who is meant."""
        data = self.cleaned_data
        kind = data["document_kind"] if data["document"].strip() else ""
        return Person(data["name"], data["phone"], kind, data["document"], data["born_on"], data["unit"])


class RosterForm(forms.Form):
    """A roster: a file, or what was copied out of a spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("名册文件"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("XLSX 或 CSV，不超过 2 MB、300 人。文件本身不保存。"),
    )
    pasted = forms.CharField(
        label=gettext_lazy("或者粘贴名册"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6, **_TYPED}),
        help_text=gettext_lazy("在表格软件中连同表头一起选中、复制，粘贴到这里。"),
    )
    document_consent = forms.BooleanField(
        label=gettext_lazy("名册中有证件号码的人，都已单独同意登记证件号码，用于核对身份和发放证书"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("file")) == bool((data.get("pasted") or "").strip()):
            raise forms.ValidationError(_("请上传名册文件，或粘贴名册，二选一。"))
        return data

    def rows(self) -> list[RosterRow]:
        """The lines of the roster; raises DomainError with the field that cannot be read."""
        if self.cleaned_data["file"]:
            return read_roster_file(bytes(self.cleaned_data["file"].read()))
        return read_roster_text(self.cleaned_data["pasted"])
