"""Forms of a case from the hand-over on: what was given, to whom papers went, what became of a body."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registries.choices.cases import UNITS_OF_GIFT, BodyUse, EntitlementKind, GiftKind, Outcome
from registries.forms.cases import OFF, DayForm, KeyedForm
from registries.forms.clear_text import ClearCharField
from registries.models import Case
from registries.selectors.cases import units_of
from registries.services.cases.caring import Entitled


class HandOverForm(DayForm):
    """Which unit took what."""

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data)
        units = list(units_of(case.province))
        for kind in case.kinds:
            fitting = [(one.pk, one.name) for one in units if one.kind in UNITS_OF_GIFT[kind]]
            self.fields[kind] = forms.TypedChoiceField(
                label=_("%(kind)s移交给") % {"kind": GiftKind(kind).label},
                choices=[("", _("没有移交")), *fitting],
                coerce=int,
                required=False,
                empty_value=None,
            )
        self.kinds = tuple(case.kinds)

    def units(self) -> dict[str, int]:
        """Ids of units by kind of gift."""
        return {kind: self.cleaned_data[kind] for kind in self.kinds if self.cleaned_data[kind] is not None}


class HandOverAgainForm(DayForm):
    """Which unit took one kind of gift, put right. Where it went first is not shown: of organs no page says it."""

    def __init__(self, data: Any = None, *, case: Case, kinds: list[str]) -> None:
        super().__init__(data)
        units = list(units_of(case.province))
        self.fields["gift"] = forms.TypedChoiceField(
            label=_("更正哪一项、正确的接受单位"),
            choices=[
                ("", _("请选择")),
                *(
                    (f"{kind}:{one.pk}", f"{GiftKind(kind).label} → {one.name}")
                    for kind in kinds
                    for one in units
                    if one.kind in UNITS_OF_GIFT[kind]
                ),
            ],
            coerce=lambda text: (text.split(":")[0], int(text.split(":")[1])),
        )
        self.fields["on"].label = _("正确的移交日期")
        self.order_fields(["gift", "on"])


class KinChoiceForm(DayForm):
    """Which of the kin was given something, when."""

    kin = forms.TypedChoiceField(label=_("领取的家属"), coerce=int)

    def __init__(self, data: Any = None, *, kin: list[tuple[int, str]]) -> None:
        super().__init__(data)
        field = self.fields["kin"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = kin


class AcceptanceForm(DayForm):
    """The receiving unit's certificate for a body."""

    number = ClearCharField(
        label=_("证明编号"), max_length=60, widget=forms.TextInput(OFF),
        help_text=_("照接受单位出具的证明填写；没有编号的，填“无编号”。"),
    )  # fmt: skip
    field_order = ("number", "on")

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["on"].label = _("出具日期")
        self.initial.update(initial or {})


class EntitlementForm(KeyedForm, DayForm):
    """What a family was given or declined."""

    kind = forms.ChoiceField(label=_("待遇"), choices=EntitlementKind)
    outcome = forms.ChoiceField(label=_("结果"), choices=Outcome)
    amount = forms.CharField(
        label=_("金额"), max_length=20, required=False, widget=forms.TextInput({**OFF, "inputmode": "decimal"}),
        help_text=_("减免、慰问和抚恤已给付的填写，单位元。"),
    )  # fmt: skip
    paper = ClearCharField(
        label=_("凭据编号"), max_length=60, required=False, widget=forms.TextInput(OFF), help_text=_("不要写姓名。")
    )
    replaces = forms.TypedChoiceField(
        label=_("更正哪一条"), coerce=int, required=False, empty_value=None, help_text=_("原记录保留备查。")
    )

    def __init__(self, data: Any = None, *, rows: list[tuple[int, str]]) -> None:
        super().__init__(data)
        field = self.fields["replaces"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [("", _("不是更正")), *rows]

    def entitled(self) -> Entitled:
        """The row."""
        return Entitled(**{name: value for name, value in self.cleaned_data.items() if name != "replaces"})


class UseForm(KeyedForm, DayForm):
    """A line of the report of use."""

    use = forms.ChoiceField(label=_("利用情况"), choices=BodyUse)
    note = forms.CharField(
        label=_("说明"), required=False, max_length=500, widget=forms.Textarea({"rows": 2, **OFF}),
        help_text=_("家属查询时会看到；请写得平实、尊重。"),
    )  # fmt: skip
    replaces = forms.TypedChoiceField(
        label=_("更正哪一条"), coerce=int, required=False, empty_value=None, help_text=_("原记录保留备查。")
    )

    def __init__(self, data: Any = None, *, rows: list[tuple[int, str]]) -> None:
        super().__init__(data)
        field = self.fields["replaces"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [("", _("不是更正")), *rows]


class ExtractForm(forms.Form):
    """For whom of the kin something is printed, and what for."""

    kin = forms.TypedChoiceField(label=_("查询的家属"), coerce=int)
    purpose = forms.CharField(label=_("用途"), max_length=200, widget=forms.TextInput(OFF))
    is_checked = forms.BooleanField(label=_("已核对这位家属的身份证件和亲属关系"))

    def __init__(self, data: Any = None, *, kin: list[tuple[int, str]]) -> None:
        super().__init__(data, initial={"purpose": _("家属查询遗体利用情况")})
        field = self.fields["kin"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
        field.choices = kin
