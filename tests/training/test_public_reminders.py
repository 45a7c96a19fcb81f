"""Reminders on the day before: to who has a seat, by day, once each."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import SHANGHAI, frozen_at
from tests.training.ground import Ground, joined, opened
from tests.training.telephones import messages_sent, with_messages
from training.models import Enrolment
from training.services.enrolling import cancel_enrolment
from training.services.reminding import remind_participants
from training.tasks import remind_participants as task


@pytest.fixture(autouse=True)
def messages(settings: Any, tmp_path: Path) -> Path:
    return with_messages(settings, tmp_path)


def at(session: Any, days_before: int, hour: int) -> Any:
    day = session.starts_on - datetime.timedelta(days=days_before)
    return frozen_at(datetime.datetime.combine(day, datetime.time(hour), SHANGHAI))


def test_who_has_a_seat_is_reminded_the_day_before_and_once(ground: Ground) -> None:
    session = opened(ground, seats=2)
    first, second, _waiting = joined(session, 3)
    for days, hour, count in ((2, 10, 0), (1, 8, 0), (1, 9, 2), (1, 10, 0), (1, 19, 0), (0, 10, 0)):
        with at(session, days, hour):
            assert remind_participants() == count, (days, hour)
    with at(session, 1, 10):
        told = messages_sent("training.reminder")
    assert sorted(one["values"]["number"] for one in told) == sorted([first.code, second.code])
    assert {one["values"]["day"] for one in told} == {session.starts_on.isoformat()}
    assert all("报名编号" in one["text"] for one in told)


def test_nobody_is_reminded_at_night(ground: Ground) -> None:
    session = opened(ground)
    joined(session, 1)
    for hour in (0, 3, 8, 20, 23):
        with at(session, 1, hour):
            assert remind_participants() == 0


def test_who_moves_up_in_the_evening_before_is_reminded_too(ground: Ground) -> None:
    session = opened(ground, seats=1)
    seated, waiting = joined(session, 2)
    with at(session, 1, 9):
        assert remind_participants() == 1
    with at(session, 1, 15):
        cancel_enrolment(enrolment_id=seated.pk)
        assert remind_participants() == 1
        told = {one["values"]["number"] for one in messages_sent("training.reminder")}
    assert told == {seated.code, waiting.code}


def test_what_fails_half_way_marks_nobody_whose_message_was_not_left(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(ground)
    joined(session, 2)

    def breaks(enrolment: Enrolment) -> None:
        raise RuntimeError("示例")

    with at(session, 1, 9):
        with monkeypatch.context() as broken:
            broken.setattr("training.services.reminding.tell_reminder", breaks)
            with pytest.raises(RuntimeError):
                remind_participants()
        assert Enrolment.objects.unscoped("test").filter(reminded_at__isnull=False).count() == 0
        assert remind_participants() == 2


def test_beat_asks_for_it_every_hour(ground: Ground, settings: Any) -> None:
    (entry,) = [one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == task.name]
    assert entry["schedule"] <= 3600
    session = opened(ground)
    joined(session, 1)
    with at(session, 1, 9):
        task()
        assert len(messages_sent("training.reminder")) == 1
