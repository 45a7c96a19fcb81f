"""Forms of the desk of wishes; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.documents import DocumentKind
from core.models import StoredFile
from core.personal_numbers import find_personal_numbers
from core.uploads import PAPER_ACCEPT
from organizations.choices import Right
from organizations.forms import BranchField, DayInput
from organizations.permissions import branches_with
from registries.choices import WISH_CONSENTS, Channel, ConsentSubject, Executor, Item, Purpose, Sex, Stance
from registries.services.evidence import keep_upload
from registries.services.registrants import Person
from registries.services.wish_content import WishContent
from registries.services.wishes import Registration

# By hand on paper; the person alone acts online.
PAPER_CHANNELS = [(value, label) for value, label in Channel.choices if value != Channel.ONLINE]
WISH_CONSENT_CHOICES = [(value, label) for value, label in ConsentSubject.choices if value in WISH_CONSENTS]
OFF = {"autocomplete": "off"}


class DeclarationForm(forms.Form):
    """What somebody declares, as the paper says it."""

    DECLARED = ("stance", "items", "refused", "purposes")
    EXECUTOR = ("executor_kind", "executor_name", "executor_phone", "executor_agrees")
    REST = ("receiving_unit", "afterwards", "is_secret")
    PROXY = ("proxy_name", "proxy_paper")
    HOW = ("channel", "signed_on")

    key = forms.UUIDField(widget=forms.HiddenInput)
    stance = forms.ChoiceField(label=_("意愿"), choices=Stance, widget=forms.RadioSelect)
    items = forms.MultipleChoiceField(label=_("项目"), choices=Item, widget=forms.CheckboxSelectMultiple)
    refused = forms.MultipleChoiceField(
        label=_("明确不同意捐献的项目"), choices=Item, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("愿意捐献其他项目、又写明不捐这几项的才选；全部不同意的，上面选“不同意捐献”。"),
    )  # fmt: skip
    purposes = forms.MultipleChoiceField(
        label=_("用途"), choices=Purpose, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不同意捐献的不用选。"),
    )  # fmt: skip
    executor_kind = forms.ChoiceField(
        label=_("执行人与本人的关系"), choices=[("", _("请选择")), *Executor.choices], required=False
    )
    executor_name = forms.CharField(
        label=_("执行人姓名或单位"), max_length=60, required=False, widget=forms.TextInput(OFF),
        help_text=_("捐献遗体必须有执行人；在宁波捐献眼角膜的也必须有。"),
    )  # fmt: skip
    executor_phone = forms.CharField(label=_("执行人电话"), max_length=30, required=False, widget=forms.TextInput(OFF))
    executor_agrees = forms.BooleanField(label=_("执行人已同意执行"), required=False)
    receiving_unit = forms.CharField(
        label=_("接受单位"), max_length=200, required=False, help_text=_("在宁波捐献遗体、眼角膜的必填。")
    )
    afterwards = forms.CharField(
        label=_("遗体利用后的火化和处理"), max_length=200, required=False, help_text=_("在宁波捐献遗体的必填。")
    )
    is_secret = forms.BooleanField(label=_("本人要求保密"), required=False)
    channel = forms.ChoiceField(label=_("办理方式"), choices=PAPER_CHANNELS)
    signed_on = forms.DateField(label=_("签字日期"), widget=DayInput)
    proxy_name = forms.CharField(
        label=_("受托人姓名"), max_length=60, required=False, widget=forms.TextInput(OFF),
        help_text=_("只有委托他人办理的填写。"),
    )  # fmt: skip
    proxy_paper = forms.CharField(
        label=_("委托书编号"), max_length=60, required=False, widget=forms.TextInput(OFF),
        help_text=_("没有编号的，填委托书上的日期。"),
    )  # fmt: skip
    paper = forms.FileField(
        label=_("签字登记表的扫描件或照片"), required=False,
        help_text=_("可不传。JPG、PNG 或 PDF，不超过 10 MB；加密保存，只有协调员写明用途才能打开，随登记一并销毁。"),
        widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), "signed_on": today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def kept_paper(self, actor: User) -> StoredFile | None:
        """The picture of the form, kept; None where none was sent. Raises DomainError with `paper`."""
        upload = self.cleaned_data["paper"]
        return keep_upload(upload=upload, actor=actor) if upload else None

    def content(self) -> WishContent:
        """What was declared."""
        data = self.cleaned_data
        names = (*self.DECLARED, *self.EXECUTOR, *self.REST, *self.PROXY)
        said: dict[str, Any] = {
            name: tuple(data[name]) if isinstance(data[name], list) else data[name] for name in names
        }
        return WishContent(**said)

    def fields_of(self, group: str) -> list[forms.BoundField]:
        """The fields of one part of the paper."""
        return [self[name] for name in getattr(self, group)]


class RegistrationForm(DeclarationForm):
    """A registration form as it was signed: who, what, and which consents."""

    PERSON = ("document_kind", "document", "name", "phone", "sex", "born_on")
    DETAILS = ("contact_name", "contact_phone", "address", "people", "occupation", "education")

    branch = BranchField(label=_("登记单位"))
    document_kind = forms.ChoiceField(
        label=_("证件类型"), required=False, choices=[("", _("居民身份证")), *DocumentKind.choices[1:]]
    )
    document = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(OFF))
    name = forms.CharField(label=_("姓名"), max_length=60, widget=forms.TextInput(OFF))
    phone = forms.CharField(
        label=_("电话"), max_length=30, required=False, widget=forms.TextInput({**OFF, "inputmode": "tel"}),
        help_text=_("手机；没有的填座机（带区号）或 +852、+853 等号码。都没有的，填下面的联系人。"),
    )  # fmt: skip
    sex = forms.ChoiceField(label=_("性别"), required=False, choices=[("", _("未填")), *Sex.choices])
    born_on = forms.DateField(
        label=_("出生日期"), required=False, widget=DayInput, help_text=_("只有护照、通行证、军官证须填。")
    )
    address = forms.CharField(label=_("住址"), max_length=200, required=False, widget=forms.TextInput(OFF))
    people = forms.CharField(label=_("民族"), max_length=20, required=False)
    occupation = forms.CharField(label=_("职业"), max_length=60, required=False)
    education = forms.CharField(label=_("学历"), max_length=40, required=False)
    contact_name = forms.CharField(
        label=_("联系人"), max_length=60, required=False, widget=forms.TextInput(OFF),
        help_text=_("本人没有电话时填写；须本人同意。"),
    )  # fmt: skip
    contact_phone = forms.CharField(label=_("联系人电话"), max_length=30, required=False, widget=forms.TextInput(OFF))
    has_capacity = forms.BooleanField(
        label=_("已核对证件原件，登记人是具有完全民事行为能力的成年人，由本人作出"), required=False
    )
    consents = forms.MultipleChoiceField(
        label=_("本人逐项同意"), choices=WISH_CONSENT_CHOICES, widget=forms.CheckboxSelectMultiple,
        help_text=_("照登记表上本人的勾选填写；前两项是登记的前提。"), required=False,
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, person: User) -> None:
        branches = list(branches_with(person, Right.KEEP_REGISTRIES))
        super().__init__(data, files, initial={"branch": branches[0].code} if len(branches) == 1 else {})
        field = self.fields["branch"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        field.queryset = branches_with(person, Right.KEEP_REGISTRIES)

    def registration(self, paper: StoredFile | None = None) -> Registration:
        """The whole form, with the picture of it that was kept."""
        data = self.cleaned_data
        # The person's own key is drawn by chance: one that followed from the form's would tell whose wish it is.
        person = Person(**{name: data[name] for name in (*self.PERSON, *self.DETAILS, "has_capacity")})
        return Registration(
            branch=data["branch"],
            person=person,
            content=self.content(),
            channel=data["channel"],
            signed_on=data["signed_on"],
            consents=frozenset(data["consents"]),
            key=data["key"],
            paper=paper,
        )


class FindForm(forms.Form):
    """A document by which somebody is found."""

    document_kind = RegistrationForm.base_fields["document_kind"]
    document = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(OFF))


class PurposeForm(forms.Form):
    """What somebody wants to see a person's data for."""

    purpose = forms.CharField(
        label=_("用途"),
        max_length=200,
        help_text=_("例如“电话回访”“核对登记表”。不要写姓名。"),
        widget=forms.TextInput(OFF),
    )

    def clean_purpose(self) -> str:
        """Refuse numbers of people: the log of reading is kept for years and cannot be emptied."""
        purpose: str = self.cleaned_data["purpose"]
        if find_personal_numbers(purpose):
            raise forms.ValidationError(_("用途里不要写证件号码或手机号，只写要做什么。"))
        return purpose


class CallerForm(PurposeForm):
    """By what somebody who rings is looked for; one box for number, telephone and document."""

    sought = forms.CharField(
        label=_("编号、电话或证件号码"), max_length=60, widget=forms.TextInput({**OFF, "inputmode": "text"}),
        help_text=_("填完整，不能只填一部分。例如 330106-2026-Y00000001、13800000000、0571-80000000。"),
    )  # fmt: skip
    field_order = ("sought", "purpose")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"purpose": _("来电或来访，核对本人登记"), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class WithdrawForm(forms.Form):
    """How somebody withdraws; no reason is asked."""

    channel = forms.ChoiceField(label=_("办理方式"), choices=PAPER_CHANNELS)


class HandOverForm(forms.Form):
    """The number that the national system gave."""

    reference = forms.CharField(label=_("全国系统登记号"), max_length=60, widget=forms.TextInput(OFF))
    on = forms.DateField(label=_("报送日期"), widget=DayInput, initial=today)
