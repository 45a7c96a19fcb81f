"""Forms of the set-up page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.services.setup import FIRST_ROLES, NewPerson
from organizations.shipped import shipped_provinces


class ProvinceForm(forms.Form):
    """Which province, and whose table of divisions."""

    province = forms.ChoiceField(label=gettext_lazy("省（自治区、直辖市）"))
    file = forms.FileField(
        label=gettext_lazy("自备区划文件"),
        required=False,
        help_text=gettext_lazy(
            "一般不用。平台自带浙江省到村（社区）、其他省到县的区划；"
            "需要更细的可上传 CSV（code,name,level,parent_code，UTF-8）。"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("请选择")), *((code, f"{name}（{code}）") for code, name in shipped_provinces())]
        self.fields["province"] = forms.ChoiceField(label=self.fields["province"].label, choices=choices)


class FirstPeopleForm(forms.Form):
    """A login and a name for each of the first roles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in FIRST_ROLES:
            label = {"role": role.label}
            self.fields[f"{role.value}_login"] = forms.CharField(
                label=_("%(role)s：登录名") % label,
                max_length=60,
                widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            )
            self.fields[f"{role.value}_name"] = forms.CharField(label=_("%(role)s：姓名") % label, max_length=60)

    def clean(self) -> dict[str, Any]:
        """Each role another person."""
        cleaned = super().clean() or {}
        seen: dict[str, str] = {}
        for role in FIRST_ROLES:
            name = f"{role.value}_login"
            login = str(cleaned.get(name, "")).strip().lower()
            if login and login in seen:
                self.add_error(name, _("每个角色要由不同的人担任，请换一个登录名。"))
            seen[login] = name
        return cleaned

    def people(self) -> list[NewPerson]:
        """The people as the service takes them."""
        data = self.cleaned_data
        return [NewPerson(role, data[f"{role.value}_login"], data[f"{role.value}_name"]) for role in FIRST_ROLES]
