"""The form by which participants say how a session was."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from training.services.feedback import LONGEST_COMMENT

MARKS = [("5", _("5 很好")), ("4", _("4 好")), ("3", _("3 一般")), ("2", _("2 差")), ("1", _("1 很差"))]


def _mark(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=MARKS, coerce=int, widget=forms.RadioSelect)


class FeedbackForm(forms.Form):
    """Three marks and a comment."""

    teaching = _mark(_("老师讲解"))
    practice = _mark(_("动手练习"))
    venue = _mark(_("场地和组织"))
    comment = forms.CharField(
        label=_("意见和建议"),
        max_length=LONGEST_COMMENT,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("不公开；请不要写别人的姓名和电话。"),
    )
