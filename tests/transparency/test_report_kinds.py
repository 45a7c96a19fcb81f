"""The kinds of reports: what each takes, how its series tiles the log, what it refuses, and that its figures agree."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import SHANGHAI, frozen_at
from core.errors import DomainError
from core.files import path_of
from core.periods import parse_period
from core.progress import NoProgress
from donations.models import Donation
from tests.standing import Standing
from tests.transparency.ground import moment, place_all, publish, rows_of_run, total
from tests.transparency.kinds_ground import fund_of, give_to, make_kind, open_campaign, open_emergency
from tests.transparency.use_ground import STANDING, UseGround
from transparency.choices import ReportKind, ReportPeriod, ReportScope
from transparency.definitions import REPORT_DEFINITIONS, definition_of
from transparency.errors import OutOfOrder, PeriodNotOver
from transparency.models import ReportRun
from transparency.rendering.part_figures import check_parts
from transparency.rendering.report import RENDERERS
from transparency.services.kinds import FREEZERS
from transparency.services.runs import correct_run, make_run, render_run, request_report

BULLETIN, FINAL, PROGRESS = (
    ReportKind.EMERGENCY_BULLETIN, ReportKind.CAMPAIGN_FINAL, ReportKind.CAMPAIGN_PROGRESS,
)  # fmt: skip


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures."""
    kept = run.files.select_related("file").get(role="snapshot", part=0)
    return dict(json.loads(path_of(kept.file.sha256).read_bytes()))


def at(day: str, hour: int, minute: int = 0) -> datetime.datetime:
    """A moment of a day in Shanghai."""
    return moment(day, hour) + datetime.timedelta(minutes=minute)


# The table ---------------------------------------------------------------------------------------------------------


def test_every_kind_is_defined_and_says_when_why_and_of_what() -> None:
    assert list(REPORT_DEFINITIONS) == list(ReportKind)
    for definition in REPORT_DEFINITIONS.values():
        words = {"period": "2026年", "system": "全省", "campaign": "示例", "issue": 3}
        assert str(definition.title) % words
        assert all(str(word) for word in (definition.due_words, definition.deadline_words, definition.source))
        assert definition.periods
        assert definition.scopes
        assert definition.is_numbered == (definition.cut_hour is not None)
        assert (ReportPeriod.WHOLE in definition.periods) <= definition.of_campaign


def test_a_kind_that_nothing_freezes_yet_is_refused_by_its_name() -> None:
    assert set(FREEZERS) <= set(ReportKind.values)
    assert set(FREEZERS) == set(RENDERERS)
    for kind in set(ReportKind.values) - set(FREEZERS):
        with pytest.raises(DomainError, match=definition_of(kind).label):
            make_run(kind=kind, branch=None, scope="alone", period=parse_period("2025"), actor=None)  # type: ignore[arg-type]


# Months, quarters, years -------------------------------------------------------------------------------------------


def test_a_quarter_is_its_three_months_and_a_year_goes_on_from_the_last(ground: UseGround) -> None:
    gifts = ground.gifts
    january = gifts.give("33", "100.00", on="2025-01-10", posted="2025-01-11")
    gifts.give("3301", "20.00", on="2025-01-30", posted="2025-02-02")
    ground.pay("33", "30.00", on="2025-02-10")
    gifts.reverse(gifts.give("33", "7.00", on="2025-03-01", posted="2025-03-02"), on="2025-03-03")
    gifts.give("330182", "5.00", on="2025-03-30", posted="2025-04-02")
    months = [gifts.make(code) for code in ("2025-01", "2025-02", "2025-03")]
    quarter = make_kind(gifts, ReportKind.QUARTERLY_RECEIPTS, "2025Q1", at=at("2025-04-09", 3))
    assert (quarter.log_from, quarter.log_to) == (months[0].log_from, months[-1].log_to)
    assert quarter.title == "2025年第1季度捐赠收支公示"
    assert total(rows_of_run(quarter)) == sum((total(rows_of_run(run)) for run in months), Decimal(0))
    # What is late in a month lies inside the quarter.
    assert [row["section"] for row in rows_of_run(months[1])] == ["late"]
    assert quarter.summary["sections"]["late"]["count"] == 0
    assert quarter.summary["use"]["closing"] == months[-1].summary["use"]["closing"]
    following = make_kind(gifts, ReportKind.QUARTERLY_RECEIPTS, "2025Q2", at=at("2025-07-10", 3))
    assert [(row["section"], row["amount"]) for row in rows_of_run(following)] == [("late", "5.00")]
    assert following.summary["use"]["opening"] == quarter.summary["use"]["closing"]
    assert january.number in {row["number"] for row in rows_of_run(quarter)}


