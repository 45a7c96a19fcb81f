"""Of a file that was dropped, or never applied, no row keeps the library's number of a search."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.clock import today
from core.models import StoredFile
from core.progress import NoProgress
from core.retention.holds import open_holds
from core.retention.terms import Asked
from core.sealed import open_for_work
from registries.checks import all_checks
from registries.choices.exchange import RAW_FILE_DAYS
from registries.models import Donor, ExchangeFile, ExchangeRow
from registries.services.donors.leaving import withdraw_donor
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.files import confirm_file, drop_file
from registries.services.requests.purging import purge_exchange
from tests.registries.donor_ground import S, brought
from tests.registries.exchange_ground import applied, received, row_of, text_of
from tests.registries.ground import Ground
from tests.registries.test_views_wishes import client_of

MATCH = "初配相合"


def matched(ground: Ground, at: int = 0, number: str = "Q77") -> tuple[Donor, str]:
    donor = brought(ground, S.TYPED, at)
    return donor, row_of(donor, MATCH, reference=number)


def purged(days: int = RAW_FILE_DAYS + 1, *, is_dry: bool = False) -> Any:
    day = today() + datetime.timedelta(days=days)
    return purge_exchange(Asked(today=day, is_dry=is_dry, holds=open_holds()))


def kept(row: ExchangeFile) -> list[tuple[str, bool]]:
    """What became of the rows by line, and whether a number is left in each."""
    return [(one.outcome, one.reference is not None) for one in row.rows.order_by("line")]


def test_a_file_that_waits_has_the_numbers_of_its_good_rows_alone(ground: Ground) -> None:
    (_donor, good), (gone, bad) = matched(ground), matched(ground, 1, "Q78")
    withdraw_donor(donor_id=gone.pk, channel="counter", actor=ground.person("clerk"))
    row = received(ground, text_of(good, bad))
    assert kept(row) == [("good", True), ("bad", False)]


def test_who_drops_a_file_destroys_the_numbers_in_it_at_once_and_each_row_says_so(ground: Ground) -> None:
    donor, line = matched(ground)
    row = received(ground, text_of(line, row_of(brought(ground, S.SENT, 1))))
    assert open_for_work(row.rows.get(line=2), "reference", work="test") == "Q77"
    row = drop_file(file_id=row.pk, actor=ground.person("clerk"))
    assert (row.status, kept(row)) == ("dropped", [("dropped", False), ("dropped", False)])
    assert row.file is not None
    assert StoredFile.objects.get(pk=row.file.pk).purge_on == today()
    donor.refresh_from_db()
    assert donor.status == S.TYPED
    text = client_of(ground, "clerk").get(reverse("desk_exchange_file", args=[row.number])).content.decode()
    assert "没有办的行" in text
    assert donor.number in text


def test_the_check_finds_a_number_that_a_dropped_file_kept(ground: Ground) -> None:
    row = received(ground, text_of(matched(ground)[1]))
    name = "a_row_that_is_not_applied_keeps_no_number_of_a_search"
    with transaction.atomic():
        row.rows.update(outcome="dropped")
        assert all_checks()[name] == [(row.number, 2)]
        transaction.set_rollback(True)
    assert all_checks()[name] == []


def test_what_became_impossible_keeps_no_number_once_the_file_is_through(ground: Ground) -> None:
    (_stays, first), (gone, second) = matched(ground), matched(ground, 1, "Q78")
    row = received(ground, text_of(first, second))
    withdraw_donor(donor_id=gone.pk, channel="counter", actor=ground.person("clerk"))
    confirm_file(file_id=row.pk, actor=ground.person("clerk"))
    apply_incoming(file_id=row.pk, job=NoProgress())
    assert kept(row) == [("done", True), ("late", False)]


def test_a_file_that_nobody_confirmed_is_given_up_with_its_numbers_when_its_days_are_over(ground: Ground) -> None:
    row = received(ground, text_of(matched(ground)[1]))
    assert purged(RAW_FILE_DAYS - 1).destroyed == 0
    assert purged(is_dry=True).due == 1
    assert kept(row) == [("good", True)]
    assert purged().destroyed == 1
    row.refresh_from_db()
    assert (row.status, kept(row)) == ("dropped", [("dropped", False)])
    event = row.events.order_by("-pk")[0]
    assert (event.verb, event.actor) == ("dropped", None)


def test_of_a_file_that_stands_still_in_the_middle_what_was_done_stays_and_the_rest_is_emptied(ground: Ground) -> None:
    row = received(ground, text_of(matched(ground)[1]))
    confirm_file(file_id=row.pk, actor=ground.person("clerk"))
    assert purged().destroyed == 1
    row.refresh_from_db()
    assert (row.status, row.bad_count, kept(row)) == ("applied", 1, [("dropped", False)])


def test_a_file_that_was_applied_keeps_its_state(ground: Ground) -> None:
    row = applied(ground, matched(ground)[1])
    assert purged().destroyed == 1
    row.refresh_from_db()
    assert (row.status, kept(row)) == ("applied", [("done", False)])


@pytest.mark.parametrize("outcome", ["good", "done"])
def test_a_row_of_a_dropped_file_is_taken_up_by_nobody(ground: Ground, outcome: str) -> None:
    row = received(ground, text_of(matched(ground)[1]))
    drop_file(file_id=row.pk, actor=ground.person("clerk"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_exchangerow SET outcome = %s", [outcome])
    assert ExchangeRow.objects.get().outcome == "dropped"
