"""Forms of the public pages of remembrance."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from registries.choices.memorial import Part, ReportReason, Visitor
from registries.services.memorial.bookings import LARGEST_PARTY, VISIT_DAYS, Party
from registries.services.memorial.messages import LONGEST_MESSAGE, LONGEST_SIGNATURE, Words


class MessageForm(forms.Form):
    """A message; `website` is for programs alone, which fill in everything."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    # Longer is told in words by the service, which counts what is left once the text was made plain.
    text = forms.CharField(
        label=_("留言"), max_length=10 * LONGEST_MESSAGE, widget=forms.Textarea({"rows": 4}),
        help_text=_("不超过 200 字。请不要写电话、医院和器官去向；工作人员审核后才会显示。"),
        error_messages={"required": _("请写下想说的话。")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("署名"), max_length=LONGEST_SIGNATURE, required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("可以不写，也可以写“老同事”“邻居”。"),
    )  # fmt: skip
    website = forms.CharField(
        label=_("请留空"), required=False, widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})

    @property
    def is_program(self) -> bool:
        """Whether a field was filled in that no person sees."""
        return bool(self.cleaned_data.get("website"))

    def words(self) -> Words:
        """As the service takes it."""
        data = self.cleaned_data
        return Words(data["text"], data["name"], data["key"])


class ReportForm(forms.Form):
    """Why a visitor reports a message."""

    reason = forms.ChoiceField(label=_("原因"), choices=ReportReason, widget=forms.RadioSelect)


class MobileForm(forms.Form):
    """The telephone of who books."""

    phone = forms.CharField(
        label=_("手机号"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})
    )


class MobileCodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=_("短信验证码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class BookingForm(MobileCodeForm):
    """Who comes, with how many; for a visit also when."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=_("日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    part = forms.ChoiceField(label=_("时段"), choices=Part, widget=forms.RadioSelect)
    name = forms.CharField(label=_("姓名"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    party_size = forms.IntegerField(label=_("人数"), min_value=1, max_value=LARGEST_PARTY, initial=1)
    visitor = forms.ChoiceField(label=_("您是"), choices=Visitor, widget=forms.RadioSelect, initial=Visitor.PUBLIC)

    def __init__(self, data: Any = None, *, needs_code: bool, is_visit: bool) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        if not needs_code:
            del self.fields["code"]
        if not is_visit:
            del self.fields["on"], self.fields["part"]
        else:
            first, last = today() + datetime.timedelta(days=1), today() + datetime.timedelta(days=VISIT_DAYS)
            self.fields["on"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def party(self, phone: str) -> Party:
        """As the service takes it, by a telephone that was shown."""
        data = self.cleaned_data
        key = uuid.uuid5(data["key"], f"{phone} {data.get('on', '')} {data.get('part', '')}")
        return Party(data["name"], phone, data["party_size"], data["visitor"], key)
