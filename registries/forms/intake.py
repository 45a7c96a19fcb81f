"""The form for a file of donors who joined on paper; what it means is checked by the service."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from organizations.choices import Right
from organizations.forms import BranchField
from organizations.permissions import branches_with


class IntakeForm(forms.Form):
    """A file, whose it is, and what whoever brings it says of the papers."""

    branch = BranchField(label=_("红十字会"))
    file = forms.FileField(label=_("名单（XLSX 或 CSV）"), error_messages={"required": _("请选择文件。")})
    are_papers_kept = forms.BooleanField(
        label=_("我确认：名单上每一个人亲笔签字的纸质同意书都在本会档案里，同意的事项包括上面列出的各项"),
        error_messages={"required": _("请确认每个人的纸质同意书都在本会档案里；没有同意书的人不能带入。")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
        field.offer(branches_with(person, Right.KEEP_REGISTRIES))
