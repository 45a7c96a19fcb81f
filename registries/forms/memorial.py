"""Forms of the desk of remembrance; what they mean is checked by the services."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from core.models import StoredFile
from core.uploads import PAPER_ACCEPT
from organizations.choices import DivisionLevel, Right
from organizations.forms import BranchField, DayInput, DivisionField
from organizations.models import Branch, Division
from organizations.permissions import branches_with
from registries.choices.memorial import (
    NARROWING,
    WEEKDAYS,
    DeclineReason,
    NameShown,
    PageKind,
    Part,
    Relation,
    TakenDown,
)
from registries.forms.clear_text import ClearCharField
from registries.models import MemorialOccasion, MemorialPage, MemorialPlace
from registries.services.memorial.page_content import LONGEST_TEXT, PageContent
from registries.services.memorial.pages import KinConsent, PageDraft
from registries.services.memorial.places import Gathering, GatheringChange

OFF = {"autocomplete": "off"}


class MemorialPlaceForm(forms.Form):
    """A place of remembrance."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    branch = BranchField(label=_("红十字会"))
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))
    name = ClearCharField(label=_("名称"), max_length=80)
    address = ClearCharField(label=_("地址"), max_length=200)
    opening_hours = ClearCharField(label=_("开放时间"), max_length=120, help_text=_("例如“每天 8:00 至 17:00”。"))
    phone = forms.CharField(label=_("公开电话"), max_length=40, required=False, help_text=_("会公开，请填单位电话。"))
    directions = ClearCharField(
        label=_("怎么去"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("公交、停车、进门后怎么走。"),
    )  # fmt: skip
    description = ClearCharField(
        label=_("介绍"), max_length=3000, required=False, widget=forms.Textarea({"rows": 5}),
        help_text=_("不写捐献者姓名；要写的请办纪念页。"),
    )  # fmt: skip
    visit_seats = forms.IntegerField(
        label=_("每半天可预约人数"), min_value=0, max_value=10_000, initial=0, help_text=_("不用预约的填 0。")
    )
    visit_weekdays = forms.TypedMultipleChoiceField(
        label=_("可预约的日子"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    opened_on = forms.DateField(label=_("启用日期"), widget=DayInput, initial=today)

    def __init__(self, data: Any = None, *, person: User, place: MemorialPlace | None = None) -> None:
        initial: dict[str, Any] = {"key": uuid.uuid4()}
        if place is not None:
            initial |= {name: getattr(place, name) for name in self.base_fields if name not in ("branch", "area")}
            initial |= {"branch": place.branch.code, "area": place.area_id}
        super().__init__(data, initial=initial)
        branches = branches_with(person, Right.KEEP_MEMORIAL)
        provinces = {one.division_id[:2] for one in branches}
        if place is not None:
            branches = Branch.objects.filter(pk=place.branch_id)
        counties = Division.objects.filter(level=DivisionLevel.COUNTY).order_by("code")
        _offer_branches(self, branches)
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        area.queryset = counties.filter(code__regex="^(" + "|".join(sorted(provinces) or ["-"]) + ")")

    def clean(self) -> dict[str, Any]:
        """Seats ask for days on which they are to be had."""
        data = super().clean() or {}
        if data.get("visit_seats") and not data.get("visit_weekdays"):
            self.add_error("visit_weekdays", _("请选择哪些日子可以预约；不用预约的，人数填 0。"))
        return data

    def facts(self) -> dict[str, Any]:
        """The columns."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "branch")}


class GatheringForm(forms.Form):
    """A gathering that is planned."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.ModelChoiceField(label=_("场所"), queryset=MemorialPlace.objects.none(), empty_label=_("请选择"))
    title = ClearCharField(label=_("名称"), max_length=80, help_text=_("例如“清明集体缅怀活动”。"))
    on = forms.DateField(label=_("日期"), widget=DayInput)
    starts_at = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    seats = forms.IntegerField(label=_("名额"), min_value=1, max_value=100_000)
    text = ClearCharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("会公开。集合地点、交通、注意事项；不写个人姓名。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, person: User, on: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "on": on})
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        rows = MemorialPlace.objects.visible_to(person, Right.KEEP_MEMORIAL).filter(closed_on=None)
        field.queryset = rows.order_by("name")

    def gathering(self) -> Gathering:
        """As the service takes it."""
        return Gathering(**self.cleaned_data)


class GatheringChangeForm(forms.Form):
    """When a gathering is and what is said of it, as it should be."""

    on = forms.DateField(label=_("日期"), widget=DayInput)
    starts_at = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    text = ClearCharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("会公开。集合地点、交通、注意事项；不写个人姓名。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, occasion: MemorialOccasion) -> None:
        super().__init__(data, initial={name: getattr(occasion, name) for name in self.base_fields})

    def change(self) -> GatheringChange:
        """As the service takes it."""
        return GatheringChange(**self.cleaned_data)


class HalfDayForm(forms.Form):
    """Half a day on which no visits are taken."""

    on = forms.DateField(label=_("日期"), widget=DayInput)
    part = forms.ChoiceField(label=_("半天"), choices=Part, widget=forms.RadioSelect)


class PageContentForm(forms.Form):
    """What a family says of somebody."""

    WHO = ("name", "pseudonym", "born_on", "died_on")

    name = forms.CharField(
        label=_("姓名"), max_length=30, widget=forms.TextInput(OFF), help_text=_("加密保存，按同意书显示。")
    )
    pseudonym = forms.CharField(
        label=_("化名"), max_length=30, widget=forms.TextInput(OFF), help_text=_("例如“一位老师”；不显示姓名时用它。")
    )
    born_on = forms.DateField(label=_("出生日期"), widget=DayInput)
    died_on = forms.DateField(label=_("去世日期"), widget=DayInput, required=False)
    text = forms.CharField(
        label=_("生平文字"), max_length=LONGEST_TEXT + 200, required=False, widget=forms.Textarea({"rows": 8}),
        help_text=_("家属写的或同意的文字。不写器官去向、接受者、电话和证件号。"),
    )  # fmt: skip
    portrait = forms.FileField(
        label=_("照片"), required=False, widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png"}),
        help_text=_("JPG 或 PNG，不超过 10 MB。拍摄地点等信息会自动去掉；同意书没有同意显示照片的，不要上传。"),
    )  # fmt: skip

    @property
    def who_fields(self) -> list[forms.BoundField]:
        """Who it is."""
        return [self[name] for name in self.WHO]

    def content(self) -> PageContent:
        """What was written."""
        data = self.cleaned_data
        return PageContent(data["name"], data["pseudonym"], data["born_on"], data["died_on"], data["text"])


class PageForm(PageContentForm):
    """A new page with the consent that it stands on."""

    KIN = ("relation", "kin_name", "kin_phone", "signed_on")
    SHOWS = ("shows_dates", "shows_portrait", "shows_text", "takes_messages", "guardians_agree", "invites")

    key = forms.UUIDField(widget=forms.HiddenInput)
    branch = BranchField(label=_("登记单位"))
    kind = forms.ChoiceField(
        label=_("类别"), choices=PageKind, widget=forms.RadioSelect, initial=PageKind.MEMORIAL,
        help_text=_("纪念页缅怀逝者，由家属签字；生命故事由本人讲述、本人签字。"),
    )  # fmt: skip
    relation = forms.ChoiceField(label=_("签字人与当事人的关系"), choices=[("", _("请选择")), *Relation.choices])
    kin_name = forms.CharField(label=_("签字人姓名"), max_length=30, widget=forms.TextInput(OFF))
    kin_phone = forms.CharField(
        label=_("签字人电话"), max_length=30, widget=forms.TextInput({**OFF, "inputmode": "tel"})
    )
    signed_on = forms.DateField(label=_("签字日期"), widget=DayInput, initial=today)
    paper = forms.FileField(
        label=_("签好的同意书"), widget=forms.ClearableFileInput({"accept": PAPER_ACCEPT}),
        help_text=_("拍照或扫描，JPG、PNG 或 PDF，不超过 10 MB；加密保存，不公开。"),
    )  # fmt: skip
    name_shown = forms.ChoiceField(
        label=_("姓名怎样显示"), choices=NameShown, widget=forms.RadioSelect, initial=NameShown.PSEUDONYM,
        help_text=_("照同意书上的勾选。未成年人只显示化名，监护人签字同意的除外。"),
    )  # fmt: skip
    shows_dates = forms.BooleanField(label=_("显示生卒日期"), required=False)
    shows_portrait = forms.BooleanField(label=_("显示照片"), required=False)
    shows_text = forms.BooleanField(label=_("显示生平文字"), required=False)
    takes_messages = forms.BooleanField(label=_("接受烛光和留言（先审核，后显示）"), required=False)
    guardians_agree = forms.BooleanField(label=_("全体监护人签字同意显示未成年人的姓名、照片"), required=False)
    invites = forms.BooleanField(label=_("愿意收到缅怀活动邀请"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, person: User) -> None:
        super().__init__(data, files, initial={"key": uuid.uuid4()})
        _offer_branches(self, branches_with(person, Right.KEEP_MEMORIAL))

    def draft(self, *, paper: StoredFile, portrait: StoredFile | None) -> PageDraft:
        """The whole form, with the files that were kept."""
        data = self.cleaned_data
        said = {name: data[name] for name in (*self.KIN, *self.SHOWS, "name_shown")}
        consent = KinConsent(paper=paper, **said)
        return PageDraft(data["branch"], data["kind"], self.content(), consent, portrait, data["key"])

    @property
    def kin_fields(self) -> list[forms.BoundField]:
        """Who signed."""
        return [self[name] for name in self.KIN]

    @property
    def shows_fields(self) -> list[forms.BoundField]:
        """What may be shown, one by one."""
        return [self[name] for name in self.SHOWS]


class RewriteForm(PageContentForm):
    """A draft that is written anew."""

    def __init__(
        self, data: Any = None, files: Any = None, *, page: MemorialPage, content: PageContent | None = None
    ) -> None:
        initial = {name: getattr(content, name) for name in (*self.WHO, "text")} if content else {}
        super().__init__(data, files, initial=initial)
        if not page.consent.shows_portrait:
            del self.fields["portrait"]


class TakeDownForm(forms.Form):
    """Why a page is taken down."""

    reason = forms.ChoiceField(label=_("原因"), choices=TakenDown, widget=forms.RadioSelect)


class NarrowForm(forms.Form):
    """What a family consents to no more; `left` is what it still consents to."""

    fewer = forms.MultipleChoiceField(
        label=_("家属不再同意的"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请勾选家属不再同意的事项。")},
    )

    def __init__(self, data: Any = None, *, left: list[str]) -> None:
        super().__init__(data)
        field = self.fields["fewer"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- narrows the type
        field.choices = [(name, NARROWING[name]) for name in left]


class KinPhoneForm(forms.Form):
    """The telephone of who signed, as it should be."""

    phone = forms.CharField(
        label=_("签字人现在的电话"),
        max_length=30,
        widget=forms.TextInput({**OFF, "inputmode": "tel"}),
        help_text=_("加密保存，不公开；原来的号码不保留。"),
    )


class DeclineForm(forms.Form):
    """Why a message is not shown."""

    reason = forms.ChoiceField(
        label=_("不予显示的原因"),
        choices=[("", _("请选择")), *DeclineReason.choices],
        help_text=_("同意显示的不用选。"),
    )


class PageNameForm(forms.Form):
    """The name by which a page is found."""

    name = forms.CharField(
        label=_("姓名"), max_length=30, widget=forms.TextInput(OFF), help_text=_("要与登记的全名一致。")
    )


def _offer_branches(form: forms.Form, rows: Any) -> None:
    field = form.fields["branch"]
    assert isinstance(field, BranchField)  # noqa: S101 -- narrows the type
    field.offer(rows)