def test_the_annual_report_shows_the_branch_alone_the_whole_and_the_year_before(ground: UseGround) -> None:
    gifts = ground.gifts
    gifts.give("33", "1000.00", on="2024-05-10", posted="2024-05-11")
    first = make_kind(gifts, ReportKind.ANNUAL_FINANCE, "2024", at=at("2025-01-20", 3))
    assert snapshot_of(first)["last_year"] is None
    gifts.give("3301", "300.00", on="2025-03-01", posted="2025-03-02")
    ground.arrive(ground.send("33", "3301", "200.00", on="2025-04-01"), "200.00", on="2025-04-02")
    ground.pay("3301", "50.00", on="2025-05-01")
    run = make_kind(gifts, ReportKind.ANNUAL_FINANCE, "2025", at=at("2026-01-20", 3))
    snapshot = snapshot_of(run)
    assert run.title == "2025年度捐赠资金财务收支报告"
    own, whole, before = snapshot["own"], snapshot["use"], snapshot["last_year"]
    assert (own["opening"], own["in"], own["out"], own["closing"]) == ("1000.00", "0.00", "200.00", "800.00")
    assert (whole["opening"], whole["in"], whole["out"], whole["closing"]) == ("1000.00", "300.00", "50.00", "1250.00")
    assert (before["label"], before["use"]["in"], before["own"]["closing"]) == ("2024", "1000.00", "1000.00")
    own["closing"] = "800.01"
    with pytest.raises(DomainError, match="本级期末结余为"):
        check_parts(snapshot)


def test_a_system_table_is_of_all_below_and_each_length_of_period_is_a_series_of_its_own(ground: UseGround) -> None:
    ground.gifts.give("330182", "8.00", on="2025-01-10", posted="2025-01-11")
    with pytest.raises(DomainError, match="含下级"):
        make_kind(ground.gifts, ReportKind.SYSTEM_TABLE, "2025-01", at=at("2025-02-10", 3), scope=ReportScope.ALONE)
    month = make_kind(ground.gifts, ReportKind.SYSTEM_TABLE, "2025-01", at=at("2025-02-10", 3))
    quarter = make_kind(ground.gifts, ReportKind.SYSTEM_TABLE, "2025Q1", at=at("2025-04-20", 3))
    assert month.summary["amount"] == quarter.summary["amount"] == "8.00"
    assert quarter.title == "2025年第1季度全省红十字会系统捐赠资金收支汇总表"


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        (ReportKind.MONTHLY_RECEIPTS, "2025Q1"),
        (ReportKind.QUARTERLY_RECEIPTS, "2025-01"),
        (ReportKind.ANNUAL_FINANCE, "2025-01-20"),
        (ReportKind.SYSTEM_TABLE, "2025-01-20"),
    ],
)
def test_a_period_of_another_length_is_refused_with_the_form_to_write(
    ground: UseGround, kind: str, period: str
) -> None:
    with pytest.raises(DomainError, match="期间请写成"):
        request_report(
            kind=kind, branch=ground.branches["33"], scope="below", period=period, actor=ground.gifts.clerks["33"]
        )


_CODES = st.sampled_from(["33", "3301", "330182"])
_GIFTS = st.tuples(st.just("give"), _CODES, st.integers(1, 99_999), st.integers(0, 120))
_STEPS = st.one_of(
    _GIFTS, _GIFTS, st.tuples(st.just("pay"), _CODES, st.integers(1, 50)), st.tuples(st.just("reverse")),
    st.tuples(st.just("end_month")),
)  # fmt: skip


