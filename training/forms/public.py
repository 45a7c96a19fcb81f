"""Forms of the public pages: telephone, place, checking in; what they mean is checked by the services."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentKind
from core.identifiers import normalise_payer
from training.services.enrolling import Person


class PhoneForm(forms.Form):
    """The telephone by which somebody signs up."""

    phone = forms.CharField(
        label=gettext_lazy("您的手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=gettext_lazy("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class SignUpForm(CodeForm):
    """Who signs up. `key` is the form's own: with a name it makes one place, however often it is sent."""

    field_order = (
        "code",
        "name",
        "unit",
        "document_kind",
        "document",
        "born_on",
        "document_consent",
        "earlier_number",
        "key",
    )
    PLAIN = ("code", "name", "unit")
    CERTIFICATE = ("document_kind", "document", "born_on", "document_consent")
    RENEWAL = ("earlier_number",)

    name = forms.CharField(
        label=gettext_lazy("参加人姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("请填写参加人的姓名。")},
    )
    unit = forms.CharField(
        label=gettext_lazy("学校或单位"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    document_kind = forms.ChoiceField(
        label=gettext_lazy("证件类型"),
        required=False,
        choices=[("", gettext_lazy("居民身份证")), *DocumentKind.choices[1:]],
    )
    document = forms.CharField(
        label=gettext_lazy("证件号码"), required=False, max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    born_on = forms.DateField(
        label=gettext_lazy("出生日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("只有护照、通行证、军官证须填；身份证上有，不用填。"),
        error_messages={"invalid": gettext_lazy("日期请写成 1966-01-31 的样子。")},
    )
    document_consent = forms.BooleanField(
        label=gettext_lazy("我单独同意为办理救护证书使用我的证件号码"), required=False
    )
    earlier_number = forms.CharField(
        label=gettext_lazy("原证书编号（选填）"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("换过证件、证件号码对不上时，凭编号和姓名接续原证书。"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, needs_code: bool, is_refresher: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_code:
            del self.fields["code"]
        if not is_refresher:
            del self.fields["earlier_number"]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """What everybody fills in."""
        return [self[name] for name in self.PLAIN if name in self.fields]

    @property
    def certificate_fields(self) -> list[forms.BoundField]:
        """What only a certificate needs."""
        return [self[name] for name in (*self.CERTIFICATE, *self.RENEWAL) if name in self.fields]

    @property
    def wants_certificate(self) -> bool:
        """Whether any of that was filled in."""
        return any(self.data.get(name) for name in (*self.CERTIFICATE, *self.RENEWAL))

    def clean(self) -> dict[str, Any]:
        """The number of a document comes with its own consent, and the consent with a number."""
        data = super().clean() or {}
        if data.get("document") and not data.get("document_consent"):
            self.add_error("document_consent", _("填写证件号码须单独勾选同意；不办证书就不用填证件号码。"))
        if data.get("document_consent") and not data.get("document"):
            self.add_error("document", _("要办证书请填写证件号码；不办就取消下面的勾选。"))
        return data

    def person(self, phone: str) -> Person:
        """Who signs up, by a telephone that was shown."""
        data = self.cleaned_data
        born_on: datetime.date | None = data["born_on"]
        kind = data["document_kind"] or (DocumentKind.ID_CARD.value if data["document"] else "")
        earlier = data.get("earlier_number", "")
        return Person(data["name"], phone, kind, data["document"], born_on, data["unit"], earlier)

    def place_key(self, number: str, phone: str) -> uuid.UUID:
        """The key of the place that this form asks for: another name or telephone is another place."""
        data = self.cleaned_data
        key: uuid.UUID = data["key"]
        return uuid.uuid5(key, f"{number} {phone} {normalise_payer(data['name'])}")


class PlaceForm(forms.Form):
    """The code of one's place."""

    place = forms.CharField(
        label=gettext_lazy("报名编号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("16 位字母和数字，在报名短信里。"),
    )


class CheckInForm(forms.Form):
    """The code on the screen of the class; `at` is written by the page's module where it scanned without a network."""

    token = forms.CharField(
        label=gettext_lazy("签到码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=gettext_lazy("教室屏幕二维码下面的字母和数字。"),
        error_messages={"required": gettext_lazy("请扫描屏幕上的二维码，或输入它下面的签到码。")},
    )
    at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
