"""Anomalies: each rule with a history that has it and one that has not, and that nothing is published over them."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import frozen_at
from core.errors import DomainError
from core.progress import NoProgress
from tests.factories.people import FOUNDED
from tests.standing import Standing
from tests.transparency.ground import STANDING, Ground, moment, publish
from transparency.choices import ANOMALY_REASONS, AnomalyRule, RunStatus
from transparency.errors import PublishingBlocked, RunWrongState
from transparency.models import Anomaly, AnomalyClearance, ReportRun
from transparency.services.anomalies import clear_anomalies
from transparency.services.publishing import approve_run, check_run
from transparency.services.runs import correct_run, render_run


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network, committed."""
    return the_ground.fresh()


def found(run: ReportRun) -> set[str]:
    """The rules that found something."""
    return set(Anomaly.objects.filter(run=run).values_list("rule", flat=True))


# Amount, received, posted, giver of each gift; the rule that finds one, "" where none does.
HISTORIES = {
    "plain": ([("100.00", "2025-01-05", "2025-01-06", "甲示例乙")], ""),
    "one_yuan": ([("1.00", "2025-01-05", "2025-01-06", "甲示例乙")], ""),
    "tiny": ([("0.01", "2025-01-05", "2025-01-06", "甲示例乙")], AnomalyRule.TINY_AMOUNT),
    "named_test": ([("5.00", "2025-01-05", "2025-01-06", "测试")], AnomalyRule.TEST_NAME),
    "tested_company": ([("5.00", "2025-01-05", "2025-01-06", "虚构检测测试设备有限公司")], ""),
    "long_ago": ([("5.00", "2023-01-05", "2025-01-06", "甲示例乙")], AnomalyRule.LONG_AGO),
    "a_year": ([("5.00", "2024-01-07", "2025-01-06", "甲示例乙")], ""),
    "twice": ([("5.00", "2025-01-05", "2025-01-06", "甲示例乙")] * 2, AnomalyRule.SAME_GIFT),
    "other_day": (
        [("5.00", "2025-01-05", "2025-01-06", "甲示例乙"), ("5.00", "2025-01-06", "2025-01-07", "甲示例乙")], "",
    ),
    "slip": (
        [(f"{n}.00", "2025-01-05", "2025-01-06", "甲示例乙") for n in (10, 11, 12, 13)]
        + [("120000.00", "2025-01-05", "2025-01-07", "甲示例乙")],
        AnomalyRule.FAR_OUTSIDE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_a_rule_finds_its_history_and_only_its_own(ground: Ground, name: str) -> None:
    gifts, rule = HISTORIES[name]
    for amount, on, posted, donor in gifts:
        ground.give("33", amount, on=on, posted=posted, donor=donor)
    assert found(ground.ready("2025-01")) == ({str(rule)} if rule else set())


def test_a_gift_reversed_and_given_again_is_a_round_trip(ground: Ground) -> None:
    gift = ground.give("33", "5.00", on="2025-01-05", posted="2025-01-06")
    ground.reverse(gift, on="2025-01-08")
    ground.give("33", "5.00", on="2025-01-09", posted="2025-01-10")
    assert found(ground.ready("2025-01")) == {AnomalyRule.ROUND_TRIP}


def test_a_total_ten_times_the_last_is_found(ground: Ground) -> None:
    ground.give("33", "5.00", on="2025-01-05", posted="2025-01-06")
    ground.ready("2025-01")
    ground.give("33", "50.00", on="2025-02-05", posted="2025-02-06")
    assert found(ground.ready("2025-02")) == {AnomalyRule.TOTAL_JUMP}


def test_no_giver_stands_in_the_facts(ground: Ground) -> None:
    ground.give("33", "0.01", on="2025-01-05", posted="2025-01-06", donor="测试")
    ground.ready("2025-01")
    assert not [one for one in Anomaly.objects.all() if "测试" in str(one.facts)]


def test_nothing_is_published_until_every_anomaly_is_explained_by_another(ground: Ground) -> None:
    for day in (5, 6):
        ground.give("33", "0.01", on=f"2025-01-0{day}", posted="2025-01-08")
    publisher = ground.people["publisher"]
    run = ground.ready("2025-01", actor=ground.people["second"])
    with frozen_at(moment("2025-02-03")):
        with pytest.raises(PublishingBlocked, match="2 条异常"):
            check_run(run_id=run.pk, actor=publisher)
        rule = AnomalyRule.TINY_AMOUNT.value
        with pytest.raises(RunWrongState, match="另一位"):
            clear_anomalies(run_id=run.pk, rule=rule, reason="示例说明", actor=ground.people["second"])
        with pytest.raises(DomainError, match="说明"):
            clear_anomalies(run_id=run.pk, rule=rule, reason=" ", actor=publisher)
        first = Anomaly.objects.earliest("pk").subject
        assert clear_anomalies(run_id=run.pk, rule=rule, subject=first, reason="示例说明", actor=publisher) == 1
        with pytest.raises(PublishingBlocked, match="1 条异常"):
            check_run(run_id=run.pk, actor=publisher)
        assert clear_anomalies(run_id=run.pk, rule=rule, reason="示例说明", actor=publisher) == 1
        with pytest.raises(RunWrongState, match="没有待说明"):
            clear_anomalies(run_id=run.pk, rule=rule, reason="示例说明", actor=publisher)
        done = publish(run, checker=ground.people["second"], approver=publisher)
        assert done.status == RunStatus.PUBLISHED


def test_the_database_refuses_publication_past_the_service_and_keeps_what_was_said(ground: Ground) -> None:
    ground.give("33", "0.01", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    runs = ReportRun.objects.unscoped("past the service").filter(pk=run.pk)
    publisher = ground.people["publisher"]
    with pytest.raises(DatabaseError, match="nobody explained"), transaction.atomic():
        runs.update(
            status="approved", checked_by=ground.people["second"], checked_at=moment("2025-02-02"),
            approved_by=publisher, approved_at=moment("2025-02-02"),
        )  # fmt: skip
    clear_anomalies(run_id=run.pk, rule=AnomalyRule.TINY_AMOUNT.value, reason="示例说明", actor=publisher)
    with pytest.raises(DatabaseError), transaction.atomic():
        AnomalyClearance.objects.update(reason="另一个")
    with pytest.raises(DatabaseError), transaction.atomic():
        Anomaly.objects.all().delete()


def test_a_new_version_takes_over_what_was_explained_with_the_same_facts(ground: Ground) -> None:
    ground.give("33", "0.01", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    publisher = ground.people["publisher"]
    clear_anomalies(run_id=run.pk, rule=AnomalyRule.TINY_AMOUNT.value, reason="示例说明", actor=publisher)
    publish(run, checker=ground.people["second"], approver=publisher)
    new = correct_run(run_id=run.pk, note="更正机构名称的写法", actor=ground.clerks["33"])
    render_run(run_id=new.pk, job=NoProgress())
    carried = AnomalyClearance.objects.get(anomaly__run=new)
    assert carried.carried_from is not None
    assert (carried.reason, carried.actor, carried.carried_from.anomaly.run) == ("示例说明", publisher, run)


def test_the_pages_show_what_was_found_and_explain_it(ground: Ground, client: Client) -> None:
    ground.give("33", "5.00", on="2025-01-05", posted="2025-01-06")
    ground.ready("2025-01")
    ground.give("33", "0.01", on="2025-02-05", posted="2025-02-06")
    run = ground.ready("2025-02")
    client.force_login(ground.people["publisher"])
    page = f"/desk/reports/{run.number}/"
    text = client.get(page + "check/").content.decode()
    assert "条异常没有说明" in text
    assert "与上期相比" in text
    for rule in found(run):
        assert client.post(page + "anomalies/", {"chosen": f"{rule}:{_subject(run, rule)}", "reason": "示例说明"})
    assert "示例说明" in client.get(page + "anomalies/").content.decode()
    publish(run, checker=ground.people["publisher"], approver=ground.people["second"])
    public = client.get(f"/reports/{run.number}/").content.decode()
    assert "疑似测试的小额：发现 1 条" in public
    assert "示例说明" not in public


def _subject(run: ReportRun, rule: str) -> str:
    return Anomaly.objects.get(run=run, rule=rule).subject


def test_every_rule_says_why() -> None:
    assert set(ANOMALY_REASONS) == set(AnomalyRule)


def test_over_any_sequence_a_run_with_an_open_anomaly_is_never_public(ground: Ground) -> None:
    for day in (5, 6, 7):
        ground.give("33", "0.01", on=f"2025-01-0{day}", posted="2025-01-08")
    ground.give("33", "3.00", on="2025-01-05", posted="2025-01-09", donor="测试")
    run = ground.ready("2025-01", actor=ground.people["second"])
    subjects = sorted(Anomaly.objects.filter(run=run).values_list("rule", "subject"))
    steps = st.lists(
        st.tuples(st.sampled_from(["check", "approve", "clear"]), st.sampled_from(["publisher", "second"]),
                  st.sampled_from(subjects)), max_size=12,
    )  # fmt: skip

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(steps)
    def play(moves: list[tuple[str, str, tuple[str, str]]]) -> None:
        with transaction.atomic():
            for what, who, (rule, subject) in moves:
                with contextlib.suppress(DomainError), transaction.atomic():
                    if what == "check":
                        check_run(run_id=run.pk, actor=ground.people[who])
                    elif what == "approve":
                        approve_run(run_id=run.pk, actor=ground.people[who])
                    else:
                        clear_anomalies(
                            run_id=run.pk, rule=rule, subject=subject, reason="示例说明", actor=ground.people[who]
                        )
                status = ReportRun.objects.unscoped("a test").get(pk=run.pk).status
                is_open = Anomaly.objects.filter(run=run, clearance=None).exists()
                assert status == RunStatus.READY or not is_open
            transaction.set_rollback(True)

    play()


def test_a_gift_older_than_its_fund_is_found(ground: Ground) -> None:
    older = FOUNDED - datetime.timedelta(days=1)
    ground.give("33", "5.00", on=older.isoformat(), posted="2025-01-06")
    assert AnomalyRule.BEFORE_FUND in found(ground.ready("2025-01"))
