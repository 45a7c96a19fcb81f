"""Whom the library is to be told of after a file went out: all of them, who left and who took the consent back."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from registries.models import Donor
from registries.selectors import exchange
from registries.selectors.exchange import left_after, left_after_count
from registries.services.consents import give_consents, take_back_consents
from registries.services.donors.leaving import withdraw_donor
from registries.services.registrants import registrant_of
from registries.views import exchange as exchange_views
from tests.registries.donor_ground import S, brought
from tests.registries.exchange_ground import sent_out
from tests.registries.ground import Ground
from tests.registries.test_views_wishes import client_of


def reported_no_more(ground: Ground, donor: Donor) -> None:
    with transaction.atomic():
        registrant = registrant_of(donor, lock=True)
        take_back_consents(registrant, {"stem_transfer"}, channel="counter", actor=ground.person("clerk"))


def test_who_took_back_the_consent_to_be_reported_is_named_beside_the_file(ground: Ground) -> None:
    _stays, goes, again, was_out = (brought(ground, S.SENT, at) for at in range(4))
    reported_no_more(ground, was_out)
    row = sent_out(ground)
    for one in (goes, again):
        reported_no_more(ground, one)
    with transaction.atomic():
        registrant = registrant_of(again, lock=True)
        give_consents(registrant, {"stem_transfer"}, channel="counter", actor=ground.person("clerk"))
    assert (left_after(row), left_after_count(row)) == ([goes.number], 1)
    text = client_of(ground, "clerk").get(reverse("desk_exchange_file", args=[row.number])).content.decode()
    assert "撤回了报送的同意" in text
    withdraw_donor(donor_id=goes.pk, channel="counter", actor=ground.person("clerk"))
    assert left_after(row) == [goes.number]


def test_all_of_a_file_who_left_are_named_a_page_at_a_time_and_counted(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (exchange, exchange_views):
        monkeypatch.setattr(module, "LEFT_SHOWN", 2)
    donors = [brought(ground, S.SENT, at) for at in range(5)]
    row = sent_out(ground)
    for one in donors:
        withdraw_donor(donor_id=one.pk, channel="counter", actor=ground.person("clerk"))
    client, found, url = client_of(ground, "clerk"), [], "?left="
    while url:
        answer = client.get(reverse("desk_exchange_file", args=[row.number]) + url)
        assert "共 5 人" in answer.content.decode()
        found += answer.context["left"]
        url = answer.context["left_url"]
    assert found == sorted(one.number for one in donors)
