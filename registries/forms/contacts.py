"""Forms of the coordinators' desk; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.forms import DayInput
from organizations.models import Branch
from registries.choices.contacts import ContactMeans, ContactOutcome, ContactReason
from registries.choices.duty import DutyPart
from registries.forms.wishes import OFF
from registries.models import Case

NOTE_HELP = _("只写对下次联系有用的；不写病情、不写受者或捐献者一方的情况。备注加密保存。")


class PersonField(forms.ModelChoiceField):
    """A choice of people of the staff by login."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), to_field_name="login", empty_label=_("请选择"), **kwargs)

    def offer(self, people: Sequence[User]) -> None:
        """Offer these people."""
        self.queryset = User.objects.filter(pk__in=[one.pk for one in people]).order_by("name", "pk")


class CorrectForm(forms.Form):
    """What came of a contact."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    means = forms.ChoiceField(label=_("怎么联系的"), choices=ContactMeans, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_("结果"), choices=ContactOutcome, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("备注"), required=False, help_text=NOTE_HELP, widget=forms.Textarea({**OFF, "rows": 3})
    )

    def __init__(self, *args: Any, about: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), "means": ContactMeans.PHONE, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field = self.fields["outcome"]
        if isinstance(about, Case) and isinstance(field, forms.ChoiceField):
            # A family is called because somebody died.
            field.choices = [one for one in ContactOutcome.choices if one[0] != ContactOutcome.DIED]


class DiedForm(forms.Form):
    """That somebody died, as a branch was told."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    means = forms.ChoiceField(label=_("怎么得知的"), choices=ContactMeans, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("谁说的"),
        help_text=_("写明是谁说的、和本人什么关系；知道哪一天去世的，也写上。加密保存。"),
        widget=forms.Textarea({**OFF, "rows": 3}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "means": ContactMeans.PHONE})


class LogForm(CorrectForm):
    """What came of a contact that was due, and when the next one is."""

    next_on = forms.DateField(label=_("下次联系"), required=False, widget=DayInput, help_text=_("不用再联系的请留空。"))
    is_last = forms.BooleanField(
        label=_("对方要求以后不再打电话"),
        required=False,
        help_text=_("本人的：同时撤回“今后联系”的同意；家属的：本案其余联系全部取消。登记以后马上从所有名单消失。"),
    )

    def clean(self) -> dict[str, Any]:
        """Who is not to be called any more has no next day."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("is_last") and said.get("next_on"):
            self.add_error("next_on", _("对方要求不再打电话的，下次联系请留空。"))
        return said


class ScheduleForm(forms.Form):
    """A contact that is planned by hand: why, when, whose (empty: one's own), and what is to be said."""

    NOBODY = "-"
    reason = forms.ChoiceField(label=_("事由"))
    due_on = forms.DateField(label=_("哪天联系"), widget=DayInput)
    whose = forms.ChoiceField(label=_("由谁联系"), required=False)
    note = forms.CharField(
        label=_("说明"), required=False, help_text=NOTE_HELP, widget=forms.Textarea({**OFF, "rows": 2})
    )

    def __init__(
        self, data: Any = None, *, reasons: Sequence[str], people: Sequence[User], offers_nobody: bool = True
    ) -> None:
        super().__init__(data, initial={"due_on": today(), "reason": next(iter(reasons), "")})
        self.people = {one.login: one for one in people}
        said = [(one, ContactReason(one).label) for one in reasons]
        whose = [
            ("", _("我自己")),
            *([(self.NOBODY, _("还不定，谁有空谁联系"))] if offers_nobody else []),
            *((k, one.name) for k, one in self.people.items()),
        ]
        for name, choices in (("reason", said), ("whose", whose)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
            field.choices = choices

    def planned(self) -> dict[str, Any]:
        """What was written, as the service takes it."""
        said = dict(self.cleaned_data)
        whose = said.pop("whose")
        return {**said, "for_whom": self.people.get(whose), "is_free": whose == self.NOBODY}


class HandOverForm(forms.Form):
    """To whom open contacts go."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    to_person = PersonField(label=_("交给谁"))

    def __init__(self, data: Any = None, *, people: Sequence[User]) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
        field = self.fields["to_person"]
        assert isinstance(field, PersonField)  # noqa: S101 -- narrows the type
        field.offer(people)


class DutyForm(forms.Form):
    """Who is on duty when, under which telephone."""

    person = PersonField(label=_("值守人"))
    on = forms.DateField(label=_("日期"), widget=DayInput)
    part = forms.ChoiceField(label=_("时段"), choices=DutyPart, widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("值守电话"), max_length=30, widget=forms.TextInput({**OFF, "inputmode": "tel"}),
        help_text=_("工作电话；看得到捐献登记的同事都能看到。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, people: Sequence[User], branch: Branch) -> None:
        super().__init__(data, initial={"on": today(), "part": DutyPart.NIGHT, "phone": branch.phone})
        field = self.fields["person"]
        assert isinstance(field, PersonField)  # noqa: S101 -- narrows the type
        field.offer(people)
