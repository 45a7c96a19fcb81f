"""Forms of AEDs and places at the desk."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import today
from organizations.choices import DivisionLevel, Right
from organizations.forms import BranchField, DayInput, DivisionField
from organizations.models import Branch, Division
from organizations.permissions import branches_with
from training.choices import AedOwner, PlaceKind
from training.models import Aed, FirstAidPlace
from training.services.aeds import Seen


class _InBranch(forms.Form):
    """What belongs to a branch of one's own and lies in a county."""

    branch = BranchField(label=_("红十字会"))
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))

    def __init__(self, data: Any = None, *, person: User, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        branches = branches_with(person, Right.PLAN_TRAINING)
        counties = Division.objects.filter(level=DivisionLevel.COUNTY).order_by("code")
        provinces = {one.division_id[:2] for one in branches}
        self._offer("branch", branches)
        self._offer("area", counties.filter(code__regex="^(" + "|".join(sorted(provinces) or ["-"]) + ")"))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        if isinstance(field, BranchField):
            field.offer(rows)
        else:
            field.queryset = rows

    def facts(self) -> tuple[Branch, dict[str, Any]]:
        """The branch, and the columns."""
        said = dict(self.cleaned_data)
        return said.pop("branch"), said


class AedForm(_InBranch):
    """An AED where it hangs."""

    site = forms.CharField(label=_("位置"), max_length=120, help_text=_("找得到的说法，例如“示例车站二楼候车厅北侧”。"))
    address = forms.CharField(label=_("地址"), max_length=200)
    opening_hours = forms.CharField(
        label=_("可取用时间"), max_length=120, help_text=_("例如“每天 6:00 至 23:00”或“全天”。")
    )
    phone = forms.CharField(label=_("联系电话"), max_length=40, required=False, help_text=_("会公开，请填单位电话。"))
    keeper = forms.CharField(label=_("管理单位"), max_length=120)
    owner = forms.ChoiceField(label=_("投放单位类别"), choices=AedOwner)
    model = forms.CharField(label=_("型号"), max_length=80)
    serial = forms.CharField(label=_("设备序列号"), max_length=60)
    put_up_on = forms.DateField(label=_("投放日期"), widget=DayInput, initial=today)
    inspection_days = forms.IntegerField(label=_("巡检间隔（天）"), min_value=1, max_value=366, initial=30)
    pads_expire_on = forms.DateField(label=_("电极片到期日"), widget=DayInput)
    battery_expires_on = forms.DateField(label=_("电池到期日"), widget=DayInput)


class InspectionForm(forms.Form):
    """What somebody found at an AED."""

    inspected_on = forms.DateField(label=_("巡检日期"), widget=DayInput, initial=today)
    is_faulty = forms.BooleanField(label=_("有故障，不能使用"), required=False)
    pads_expire_on = forms.DateField(label=_("电极片到期日"), widget=DayInput)
    battery_expires_on = forms.DateField(label=_("电池到期日"), widget=DayInput)
    note = forms.CharField(label=_("情况"), max_length=300, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None, *, aed: Aed) -> None:
        dates: dict[str, datetime.date] = {
            "pads_expire_on": aed.pads_expire_on,
            "battery_expires_on": aed.battery_expires_on,
        }
        super().__init__(data, initial=dates)

    def seen(self) -> Seen:
        """As the service takes it."""
        return Seen(**self.cleaned_data)


class PlaceForm(_InBranch):
    """A base, venue or station."""

    kind = forms.ChoiceField(label=_("类别"), choices=PlaceKind)
    name = forms.CharField(label=_("名称"), max_length=80)
    address = forms.CharField(label=_("地址"), max_length=200)
    opening_hours = forms.CharField(label=_("开放时间"), max_length=120)
    phone = forms.CharField(label=_("公开电话"), max_length=40, required=False, help_text=_("会公开，请填单位电话。"))
    capacity = forms.IntegerField(label=_("可容纳人数"), min_value=1, max_value=10_000, required=False)
    square_metres = forms.IntegerField(label=_("面积（平方米）"), min_value=1, max_value=1_000_000, required=False)
    equipment = forms.CharField(
        label=_("设备"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}), help_text=_("每行一项。")
    )
    started_on = forms.DateField(label=_("启用日期"), widget=DayInput, initial=today)

    def __init__(self, data: Any = None, *, person: User, place: FirstAidPlace | None = None) -> None:
        initial: dict[str, Any] | None = None
        if place is not None:
            names = [name for name in self.base_fields if name not in ("branch", "area")]
            initial = {name: getattr(place, name) for name in names}
            initial |= {"branch": place.branch.code, "area": place.area_id}
        super().__init__(data, person=person, initial=initial)
        if place is not None:
            self._offer("branch", Branch.objects.filter(pk=place.branch_id))