class Quarters:
    """A history that goes on from example to example, with a monthly report each month and a quarterly each quarter."""

    def __init__(self, ground: UseGround) -> None:
        self.ground, self.month, self.day = ground, parse_period("2021-01"), 2
        self.gifts: list[Donation] = []

    @property
    def today(self) -> datetime.date:
        """The day of the history."""
        return self.month.first_day + datetime.timedelta(days=self.day)

    def give(self, code: str, fen: int, back: int) -> None:
        received = self.today - datetime.timedelta(days=back)
        posted = self.today.isoformat()
        self.gifts.append(self.ground.gifts.give(code, f"{fen / 100:.2f}", on=received.isoformat(), posted=posted))

    def pay(self, code: str, percent: int) -> None:
        held = self.ground.spending.money(self.ground.fund(code))
        if amount := (held * percent / 100).quantize(Decimal("0.01")):
            self.ground.pay(code, str(amount), on=self.today.isoformat())

    def reverse(self) -> None:
        if self.gifts:
            # One of which something was spent already stands.
            with contextlib.suppress(DomainError):
                self.ground.gifts.reverse(self.gifts.pop(), on=self.today.isoformat())

    def end_month(self) -> None:
        month, self.month, self.day = self.month, self.month.next(), 0
        self.ground.gifts.make(month.code)
        if month.first_day.month % 3 == 0:
            code = f"{month.first_day.year}Q{month.first_day.month // 3}"
            later = month.end + datetime.timedelta(days=12)
            make_kind(self.ground.gifts, ReportKind.QUARTERLY_RECEIPTS, code, at=later)


def test_quarters_tile_the_log_and_are_the_months_that_they_hold(ground: UseGround) -> None:
    """Whatever happens: no gap, no overlap, and where log ranges coincide so do sums, opening and closing."""
    history = Quarters(ground)

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(_STEPS, min_size=3, max_size=8))
    def play(steps: list[tuple[Any, ...]]) -> None:
        for what, *facts in steps:
            getattr(history, what)(*facts)
            history.day += 2
        history.end_month()
        while history.month.first_day.month % 3 != 1:
            history.end_month()
        _months_are_quarters()

    play()
    assert _runs(ReportKind.QUARTERLY_RECEIPTS)


def _runs(kind: str) -> list[ReportRun]:
    return list(ReportRun.objects.unscoped("a test").filter(kind=kind).order_by("pk"))


def _months_are_quarters() -> None:
    months, quarters = _runs(ReportKind.MONTHLY_RECEIPTS), _runs(ReportKind.QUARTERLY_RECEIPTS)
    for series in (months, quarters):
        assert series[0].log_from == 0
        assert all(one.log_to == two.log_from for one, two in itertools.pairwise(series))
    for quarter in quarters:
        inside = [run for run in months if quarter.period_start <= run.period_start < quarter.period_end]
        assert (len(inside), inside[0].log_from, inside[-1].log_to) == (3, quarter.log_from, quarter.log_to)
        shown, use = quarter.summary, quarter.summary["use"]
        assert Decimal(shown["amount"]) == sum(Decimal(run.summary["amount"]) for run in inside)
        assert shown["count"] == sum(run.summary["count"] for run in inside)
        for name in ("in", "out", "used"):
            assert Decimal(use[name]) == sum(Decimal(run.summary["use"][name]) for run in inside), name
        assert use["opening"] == inside[0].summary["use"]["opening"]
        assert use["closing"] == inside[-1].summary["use"]["closing"]
        # What is late in the quarter is late in one of its months too; what is corrected is corrected there.
        late = [row["number"] for run in inside for row in rows_of_run(run) if row["section"] == "late"]
        assert {row["number"] for row in rows_of_run(quarter) if row["section"] == "late"} <= set(late)
        corrections = sum(run.summary["sections"]["corrections"]["count"] for run in inside)
        assert shown["sections"]["corrections"]["count"] == corrections


# Campaigns ---------------------------------------------------------------------------------------------------------


