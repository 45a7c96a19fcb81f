"""Retention of registrations: what is due goes, what is in force stays, numbers and days stay right."""

from __future__ import annotations

import datetime
import uuid

from core.clock import frozen_at, now, today
from core.retention import Asked, open_holds
from registries.models import Registrant, Wish
from registries.services.purging import ENDED_DAYS, REPLACED_DAYS, purge_registrants, purge_replaced
from registries.services.reading import find_by_document
from registries.services.wishes import change_wish, withdraw_wish
from tests.registries.ground import Ground, refusal, registered, somebody
from tests.registries.test_services_contacts import due, logged


def asked(*, days: int, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


def changed(ground: Ground, wish: Wish) -> Wish:
    return change_wish(
        wish_id=wish.pk, content=refusal(), channel="counter", signed_on=today(), key=uuid.uuid4(),
        actor=ground.person("clerk"),
    )  # fmt: skip


def test_who_withdrew_is_destroyed_with_all_they_wished_after_a_month_and_who_did_not_stays(ground: Ground) -> None:
    first, kept = registered(ground), registered(ground, 1)
    ended = changed(ground, first)
    withdraw_wish(wish_id=ended.pk, channel="online")
    assert purge_registrants(asked(days=ENDED_DAYS - 1)).destroyed == 0
    assert purge_registrants(asked(days=ENDED_DAYS + 1, is_dry=True)).due == 1
    assert Registrant.objects.unscoped("test").filter(destroyed_at=None).count() == 2
    assert purge_registrants(asked(days=ENDED_DAYS + 1)).destroyed == 1
    assert purge_registrants(asked(days=ENDED_DAYS + 1)).due == 0
    for wish, status in ((first, "replaced"), (ended, "withdrawn")):
        wish.refresh_from_db()
        assert (wish.content, wish.registrant, wish.registrant_digest) == (None, None, None)
        assert (wish.status, wish.ended_at is not None) == (status, True)
    gone = Registrant.objects.unscoped("test").get(destroyed_at__isnull=False)
    assert (gone.name, gone.document, gone.phone, gone.details, gone.name_digest) == (None, None, None, None, None)
    reader = ground.person("coordinator")
    assert find_by_document(document_kind="", document=somebody().document, actor=reader) == []
    assert find_by_document(document_kind="", document=somebody(1).document, actor=reader) == [kept]
    assert Wish.objects.unscoped("test").count() == 3


def test_what_was_changed_goes_after_three_years_while_the_person_stays(ground: Ground) -> None:
    first = registered(ground)
    changed(ground, first)
    assert purge_replaced(asked(days=REPLACED_DAYS - 1)).destroyed == 0
    assert purge_replaced(asked(days=REPLACED_DAYS + 1, is_dry=True)).due == 1
    assert purge_replaced(asked(days=REPLACED_DAYS + 1)).destroyed == 1
    assert purge_registrants(asked(days=REPLACED_DAYS + 1)).destroyed == 0
    first.refresh_from_db()
    assert first.content is None


def test_who_is_destroyed_may_register_again(ground: Ground) -> None:
    withdraw_wish(wish_id=registered(ground).pk, channel="online")
    with frozen_at(now() + datetime.timedelta(days=ENDED_DAYS + 1)):
        purge_registrants(asked(days=0))
        registered(ground)
    assert Registrant.objects.unscoped("test").count() == 2


def test_notes_of_contacts_go_with_whom_they_were_about_and_that_they_took_place_stays(ground: Ground) -> None:
    wish = registered(ground)
    row = logged(ground, due(ground, wish), note="一切都好")
    other = logged(ground, due(ground, registered(ground, 1)), note="也好")
    withdraw_wish(wish_id=wish.pk, channel="online")
    purge_registrants(asked(days=ENDED_DAYS + 1))
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.note, row.outcome, row.destroyed_at is not None) == (None, "reached", True)
    assert (other.note is not None, other.destroyed_at) == (True, None)
