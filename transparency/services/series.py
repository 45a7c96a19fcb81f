"""What a report is asked for: its kind, its period or campaign, and the exact window and title that follow."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError
from core.periods import Period, parse_period
from donations.selectors.public.campaigns import PublicCampaign, public_campaign
from organizations.models import Branch
from transparency.choices import ReportKind, ReportPeriod, ReportScope
from transparency.definitions import ReportDefinition, definition_of
from transparency.errors import PeriodNotOver
from transparency.models import ReportRun
from transparency.models.report import period_label
from transparency.selectors.calendar import cut_of


@dataclass(frozen=True)
class Window:
    """The stretch of time that a report covers, half-open, both ends aware; `code` as it is stored."""

    code: str
    kind: str
    start: datetime.datetime
    end: datetime.datetime


def read_kind(kind: str) -> ReportDefinition:
    """The definition of a kind that somebody named. Raises DomainError with the kinds there are."""
    if kind not in ReportKind.values:
        raise DomainError(
            "report_kind_unknown",
            _("没有“%(kind)s”这种报告，可用的有：%(kinds)s") % {"kind": kind, "kinds": "、".join(ReportKind.values)},
        )
    return definition_of(kind)


def read_period(definition: ReportDefinition, text: str, campaign: PublicCampaign | None) -> Period | None:
    """The period that somebody wrote, None for a report of a whole campaign.

    That one needs none; a period is taken there where the campaign's last day lies in it. Raises PeriodError,
    DomainError ``period_does_not_fit`` with the forms that the kind takes.
    """
    if ReportPeriod.WHOLE in definition.periods:
        is_plain = campaign is None or text.strip() in ("", ReportPeriod.WHOLE.value)
        if campaign is not None and not is_plain and not parse_period(text).contains_day(campaign.last_day):
            raise _misfit(
                _("这种报告包含整个活动，期间可以不写，或写活动截止日 %(day)s 所在的期间。")
                % {"day": campaign.last_day}
            )
        return None
    period = parse_period(text)
    check_period(definition, period)
    return period


def check_period(definition: ReportDefinition, period: Period) -> None:
    """Refuse a period of another length than the kind takes."""
    if period.kind.value not in definition.periods:
        forms = {
            ReportPeriod.DAY: _("2026-01-20 这样的一天"),
            ReportPeriod.MONTH: _("2026-01 这样的月份"),
            ReportPeriod.QUARTER: _("2026Q1 这样的季度"),
            ReportPeriod.YEAR: _("2026 这样的年份"),
        }
        raise _misfit(
            _("“%(kind)s”的期间请写成 %(forms)s。")
            % {"kind": definition.label, "forms": _("、").join(forms[one] for one in definition.periods)}
        )


def _misfit(sentence: str) -> DomainError:
    return DomainError("period_does_not_fit", sentence, {"period": sentence})


def read_campaign(definition: ReportDefinition, slug: str) -> PublicCampaign | None:
    """The campaign that somebody named by its slug. Raises NotFound, DomainError where the kind wants one or none."""
    if not definition.of_campaign:
        if slug:
            sentence = _("“%(kind)s”不是关于募捐活动的报告，不要选活动。") % {"kind": definition.label}
            raise DomainError("campaign_not_wanted", sentence, {"campaign": sentence})
        return None
    if not slug:
        sentence = _("“%(kind)s”是关于一项募捐活动的，请选择活动。") % {"kind": definition.label}
        raise DomainError("campaign_missing", sentence, {"campaign": sentence})
    return public_campaign(slug.strip())


def check_asked(
    definition: ReportDefinition, branch: Branch, scope: str, period: Period | None, campaign: PublicCampaign | None
) -> None:
    """Refuse what does not belong together: scope, branch, campaign and period. Each sentence names the field."""
    if scope not in definition.scopes:
        allowed = _("、").join(str(one.label) for one in definition.scopes)
        sentence = _("“%(kind)s”的范围只能是：%(allowed)s。") % {"kind": definition.label, "allowed": allowed}
        raise DomainError("scope_does_not_fit", sentence, {"scope": sentence})
    if definition.of_campaign != (campaign is not None):
        raise ValueError(f"{definition.kind} and its campaign do not belong together")
    if campaign is None:
        return
    if campaign.branch_code != branch.code:
        sentence = _("“%(name)s”是 %(branch)s 的活动，请选这一家。") % {
            "name": campaign.name,
            "branch": campaign.branch_name,
        }
        raise DomainError("campaign_of_another", sentence, {"campaign": sentence})
    if definition.emergency_only and not campaign.is_emergency:
        sentence = _("“%(name)s”不是应急募捐，不做每日通报。") % {"name": campaign.name}
        raise DomainError("campaign_no_emergency", sentence, {"campaign": sentence})
    if period is not None and not (period.first_day <= campaign.last_day and campaign.starts_on <= period.last_day):
        raise _misfit(
            _("“%(name)s”的募捐从 %(first)s 到 %(last)s，不在这一期间内。")
            % {"name": campaign.name, "first": campaign.starts_on, "last": campaign.last_day}
        )


def check_over(
    definition: ReportDefinition, period: Period | None, campaign: PublicCampaign | None, moment: datetime.datetime
) -> datetime.datetime:
    """The cut of a report that may be made at a moment. Raises PeriodNotOver before its period or campaign ended."""
    if period is not None:
        if moment < (cut := cut_of(definition, period)):
            raise PeriodNotOver(
                "period_not_over",
                _("%(period)s还没有结束，期满后才能生成报告。") % {"period": period.label}
                if definition.cut_hour is None
                else _("%(period)s %(hour)s 时以后才能生成当日的通报。")
                % {"period": period.label, "hour": definition.cut_hour},
            )
        # To the minute, as below.
        return moment.replace(second=0, microsecond=0) if definition.takes_all else cut
    if campaign is None:
        raise ValueError(f"{definition.kind} has neither period nor campaign")
    if moment.astimezone(SHANGHAI).date() <= campaign.last_day:
        raise PeriodNotOver(
            "campaign_not_over",
            _("“%(name)s”到 %(day)s 才截止，截止以后才能生成总结公示。")
            % {"name": campaign.name, "day": campaign.last_day},
        )
    # To the minute: what is being written this very moment has no place yet.
    return moment.replace(second=0, microsecond=0)


def window_of(
    definition: ReportDefinition,
    period: Period | None,
    campaign: PublicCampaign | None,
    *,
    previous: ReportRun | None,
    cut: datetime.datetime,
) -> Window:
    """The exact window: that of the period; of a bulletin from the cut of the one before; of a campaign all of it."""
    if period is not None and definition.cut_hour is None:
        return Window(period.code, period.kind.value, period.start, period.end)
    if campaign is None:
        raise ValueError(f"{definition.kind} needs its campaign")
    start = datetime.datetime.combine(campaign.starts_on, datetime.time(), tzinfo=SHANGHAI)
    if period is None:
        return Window(ReportPeriod.WHOLE.value, ReportPeriod.WHOLE.value, start, cut)
    return Window(period.code, period.kind.value, start if previous is None else previous.period_end, cut)


def title_of(
    definition: ReportDefinition, window: Window, branch: Branch, campaign: PublicCampaign | None, issue: int | None
) -> str:
    """The title as an association writes it."""
    words = {
        "period": period_label(window.code),
        "system": _system(branch),
        "campaign": campaign.name if campaign is not None else "",
        "issue": issue,
    }
    return str(definition.title) % words


def _system(branch: Branch) -> str:
    """How the associations of an area are called together: 全省, 全市, 全县, 全区; "" for others."""
    area = branch.name.removesuffix("红十字会")[-1:]
    return f"全{area}" if area and area in "省市县区" else ""


def default_scope(definition: ReportDefinition) -> str:
    """The scope of a request that names none: the branch alone where the kind takes that."""
    return (ReportScope.ALONE if ReportScope.ALONE in definition.scopes else definition.scopes[0]).value
