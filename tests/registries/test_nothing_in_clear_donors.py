"""A dump of the database without the keys shows of a donor no name, no telephone, no answer and no reason."""

from __future__ import annotations

import datetime
import json
import logging
from pathlib import Path
from typing import Any

from core.clock import today
from core.crypto import new_keyring
from core.keys import record_keys, rotate_keys
from registries.services.donors.leaving import defer_donor, withdraw_donor
from registries.services.donors.reading import find_donors, reveal_donor, reveal_health
from tests.registries.donor_ground import KIN, S, agreement, brought
from tests.registries.ground import Ground
from tests.registries.test_nothing_in_clear import _dump


def test_the_dump_and_the_log_hold_nobody_and_nothing_of_health(committed_ground: Ground, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    actor = committed_ground.person("coordinator")
    donor = brought(committed_ground, S.FOLLOW_UP)
    until = today() + datetime.timedelta(days=9)
    defer_donor(donor_id=donor.pk, until=until, reason="illness", actor=actor)
    person = agreement(committed_ground.branch).person
    assert find_donors(document_kind="", document=person.document, actor=actor) == [donor]
    donor.refresh_from_db()
    assert reveal_donor(donor=donor, purpose="核对", actor=actor).name == person.name
    assert reveal_health(donor=donor, purpose="核对", actor=actor).deferral_reason == "生病或服药"
    withdraw_donor(donor_id=donor.pk, channel="online")
    dump = _dump()
    assert donor.number in dump
    kin = [value for one in KIN for value in (one.name, one.phone)]
    values = (person.name, person.document, person.phone, *kin, "illness", '"tattoo"', json.dumps("parent"))
    shapes = {shape for value in values for shape in (value, value.encode().hex())}
    assert [shape for shape in shapes if shape in dump] == []
    assert [shape for shape in shapes if shape in caplog.text] == []


def test_what_is_sealed_of_a_donor_is_sealed_anew_under_the_triggers(
    committed_ground: Ground, tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    record_keys()
    actor = committed_ground.person("coordinator")
    kept, gone = brought(committed_ground, S.TYPED), brought(committed_ground, S.WISH, 1)
    assert rotate_keys(lambda _line: None) == 0
    for donor, at in ((kept, 0), (gone, 1)):
        donor.refresh_from_db()
        assert (
            reveal_donor(donor=donor, purpose="核对", actor=actor).document
            == agreement(committed_ground.branch, at).person.document
        )
        assert len(reveal_health(donor=donor, purpose="核对", actor=actor).answers) == 13
