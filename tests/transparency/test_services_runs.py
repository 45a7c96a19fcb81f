"""Runs of reports: what they take, when they are made, and that the log gives every record its place."""

from __future__ import annotations

import datetime
import itertools
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import frozen_at
from core.models import Job, PublicRecord
from core.periods import parse_period
from donations.models import Donation
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, STANDING, Ground, moment, place_all, rows_of_run, total
from transparency.choices import ReportScope
from transparency.errors import OutOfOrder, PeriodNotOver
from transparency.models import LogHead, LogLeaf, ReportRun, ReportSchedule
from transparency.services.runs import (
    make_run,
    request_report,
)
from transparency.services.schedules import make_due_reports, set_schedule
from transparency.services.sequencing import sequence_records


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


def all_runs() -> list[ReportRun]:
    """Every run, oldest first."""
    return list(ReportRun.objects.unscoped("a test looks at all").select_related("branch").order_by("pk"))


# What a run takes -------------------------------------------------------------------------------------------------


def test_gifts_of_the_month_late_ones_and_reversals_stand_in_their_own_sections(ground: Ground) -> None:
    january = ground.give("33", "100.00", on="2025-01-10", posted="2025-01-11")
    ground.make("2025-01")
    ground.give("3301", "20.00", on="2025-01-30", posted="2025-02-02")
    ground.give("3301", "3.00", on="2025-02-05", posted="2025-02-06")
    ground.reverse(january, on="2025-02-07")
    run = ground.make("2025-02")
    rows = rows_of_run(run)
    assert [(row["section"], row["amount"]) for row in rows] == [
        ("current", "3.00"), ("late", "20.00"), ("corrections", "-100.00"),
    ]  # fmt: skip
    assert rows[2]["number"] == january.number
    assert rows[2]["note"] == "示例更正说明"
    assert run.summary["amount"] == "-77.00"