def test_bulletins_go_from_cut_to_cut_are_numbered_and_say_all_so_far(ground: UseGround) -> None:
    gifts = ground.gifts
    campaign = open_emergency(gifts, "2025-12-17", until="2025-12-28", goal=Decimal("1000.00"))
    gifts.give("33", "9999.00", on="2025-12-18", posted="2025-12-18")
    give_to(gifts, campaign, "100.00", on="2025-12-18", at=at("2025-12-18", 16))
    give_to(gifts, campaign, "20.00", on="2025-12-18", at=at("2025-12-18", 17))
    with pytest.raises(PeriodNotOver, match="17 时以后"):
        make_kind(gifts, BULLETIN, "2025-12-18", at=at("2025-12-18", 16, 59), campaign=campaign)
    first = make_kind(gifts, BULLETIN, "2025-12-18", at=at("2025-12-18", 17, 5), campaign=campaign)
    ground.pay("33", "30.00", on="2025-12-19", fund=fund_of(campaign))
    give_to(gifts, campaign, "3.00", on="2025-12-17", at=at("2025-12-19", 16))
    second = make_kind(gifts, BULLETIN, "2025-12-19", at=at("2025-12-19", 18), campaign=campaign)
    assert [run.issue for run in (first, second)] == [1, 2]
    assert first.summary["amount"] == "100.00"
    assert second.title == "“示例山洪募捐”捐赠接收使用情况通报（第 2 期）"
    assert second.period_start == first.period_end == moment("2025-12-18", 17)
    assert second.period_end == moment("2025-12-19", 17)
    # Received on the day of the cut, posted after it: this one's; received before its window: late.
    assert [(row["section"], row["amount"]) for row in rows_of_run(second)] == [("current", "20.00"), ("late", "3.00")]
    part = snapshot_of(second)["campaign"]
    assert part["to_date"] == {"count": 3, "amount": "123.00"}
    whole = part["cumulative"]
    assert (whole["opening"], whole["gifts"], whole["used"], whole["closing"]) == ("0.00", "123.00", "30.00", "93.00")
    assert snapshot_of(second)["use"]["closing"] == "93.00"
    assert "9999" not in json.dumps(snapshot_of(second))


def test_bulletins_are_numbered_without_gap_not_even_past_the_service(ground: UseGround) -> None:
    campaign = open_emergency(ground.gifts, "2025-12-18", until="2025-12-28")
    run = make_kind(ground.gifts, BULLETIN, "2025-12-18", at=at("2025-12-18", 18), campaign=campaign)
    values = {
        field.attname: getattr(run, field.attname)
        for field in ReportRun._meta.concrete_fields
        if field.name not in ("id", "number", "period", "issue", "period_start", "period_end")
    }
    window = {"period_start": run.period_end, "period_end": run.period_end + datetime.timedelta(days=1)}
    for issue in (1, 3, None, 0):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            ReportRun.objects.create(**values, **window, number=f"x{issue}", period="2025-12-19", issue=issue)
    for change in ({"issue": 2}, {"period": "2025-12-17"}, {"campaign_id": None}, {"period_end": F("period_start")}):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            ReportRun.objects.unscoped("past the service").filter(pk=run.pk).update(**change)


def test_a_corrected_bulletin_keeps_its_number(ground: UseGround) -> None:
    campaign = open_emergency(ground.gifts, "2025-12-18", until="2025-12-28")
    give_to(ground.gifts, campaign, "100.00", on="2025-12-18", at=at("2025-12-18", 16))
    run = make_kind(ground.gifts, BULLETIN, "2025-12-18", at=at("2025-12-18", 18), campaign=campaign)
    with frozen_at(at("2025-12-18", 19)):
        render_run(run_id=run.pk, job=NoProgress())
        publish(run, checker=ground.gifts.clerks["33"], approver=ground.gifts.people["publisher"])
        new = correct_run(run_id=run.pk, note="更正标题中的错字", actor=ground.gifts.clerks["33"])
    assert (new.issue, new.version, new.period_end) == (1, 2, run.period_end)
    following = make_kind(ground.gifts, BULLETIN, "2025-12-19", at=at("2025-12-19", 18), campaign=campaign)
    assert following.issue == 2


def test_the_final_report_takes_all_of_a_campaign_once_it_is_over(ground: UseGround) -> None:
    campaign = open_campaign(
        ground.gifts, "2025-02-01", until="2025-03-31", goal=Decimal("400.00"), fee_rate=Decimal("0.1")
    )
    give_to(ground.gifts, campaign, "100.00", on="2025-02-05", at=at("2025-02-06", 9))
    with pytest.raises(PeriodNotOver, match="2025-03-31 才截止"):
        make_kind(ground.gifts, FINAL, "", at=at("2025-03-31", 23), campaign=campaign)
    ground.pay("33", "60.00", on="2025-04-10", fund=fund_of(campaign))
    ground.pay("33", "4.00", on="2025-04-11", fund=fund_of(campaign), kind="fee")
    run = make_kind(ground.gifts, FINAL, "", at=at("2025-05-31", 3), campaign=campaign)
    assert (run.period, run.title) == ("whole", "“示例助学募捐”募捐和使用情况总结公示")
    whole = snapshot_of(run)["campaign"]["cumulative"]
    assert [whole[name] for name in ("gifts", "used", "fees", "closing")] == ["100.00", "60.00", "4.00", "36.00"]
    assert make_kind(ground.gifts, FINAL, "", at=at("2025-06-30", 3), campaign=campaign).pk == run.pk


