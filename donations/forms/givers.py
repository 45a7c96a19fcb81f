"""Forms of the desk for givers; what they mean is checked by the services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from donations.choices import FeedbackChannel
from organizations.forms import DayInput


class ContactForm(forms.Form):
    """A giver's telephone."""

    phone = forms.CharField(
        label=gettext_lazy("捐赠人手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("请当面或致电核对：凭这个号码收到的验证码，就能看到这笔捐赠的全名和去向。"),
    )


class FeedbackForm(forms.Form):
    """That a giver was told what became of a gift."""

    told_on = forms.DateField(label=gettext_lazy("反馈日期"), widget=DayInput)
    channel = forms.ChoiceField(label=gettext_lazy("方式"), choices=FeedbackChannel.choices)
    summary = forms.CharField(
        label=gettext_lazy("内容摘要"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("捐赠人会在“我的捐赠”中看到，不要写个人姓名和电话。"),
    )


class AnswerForm(forms.Form):
    """The answer to a giver's request."""

    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("捐赠人会在“我的捐赠”中看到。复制资料可以写明领取的时间和地点。"),
    )
