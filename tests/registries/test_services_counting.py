"""The numbers of the page of counts are counted in a worker, and replaced as a whole."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import IntegrityError

from core.clock import SHANGHAI, frozen_at, now
from core.errors import NotFound
from organizations.models.grant import remember_grants
from registries import tasks
from registries.models import DeskCount
from registries.selectors.counts import registry_counts
from registries.services import counting
from registries.services.counting import take_counts
from tests.ledger.test_concurrency import WAIT_SECONDS, at_once
from tests.registries.ground import Ground, counts_for, registered
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page


def test_nothing_is_counted_for_a_reader_and_the_page_says_of_when_its_numbers_are(
    ground: Ground, django_assert_num_queries: Any
) -> None:
    person, client = ground.person("province"), client_of(ground, "province")
    assert registry_counts(person).counted_at is None
    assert "还没有统计" in page(client, "desk_registry_counts")
    take_counts()
    before = registry_counts(person)
    registered(ground)
    remember_grants(person)
    with django_assert_num_queries(4):
        assert registry_counts(person).rows == before.rows
    text = page(client, "desk_registry_counts")
    assert before.counted_at is not None
    assert f"{before.counted_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" in text
    with frozen_at(now() + datetime.timedelta(minutes=10)):
        take_counts()
    after = registry_counts(person)
    assert after.counted_at is not None
    assert (after.counted_at > before.counted_at, after.rows == before.rows) == (True, False)


def test_a_page_has_an_association_and_those_right_below_it_and_leads_on_and_back(ground: Ground) -> None:
    registered(ground)
    whole = counts_for(ground.person("province"))
    table, client = registry_counts(ground.person("province")), client_of(ground, "province")
    assert [(row.branch.code, row.is_sum, row.leads_on) for row in table.rows] == [
        ("33", True, False), ("33", False, False), ("3301", True, True), ("3303", True, True)
    ]  # fmt: skip
    city = registry_counts(ground.person("province"), code="3301")
    assert [(row.branch.code, row.is_sum) for row in city.rows] == [
        ("3301", True), ("3301", False), ("330106", False), ("330182", False)
    ]  # fmt: skip
    assert [one.code for one in city.above] == ["33"]
    assert len(whole.rows) == 9
    text = client.get("/desk/registries/counts/?of=3301").content.decode()
    assert 'href="?of=33"' in text
    assert 'href="?of=3301"' not in text
    assert 'href="?of=3301"' in page(client, "desk_registry_counts")
    # Of a county there is nothing below, and of another city nothing is told.
    assert [row.branch.code for row in registry_counts(ground.person("coordinator"), code="330106").rows] == ["330106"]
    with pytest.raises(NotFound):
        registry_counts(ground.person("coordinator"), code="330302")
    assert client_of(ground, "coordinator").get("/desk/registries/counts/?of=330302").status_code == 404


def test_the_task_counts_and_every_association_has_every_number_also_nought(ground: Ground) -> None:
    registered(ground)
    tasks.take_counts()
    found = {(one.branch.code, one.measure): one.count for one in DeskCount.objects.select_related("branch")}
    assert len(found) == take_counts() == DeskCount.objects.count()
    assert (found["330106", "wishes"], found["330106", "late"], found["33", "wishes"]) == (1, 0, 0)


def test_without_the_lock_one_of_two_counts_at_once_ends_in_an_error_of_the_database(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(committed_ground)
    both = threading.Barrier(2, timeout=WAIT_SECONDS)
    counted = counting._counted

    def after_both_deleted(departed: Any) -> Any:
        both.wait()
        return counted(departed)

    monkeypatch.setattr(counting, "_one_at_a_time", lambda: None)
    monkeypatch.setattr(counting, "_counted", after_both_deleted)
    assert sorted(isinstance(one, IntegrityError) for one in at_once(take_counts, take_counts)) == [False, True]


def test_two_counts_at_once_come_one_after_the_other(committed_ground: Ground) -> None:
    registered(committed_ground)
    first, second = at_once(take_counts, take_counts)
    assert first == second == DeskCount.objects.count()