def test_progress_is_of_the_campaign_alone_and_only_while_it_runs(ground: UseGround) -> None:
    campaign = open_campaign(ground.gifts, "2025-02-01", until="2025-10-31")
    ground.gifts.give("33", "7.00", on="2025-02-05", posted="2025-02-06")
    give_to(ground.gifts, campaign, "100.00", on="2025-02-05", at=at("2025-02-06", 9))
    run = make_kind(ground.gifts, PROGRESS, "2025Q1", at=at("2025-04-01", 3), campaign=campaign)
    assert run.summary["amount"] == "100.00"
    assert run.title == "“示例助学募捐”募捐情况公示（2025年第1季度）"
    with pytest.raises(DomainError, match="不在这一期间内"):
        make_kind(ground.gifts, PROGRESS, "2026Q1", at=at("2026-04-01", 3), campaign=campaign)
    with pytest.raises(DomainError, match="不是应急募捐"):
        make_kind(ground.gifts, BULLETIN, "2025-02-05", at=at("2025-02-05", 18), campaign=campaign)
    with pytest.raises(DomainError, match="浙江省红十字会 的活动"):
        make_kind(ground.gifts, PROGRESS, "2025Q2", at=at("2025-07-01", 3), campaign=campaign, code="3301")
    make_kind(ground.gifts, PROGRESS, "2025Q3", at=at("2025-10-01", 3), campaign=campaign)
    with pytest.raises(OutOfOrder):
        make_kind(ground.gifts, PROGRESS, "2025Q2", at=at("2025-10-01", 3), campaign=campaign)


_DAYS = st.lists(
    st.tuples(st.integers(0, 23), st.integers(1, 50_000), st.integers(0, 3), st.sampled_from(["give", "pay", "miss"])),
    min_size=3,
    max_size=7,
)


def test_bulletins_tile_the_records_of_their_campaign_whatever_the_hour(ground: UseGround) -> None:
    """Each gift stands in exactly one; sums so far are the ledger's; a missed day leaves no gap in the numbers."""
    state = {"day": datetime.date(2025, 12, 18), "given": Decimal(0)}
    campaign = open_emergency(ground.gifts, "2025-12-18", until="2026-06-30")

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(_DAYS)
    def play(days: list[tuple[int, int, int, str]]) -> None:
        for hour, fen, back, what in days:
            state["day"] += datetime.timedelta(days=1)
            moment_ = datetime.datetime.combine(state["day"], datetime.time(hour), tzinfo=SHANGHAI)
            on = max(state["day"] - datetime.timedelta(days=back), campaign.starts_on)
            give_to(ground.gifts, campaign, f"{fen / 100:.2f}", on=on.isoformat(), at=moment_)
            state["given"] += Decimal(fen) / 100
            if what != "miss":
                cut = datetime.datetime.combine(state["day"], datetime.time(17, 5), tzinfo=SHANGHAI)
                make_kind(ground.gifts, BULLETIN, state["day"].isoformat(), at=cut, campaign=campaign)
        check()

    def check() -> None:
        runs = list(ReportRun.objects.unscoped("a test").filter(kind=BULLETIN).order_by("pk"))
        assert [run.issue for run in runs] == list(range(1, len(runs) + 1))
        for one, two in itertools.pairwise(runs):
            assert (one.log_to, one.period_end) == (two.log_from, two.period_start)
            assert one.summary["use"]["closing"] == two.summary["use"]["opening"]
        rows = [row["number"] for run in runs for row in rows_of_run(run)]
        assert len(rows) == len(set(rows))
        if runs:
            made = sum((total(rows_of_run(run)) for run in runs), Decimal(0))
            assert Decimal(runs[-1].summary["to_date"]["amount"]) == made <= state["given"]

    play()
    state["day"] += datetime.timedelta(days=1)
    place_all()
    last = datetime.datetime.combine(state["day"], datetime.time(18), tzinfo=SHANGHAI)
    run = make_kind(ground.gifts, BULLETIN, state["day"].isoformat(), at=last, campaign=campaign)
    assert Decimal(run.summary["to_date"]["amount"]) == state["given"]
