"""Signed notes and checkpoints."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from transparency.notes import (
    COSIGNATURE,
    BadNote,
    Checkpoint,
    Note,
    Signature,
    Verifier,
    cosigned_at,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    parse_signature,
    parse_verifier,
    sign_text,
    verifier_of,
)

NAME = "portal.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = verifier_of(NAME, KEY)
# The example of the Go package golang.org/x/mod/sumdb/note, made by another implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def note_of(size: int = 5) -> str:
    """A signed checkpoint."""
    text = Checkpoint(NAME, size, bytes(32)).text
    return str(Note(text, (sign_text(text, NAME, KEY),)))


def test_a_note_of_another_implementation_is_accepted() -> None:
    verifier = parse_verifier(GO_KEY)
    assert verifier.text == GO_KEY
    note = parse_note(GO_NOTE)
    assert note.signed_by(verifier)
    assert str(note) == GO_NOTE
    assert not parse_note(GO_NOTE.replace("your problem is", "the problem is")).signed_by(verifier)


def test_a_checkpoint_reads_as_it_was_written() -> None:
    checkpoint = Checkpoint(NAME, 20852163, hashlib.sha256(b"x").digest())
    assert parse_checkpoint(checkpoint.text) == checkpoint
    assert checkpoint.text == f"{NAME}\n20852163\n{base64.b64encode(checkpoint.root).decode()}\n"
    note = str(Note(checkpoint.text, (sign_text(checkpoint.text, NAME, KEY),)))
    assert open_checkpoint(note, VERIFIER) == checkpoint


@given(st.integers(min_value=0, max_value=10**6), st.data())
def test_no_changed_character_of_a_checkpoint_passes(size: int, data: st.DataObject) -> None:
    note = note_of(size)
    at = data.draw(st.integers(min_value=0, max_value=len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != note[at]))
    with pytest.raises(BadNote):
        open_checkpoint(note[:at] + other + note[at + 1 :], VERIFIER)


def test_signatures_of_others_are_left_alone_but_one_of_ours_must_be_there_and_every_one_good() -> None:
    other = Ed25519PrivateKey.generate()
    text = Checkpoint(NAME, 5, bytes(32)).text
    good, stranger = sign_text(text, NAME, KEY), sign_text(text, "other.example/log", other)
    assert open_checkpoint(str(Note(text, (stranger, good))), VERIFIER).size == 5
    with pytest.raises(BadNote):
        open_checkpoint(str(Note(text, (stranger,))), VERIFIER)
    forged = Signature(NAME, VERIFIER.key_id, other.sign(text.encode()))
    with pytest.raises(BadNote):
        open_checkpoint(str(Note(text, (good, forged))), VERIFIER)


def test_a_key_rotates_while_both_keys_sign() -> None:
    newer = Ed25519PrivateKey.generate()
    text = Checkpoint(NAME, 5, bytes(32)).text
    note = str(Note(text, (sign_text(text, NAME, KEY), sign_text(text, NAME, newer))))
    for verifier in (VERIFIER, verifier_of(NAME, newer)):
        assert open_checkpoint(note, verifier).size == 5


def test_a_witness_cosigns_text_and_time() -> None:
    key = Ed25519PrivateKey.generate()
    witness = Verifier("witness.example/w", COSIGNATURE, key.public_key().public_bytes_raw())
    text, time = Checkpoint(NAME, 5, bytes(32)).text, 1_790_000_000
    value = time.to_bytes(8, "big") + key.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    line = Signature(witness.name, witness.key_id, value).line
    assert parse_verifier(witness.text) == witness
    assert cosigned_at(text, parse_signature(line[:-1]), witness) == time
    assert cosigned_at(Checkpoint(NAME, 6, bytes(32)).text, parse_signature(line[:-1]), witness) is None
    assert cosigned_at(text, parse_signature(line[:-1]), VERIFIER) is None
    assert open_checkpoint(note_of() + line, VERIFIER, witness).size == 5


@pytest.mark.parametrize(
    "text",
    ["", "a\n5\n", f"a\n05\n{base64.b64encode(bytes(32)).decode()}\n", "a\n5\nAAAA\n", "a\n-5\n" + "A" * 43 + "=\n",
     f"a\n5\n{base64.b64encode(bytes(32)).decode()}", f"a\n\n5\n{base64.b64encode(bytes(32)).decode()}\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+00000000+AAAA", GO_KEY.replace("c74f20a3", "c74f20a4"), " spaced name" + GO_KEY[12:]]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_verifier(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(BadNote):
        verifier_of(name, KEY)


def test_a_note_beyond_all_measure_is_refused_unread() -> None:
    with pytest.raises(BadNote, match="too long"):
        parse_note("x" * 70_000)
