"""The calendar of reports: when each kind falls due, each due run once, and campaigns that end by themselves."""

from __future__ import annotations

import datetime

import pytest

from core.clock import frozen_at
from core.errors import DomainError
from core.periods import parse_period
from donations.models import Campaign
from donations.services.appeals.closing import close_campaign
from ledger.services import ensure_default_fund
from tests.standing import Standing
from tests.transparency.ground import STANDING, Ground, moment, place_all
from tests.transparency.kinds_ground import fund_of, open_campaign, open_emergency
from transparency.choices import ReportKind
from transparency.definitions import definition_of
from transparency.models import ReportRun, ReportSchedule
from transparency.selectors.calendar import add_months, term_end
from transparency.selectors.schedules import desk_duties, schedules_for
from transparency.services.kinds import FREEZERS
from transparency.services.schedules import make_due_reports, set_schedule

BULLETIN, FINAL, PROGRESS = (
    ReportKind.EMERGENCY_BULLETIN, ReportKind.CAMPAIGN_FINAL, ReportKind.CAMPAIGN_PROGRESS,
)  # fmt: skip


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


def set_on(ground: Ground, kind: str, first: str, **over: object) -> ReportSchedule:
    """A series of the province on the calendar."""
    values = {"scope": "", "is_active": True, "actor": ground.clerks["33"], "branch": ground.branches["33"], **over}
    return set_schedule(kind=kind, first_period=first, **values)  # type: ignore[arg-type]


def made_at(moment_: datetime.datetime) -> list[str]:
    """The periods of what a tick of the clock makes."""
    with frozen_at(moment_):
        return [run.period for run in make_due_reports()]


# When ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "period", "due"),
    [
        (ReportKind.MONTHLY_RECEIPTS, "2025-01", "2025-02-01 02:00"),
        # 4 and 5 April 2025 are a holiday and a Saturday, and the 6th is a Sunday.
        (ReportKind.QUARTERLY_RECEIPTS, "2025Q1", "2025-04-08 02:00"),
        # 28 September 2025 was worked to make up for the holiday, 1 to 8 October were off.
        (ReportKind.QUARTERLY_RECEIPTS, "2025Q3", "2025-10-14 02:00"),
        (ReportKind.ANNUAL_FINANCE, "2024", "2025-01-15 02:00"),
        (ReportKind.SYSTEM_TABLE, "2025-01", "2025-02-10 02:00"),
        (ReportKind.CAMPAIGN_PROGRESS, "2025Q1", "2025-04-01 02:00"),
        (ReportKind.EMERGENCY_BULLETIN, "2025-01-20", "2025-01-20 17:00"),
    ],
)
def test_each_kind_falls_due_by_its_rule_and_the_holidays(kind: str, period: str, due: str) -> None:
    found = term_end(definition_of(kind).due, parse_period(period).last_day)
    assert (found.at.strftime("%Y-%m-%d %H:%M"), found.assured) == (due, True)


def test_a_year_whose_holidays_nobody_announced_is_guessed_and_says_so() -> None:
    found = term_end(definition_of(ReportKind.QUARTERLY_RECEIPTS).due, datetime.date(2031, 3, 31))
    assert (found.at.date(), found.assured) == (datetime.date(2031, 4, 7), False)


def test_deadlines_are_those_of_the_law() -> None:
    year, last = datetime.date(2025, 12, 31), datetime.date(2025, 11, 30)
    assert term_end(definition_of(ReportKind.ANNUAL_FINANCE).deadline, year).at == moment("2026-06-01", 0)
    assert term_end(definition_of(FINAL).deadline, last).at == moment("2026-03-01", 0)
    assert add_months(datetime.date(2025, 11, 30), 3) == datetime.date(2026, 2, 28)


# What ---------------------------------------------------------------------------------------------------------------


def test_quarters_years_and_tables_that_were_missed_are_made_once_and_in_order(ground: Ground) -> None:
    set_on(ground, ReportKind.QUARTERLY_RECEIPTS, "2024Q3")
    set_on(ground, ReportKind.ANNUAL_FINANCE, "2024")
    set_on(ground, ReportKind.SYSTEM_TABLE, "2025-02")
    set_on(ground, ReportKind.SYSTEM_TABLE, "2025Q1")
    ground.give("33", "1.00", on="2024-08-05", posted="2024-08-06")
    place_all()
    late = moment("2025-05-20")
    assert made_at(late) == ["2024Q3", "2024Q4", "2025Q1", "2024", "2025-02", "2025-03", "2025-04", "2025Q1"]
    assert made_at(late) == []
    # A clock that was set back, and then goes on, makes nothing twice.
    assert made_at(moment("2024-11-01")) == []
    assert made_at(late) == []
    assert ReportRun.objects.unscoped("a test").count() == 8


def test_bulletins_come_every_day_at_seventeen_from_the_opening_to_the_last_day(ground: Ground) -> None:
    set_on(ground, BULLETIN, "2025-01-01")
    campaign = open_emergency(ground, "2025-12-18", until="2025-12-21")
    open_campaign(ground, "2025-12-18", until="2026-12-31")
    place_all()
    assert made_at(moment("2025-12-18", 16)) == []
    assert made_at(moment("2025-12-18", 17)) == ["2025-12-18"]
    assert made_at(moment("2025-12-20", 9)) == ["2025-12-19"]
    assert made_at(moment("2026-01-09", 9)) == ["2025-12-20", "2025-12-21"]
    runs = list(ReportRun.objects.unscoped("a test").order_by("pk"))
    assert [(run.issue, run.campaign_id) for run in runs] == [(n, campaign.id) for n in range(1, 5)]


