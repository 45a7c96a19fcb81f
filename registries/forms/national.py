"""Forms of national numbers at the desk."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from registries.choices.figures import NationalMeasure
from registries.forms.clear_text import ClearCharField
from registries.services.national import FIRST_YEAR, LARGEST_NUMBER


class NationalForm(forms.Form):
    """A number as its source says it; `key` is the form's own, so that two clicks make one."""

    measure = forms.ChoiceField(label=_("指标"), choices=NationalMeasure)
    year = forms.IntegerField(label=_("年末"), min_value=FIRST_YEAR, help_text=_("数字截至哪一年年末。"))
    number = forms.IntegerField(label=_("数字"), min_value=1, max_value=LARGEST_NUMBER)
    source_title = ClearCharField(label=_("来源名称"), max_length=200, help_text=_("例如年报、公告的标题；会公开。"))
    source_url = forms.URLField(label=_("来源网址"), max_length=300, assume_scheme="https")
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"year": today().year - 1, "key": uuid.uuid4()})
