"""Runs of reports: what they take, when they are made, who moves them, and that they stand."""

from __future__ import annotations

import datetime
import io
import itertools
import json
import threading
from decimal import Decimal
from typing import Any

import psycopg2.errors
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.db.utils import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from core.clock import frozen_at
from core.errors import DomainError
from core.files import path_of
from core.models import Job, PublicRecord
from core.periods import parse_period
from core.progress import NoProgress
from donations.choices import NameChoice
from donations.models import Donation
from tests import databases
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, STANDING, Ground, moment, place_all, publish, rows_of_run, total
from transparency.choices import RUN_TRANSITIONS, ReportScope, RunStatus
from transparency.errors import OutOfOrder, PeriodNotOver, PublishingBlocked, RunWrongState
from transparency.models import DisclosureItem, LogHead, LogLeaf, ReportEvent, ReportFile, ReportRun, ReportSchedule
from transparency.rendering.figures import FiguresDisagree
from transparency.services.publishing import approve_run, check_run, decline_run, retry_run, sign_run
from transparency.services.publishing_checks import publishing_checks, publishing_problems
from transparency.services.runs import (
    correct_run,
    lock_run,
    make_run,
    move_run,
    render_run,
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


# Publishing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["asked", "checked"])
def test_whoever_asked_for_a_report_or_checked_it_does_not_approve_it_not_even_past_the_service(
    ground: Ground, step: str
) -> None:
    publisher, second = ground.people["publisher"], ground.people["second"]
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01", actor=publisher if step == "asked" else None)
    with pytest.raises(RunWrongState, match="待复核"):
        approve_run(run_id=run.pk, actor=second)
    check_run(run_id=run.pk, actor=ground.clerks["33"] if step == "asked" else publisher)
    with pytest.raises(PublishingBlocked, match="另一位"):
        approve_run(run_id=run.pk, actor=publisher)
    name = "reportrun_approver_is_not_requester" if step == "asked" else "reportrun_approver_is_not_checker"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ReportRun.objects.unscoped("past the service").filter(pk=run.pk).update(approved_by=publisher)
    approve_run(run_id=run.pk, actor=second)
    published = sign_run(run_id=run.pk, job=NoProgress())
    assert published.status == RunStatus.PUBLISHED
    assert DisclosureItem.objects.get().report_id == run.pk
    record = json.loads(PublicRecord.objects.get(kind="report").record)
    assert record["amount"] == "1.00"
    assert {one["role"] for one in record["files"]} == {
        "signed",
        "pdf",
        "html",
        "csv",
        "checkpoint",
        "snapshot",
        "rows",
    }
    with pytest.raises(RunWrongState, match="已公开"):
        approve_run(run_id=run.pk, actor=second)


def test_a_published_report_its_files_and_its_history_never_change(ground: Ground, committed_db: str) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    for statement in (
        "UPDATE transparency_reportrun SET title = 'x'",
        "DELETE FROM transparency_reportrun",
        "UPDATE transparency_reportfile SET part = 9",
        "DELETE FROM transparency_reportfile",
        "UPDATE transparency_reportevent SET reason = 'x'",
        "DELETE FROM transparency_disclosureitem",
        "DELETE FROM transparency_logleaf",
        "TRUNCATE transparency_reportrun CASCADE",
    ):
        # As the application's role the right is missing or the trigger refuses; as the superuser the trigger does.
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        with pytest.raises(psycopg2.errors.RestrictViolation):
            databases.as_superuser(statement, database=committed_db)


def test_frozen_figures_stand_before_publication_too(ground: Ground) -> None:
    run = ground.make("2025-01")
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ReportRun.objects.unscoped("past the service").filter(pk=run.pk).update(summary={})


def test_a_lost_or_altered_file_blocks_publication(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    assert [check.problem for check in publishing_checks(run)] == [""] * 7
    csv = path_of(ReportFile.objects.select_related("file").get(run=run, role="csv", part=0).file.sha256)
    whole = csv.read_bytes()
    csv.write_bytes(whole.replace(b"1.00", b"9.00"))
    assert "已被改动" in publishing_problems(run)[0]
    csv.unlink()
    with pytest.raises(PublishingBlocked, match="找不到"):
        publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    csv.write_bytes(whole)
    assert publishing_problems(run) == []


def test_books_that_do_not_add_up_block_publication(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE donations_dailytotal SET amount = amount + 1")
    with pytest.raises(PublishingBlocked, match="daily_totals_equal_gifts"):
        publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])


def test_no_name_of_a_person_stands_in_any_file_of_a_report(ground: Ground) -> None:
    names = {"癸示例庚": NameChoice.MASKED, "壬虚构辛": NameChoice.REAL, "虚构丙丁贸易有限公司": NameChoice.MASKED}
    for donor, choice in names.items():
        gift = ground.give("33", "7.00", on="2025-01-05", posted="2025-01-06", donor=donor, choice=choice)
    ground.reverse(gift, on="2025-01-08")
    run = ground.ready("2025-01")
    publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    for one in run.files.select_related("file"):
        content = path_of(one.file.sha256).read_bytes()
        if one.role in ("pdf", "signed"):
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        else:
            text = content.decode("utf-8-sig")
        assert not [name for name in ("癸示例庚", "壬虚构辛", "癸**", "壬**") if name in text], one.role
        assert "虚构丙丁贸易有限公司" in text or one.role in ("snapshot", "checkpoint") or one.part
    for record in PublicRecord.objects.all():
        assert "示例庚" not in record.record
        assert "壬" not in record.record


# States -----------------------------------------------------------------------------------------------------------


def test_the_table_of_states_is_the_only_way_through(ground: Ground) -> None:
    run = ground.make("2025-01")
    walked = 0
    for start, target in itertools.product(RunStatus.values, RunStatus.values):
        with transaction.atomic():
            held = lock_run(run.pk)
            held.status = start
            if target in RUN_TRANSITIONS[start]:
                if target == RunStatus.PUBLISHED:
                    # What a trigger asks for; the row stands as it was when the walk began.
                    ReportFile.objects.create(run=run, role="signed", part=0, file=run.files.first().file)
                move_run(held, target, actor=None, **two_people(ground, target))
                walked += 1
                assert held.events.latest("pk").from_status == start
            else:
                with pytest.raises(RunWrongState):
                    move_run(held, target, actor=None)
            transaction.set_rollback(True)
    assert walked == sum(len(targets) for targets in RUN_TRANSITIONS.values()) == 12


def two_people(ground: Ground, target: str) -> dict[str, Any]:
    """The columns that approval and publication ask for."""
    if target not in (RunStatus.APPROVED, RunStatus.PUBLISHED):
        return {}
    at = moment("2025-02-02")
    return {
        "checked_by": ground.people["second"], "checked_at": at, "approved_by": ground.people["publisher"],
        "approved_at": at, "published_at": at,
    }  # fmt: skip


def test_a_failed_setting_resumes_from_the_same_frozen_figures(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.make("2025-01")
    frozen = {one.role: one.file.sha256 for one in run.files.select_related("file").filter(part=0)}
    rows = path_of(frozen["rows"])
    whole = rows.read_bytes()
    rows.write_bytes(whole.replace(b'"1.00"', b'"2.00"'))
    with pytest.raises(FiguresDisagree):
        render_run(run_id=run.pk, job=NoProgress())
    failed = all_runs()[0]
    assert failed.status == RunStatus.FAILED
    assert "¥1.00" in failed.error or "1.00" in failed.error
    rows.write_bytes(whole)
    ground.give("33", "8.00", on="2025-01-09", posted="2025-02-09")
    retry_run(run_id=run.pk, actor=ground.clerks["33"])
    with pytest.raises(RunWrongState, match="正在制作"):
        retry_run(run_id=run.pk, actor=ground.clerks["33"])
    ready = render_run(run_id=run.pk, job=NoProgress())
    assert ready.status == RunStatus.READY
    assert ready.summary["amount"] == "1.00"
    assert {
        one.role: one.file.sha256 for one in run.files.select_related("file") if one.role in frozen and not one.part
    } == frozen


def test_a_setting_whose_job_was_cancelled_can_be_tried_again(ground: Ground) -> None:
    with frozen_at(moment("2025-02-03")):
        run = request_report(
            kind=MONTHLY, branch=ground.branches["33"], scope="below", period="2025-01", actor=ground.clerks["33"]
        )
    Job.objects.update(status="cancelled", finished_at=moment("2025-02-03"))
    retry_run(run_id=run.pk, actor=ground.clerks["33"])
    assert Job.objects.filter(status="queued").count() == 1


def test_a_correction_is_a_new_version_over_the_same_records_and_the_old_one_stays(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    old = ground.ready("2025-01")
    # Records are written in the order of time, so the publication stands between the two gifts.
    with frozen_at(moment("2025-02-03")):
        publish(old, checker=ground.clerks["33"], approver=ground.people["publisher"])
    ground.give("33", "2.00", on="2025-01-07", posted="2025-02-07")
    with pytest.raises(DomainError, match="更正说明"):
        correct_run(run_id=old.pk, note="", actor=ground.clerks["33"])
    new = correct_run(run_id=old.pk, note="更正机构名称的写法", actor=ground.clerks["33"])
    assert (new.version, new.log_from, new.log_to) == (2, old.log_from, old.log_to)
    assert new.summary["amount"] == "1.00"
    with pytest.raises(RunWrongState):
        correct_run(run_id=old.pk, note="更正机构名称的写法", actor=ground.clerks["33"])
    with frozen_at(moment("2025-02-08")):
        render_run(run_id=new.pk, job=NoProgress())
        publish(new, checker=ground.clerks["33"], approver=ground.people["publisher"])
    assert [run.status for run in all_runs()] == [RunStatus.PUBLISHED] * 2
    assert ground.make("2025-02").summary["amount"] == "2.00"


def test_a_declined_report_says_why_and_is_made_anew(ground: Ground) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    with pytest.raises(DomainError, match="理由"):
        decline_run(run_id=run.pk, actor=ground.people["publisher"], reason=" ")
    decline_run(run_id=run.pk, actor=ground.people["publisher"], reason="标题有误")
    assert ReportEvent.objects.latest("pk").reason == "标题有误"
    assert correct_run(run_id=run.pk, note="标题已改正", actor=ground.clerks["33"]).version == 2


def test_setting_the_same_frozen_figures_twice_gives_the_same_bytes(ground: Ground, tmp_path: object) -> None:
    ground.give("33", "1.00", on="2025-01-05", posted="2025-01-06")
    run = ground.make("2025-01")
    sha = []
    for _try in range(2):
        with transaction.atomic():
            made = render_run(run_id=run.pk, job=NoProgress())
            sha.append({one.role: one.file.sha256 for one in made.files.select_related("file")})
            transaction.set_rollback(True)
    assert sha[0] == sha[1]
    assert "pdf" in sha[0]


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
