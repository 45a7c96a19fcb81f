"""Retention of registrations: what is due goes, what is in force stays, numbers and days stay right."""

from __future__ import annotations

import datetime

from core.clock import frozen_at, now, today
from core.retention import Asked, open_holds
from registries.models import Registrant, Wish
from registries.services.purging import KEPT_DAYS, purge_registrants, purge_wishes
from registries.services.reading import find_by_document
from registries.services.wishes import withdraw_wish
from tests.registries.ground import Ground, registered, somebody


def asked(*, days: int, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


def test_a_withdrawn_wish_is_emptied_after_three_years_and_then_its_person(ground: Ground) -> None:
    ended, kept = registered(ground), registered(ground, 1)
    withdraw_wish(wish_id=ended.pk, channel="online")
    for purge in (purge_wishes, purge_registrants):
        assert purge(asked(days=KEPT_DAYS - 1)).destroyed == 0
    late = asked(days=KEPT_DAYS + 1)
    with frozen_at(now() + datetime.timedelta(days=KEPT_DAYS + 1)):
        # The person goes once no wish of theirs is kept, not before.
        assert purge_registrants(late).destroyed == 0
        assert purge_wishes(Asked(late.today, True, late.holds)).due == 1
        assert purge_wishes(late).destroyed == 1
        assert purge_registrants(Asked(late.today, True, late.holds)).due == 1
        assert purge_registrants(late).destroyed == 1
        assert purge_wishes(late).destroyed == purge_registrants(late).destroyed == 0
    ended.refresh_from_db()
    assert (ended.content, ended.registrant, ended.registrant_digest) == (None, None, None)
    assert (ended.status, ended.ended_at is not None) == ("withdrawn", True)
    gone = Registrant.objects.unscoped("test").get(destroyed_at__isnull=False)
    assert (gone.name, gone.document, gone.phone, gone.details, gone.name_digest) == (None, None, None, None, None)
    reader = ground.person("coordinator")
    assert find_by_document(document_kind="", document=somebody().document, actor=reader) == []
    assert find_by_document(document_kind="", document=somebody(1).document, actor=reader) == [kept]
    assert Wish.objects.unscoped("test").count() == 2


def test_who_is_destroyed_may_register_again(ground: Ground) -> None:
    withdraw_wish(wish_id=registered(ground).pk, channel="online")
    with frozen_at(now() + datetime.timedelta(days=KEPT_DAYS + 1)):
        late = asked(days=0)
        purge_wishes(late)
        purge_registrants(late)
        registered(ground)
    assert Registrant.objects.unscoped("test").count() == 2
