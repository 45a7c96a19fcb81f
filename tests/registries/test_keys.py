"""The registries' keys turn while people are registered; nothing is lost, and the old ones can go."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from core.crypto import key_id_of, keyring, new_keyring
from core.keys import record_keys, retire_old_keys, rotate_keys
from registries.models import Registrant, Wish
from registries.services.reading import find_by_document, reveal_identity, reveal_wish
from registries.services.registrants import registrant_of
from registries.services.wishes import withdraw_wish
from tests.ledger.test_concurrency import at_once
from tests.registries.ground import Ground, gift, make_ground, registered, somebody

BEFORE, MEANWHILE = 12, 24


def test_a_rotation_under_load_loses_nobody_and_no_wish(committed_db: str, tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    record_keys()
    ground = make_ground()
    for at in range(BEFORE):
        registered(ground, at)
    begun = threading.Event()

    def write() -> None:
        begun.wait()
        for at in range(BEFORE, BEFORE + MEANWHILE):
            registered(ground, at)

    def turn() -> None:
        begun.set()
        assert rotate_keys(lambda _line: None) == 0

    assert at_once(write, turn) == [None, None]
    retire_old_keys(lambda _line: None)
    ring = keyring()
    assert (list(ring.identity.by_id), list(ring.wishes.by_id)) == (["i2"], ["w2"])
    _assert_whole(ground, BEFORE + MEANWHILE)


def _assert_whole(ground: Ground, count: int) -> None:
    coordinator = ground.person("coordinator")
    assert {key_id_of(one.name) for one in Registrant.objects.unscoped("test")} == {"i2"}
    assert {key_id_of(one.content) for one in Wish.objects.unscoped("test")} == {"w2"}
    for at in range(count):
        (wish,) = find_by_document(document_kind="", document=somebody(at).document, actor=coordinator)
        assert reveal_identity(wish=wish, purpose="核对", actor=coordinator).name == somebody(at).name
        assert reveal_wish(wish=wish, purpose="核对", actor=coordinator).content == gift()
        withdraw_wish(wish_id=wish.pk, channel="counter", actor=coordinator)
        assert registrant_of(wish).number
