"""The registries' keys turn while people are registered; nothing is lost, and the old ones can go."""

from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path
from typing import Any

from core.crypto import key_id_of, keyring, new_keyring
from core.keys import record_keys, retire_old_keys, rotate_keys
from core.sealed import matching, open_for_work
from core.sealed.registry import SealedPlace, sealed_places
from registries.models import Registrant, Wish
from registries.services.reading import find_by_document, reveal_identity, reveal_wish
from registries.services.registrants import registrant_of
from registries.services.requests.filing import file_request
from registries.services.wishes import withdraw_wish
from tests.ledger.test_concurrency import at_once
from tests.registries.asking import asking
from tests.registries.ground import Ground, gift, make_ground, registered, somebody
from tests.registries.planted import DONOR, WISH, plant

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


def test_every_sealed_column_turns_while_people_read_write_and_search(
    committed_db: str, tmp_path: Path, settings: Any
) -> None:
    """The models are walked: a sealed column that is added is planted and turned here, or this fails."""
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    record_keys()
    ground = make_ground()
    plant(ground)
    known = _opened()
    assert {place for place, _key in known} == {str(one) for one in _places()}
    is_turned = threading.Event()
    seen = []

    def write() -> None:
        for at in range(100, 100 + MEANWHILE):
            registered(ground, at)
            file_request(asked=asking(ground.branch), phone=f"139000001{at - 100:02d}", key=uuid.uuid4())

    def read() -> None:
        # To the end of the change and once more: what is read at each moment is what was written.
        is_last = False
        while not is_last:
            is_last = is_turned.is_set()
            seen.append(_opened(first=True))
            assert seen[-1].items() <= known.items()
            people = Registrant.objects.unscoped("test")
            assert people.filter(matching(Registrant, "phone", WISH["phone"])).count() == 1
            assert people.filter(matching(Registrant, "document", DONOR["document"])).count() == 1

    def turn() -> None:
        try:
            assert rotate_keys(lambda _line: None) == 0
        finally:
            is_turned.set()

    assert at_once(write, read, turn) == [None, None, None]
    assert len(seen) > 1
    retire_old_keys(lambda _line: None)
    after = _opened()
    assert known.items() <= after.items()
    for place in _places():
        _assert_turned(place, after)


def _assert_turned(place: SealedPlace, texts: dict[tuple[str, int], str]) -> None:
    """All of a column is under the new key, and what can be looked up is found by it."""
    new = {"identity": "i2", "wishes": "w2"}[place.field.purpose]
    name, manager = place.field.name, place.model._base_manager
    rows = list(manager.filter(**{f"{name}__isnull": False}))
    assert {key_id_of(getattr(row, name)) for row in rows} == {new}, place
    if getattr(place.field, "lookup", None) is not None:
        for row in rows:
            found = manager.filter(matching(place.model, name, texts[str(place), row.pk]), pk=row.pk)
            assert found.exists(), place


def _places() -> list[SealedPlace]:
    return [one for one in sealed_places() if one.model._meta.app_label == "registries"]


def _opened(*, first: bool = False) -> dict[tuple[str, int], str]:
    """What every sealed column holds, by place and row; of each the first row alone where asked."""
    found = {}
    for place in _places():
        rows = place.model._base_manager.filter(**{f"{place.field.name}__isnull": False}).order_by("pk")
        for row in rows[:1] if first else rows:
            text = open_for_work(row, place.field.name, work="tests.keys:1")
            assert text is not None
            found[str(place), row.pk] = text
    return found


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
