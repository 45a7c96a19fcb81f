"""Who asks too often waits; what is counted reveals nobody."""

import datetime

import pytest
from django.core.cache import cache

from core import clock, throttling
from core.throttling import Limit, TooOften, count_once

LIMIT = Limit("example", 3, 600)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_the_limit_holds_for_each_subject_and_action_by_itself() -> None:
    for _attempt in range(3):
        count_once(LIMIT, "192.0.2.1")
    with pytest.raises(TooOften) as refused:
        count_once(LIMIT, "192.0.2.1")
    assert refused.value.http_status == 429
    count_once(LIMIT, "192.0.2.2")
    count_once(Limit("other", 3, 600), "192.0.2.1")


def test_the_subject_does_not_stand_in_the_cache() -> None:
    count_once(LIMIT, "13800000000")
    keys = cache._cache.get_client(None, write=False).keys("*throttle*")
    assert keys
    assert all(b"13800000000" not in key for key in keys)


def test_the_next_window_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for _attempt in range(3):
        count_once(LIMIT, "192.0.2.3")
    later = clock.now() + datetime.timedelta(seconds=600)
    monkeypatch.setattr(throttling, "now", lambda: later)
    count_once(LIMIT, "192.0.2.3")
