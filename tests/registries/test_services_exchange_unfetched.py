"""Who stands in a file that nobody fetched was reported to nobody, and stands in the next one."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.clock import now, today
from core.models import StoredFile
from registries.checks import all_checks
from registries.choices.exchange import OUT_FILE_DAYS
from registries.errors import WrongState
from registries.models import Donor, ExchangeFile, ExchangeSent
from registries.services.donors.leaving import withdraw_donor
from registries.services.exchange.files import drop_file, expire_files, may_drop
from registries.services.exchange.outgoing import download_outgoing
from tests.ledger.test_concurrency import at_once
from tests.registries.donor_ground import S, brought
from tests.registries.exchange_ground import fetched, sent_out
from tests.registries.ground import Ground
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def over() -> int:
    return expire_files(before=now() + datetime.timedelta(days=OUT_FILE_DAYS + 1))


def known() -> list[str]:
    rows = Donor.objects.unscoped("test").filter(is_known_there=True).order_by("number")
    return list(rows.values_list("number", flat=True))


def dropped(ground: Ground, row: ExchangeFile) -> None:
    drop_file(file_id=row.pk, actor=ground.person("clerk"))


def expired(_ground: Ground, _row: ExchangeFile) -> None:
    assert over() == 1


@pytest.mark.parametrize("ended", [dropped, expired])
def test_the_bags_of_a_file_that_nobody_fetched_go_into_the_next_one(ground: Ground, ended: Any) -> None:
    stays, leaves = brought(ground, S.SENT), brought(ground, S.SENT, 1)
    row = sent_out(ground)
    # While it may be fetched they stand in no other.
    assert (row.row_count, sent_out(ground).status) == (2, "empty")
    withdraw_donor(donor_id=leaves.pk, channel="online")
    ended(ground, row)
    assert [one.is_void for one in row.sent.all()] == [True, True]
    assert known() == []
    again = fetched(ground, sent_out(ground))
    assert (again.row_count, again.left_out["left"]) == (1, 1)
    assert [one.sample.donor_id for one in again.sent.all()] == [stays.pk]
    assert known() == [stays.number]
    text = page(client_of(ground, "clerk"), "desk_exchange_file", row.number)
    assert "里面的 2 份血样没有报送出去" in text
    assert row.file is not None
    assert StoredFile.objects.get(pk=row.file.pk).purge_on == today()
    assert {name: rows for name, rows in all_checks().items() if rows} == {}


def test_a_file_that_was_fetched_is_given_up_by_nobody_and_its_bags_are_reported_for_good(ground: Ground) -> None:
    brought(ground, S.SENT)
    row = sent_out(ground)
    assert may_drop(row)
    fetched(ground, row)
    assert not may_drop(row)
    with pytest.raises(WrongState, match="已有人下载"):
        drop_file(file_id=row.pk, actor=ground.person("clerk"))
    assert over() == 1
    assert ExchangeSent.objects.get().is_void is False
    assert sent_out(ground).status == "empty"
    assert "没有报送出去" not in page(client_of(ground, "clerk"), "desk_exchange_file", row.number)


def test_who_left_after_the_file_was_made_and_before_it_was_fetched_is_said_to_be_kept_out(ground: Ground) -> None:
    donor = brought(ground, S.SENT)
    row = sent_out(ground)
    withdraw_donor(donor_id=donor.pk, channel="online")
    client = client_of(ground, "clerk")
    assert "请作废这一份，重新申请，他们就不在新的文件里" in page(client, "desk_exchange_file", row.number)
    assert "作废报送文件" in client.get(reverse("desk_exchange_file", args=[row.number]) + "?ask=drop").content.decode()
    client.post(reverse("desk_exchange_step", args=[row.number, "drop"]))
    row.refresh_from_db()
    assert row.status == "dropped"
    assert donor.number not in page(client, "desk_exchange_file", row.number)
    assert known() == []


@pytest.mark.parametrize("change", [{"is_void": True}, {"sample": None}, {"is_void": False}])
def test_the_database_lets_nobody_say_of_a_fetched_file_that_it_was_not(ground: Ground, change: dict[str, Any]) -> None:
    brought(ground, S.SENT)
    row = sent_out(ground)
    fetched(ground, row)
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeSent.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeSent.objects.all().delete()


def test_what_was_freed_is_not_bound_again(ground: Ground) -> None:
    brought(ground, S.SENT)
    dropped(ground, sent_out(ground))
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeSent.objects.update(is_void=False)


def unlocked(file_id: int) -> ExchangeFile:
    """A file as it is read without a lock."""
    row: ExchangeFile = ExchangeFile.objects.unscoped("test").select_related("branch", "file").get(pk=file_id)
    return row


def both(ground: Ground) -> tuple[ExchangeFile, list[Any]]:
    brought(ground, S.SENT)
    row, clerk = sent_out(ground), ground.person("clerk")
    done = at_once(
        lambda: download_outgoing(file_id=row.pk, purpose="报送", actor=clerk),
        lambda: drop_file(file_id=row.pk, actor=clerk),
    )
    row.refresh_from_db()
    return row, done


def test_a_file_is_fetched_or_given_up_and_never_both(committed_ground: Ground) -> None:
    row, done = both(committed_ground)
    assert sorted(isinstance(one, WrongState) for one in done) == [False, True]
    assert (row.status, row.download_count) in (("ready", 1), ("dropped", 0))
    assert ExchangeSent.objects.get().is_void is (row.download_count == 0)