def test_what_is_posted_after_midnight_belongs_to_the_next_report(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-31", posted="2025-01-31")
    ground.give("33", "2.00", on="2025-01-31", posted="2025-02-01")
    run = ground.make("2025-01", hour=12)
    assert total(rows_of_run(run)) == Decimal("1.00")


def test_alone_takes_no_gift_of_a_branch_below(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    ground.give("330182", "2.00", on="2025-01-05", posted="2025-01-07")
    assert ground.make("2025-01", scope=ReportScope.ALONE).summary["amount"] == "1.00"
    assert ground.make("2025-01").summary["amount"] == "3.00"


_CODES = st.sampled_from(["33", "3301", "330182"])
_GIFTS = st.tuples(st.just("give"), _CODES, st.integers(1, 99_999), st.integers(0, 70))
_STEPS = st.one_of(_GIFTS, _GIFTS, st.tuples(st.just("reverse"), st.integers(0, 5)), st.tuples(st.just("month")))
_MONTHS = itertools.count()


def test_runs_tile_the_log_whatever_happens_between_them(ground: Ground) -> None:
    """Each record lies in exactly one run of a series, and the runs together are the ledger."""
    state: dict[str, Any] = {"month": parse_period("2021-01"), "reversed": set()}

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(_STEPS, min_size=2, max_size=7))
    def play(steps: list[tuple]) -> None:  # type: ignore[type-arg]
        day = 2
        for step in [*steps, ("month",)]:
            month = state["month"]
            posted = month.first_day + datetime.timedelta(days=day)
            if step[0] == "give":
                received = posted - datetime.timedelta(days=step[3])
                ground.give(step[1], f"{step[2] / 100:.2f}", on=received.isoformat(), posted=posted.isoformat())
            elif step[0] == "reverse":
                standing = [
                    gift
                    for gift in Donation.objects.unscoped("a test")
                    .select_related("branch", "entry")
                    .order_by("-pk")[:9]
                    if gift.pk not in state["reversed"]
                ]
                if standing:
                    gift = standing[step[1] % len(standing)]
                    state["reversed"].add(gift.pk)
                    ground.reverse(gift, on=posted.isoformat())
            else:
                ground.make(month.code)
                ground.make(month.code, code="3301")
                state["month"], day = month.next(), 1
            day += 2
        check()

    def check() -> None:
        for code, whole in (("33", None), ("3301", ground.branches["3301"].pk)):
            runs = [run for run in all_runs() if run.branch.code == code]
            edges = [(run.log_from, run.log_to) for run in runs]
            assert edges[0][0] == 0
            assert all(before[1] == after[0] for before, after in itertools.pairwise(edges)), edges
            rows = [row for run in runs for row in rows_of_run(run)]
            plus = sorted(row["number"] for row in rows if row["section"] != "corrections")
            assert len(plus) == len(set(plus)), "a gift stands in two reports"
            gifts = Donation.objects.unscoped("a test")
            if whole is not None:
                gifts = gifts.filter(city_id=whole)
            assert plus == sorted(gifts.values_list("number", flat=True))
            minus = sorted(row["number"] for row in rows if row["section"] == "corrections")
            assert minus == sorted(gifts.filter(pk__in=state["reversed"]).values_list("number", flat=True))
            balance = sum((gift.amount for gift in gifts.exclude(pk__in=state["reversed"])), Decimal("0.00"))
            assert total(rows) == balance

    play()
    assert LogHead.objects.get().size == LogLeaf.objects.count() == PublicRecord.objects.count()


# When runs are made -----------------------------------------------------------------------------------------------


def schedule(ground: Ground, first: str = "2025-01") -> ReportSchedule:
    """The province's series on the calendar."""
    return set_schedule(
        kind=MONTHLY, branch=ground.branches["33"], scope=ReportScope.BELOW, first_period=first, is_active=True,
        actor=ground.clerks["33"],
    )  # fmt: skip


def test_ticks_that_were_missed_make_every_due_run_once_and_in_order(ground: Ground) -> None:
    schedule(ground)
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    ground.give("33", "2.00", on="2025-03-05", posted="2025-03-06")
    place_all()
    with frozen_at(moment("2025-04-20")):
        assert [run.period for run in make_due_reports()] == ["2025-01", "2025-02", "2025-03"]
        assert make_due_reports() == []
    assert [run.summary["amount"] for run in all_runs()] == ["1.00", "0.00", "2.00"]


def test_nothing_falls_due_before_two_in_the_morning(ground: Ground) -> None:
    schedule(ground, "2025-03")
    with frozen_at(moment("2025-04-01", 1)):
        assert make_due_reports() == []
    with frozen_at(moment("2025-04-01", 2)):
        assert [run.period for run in make_due_reports()] == ["2025-03"]


def test_a_series_taken_off_the_calendar_makes_nothing(ground: Ground) -> None:
    series = schedule(ground)
    set_schedule(
        kind=MONTHLY, branch=series.branch, scope=series.scope, first_period="2025-01", is_active=False,
        actor=ground.clerks["33"],
    )  # fmt: skip
    with frozen_at(moment("2025-04-20")):
        assert make_due_reports() == []


def test_two_ticks_at_once_make_one_run(ground: Ground) -> None:
    """Without the lock both would find nothing there; with it the second waits and finds the first one's run."""
    period, seen, made = parse_period("2025-01"), {}, {}
    in_the_middle, looked = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                made["first"] = ground.make("2025-01")
                in_the_middle.set()
                assert looked.wait(30)
        finally:
            connection.close()

    def second() -> None:
        try:
            assert in_the_middle.wait(30)
            seen["without the lock"] = ReportRun.objects.unscoped("a test").filter(period=period.code).count()
            looked.set()
            made["second"] = ground.make("2025-01")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == {"without the lock": 0}
    assert made["first"].pk == made["second"].pk
    assert len(all_runs()) == 1


def test_a_posting_that_overlaps_the_freezing_is_in_the_next_report(ground: Ground) -> None:
    """Its record was written before the end of the period, but nobody could see it yet: neither lost nor doubled."""
    written, frozen = threading.Event(), threading.Event()
    # The fund is opened, which locks the branch's row, before; and that gift has its place.
    ground.give("33", "1.00", on="2025-01-02", posted="2025-01-03")
    place_all()

    def slow() -> None:
        try:
            with transaction.atomic():
                ground.give("33", "5.00", on="2025-01-30", posted="2025-01-31")
                written.set()
                assert frozen.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert written.wait(60)
        january = ground.make("2025-01", wait=False)
    finally:
        frozen.set()
        thread.join(60)
    february = ground.make("2025-02")
    assert total(rows_of_run(january)) == Decimal("1.00")
    assert [(row["section"], row["amount"]) for row in rows_of_run(february)] == [("late", "5.00")]


def test_a_month_that_is_not_over_is_refused(ground: Ground) -> None:
    with frozen_at(moment("2025-01-31", 23)), pytest.raises(PeriodNotOver):
        make_run(kind=MONTHLY, branch=ground.branches["33"], scope="below", period=parse_period("2025-01"), actor=None)


def test_a_series_does_not_go_back(ground: Ground) -> None:
    ground.make("2025-03")
    with pytest.raises(OutOfOrder):
        ground.make("2025-01")


def test_the_same_request_again_gives_the_run_that_is_there(ground: Ground) -> None:
    with frozen_at(moment("2025-02-03")):
        runs = [
            request_report(
                kind=MONTHLY, branch=ground.branches["33"], scope="below", period="2025-01", actor=ground.clerks["33"]
            )
            for _try in range(2)
        ]
    assert runs[0].pk == runs[1].pk
    assert Job.objects.filter(idempotency_key__startswith="render:").count() == 1


# The log's order ----------------------------------------------------------------------------------------------------


def test_records_get_indexes_without_gap_once(ground: Ground) -> None:
    for day in range(1, 5):
        ground.give("33", f"{day}.00", on="2025-01-05", posted=f"2025-01-0{day + 5}")
    place_all()
    assert sequence_records() == 0
    assert list(LogLeaf.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3]


def test_two_sequencers_at_once_place_every_record_once(ground: Ground) -> None:
    for day in range(1, 4):
        ground.give("33", f"{day}.00", on="2025-01-05", posted=f"2025-01-0{day + 5}")
    placed: list[int] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait(30)
            placed.append(sequence_records())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(placed) == LogHead.objects.get().size
    place_all()
    assert LogLeaf.objects.count() == LogLeaf.objects.values("record").distinct().count() == 3
