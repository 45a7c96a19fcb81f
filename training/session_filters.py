"""What visitors may filter sessions by, read from addresses: the same for the page, the files and the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from training.choices import CourseKind
from training.selectors.public import Area, PublicSessionFilter, area_options

SESSION_FILTERS = ("area", "from", "kind")
KINDS = [("", gettext_lazy("全部")), *CourseKind.choices]
AREA_FORM = r"^[0-9]{2}([0-9]{2}){0,2}$"


class SessionFilterInvalid(DomainError):
    """A filter has a value that cannot be read; `fields` says which and why."""


class SessionFilterForm(forms.Form):
    """`area`, `from`, `kind`; all optional."""

    area = forms.RegexField(
        AREA_FORM,
        label=gettext_lazy("县（市、区）"),
        required=False,
        max_length=6,
        error_messages={"invalid": gettext_lazy("请填 2、4 或 6 位的区划代码。")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("课程"), required=False, choices=KINDS)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # A word of Python's own cannot be the name of an attribute.
        self.fields["from"] = forms.DateField(
            label=_("从哪天起"),
            required=False,
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("日期请写成 2026-01-31 的样子。")},
        )
        self.order_fields(SESSION_FILTERS)

    def offer(self, areas: Iterable[Area]) -> None:
        """Let the division be chosen from a list; an address may still hold another code."""
        listed = [("", _("全省")), *((one.code, one.label) for one in areas)]
        typed = self.data.get("area", "")
        if typed and all(typed != code for code, _label in listed):
            listed.append((typed, typed))
        self.fields["area"].widget = forms.Select(choices=listed)

    @property
    def asked(self) -> PublicSessionFilter:
        """The filter; only after `is_valid()`."""
        found = self.cleaned_data
        return PublicSessionFilter(area=found["area"], first=found["from"], kind=found["kind"])

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self.data.get(name) for name in SESSION_FILTERS)


def read_session_filter(params: Mapping[str, Any]) -> PublicSessionFilter:
    """Read a filter for a program; raises SessionFilterInvalid with a sentence for each wrong field."""
    form = SessionFilterForm(params)
    if form.is_valid():
        return form.asked
    fields = {name: " ".join(str(one) for one in errors) for name, errors in form.errors.items()}
    raise SessionFilterInvalid("filter_invalid", _("查询条件有误，请按 fields 中的说明改正后再试。"), fields)


def session_summary(asked: PublicSessionFilter) -> list[str]:
    """The conditions in words, for the head of a list."""
    words: list[str] = []
    if asked.area:
        words.append(next((one.name for one in area_options() if one.code == asked.area), asked.area))
    if asked.first:
        words.append(_("%(day)s 起") % {"day": asked.first.isoformat()})
    if asked.kind:
        words.append(str(CourseKind(asked.kind).label))
    return words
