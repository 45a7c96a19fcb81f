"""Holders are told before their certificate ends."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from core.clock import frozen_at
from core.models import Message
from core.sealed import open_for_work
from tests.training.certified import certified
from tests.training.ground import Ground
from training.models import Certificate, Enrolment, ExpiryReminder
from training.services.ending import reissue_certificate, revoke_certificate
from training.services.expiring import EXPIRING, remind_holders


@pytest.fixture(autouse=True)
def can_send(settings: Any, tmp_path: Any) -> None:
    """Messages go into files."""
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    settings.NOTIFIER_FILES_DIR = tmp_path / "messages"


def days_before(certificate: Certificate, days: int) -> Any:
    """Noon so many days before the first day on which it no longer counts."""
    assert certificate.expires_on is not None
    day = certificate.expires_on - datetime.timedelta(days=days)
    return frozen_at(datetime.datetime.combine(day, datetime.time(4), datetime.UTC))


def steps(certificate: Certificate) -> list[int]:
    """The steps that were taken."""
    return sorted(ExpiryReminder.objects.filter(certificate=certificate).values_list("days", flat=True), reverse=True)


def test_each_step_is_taken_once_on_its_day(ground: Ground) -> None:
    (certificate,) = certified(ground)
    told = []
    for days in range(95, -3, -1):
        with days_before(certificate, days):
            if remind_holders():
                told.append(days)
            assert remind_holders() == 0
    assert told == [90, 30, 7]
    assert steps(certificate) == [90, 30, 7]
    assert Message.objects.filter(purpose=EXPIRING).count() == 3


def test_the_message_names_number_and_last_day_and_no_person(ground: Ground) -> None:
    (certificate,) = certified(ground)
    with days_before(certificate, 30):
        remind_holders()
    message = Message.objects.get(purpose=EXPIRING)
    text = open_for_work(message, "text", work="test") or ""
    assert certificate.number in text
    assert certificate.expires_on is not None
    assert (certificate.expires_on - datetime.timedelta(days=1)).isoformat() in text
    assert "赵" not in text
    assert certificate.code not in text


@pytest.mark.parametrize(("missed", "expected"), [(88, [90]), (25, [30]), (3, [7])])
def test_a_missed_day_is_made_up_for_by_the_nearest_step(ground: Ground, missed: int, expected: list[int]) -> None:
    (certificate,) = certified(ground)
    with days_before(certificate, missed):
        assert remind_holders() == 1
    assert steps(certificate) == expected


def test_nobody_is_told_of_what_ended_or_without_a_telephone(ground: Ground) -> None:
    kept, revoked, silent, replaced = certified(ground, 4)
    issuer = ground.person("issuer")
    revoke_certificate(certificate_id=revoked.pk, reason="mistake", note="示例说明", actor=issuer)
    # The number was destroyed after its time.
    Enrolment.objects.unscoped("test").filter(pk=silent.enrolment_id).update(
        phone=None, phone_digest=None, phone_digest_next=None
    )
    new = reissue_certificate(certificate_id=replaced.pk, reason="lost", actor=issuer)
    with days_before(kept, 30):
        assert remind_holders() == 2
    assert steps(kept) == [30]
    # The number that was left for the first one is good for the one that took its place.
    assert steps(new) == [30]
    assert steps(revoked) == steps(silent) == steps(replaced) == []


def test_where_nothing_can_be_sent_no_step_is_used_up(ground: Ground, settings: Any) -> None:
    (certificate,) = certified(ground)
    settings.NOTIFIER_BACKEND = "core.notifying.backends.NoNotifier"
    with days_before(certificate, 30):
        assert remind_holders() == 0
    assert steps(certificate) == []
    settings.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    with days_before(certificate, 29):
        assert remind_holders() == 1
