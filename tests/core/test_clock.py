"""The clock: aware, in UTC, and able to stand still where it is told to."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core import clock


def test_now_is_aware_utc_and_goes_on() -> None:
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second
    assert abs(datetime.now(UTC) - second) < timedelta(seconds=5)


def test_the_day_is_the_day_of_shanghai() -> None:
    with clock.frozen_at(datetime(2025, 12, 31, 16, 30, tzinfo=UTC)):
        assert clock.now() == datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
        assert clock.today() == date(2026, 1, 1)
    with clock.frozen_at(datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)):
        assert clock.today() == date(2025, 12, 31)


def test_a_frozen_clock_thaws_also_after_an_error_and_may_be_nested() -> None:
    outer = datetime(2020, 1, 1, tzinfo=UTC)
    inner = datetime(2021, 6, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    with clock.frozen_at(outer):
        with suppress(KeyError), clock.frozen_at(inner):
            assert clock.now() == inner
            assert clock.now().tzinfo is UTC
            raise KeyError
        assert clock.now() == outer
    assert clock.now().year > 2021


def test_freezing_holds_in_its_own_thread_only() -> None:
    seen: list[datetime] = []
    with clock.frozen_at(datetime(2020, 1, 1, tzinfo=UTC)):
        other = threading.Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0].year > 2020


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen_at(datetime(2020, 1, 1)):  # noqa: DTZ001 the subject
        pass


def test_a_demo_may_live_some_days_off(settings) -> None:
    settings.CLOCK_SHIFT_DAYS = -40
    assert abs(datetime.now(UTC) - timedelta(days=40) - clock.now()) < timedelta(seconds=5)
    with clock.frozen_at(datetime(2020, 1, 1, tzinfo=UTC)):
        assert clock.now() == datetime(2020, 1, 1, tzinfo=UTC)


def test_only_a_demo_may_shift_the_clock() -> None:
    def start(demo: str) -> subprocess.CompletedProcess[str]:
        shifted = {**os.environ, "PORTAL_CLOCK_SHIFT_DAYS": "-40", "DEMO": demo, "MFA_REQUIRED": "0"}
        command = [sys.executable, "-c", "import redcross_portal.settings as s; print(s.CLOCK_SHIFT_DAYS)"]
        return subprocess.run(command, env=shifted, capture_output=True, text=True)

    assert start("1").stdout.strip() == "-40"
    refused = start("0")
    assert refused.returncode != 0
    assert "PORTAL_CLOCK_SHIFT_DAYS" in refused.stderr
