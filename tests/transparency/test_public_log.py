"""The public log: leaves go into tiles, its head is signed, and nothing that was signed can be changed unseen."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.canonical import leaf_hash
from core.clock import now
from core.errors import DomainError
from core.models import RestoreMark
from redcross_portal.first_secrets import new_log_keys
from tests.transparency.log_ground import grow, place
from tests.transparency.merkle.trees import slow_root
from transparency.merkle.proofs import is_consistent, root_by_inclusion
from transparency.models import LogCheckpoint, LogKey
from transparency.notes import COSIGNATURE, Signature, Verifier, open_checkpoint, parse_note, parse_verifier
from transparency.selectors.public_log import (
    checkpoint_note,
    checkpoint_of,
    consistency_of,
    entry_bundle,
    inclusion_of,
    latest_checkpoint,
    log_verifiers,
    tile_bytes,
)
from transparency.services import tiling
from transparency.services.log_keys import LogKeyMissing
from transparency.services.signing import WouldFork, add_cosignature, sign_checkpoint
from transparency.services.tiling import tile_leaves

pytestmark = pytest.mark.django_db


def test_each_signed_head_has_the_root_of_its_leaves_and_the_log_grows_from_one_to_the_next() -> None:
    sizes = (1, 2, 252, 1, 1, 255, 300)
    leaves = grow(*sizes)
    checkpoints = list(LogCheckpoint.objects.order_by("size"))
    assert [one.size for one in checkpoints] == [sum(sizes[: n + 1]) for n in range(len(sizes))]
    verifiers = [parse_verifier(text) for text in log_verifiers()]
    for one in checkpoints:
        opened = open_checkpoint(one.note, *verifiers)
        assert (opened.size, opened.root) == (one.size, slow_root(leaves[: one.size]))
    for older, newer in itertools.pairwise(checkpoints):
        proof = consistency_of(older, newer).proof
        assert is_consistent(older.size, bytes(older.root), newer.size, bytes(newer.root), proof)


def test_each_record_is_shown_to_stand_in_each_signed_head(django_assert_max_num_queries: Callable[..., Any]) -> None:
    leaves = grow(300, 200)
    for size in (300, 500):
        checkpoint = checkpoint_of(size)
        assert checkpoint is not None
        for index in (0, 1, 255, 256, 257, size - 1):
            with django_assert_max_num_queries(6):
                found = inclusion_of(index, checkpoint)
            assert found is not None
            assert found.leaf_hash == leaf_hash(found.record.encode()) == leaves[index]
            assert root_by_inclusion(leaves[index], index, size, found.proof) == bytes(checkpoint.root)
    assert inclusion_of(500) is None
    assert inclusion_of(-1) is None


def test_a_backlog_is_worked_off_in_steps_that_give_the_same_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "STEP", 512)
    leaves = place(1200)
    assert tile_leaves() == 1200
    assert tile_leaves() == 0
    leaves += place(100)
    assert tile_leaves() == 100
    checkpoint = sign_checkpoint()
    assert checkpoint is not None
    assert bytes(checkpoint.root) == slow_root(leaves)
    assert sign_checkpoint() is None


def test_served_tiles_and_entries_end_where_the_signed_head_ends() -> None:
    leaves = grow(300)
    place(50)
    tile_leaves()
    assert tile_bytes(0, 0, 256) == b"".join(leaves[:256])
    assert tile_bytes(0, 1, 44) == b"".join(leaves[256:])
    assert tile_bytes(0, 1, 10) == b"".join(leaves[256:266])
    assert tile_bytes(0, 1, 45) is None
    assert tile_bytes(0, 2, 1) is None
    assert tile_bytes(1, 0, 1) == slow_root(leaves[:256])
    assert tile_bytes(1, 0, 2) is None
    assert tile_bytes(2, 0, 1) is None
    bundle, hashes = entry_bundle(1, 44), []
    assert bundle is not None
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        hashes.append(leaf_hash(bundle[2 : 2 + length]))
        bundle = bundle[2 + length :]
    assert hashes == leaves[256:]
    assert entry_bundle(1, 45) is None


def test_an_empty_log_has_no_head() -> None:
    assert tile_leaves() == 0
    assert sign_checkpoint() is None
    assert latest_checkpoint() is None
    assert tile_bytes(0, 0, 1) is None
    assert inclusion_of(0) is None


def test_another_origin_is_another_log_and_is_not_signed(settings: Any, tmp_path: Path) -> None:
    grow(5)
    settings.LOG_KEY_FILE = tmp_path / "keys.json"
    settings.LOG_KEY_FILE.write_text(json.dumps({**new_log_keys(), "origin": "other.example/log"}))
    place(1)
    tile_leaves()
    with pytest.raises(WouldFork) as caught:
        sign_checkpoint()
    assert caught.value.code == "log_origin_changed"


def test_a_key_is_changed_while_old_and_new_sign_together(settings: Any, tmp_path: Path) -> None:
    raw = json.loads(Path(settings.LOG_KEY_FILE).read_text())
    newer = new_log_keys()["keys"]["k1"]
    settings.LOG_KEY_FILE = tmp_path / "keys.json"
    notes = []
    for active in (["k1"], ["k1", "k2"], ["k2"]):
        settings.LOG_KEY_FILE.write_text(json.dumps({**raw, "active": active, "keys": {**raw["keys"], "k2": newer}}))
        grow(3)
        notes.append(LogCheckpoint.objects.order_by("-size")[0].note)
    old, new = [parse_verifier(text) for text in log_verifiers()]
    assert [(parse_note(note).signed_by(old), parse_note(note).signed_by(new)) for note in notes] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert list(LogKey.objects.order_by("pk").values_list("first_size", flat=True)) == [3, 6]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"origin": "a", "active": [], "keys": {}}',
        '{"origin": "a", "active": ["k"], "keys": {"k": "AA"}}',
        '{"origin": "a b", "active": ["k"], "keys": {"k": "%s"}}' % ("A" * 43 + "="),
    ],
)
def test_a_broken_key_file_is_said_to_be_and_nothing_is_signed(text: str, settings: Any, tmp_path: Path) -> None:
    place(2)
    tile_leaves()
    settings.LOG_KEY_FILE = tmp_path / "keys.json"
    with pytest.raises(LogKeyMissing):
        sign_checkpoint()
    settings.LOG_KEY_FILE.write_text(text)
    with pytest.raises(LogKeyMissing):
        sign_checkpoint()
    assert latest_checkpoint() is None


def test_a_witness_that_is_known_is_served_with_the_head(settings: Any) -> None:
    grow(5)
    key, checkpoint = Ed25519PrivateKey.generate(), LogCheckpoint.objects.get()
    witness = Verifier("witness.example/w", COSIGNATURE, key.public_key().public_bytes_raw())
    text = parse_note(checkpoint.note).text

    def line(message: str) -> str:
        moment = 1_790_000_000
        signed = key.sign(f"cosignature/v1\ntime {moment}\n{message}".encode())
        return Signature(witness.name, witness.key_id, moment.to_bytes(8, "big") + signed).line

    with pytest.raises(DomainError) as caught:
        add_cosignature(size=5, line=line(text))
    assert caught.value.code == "unknown_witness"
    settings.LOG_WITNESSES = [witness.text]
    for wrong in (line(text.replace("\n5\n", "\n6\n")), "nonsense"):
        with pytest.raises(DomainError) as caught:
            add_cosignature(size=5, line=wrong)
        assert caught.value.code == "bad_cosignature"
    with pytest.raises(DomainError):
        add_cosignature(size=4, line=line(text))
    add_cosignature(size=5, line=line(text))
    add_cosignature(size=5, line=line(text))
    assert checkpoint_note(checkpoint) == checkpoint.note + line(text)
    assert open_checkpoint(checkpoint_note(checkpoint), witness).size == 5


def test_after_a_restore_nothing_is_signed_until_it_is_known_to_fork_nothing() -> None:
    grow(5)
    RestoreMark.objects.create(
        backup_id="00000000-0000-0000-0000-000000000001", backup_made_at=now(), restored_at=now()
    )
    place(1)
    tile_leaves()
    assert sign_checkpoint() is None
    RestoreMark.objects.update(cleared_at=now(), cleared_by="x")
    assert sign_checkpoint() is not None
