"""Forms of the public pages of the registries."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

YES_NO = [("yes", _("是")), ("no", _("否"))]


class EligibilityForm(forms.Form):
    """Three questions; the answers are looked at and kept nowhere."""

    is_adult = forms.ChoiceField(label=_("您满 18 周岁吗？"), choices=YES_NO, widget=forms.RadioSelect)
    has_capacity = forms.ChoiceField(
        label=_("您能独立、清楚地作出自己的决定吗？"), choices=YES_NO, widget=forms.RadioSelect
    )
    has_told = forms.ChoiceField(label=_("您和家人谈过这件事吗？"), choices=YES_NO, widget=forms.RadioSelect)


class PhoneForm(forms.Form):
    """The telephone that one registered with."""

    phone = forms.CharField(
        label=_("登记时留的手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(forms.Form):
    """The code that was sent, and the name that is registered."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class NewPhoneForm(forms.Form):
    """A new telephone, and then its code."""

    phone = forms.CharField(
        label=_("新手机号"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
    )


class NewPhoneCodeForm(forms.Form):
    """The code that was sent to the new telephone."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class StemcellCheckForm(forms.Form):
    """Three questions about giving stem cells; the answers are looked at and kept nowhere."""

    is_of_age = forms.ChoiceField(label=_("您现在 18 至 45 周岁吗？"), choices=YES_NO, widget=forms.RadioSelect)
    is_healthy = forms.ChoiceField(
        label=_("您身体健康，符合无偿献血的健康标准吗？"), choices=YES_NO, widget=forms.RadioSelect
    )
    is_reachable = forms.ChoiceField(
        label=_("您能留下两位亲友的联系方式，并在换号码、搬家时告诉我们吗？"), choices=YES_NO, widget=forms.RadioSelect
    )
