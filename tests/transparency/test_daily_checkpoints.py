"""The daily checkpoint: chosen once a day, sent to each supervisor once, tried again, shown in the feed."""

from __future__ import annotations

import datetime
import smtplib
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.test import Client

from accounts.models import User
from core.clock import frozen_at
from organizations.choices import Role
from tests.factories.people import make_person, make_province
from tests.transparency.ground import moment
from tests.transparency.log_ground import grow
from transparency import tasks
from transparency.models import CheckpointDelivery, DailyCheckpoint, LogCheckpoint
from transparency.notes import open_checkpoint, parse_verifier
from transparency.selectors.public_log import log_verifiers
from transparency.services.daily import choose_daily_checkpoints, send_waiting_checkpoints

FAILING = "tests.transparency.test_daily_checkpoints.FailingBackend"


class FailingBackend(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("somebody@example.org")


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Two supervisors and an auditor."""
    branches = make_province()
    found = {
        "first": make_person("supervisor.one", Role.SUPERVISOR, branches["33"], with_below=True),
        "second": make_person("supervisor.two", Role.SUPERVISOR, branches["3301"]),
        "auditor": make_person("auditor", Role.AUDITOR, branches["33"], with_below=True),
    }
    for name in ("first", "second", "auditor"):
        found[name].email = f"{name}@example.org"
        found[name].save()
    return found


@contextmanager
def on(day: str, hour: int = 10) -> Iterator[None]:
    with frozen_at(moment(day, hour)):
        yield


def tick() -> None:
    choose_daily_checkpoints()
    send_waiting_checkpoints()


def test_each_supervisor_gets_the_note_of_a_day_once_however_often_and_late_the_tick_comes(
    people: dict[str, User],
) -> None:
    with on("2026-10-03", 1):
        tick()
    assert mail.outbox == []
    with on("2026-10-03", 2):
        grow(5)
        tick()
        tick()
    with on("2026-10-03", 23):
        grow(5)
        tick()
        tasks.send_daily_checkpoints()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["first@example.org", "second@example.org"]
    (name, text, kind) = mail.outbox[0].attachments[0]
    assert (name, kind) == ("checkpoint-2026-10-03.txt", "text/plain")
    assert open_checkpoint(text, *map(parse_verifier, log_verifiers())).size == 5
    assert "/verify/" in mail.outbox[0].body
    assert DailyCheckpoint.objects.get().checkpoint_id == 5
    with on("2026-10-04"):
        tick()
    assert DailyCheckpoint.objects.latest("day").checkpoint_id == 10
    assert len(mail.outbox) == 4


def test_days_that_were_missed_are_made_up_for_with_the_last_head_of_each(people: dict[str, User]) -> None:
    with on("2026-10-03"):
        grow(5)
        tick()
    with on("2026-10-04"):
        grow(5)
    with on("2026-10-06"):
        grow(5)
        tick()
    assert [(one.day.day, one.checkpoint_id) for one in DailyCheckpoint.objects.order_by("day")] == [
        (3, 5), (4, 10), (5, 10), (6, 15),
    ]  # fmt: skip
    letters = [letter for letter in mail.outbox if letter.to == ["first@example.org"]]
    assert [len(letter.attachments) for letter in letters] == [1, 3]
    assert not CheckpointDelivery.objects.filter(sent_at=None).exists()
    with on("2027-10-06"):
        choose_daily_checkpoints()
    assert DailyCheckpoint.objects.count() == 4 + 32


def test_a_clock_that_was_set_back_chooses_nothing(people: dict[str, User]) -> None:
    with on("2026-10-03"):
        grow(5)
        tick()
    with on("2026-10-01"):
        grow(5)
        tick()
    assert DailyCheckpoint.objects.count() == 1
    assert len(mail.outbox) == 2


def test_what_could_not_be_sent_is_noted_without_the_address_and_tried_again_later(
    people: dict[str, User], settings: Any
) -> None:
    User.objects.filter(pk=people["second"].pk).update(email="")
    settings.EMAIL_BACKEND = FAILING
    with on("2026-10-03", 1):
        grow(5)
        tick()
        tick()
    first = CheckpointDelivery.objects.get(person=people["first"])
    assert (first.attempt_count, first.failure, first.sent_at) == (1, "SMTPServerDisconnected", None)
    assert CheckpointDelivery.objects.get(person=people["second"]).failure == "no_address"
    with on("2026-10-03", 2):
        tick()
    first.refresh_from_db()
    assert first.attempt_count == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with on("2026-10-04", 1):
        tick()
    assert [letter.to for letter in mail.outbox] == [["first@example.org"]]
    assert len(mail.outbox[0].attachments) == 2
    assert not CheckpointDelivery.objects.filter(person=people["first"], sent_at=None).exists()


def test_who_is_no_supervisor_any_more_or_cannot_sign_in_gets_nothing(people: dict[str, User]) -> None:
    people["first"].role_grants.update(valid_to=datetime.date(2026, 10, 3))
    User.objects.filter(pk=people["second"].pk).update(is_active=False)
    with on("2026-10-03"):
        grow(5)
        tick()
    assert mail.outbox == []
    assert DailyCheckpoint.objects.count() == 1


def test_two_beats_at_once_choose_and_send_once(committed_db: str) -> None:
    branches = make_province()
    person = make_person("supervisor.one", Role.SUPERVISOR, branches["33"])
    person.email = "first@example.org"
    person.save()
    grow(5)
    gate = threading.Barrier(3)

    def work() -> None:
        try:
            gate.wait(10)
            tick()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tick()
    assert DailyCheckpoint.objects.count() == 1
    assert len(mail.outbox) == 1


def test_the_feed_has_a_day_each_with_the_whole_note(people: dict[str, User]) -> None:
    for day in ("2026-10-03", "2026-10-04"):
        with on(day):
            grow(5)
            tick()
    answer = Client().get("/feed/log.xml")
    assert answer.status_code == 200
    items = ElementTree.fromstring(answer.content).findall("channel/item")  # noqa: S314 -- our own
    notes = [item.findtext("description") for item in items]
    assert notes == [one.note for one in LogCheckpoint.objects.order_by("-size")]
    assert [item.findtext("guid") for item in items] == ["log-checkpoint-2026-10-04", "log-checkpoint-2026-10-03"]


def test_supervisors_find_each_day_with_its_file_under_audit(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["first"])
    assert "还没有检查点" in client.get("/audit/log/").content.decode()
    User.objects.filter(pk=people["second"].pk).update(email="")
    with on("2026-10-03"):
        grow(5)
        tick()
    page = client.get("/audit/log/").content.decode()
    assert "/audit/log/2026-10-03.txt" in page
    assert "已发送" in page
    assert "没有邮箱" in page
    assert "first@example.org" not in page
    file = client.get("/audit/log/2026-10-03.txt")
    assert file.content.decode() == LogCheckpoint.objects.get().note
    assert "checkpoint-2026-10-03.txt" in file["Content-Disposition"]
    for missing in ("2026-10-04", "x", "2026-13-01"):
        assert client.get(f"/audit/log/{missing}.txt").status_code == 404
