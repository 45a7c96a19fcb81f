"""The page that asks once more: what ends, what follows, and what was entered, which is carried along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

Text = str | Promise
# What the button of the page sends along where a form was filled in before.
SURE = "sure"


@dataclass(frozen=True)
class Sure:
    """What is asked: the page's title, what it is about, what follows, the button; `name` and `value` are sent by it.

    `section` and `thing` are the crumbs above, each a label and an address; the last is where "no" leads.
    """

    title: Text
    question: Text
    said: Sequence[tuple[Text, Any]]
    follows: Sequence[Text]
    submit: Text
    section: tuple[Text, str]
    thing: tuple[Text, str]
    eyebrow: str = ""
    action: str = ""
    name: str = SURE
    value: str = "1"


def ask_sure(request: HttpRequest, sure: Sure, *, back: str = "", form: BaseForm | None = None) -> HttpResponse:
    """The page that asks; what a valid form holds is shown again and sent along with the answer."""
    said = [*sure.said, *(_repeated(form) if form else [])]
    context = {"sure": sure, "said": said, "form": form, "back": back or sure.thing[1]}
    return render(request, "registries/sure.html", context)


def _repeated(form: BaseForm) -> list[tuple[Text, Any]]:
    """The fields that were filled in, in words."""
    found: list[tuple[Text, Any]] = []
    for field in form.visible_fields():
        value = form.cleaned_data.get(field.name)
        if value not in (None, "", []):
            labels = dict(getattr(field.field, "choices", []))
            found.append((field.label, labels.get(value, value)))
    return found
