"""Signed notes and checkpoints (c2sp.org: signed-note, tlog-checkpoint, tlog-cosignature), Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from transparency.merkle.hashing import HASH_BYTES

ED25519, COSIGNATURE = 0x01, 0x04
_KEY_ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES, _PUBLIC_BYTES = 4, 8, 64, 32
# A note of ours is short; a longer one is refused before anything is looked at.
LONGEST_NOTE = 64 * 1024
_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_DASH = "— "


class BadNote(ValueError):
    """A text is no signed note, no checkpoint, or no key of these formats; `str()` says why."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name: `text` is what others put into their settings, `<name>+<id>+<key>`."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, kind, public key)."""
        body = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(body).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key in one line."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature (without its key id)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)

    def signed_by(self, verifier: Verifier) -> bool:
        """Whether it has a signature of this key, and every one that names this key is good."""
        own = [s for s in self.signatures if (s.name, s.key_id) == (verifier.name, verifier.key_id)]
        return bool(own) and all(_is_good(self.text, s.value, verifier) for s in own)


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: its origin, how many leaves it has, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_verifier(text: str) -> Verifier:
    """Read `<name>+<id>+<key>`; BadNote where it is malformed or its id is not its key's."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise BadNote("a key is written <name>+<id>+<key>")
    key = _decoded(parts[2])
    if len(key) != 1 + _PUBLIC_BYTES or key[0] not in (ED25519, COSIGNATURE):
        raise BadNote("the key is no Ed25519 key of a log or witness")
    verifier = Verifier(parts[0], key[0], key[1:])
    if verifier.key_id.hex() != parts[1].lower():
        raise BadNote("the key's id does not belong to its name and key")
    return verifier


def verifier_of(name: str, private: Ed25519PrivateKey) -> Verifier:
    """The public half of a log's key under its name; BadNote for a name that no note can carry."""
    if not _NAME.fullmatch(name):
        raise BadNote("a key's name has no spaces, no plus sign and no control characters")
    return Verifier(name, ED25519, private.public_key().public_bytes_raw())


def sign_text(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """Sign a note's text; Ed25519 over its UTF-8 bytes, final newline included."""
    return Signature(name, verifier_of(name, private).key_id, private.sign(text.encode()))


def parse_note(note: str) -> Note:
    """Take a note apart, without trusting it; BadNote says what is wrong."""
    if len(note) > LONGEST_NOTE:
        raise BadNote("the note is too long")
    if any(character < " " and character != "\n" for character in note):
        raise BadNote("the note has control characters")
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise BadNote("the note has no signatures after an empty line")
    return Note(text + "\n", tuple(parse_signature(line) for line in block[:-1].split("\n")))


def parse_signature(line: str) -> Signature:
    """Read one signature line (without its newline)."""
    name, separator, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or not _NAME.fullmatch(name):
        raise BadNote("a signature line is: em dash, space, name, space, signature")
    raw = _decoded(value)
    if len(raw) <= _KEY_ID_BYTES:
        raise BadNote("a signature is too short")
    return Signature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; lines after the third are extensions and are left alone."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise BadNote("a checkpoint has three lines or more, none of them empty")
    origin, size, root = lines[0], lines[1], _decoded(lines[2])
    if not _SIZE.fullmatch(size) or len(root) != HASH_BYTES:
        raise BadNote("the second line of a checkpoint is a number, the third a hash of 32 bytes")
    return Checkpoint(origin, int(size), root)


def open_checkpoint(note: str, *verifiers: Verifier) -> Checkpoint:
    """Return the checkpoint of a note that one of these keys signed; BadNote where none did, or one badly."""
    parsed = parse_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = [(s, known[s.name, s.key_id]) for s in parsed.signatures if (s.name, s.key_id) in known]
    if not signed:
        raise BadNote("none of the known keys signed this note")
    if not all(_is_good(parsed.text, signature.value, verifier) for signature, verifier in signed):
        raise BadNote("a signature is not that of the key it names, or the text was changed")
    return parse_checkpoint(parsed.text)


def cosigned_at(text: str, signature: Signature, witness: Verifier) -> int | None:
    """The moment (Unix seconds) at which a witness cosigned a checkpoint's text; None where it did not."""
    if witness.kind != COSIGNATURE or not _is_good(text, signature.value, witness):
        return None
    return int.from_bytes(signature.value[:_TIME_BYTES], "big")


def _is_good(text: str, value: bytes, verifier: Verifier) -> bool:
    if verifier.kind == ED25519:
        return len(value) == _SIGNATURE_BYTES and verifier.accepts(text.encode(), value)
    if len(value) != _TIME_BYTES + _SIGNATURE_BYTES:
        return False
    time = int.from_bytes(value[:_TIME_BYTES], "big")
    return verifier.accepts(f"cosignature/v1\ntime {time}\n{text}".encode(), value[_TIME_BYTES:])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("a value is not in base 64") from None
