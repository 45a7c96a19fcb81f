"""Forms that ask for a report, or set a series on the calendar; each shows what its kind needs and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.clock import today
from core.periods import PeriodKind, period_of
from donations.selectors.public.campaigns import PublicCampaign, own_campaigns
from organizations.choices import Right
from organizations.permissions import branches_with
from transparency.choices import ReportPeriod
from transparency.definitions import ReportDefinition
from transparency.forms import BranchField, choose, offer_branches
from transparency.selectors.calendar import concerns, finished_periods
from transparency.services.kinds import offered_definitions

if TYPE_CHECKING:
    from accounts.models import User

# How many finished periods a form offers, newest first.
OFFERED: dict[str, int] = {ReportPeriod.MONTH: 36, ReportPeriod.QUARTER: 16, ReportPeriod.YEAR: 8}


def chosen_definition(params: Mapping[str, Any]) -> ReportDefinition:
    """The kind that an address or a form names, the first where it names none that can be made."""
    offered = offered_definitions()
    return next((one for one in offered if one.kind.value == params.get("kind")), offered[0])


def period_choices(definition: ReportDefinition, *, with_present: bool = False) -> list[Any]:
    """Finished periods that the kind takes, newest first, in groups where there are several lengths."""
    groups = []
    for kind in definition.periods:
        periods = finished_periods(kind, definition, OFFERED[kind])
        if with_present:
            periods.insert(0, period_of(PeriodKind(kind.value), periods[0].end.date()))
        groups.append((str(kind.label), [(period.code, period.label) for period in periods]))
    return groups if len(groups) > 1 else groups[0][1]


class DateInput(forms.DateInput):
    """A day as browsers offer it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class KindForm(forms.Form):
    """What both forms share: branch and scope, or a campaign, by what the kind is about."""

    branch = BranchField(label=_("红十字会"), empty_label=_("请选择"))
    campaign = forms.ChoiceField(label=_("募捐活动"))
    scope = forms.ChoiceField(label=_("范围"), help_text=_("“含下级”把所有下级红十字会的记录一并列示。"))

    def __init__(self, *args: Any, person: User, definition: ReportDefinition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.campaigns: dict[str, PublicCampaign] = {}
        offer_branches(self, "branch", person, Right.REQUEST_REPORTS)
        if len(definition.scopes) > 1:
            choose(self, "scope", [(one.value, str(one.label)) for one in definition.scopes])
        else:
            del self.fields["scope"]
        if definition.of_campaign:
            self._offer_campaigns(person)
        else:
            del self.fields["campaign"]

    def _offer_campaigns(self, person: User) -> None:
        branches = branches_with(person, Right.REQUEST_REPORTS).values_list("pk", flat=True)
        found = [one for many in own_campaigns(list(branches)).values() for one in many]
        self.campaigns = {one.slug: one for one in reversed(found) if self.takes(one)}
        choose(self, "campaign", [(slug, f"{one.name}（{one.branch_name}）") for slug, one in self.campaigns.items()])

    def takes(self, campaign: PublicCampaign) -> bool:
        """Whether a campaign can be chosen."""
        return campaign.is_emergency or not self.definition.emergency_only

    @property
    def may_choose(self) -> bool:
        """Whether there is any branch to choose, and any campaign where the kind wants one."""
        field = self.fields.get("branch")
        return (isinstance(field, BranchField) and bool(field.queryset)) or bool(self.campaigns)

    def asked(self) -> dict[str, Any]:
        """What the services take; only after `is_valid()`."""
        data = dict(self.cleaned_data)
        data.setdefault("scope", self.definition.scopes[0].value)
        return {**data, "kind": self.definition.kind.value}


class RequestForm(KindForm):
    """Which report to make."""

    period = forms.ChoiceField(label=_("期间"), help_text=_("只列出已经结束的期间。"))
    day = forms.DateField(label=_("哪一天"), widget=DateInput, help_text=_("数据截至当日 17 时。"))
    field_order = ["branch", "campaign", "scope", "period", "day"]

    def __init__(self, *args: Any, person: User, definition: ReportDefinition, **kwargs: Any) -> None:
        super().__init__(*args, person=person, definition=definition, **kwargs)
        if definition.of_campaign:
            self._branches = {one.code: one for one in self.fields.pop("branch").queryset}  # type: ignore[attr-defined]
        kinds = definition.periods
        if ReportPeriod.DAY not in kinds:
            del self.fields["day"]
        if ReportPeriod.DAY in kinds or ReportPeriod.WHOLE in kinds:
            del self.fields["period"]
        else:
            choose(self, "period", period_choices(definition))

    def takes(self, campaign: PublicCampaign) -> bool:
        """Of a whole campaign only one that is over."""
        is_over = campaign.last_day < today() or ReportPeriod.WHOLE not in self.definition.periods
        return is_over and super().takes(campaign)

    def asked(self) -> dict[str, Any]:
        """What request_report() takes; the branch of a campaign's report is the campaign's."""
        data = super().asked()
        if self.definition.of_campaign:
            data["branch"] = self._branches[self.campaigns[data["campaign"]].branch_code]
        day = data.pop("day", None)
        data.setdefault("period", day.isoformat() if day else "")
        return data


class ScheduleForm(KindForm):
    """A series on the calendar."""

    first_period = forms.ChoiceField(
        label=_("首期"), help_text=_("首期报告会把此前从未列示的记录放在“补报”里，每条记录只列示一次。")
    )
    first_day = forms.DateField(
        label=_("从哪天起"),
        widget=DateInput,
        initial=today,
        help_text=_("此前的不补做；首期包含活动开始以来的全部记录。"),
    )
    is_active = forms.BooleanField(required=False, initial=True)
    field_order = ["branch", "campaign", "scope", "first_period", "first_day", "is_active"]

    def __init__(self, *args: Any, person: User, definition: ReportDefinition, **kwargs: Any) -> None:
        super().__init__(*args, person=person, definition=definition, **kwargs)
        self.fields["is_active"].label = _("启用（%(due)s自动生成）") % {"due": definition.due_words}
        if definition.of_campaign:
            del self.fields["first_period"]
            self.fields["campaign"].required = False
            self.fields["campaign"].help_text = _("不选时，每一项活动（包括以后新开的）都自动开始和结束。")
            choices = [(slug, one.name) for slug, one in self.campaigns.items()]
            choose(self, "campaign", [("", str(_("全部活动"))), *choices])
        else:
            del self.fields["first_day"]
            choose(self, "first_period", period_choices(definition, with_present=True))

    def takes(self, campaign: PublicCampaign) -> bool:
        """Only one that the calendar would make reports of."""
        return concerns(self.definition, campaign)

    def asked(self) -> dict[str, Any]:
        """What set_schedule() takes."""
        data = super().asked()
        day = data.pop("first_day", None)
        data.setdefault("first_period", day.isoformat() if day else "")
        return data
