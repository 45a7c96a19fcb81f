"""Forms of the exchange with the national library; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from organizations.choices import Right
from organizations.forms import BranchField
from organizations.permissions import branches_with


class _BranchForm(forms.Form):
    branch = BranchField(label=_("红十字会"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["branch"]
        assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
        field.offer(branches_with(person, Right.KEEP_REGISTRIES))


class OutgoingForm(_BranchForm):
    """Of whom a file is made."""

    batch = forms.CharField(
        label=_("样本批次号"), max_length=40, required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("不填就是本会所有已采样、还没有报送过的人。"),
    )  # fmt: skip
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class IncomingForm(_BranchForm):
    """A file that came from the library, and what its sender says of it."""

    file = forms.FileField(label=_("结果文件（CSV）"), error_messages={"required": _("请选择文件。")})
    manifest = forms.CharField(
        label=_("校验值"), max_length=500, widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
        help_text=_("粘贴对方 .sha256 文件的内容：64 位数字和字母；有“rows=行数”的一起粘贴。"),
        error_messages={"required": _("请粘贴对方给的校验值。")},
    )  # fmt: skip
