"""What is due of remembrance goes, files as well; numbers, days and how many stay."""

from __future__ import annotations

import datetime

import pytest

from core.clock import today
from core.errors import NotFound
from core.files import open_stored_for_work
from core.models import StoredFile
from core.retention import Asked, open_holds
from registries.models import MemorialBooking, MemorialConsent, MemorialMessage, MemorialPage
from registries.services.memorial.bookings import own_bookings
from registries.services.memorial.messages import decline_message
from registries.services.memorial.pages import rewrite_page, take_down_page
from registries.services.memorial.purging import purge_bookings, purge_messages, purge_pages
from registries.services.memorial.reading import find_pages
from tests.registries.ground import Ground
from tests.registries.memorial_ground import (
    NAME,
    booked,
    content,
    left,
    party,
    planned,
    published,
    shown_message,
    written,
)


def asked(*, days: int, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


def test_who_booked_is_emptied_thirty_days_after_the_day(ground: Ground) -> None:
    booking = booked(planned(ground, days=5), party_size=4)
    assert purge_bookings(asked(days=35)).due == 0
    assert purge_bookings(asked(days=36, is_dry=True)).due == 1
    assert purge_bookings(asked(days=36)).destroyed == 1
    row = MemorialBooking.objects.unscoped("test").get(pk=booking.pk)
    assert (row.name, row.phone, row.phone_digest, row.party_size) == (None, None, None, 4)
    assert own_bookings(party().phone) == []


def test_a_page_that_was_taken_down_is_destroyed_with_its_files_and_messages_after_a_month(ground: Ground) -> None:
    page, kept = published(ground), published(ground)
    message, files = shown_message(ground, page), [page.portrait, page.consent.paper]
    take_down_page(page_id=page.pk, reason="phone", actor=ground.person("clerk"))
    assert purge_pages(asked(days=30)).due == 0
    assert purge_pages(asked(days=31, is_dry=True)).due == 1
    assert purge_pages(asked(days=31)).destroyed == 1
    assert purge_pages(asked(days=31)).due == 0
    row = MemorialPage.objects.unscoped("test").get(pk=page.pk)
    assert (row.name, row.name_digest, row.content, row.portrait) == (None, None, None, None)
    assert (row.number, row.published_on) == (page.number, today())
    consent = MemorialConsent.objects.get(page=page)
    assert (consent.kin_name, consent.kin_phone) == (None, None)
    gone = MemorialMessage.objects.unscoped("test").get(pk=message.pk)
    assert (gone.text, gone.name) == (None, None)
    for one in files:
        stored = StoredFile.objects.get(pk=one.pk)
        assert (stored.name, stored.sealed_key, stored.destroyed_at is not None) == ("", None, True)
        with pytest.raises(NotFound):
            open_stored_for_work(stored, work="test")
    assert [one.pk for one in find_pages(name=NAME, actor=ground.person("clerk"))] == [kept.pk]


def test_a_declined_message_is_emptied_after_a_month_and_a_shown_one_stays(ground: Ground) -> None:
    page = published(ground)
    shown, declined = shown_message(ground, page), left(page)
    decline_message(message_id=declined.pk, reason="advert", actor=ground.person("clerk"))
    assert purge_messages(asked(days=30)).due == 0
    assert purge_messages(asked(days=31)).destroyed == 1
    rows = MemorialMessage.objects.unscoped("test")
    assert rows.get(pk=declined.pk).text is None
    assert rows.get(pk=shown.pk).text is not None


def test_a_portrait_that_another_took_the_place_of_is_due(ground: Ground) -> None:
    page, other = written(ground), written(ground)
    first = page.portrait_id
    rewrite_page(page_id=page.pk, content=content(), portrait=other.portrait, actor=ground.person("clerk"))
    assert StoredFile.objects.get(pk=first).purge_on == today()
