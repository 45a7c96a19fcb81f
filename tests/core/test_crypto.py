"""Encryption: opens with the right key in the right place, and nowhere else."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import (
    FIRST_IDS,
    KeyringError,
    SealBroken,
    key_id_of,
    keyring,
    load_keyring,
    lookup_digest,
    new_keyring,
    seal,
    seal_many,
    unseal,
)
from redcross_portal.first_secrets import make_missing_secrets

CHECKOUT = Path(__file__).resolve().parents[2]
FIELD = "person.id_number"
ROW = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def keys(settings: Any) -> Iterator[dict[str, Any]]:
    settings.PORTAL_KEYS = new_keyring()
    return settings.PORTAL_KEYS


def _second_key(keys: dict[str, Any]) -> dict[str, Any]:
    fresh = new_keyring()
    rotated = {**keys, "active": "k2", "keys": {**keys["keys"], "k2": fresh["keys"]["k1"]}}
    rotated["lookup"] = {"active": "l2", "keys": {**keys["lookup"]["keys"], "l2": fresh["lookup"]["keys"]["l1"]}}
    return rotated


def _sealed_anew(value: bytes, row: UUID) -> bytes:
    return unseal(seal(value, field=FIELD, row=row), field=FIELD, row=row)


def test_what_is_sealed_opens_in_its_own_place_whatever_it_is(keys: dict[str, Any]) -> None:
    @given(st.binary(max_size=200), st.uuids())
    def holds(value: bytes, row: UUID) -> None:
        assert _sealed_anew(value, row) == value

    holds()


def test_the_same_value_is_never_sealed_to_the_same_bytes() -> None:
    sealed = {seal(b"x", field=FIELD, row=ROW) for _ in range(100)}
    assert len(sealed) == 100


def test_a_row_may_be_given_as_text_and_a_value_as_the_database_returns_it() -> None:
    sealed = seal("甲某某".encode(), field=FIELD, row=str(ROW))
    assert unseal(memoryview(sealed), field=FIELD, row=ROW).decode() == "甲某某"


def test_a_value_moved_to_another_row_field_or_purpose_does_not_open() -> None:
    sealed = seal(b"secret", field=FIELD, row=ROW)
    with pytest.raises(SealBroken):
        unseal(sealed, field=FIELD, row=uuid4())
    with pytest.raises(SealBroken):
        unseal(sealed, field="person.phone", row=ROW)
    with pytest.raises(KeyringError):
        unseal(sealed, field=FIELD, row=ROW, purpose="salts")


def test_a_value_with_any_bit_changed_does_not_open() -> None:
    sealed = seal(b"secret", field=FIELD, row=ROW)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(KeyringError):
            unseal(bytes(changed), field=FIELD, row=ROW)


@pytest.mark.parametrize(
    "wrong",
    [b"", b"\x01", b"\x01\x02k1", b"plain text that was never sealed, long enough", b"\x01\x02\xff\xff" + bytes(40)],
)
def test_what_was_never_sealed_is_refused(wrong: bytes) -> None:
    with pytest.raises(SealBroken) as refused:
        unseal(wrong, field=FIELD, row=ROW)
    assert refused.value.message.endswith("。")


def test_another_key_under_the_same_id_is_seen(settings: Any) -> None:
    sealed = seal(b"secret", field=FIELD, row=ROW)
    before = keyring().fingerprints()
    settings.PORTAL_KEYS = new_keyring()
    with pytest.raises(SealBroken):
        unseal(sealed, field=FIELD, row=ROW)
    after = keyring().fingerprints()
    assert before.keys() == after.keys() == {f"{purpose}/{first}" for purpose, first in FIRST_IDS.items()}
    assert all(before[name] != after[name] for name in before)


def test_old_values_open_and_new_ones_take_the_new_key_while_keys_are_rotated(
    settings: Any, keys: dict[str, Any]
) -> None:
    old = seal(b"secret", field=FIELD, row=ROW)
    old_digest = lookup_digest("330106", FIELD)
    settings.PORTAL_KEYS = _second_key(keys)
    new = seal(b"secret", field=FIELD, row=ROW)
    assert (key_id_of(old), key_id_of(new)) == ("k1", "k2")
    assert unseal(old, field=FIELD, row=ROW) == unseal(new, field=FIELD, row=ROW) == b"secret"
    assert lookup_digest("330106", FIELD) != old_digest
    assert lookup_digest("330106", FIELD, key_id="l1") == old_digest


def test_a_missing_key_is_named(settings: Any, keys: dict[str, Any]) -> None:
    settings.PORTAL_KEYS = _second_key(keys)
    sealed = seal(b"secret", field=FIELD, row=ROW)
    settings.PORTAL_KEYS = keys
    with pytest.raises(KeyringError, match="k2") as refused:
        unseal(sealed, field=FIELD, row=ROW)
    assert refused.value.code == "key_missing"
    with pytest.raises(KeyringError, match="l9"):
        lookup_digest("x", FIELD, key_id="l9")


def _without(keys: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key != name}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda keys: None,
        lambda keys: {},
        lambda keys: json.dumps(keys),
        lambda keys: _without(keys, "active"),
        lambda keys: _without(keys, "keys"),
        lambda keys: _without(keys, "lookup"),
        lambda keys: _without(keys, "salts"),
        lambda keys: {**keys, "active": "k9"},
        lambda keys: {**keys, "salts": "s1"},
        lambda keys: {**keys, "keys": {"k1": "not base64!"}},
        lambda keys: {**keys, "keys": {"k1": base64.b64encode(bytes(31)).decode()}},
        lambda keys: {**keys, "keys": {"k1": 5}},
        lambda keys: {**keys, "active": "K 1", "keys": {"K 1": keys["keys"]["k1"]}},
        lambda keys: {**keys, "active": "k" * 33, "keys": {"k" * 33: keys["keys"]["k1"]}},
        lambda keys: {**keys, "salts": {"active": "s1", "keys": {"s1": keys["keys"]["k1"]}}},
    ],
)  # fmt: skip
def test_a_malformed_setting_is_refused_with_a_sentence_that_names_it(
    settings: Any, keys: dict[str, Any], spoil: Any
) -> None:
    settings.PORTAL_KEYS = spoil(keys)
    with pytest.raises(KeyringError) as refused:
        seal(b"x", field=FIELD, row=ROW)
    assert refused.value.code == "keyring_malformed"
    assert "PORTAL_KEYS" in refused.value.message
    assert keys["keys"]["k1"] not in refused.value.message


def test_a_keyring_never_prints_its_keys(keys: dict[str, Any]) -> None:
    shown = repr(load_keyring(keys))
    assert "k1" in shown
    raw = base64.b64decode(keys["keys"]["k1"])
    assert repr(raw) not in shown
    assert keys["keys"]["k1"] not in shown


def test_look_up_digests_are_equal_only_for_the_same_text_and_field() -> None:
    @given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
    def holds(one: tuple[str, str], two: tuple[str, str]) -> None:
        assert (lookup_digest(*one) == lookup_digest(*two)) == (one == two)
        assert len(lookup_digest(*one)) == 64

    holds()
    assert lookup_digest("bc", "a") != lookup_digest("c", "ab")


def test_sealing_many_is_sealing_each_and_quick_enough_for_a_file_of_gifts() -> None:
    salts = [(uuid4(), bytes([number % 256]) * 16) for number in range(200_000)]
    started = time.process_time()
    sealed = seal_many(salts, field="record.salt", purpose="salts")
    spent = time.process_time() - started
    assert spent <= 1.5
    assert len(set(sealed)) == len(salts)
    for number in range(0, len(salts), 9999):
        row, salt = salts[number]
        assert unseal(sealed[number], field="record.salt", row=row, purpose="salts") == salt
    assert seal_many([], field=FIELD) == []


def test_new_keys_can_be_made_before_anything_is_set_up() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "core.crypto"], capture_output=True, text=True, check=True, env={}, cwd=CHECKOUT
    )
    keys = json.loads(made.stdout)
    assert set(load_keyring(keys).fingerprints()) == {f"{purpose}/{first}" for purpose, first in FIRST_IDS.items()}
    assert made.stderr == ""
    assert keys != new_keyring()


def test_a_ring_of_an_earlier_version_gets_the_keys_that_it_lacks_and_keeps_its_own(tmp_path: Path) -> None:
    whole = new_keyring()
    earlier = {name: value for name, value in whole.items() if name not in ("identity", "wishes")}
    with pytest.raises(KeyringError, match="identity"):
        load_keyring(earlier)
    make_missing_secrets(tmp_path)
    file = tmp_path / "secrets" / "keyring.json"
    file.write_text(json.dumps(earlier), encoding="utf-8")
    make_missing_secrets(tmp_path)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert {name: written[name] for name in earlier} == earlier
    assert set(load_keyring(written).fingerprints()) == set(load_keyring(whole).fingerprints())
    assert file.stat().st_mode & 0o777 == 0o600
    make_missing_secrets(tmp_path)
    assert json.loads(file.read_text(encoding="utf-8")) == written
    file.write_text("{broken", encoding="utf-8")
    make_missing_secrets(tmp_path)
    assert file.read_text(encoding="utf-8") == "{broken"