def test_progress_and_final_report_begin_and_end_with_the_campaign(ground: Ground) -> None:
    set_on(ground, PROGRESS, "2025-01-01")
    set_on(ground, FINAL, "2025-01-01")
    short = open_campaign(ground, "2025-02-01", until="2025-05-31")
    long = open_campaign(ground, "2025-02-01", until="2026-01-31", slug="shili-long", name="示例长期募捐")
    place_all()
    assert made_at(moment("2025-06-30")) == ["2025Q1"]
    assert made_at(moment("2025-08-01")) == ["2025Q2", "whole"]
    by_kind = ReportRun.objects.unscoped("a test").values_list("kind", "campaign_id").distinct()
    assert set(by_kind) == {(PROGRESS, long.id), (FINAL, short.id)}
    # Closed early: nothing more than its last quarter, and the final report two months later.
    with frozen_at(moment("2025-08-10")):
        usual = ensure_default_fund(branch=ground.branches["33"], on=datetime.date(2025, 8, 10), actor=None)
        close_campaign(campaign_id=long.id, successor=usual, reason="目标已完成", actor=ground.approvers["33"])
    place_all()
    assert made_at(moment("2026-06-30")) == ["2025Q3", "whole"]
    assert Campaign.objects.unscoped("a test").get(pk=long.id).closed_on == datetime.date(2025, 8, 10)


def test_a_schedule_of_one_campaign_stands_before_that_of_all(ground: Ground) -> None:
    first = open_emergency(ground, "2025-12-18", until="2025-12-20")
    second = open_emergency(ground, "2025-12-18", until="2025-12-20", slug="shili-two", name="示例第二项募捐")
    set_on(ground, BULLETIN, "2025-01-01")
    set_on(ground, BULLETIN, "2025-01-01", campaign=first.slug, is_active=False)
    place_all()
    assert made_at(moment("2025-12-18", 18)) == ["2025-12-18"]
    assert ReportRun.objects.unscoped("a test").get().campaign_id == second.id


def test_a_failing_series_leaves_the_others(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    set_on(ground, ReportKind.QUARTERLY_RECEIPTS, "2025Q1")
    set_on(ground, ReportKind.SYSTEM_TABLE, "2025Q1")
    place_all()
    monkeypatch.delitem(FREEZERS, ReportKind.QUARTERLY_RECEIPTS)
    assert made_at(moment("2025-04-20")) == ["2025Q1"]
    assert ReportRun.objects.unscoped("a test").get().kind == ReportKind.SYSTEM_TABLE


@pytest.mark.parametrize(
    ("kind", "first", "over", "field"),
    [
        (ReportKind.QUARTERLY_RECEIPTS, "2025-01", {}, "first_period"),
        (ReportKind.SYSTEM_TABLE, "2025-01", {"scope": "alone"}, "scope"),
        (ReportKind.CAMPAIGN_FINAL, "2025Q1", {}, "first_period"),
        (ReportKind.MONTHLY_RECEIPTS, "2025-01", {"campaign": "shili-flood"}, "campaign"),
        (ReportKind.ANNUAL_WORK, "2025", {}, "kind"),
    ],
)
def test_a_schedule_that_does_not_fit_says_which_field(
    ground: Ground, kind: str, first: str, over: dict[str, object], field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As long as nothing freezes it, nobody can put it on the calendar.
    monkeypatch.delitem(FREEZERS, ReportKind.ANNUAL_WORK, raising=False)
    with pytest.raises(DomainError) as refusal:
        set_on(ground, kind, first, **over)
    assert set(refusal.value.fields) == {field}


# The desk -----------------------------------------------------------------------------------------------------------


def test_the_desk_sees_how_far_each_series_has_come_and_what_is_next(ground: Ground) -> None:
    clerk = ground.clerks["33"]
    set_on(ground, ReportKind.QUARTERLY_RECEIPTS, "2025Q1")
    set_on(ground, BULLETIN, "2025-01-01")
    campaign = open_emergency(ground, "2025-12-18", until="2025-12-20")
    place_all()
    made_at(moment("2025-12-19", 18))
    with frozen_at(moment("2025-12-19", 19)):
        lines = {line.schedule.kind: line for line in schedules_for(clerk)}
        duties = {duty.schedule.kind: duty for duty in desk_duties(clerk)}
    bulletin, quarter = lines[BULLETIN], lines[ReportKind.QUARTERLY_RECEIPTS]
    assert bulletin.next is not None
    assert quarter.next is not None
    assert (bulletin.last_period, bulletin.next.code) == ("第 2 期（2025年12月19日）", "2025-12-20")
    assert bulletin.next.campaign is not None
    assert bulletin.next.campaign.id == campaign.id
    assert (quarter.last_period, quarter.next.code) == ("2025年第3季度", "2025Q4")
    assert duties[BULLETIN].slot.code == "2025-12-19"
    assert not duties[BULLETIN].is_published
    assert fund_of(campaign).branch == ground.branches["33"]
