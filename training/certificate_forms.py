"""Forms about certificates: for everybody who checks one, and for the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.identifiers import normalise_identifier
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import branches_with
from training.choices import CertificateKind, RevokeReason, ShownStatus
from training.selectors.public_certificates import LONGEST_NUMBER
from training.services.checking import TAIL_LENGTH
from training.services.ending import REISSUES
from training.services.enrolling import LONGEST_NAME

if TYPE_CHECKING:
    from accounts.models import User

_TAIL = re.compile(r"[0-9]{3}[0-9A-Z]|[0-9A-Z]{4}", re.ASCII)


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TailField(forms.CharField):
    """The last four places of a document's number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("证件号码后四位"),
            max_length=12,
            widget=forms.TextInput(attrs={"autocomplete": "off", "size": TAIL_LENGTH}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """Four letters or digits, or nothing where it is not asked for."""
        plain = normalise_identifier(super().clean(value))
        if plain and not _TAIL.fullmatch(plain):
            raise forms.ValidationError(_("请填写证件号码最后四位，例如 123X。"))
        return plain


class TailForm(forms.Form):
    """What is compared with a certificate that one already sees."""

    tail = TailField(help_text=gettext_lazy("只告诉您是否一致，不显示号码；每次比对都留有记录。"))


class SearchForm(forms.Form):
    """What stands on a certificate."""

    number = forms.CharField(label=gettext_lazy("证书编号"), max_length=LONGEST_NUMBER)
    name = forms.CharField(
        label=gettext_lazy("持证人姓名"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("填写证书上的全名，两项都对才能查到。"),
    )
    tail = TailField(required=False, help_text=gettext_lazy("可不填。填了就三项都要对。"))


class PurposeForm(forms.Form):
    """What somebody wants to read a name for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        min_length=2,
        max_length=200,
        help_text=gettext_lazy("会和您的姓名、时间一起记入查看记录，请不要写持证人姓名。"),
    )


class RevokeForm(forms.Form):
    """Why a certificate no longer counts."""

    reason = forms.ChoiceField(
        label=gettext_lazy("撤销原因"),
        choices=[("", gettext_lazy("请选择")), *RevokeReason.choices],
        help_text=gettext_lazy("会显示在查验页面上。"),
    )
    note = forms.CharField(
        label=gettext_lazy("情况说明"),
        min_length=2,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("供日后核查，不公开；请不要写姓名和证件号码。"),
    )


class ReissueForm(forms.Form):
    """Why a new certificate takes the place of another."""

    reason = forms.ChoiceField(
        label=gettext_lazy("换发原因"),
        choices=[("", gettext_lazy("请选择")), *((one.value, one.label) for one in REISSUES)],
    )
    name = forms.CharField(
        label=gettext_lazy("更正后的姓名"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("只在原因是“姓名更正”时填写。"),
    )


class LegacyForm(forms.Form):
    """A file of certificates that were printed before."""

    branch = forms.ModelChoiceField(
        label=gettext_lazy("发证单位"),
        queryset=Branch.objects.none(),
        to_field_name="code",
        empty_label=None,
        help_text=gettext_lazy("文件里的证书都由这一家发放。"),
    )
    file = forms.FileField(
        label=gettext_lazy("历史证书文件"),
        help_text=gettext_lazy("XLSX 或 CSV，列名见模板；含证件号码，上传后加密保存，一年后销毁。"),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch = self.fields["branch"]
        assert isinstance(branch, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        branch.queryset = branches_with(person, Right.ISSUE_CERTIFICATES).order_by("code")


class FilterForm(forms.Form):
    """Which certificates a list shows."""

    number = forms.CharField(label=gettext_lazy("证书编号"), required=False, max_length=LONGEST_NUMBER)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[("", gettext_lazy("全部")), *ShownStatus.choices]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), required=False, choices=[("", gettext_lazy("全部")), *CertificateKind.choices]
    )
    branch = forms.CharField(
        label=gettext_lazy("发证单位编码"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("含下级，例如 330182。"),
    )
    issued_from = forms.DateField(label=gettext_lazy("发证日期从"), required=False, widget=DayInput)
    issued_to = forms.DateField(label=gettext_lazy("发证日期到"), required=False, widget=DayInput)
