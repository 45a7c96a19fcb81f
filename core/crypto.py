"""Encryption of personal data at rest, exact look-up of what is encrypted, and the keys for both.

AES-256-GCM with the key's id in the value. Five purposes have keys of their own: `data` (P3 values), `lookup`
(HMAC for exact look-up), `salts` (the salts of commitments in the public record), and for the registries `identity`
(who somebody is) and `wishes` (what they wish, and all that is medical). `settings.PORTAL_KEYS` is, or is the path of
a file that holds,

    {"active": "k1", "keys": {"k1": "<base64 of 32 bytes>"},
     "lookup": {"active": "l1", "keys": {...}}, "salts": {"active": "s1", "keys": {...}},
     "identity": {"active": "i1", "keys": {...}}, "wishes": {"active": "w1", "keys": {...}}}

`python -m core.crypto` prints a new one, with `--complete` the one on its standard input with keys for the purposes
that it lacks. An old key stays under `keys` until no value is sealed with it. A file is read again whenever it changed,
so that a rotation reaches processes that run.

A sealed value is: version 0x01, length of the key id, key id, 12 bytes nonce, ciphertext, 16 bytes tag. The
associated data binds it to its field and row, so that a value moved to another row or column does not open.
Nonces are random: one key may seal 2**32 values (NIST SP 800-38D, 8.3), then it must be rotated.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError

Purpose = Literal["data", "lookup", "salts", "identity", "wishes"]
# Each with the letter of its first key's id; the keys of `data` stand at the top of the ring.
FIRST_IDS: dict[Purpose, str] = {"data": "k1", "lookup": "l1", "salts": "s1", "identity": "i1", "wishes": "w1"}
PURPOSES: tuple[Purpose, ...] = tuple(FIRST_IDS)

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_VERSION = b"\x01"
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


class KeyringError(DomainError):
    """The keys are missing, malformed or not those that a value was sealed with."""

    http_status = 500


class SealBroken(KeyringError):
    """A value does not open: another key under the same id, or it was changed or moved to another row or field."""


@dataclass(frozen=True, repr=False)
class Keys:
    """The keys of one purpose: all that open, and the id of the one that seals."""

    active: str
    by_id: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Keys(active={self.active!r}, ids={sorted(self.by_id)!r})"


@dataclass(frozen=True)
class Keyring:
    """The keys of all purposes, checked; never prints a key."""

    data: Keys
    lookup: Keys
    salts: Keys
    identity: Keys
    wishes: Keys

    def of(self, purpose: Purpose) -> Keys:
        """Return the keys of one purpose."""
        keys: Keys = getattr(self, purpose)
        return keys

    def fingerprints(self) -> dict[str, str]:
        """Return 16 hex digits for each key, named `purpose/id`: they tell keys apart and reveal none.

        Stored once in the database, they let the start see that a key was replaced under its old id.
        """
        return {
            f"{purpose}/{key_id}": hmac.new(key, b"core.crypto fingerprint", hashlib.sha256).hexdigest()[:16]
            for purpose in PURPOSES
            for key_id, key in sorted(self.of(purpose).by_id.items())
        }


def new_keyring() -> dict[str, Any]:
    """Return fresh random keys for all purposes in the form of `settings.PORTAL_KEYS`; needs no Django set up."""
    return completed({})


def completed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ring, as written, with fresh keys for the purposes that it has none for; what it has stays."""
    ring: dict[str, Any] = {purpose: _new_keys(first) for purpose, first in FIRST_IDS.items() if purpose != "data"}
    return {**({} if "keys" in raw else _new_keys(FIRST_IDS["data"])), **ring, **raw}


def load_keyring(raw: object) -> Keyring:
    """Check the value of `settings.PORTAL_KEYS` and return its keys; KeyringError says what is wrong with it."""
    if not isinstance(raw, Mapping) or not raw:
        raise _malformed(_("没有设置加密密钥。"))
    keyring = Keyring(
        data=_load_keys("data", raw),
        lookup=_load_keys("lookup", raw.get("lookup")),
        salts=_load_keys("salts", raw.get("salts")),
        identity=_load_keys("identity", raw.get("identity")),
        wishes=_load_keys("wishes", raw.get("wishes")),
    )
    seen = [key for purpose in PURPOSES for key in keyring.of(purpose).by_id.values()]
    if len(set(seen)) != len(seen):
        raise _malformed(_("有两处用了同一把密钥，每种用途、每个编号都要有自己的密钥。"))
    return keyring


class _Loaded:
    """The keyring of the settings, read once for each value that the setting, or the file it names, has had."""

    raw: object = None
    stamp: object = None
    keyring: Keyring | None = None


def keyring() -> Keyring:
    """Return the keys of the running portal; KeyringError where the setting is missing or malformed."""
    raw = getattr(settings, "PORTAL_KEYS", None)
    stamp = _stamp(raw) if isinstance(raw, Path) else None
    if _Loaded.keyring is None or _Loaded.raw is not raw or _Loaded.stamp != stamp:
        read = read_key_file(raw) if isinstance(raw, Path) else raw
        _Loaded.keyring, _Loaded.raw, _Loaded.stamp = load_keyring(read), raw, stamp
    return _Loaded.keyring


def read_key_file(path: Path) -> Any:
    """Return what a file of keys holds, unchecked; KeyringError where it cannot be read or is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _malformed(_("文件 %(path)s 读不出来或不是 JSON。") % {"path": path}) from None


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        raise _malformed(_("文件 %(path)s 读不出来或不是 JSON。") % {"path": path}) from None
    return status.st_mtime_ns, status.st_ino, status.st_size


def seal_prefix(purpose: Purpose) -> bytes:
    """Return the bytes with which every value begins that the active key seals."""
    return _header(keyring().of(purpose).active)


def seal(plaintext: bytes, *, field: str, row: UUID | str, purpose: Purpose = "data") -> bytes:
    """Encrypt a value for one field of one row.

    `field` is the field's fixed logical name (it outlives a renamed column), `row` the row's UUID, given before
    insert. Raises KeyringError where there are no keys.
    """
    return seal_many([(row, plaintext)], field=field, purpose=purpose)[0]


def seal_many(values: Iterable[tuple[UUID | str, bytes]], *, field: str, purpose: Purpose = "data") -> list[bytes]:
    """Encrypt the values of one field for many rows, in order, as `seal` does each."""
    pairs = list(values)
    keys = keyring().of(purpose)
    header = _header(keys.active)
    prefix = _associated_prefix(header, field)
    encrypt = AESGCM(keys.by_id[keys.active]).encrypt
    # One draw for all: a system call for each value would cost more than its encryption.
    nonces = os.urandom(NONCE_BYTES * len(pairs))
    sealed = []
    for number, (row, plaintext) in enumerate(pairs):
        nonce = nonces[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
        sealed.append(header + nonce + encrypt(nonce, plaintext, prefix + _row_bytes(row)))
    return sealed


def unseal(value: bytes | memoryview, *, field: str, row: UUID | str, purpose: Purpose = "data") -> bytes:
    """Decrypt a value sealed for this field and row.

    Raises KeyringError where the key that sealed it is not there, SealBroken where the value does not open.
    """
    data = bytes(value)
    key_id = key_id_of(data)
    key = keyring().of(purpose).by_id.get(key_id)
    if key is None:
        raise KeyringError(
            "key_missing",
            _("缺少编号为 %(key_id)s 的密钥（用途 %(purpose)s），数据无法解密，请恢复原来的密钥后再试。")
            % {"key_id": key_id, "purpose": purpose},
        )
    header = _header(key_id)
    nonce, ciphertext = data[len(header) : len(header) + NONCE_BYTES], data[len(header) + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _associated_prefix(header, field) + _row_bytes(row))
    except InvalidTag:
        raise _broken() from None


def key_id_of(value: bytes | memoryview) -> str:
    """Return the id of the key that sealed a value, to find what a rotation has still to do; SealBroken if none."""
    data = bytes(value)
    if len(data) < 2 or data[:1] != _VERSION or len(data) < 2 + data[1] + NONCE_BYTES + TAG_BYTES:
        raise _broken()
    try:
        return data[2 : 2 + data[1]].decode("ascii")
    except UnicodeDecodeError:
        raise _broken() from None


def lookup_digest(text: str, purpose: str, *, key_id: str | None = None) -> str:
    """Return the HMAC-SHA256 of a text under a look-up key, 64 hex digits, for exact look-up of an encrypted field.

    `purpose` is the field's logical name: the same text in two fields gives two digests. The caller normalises
    the text first. `key_id` names an older key while a rotation is under way; KeyringError where it is unknown.
    """
    keys = keyring().lookup
    chosen = keys.active if key_id is None else key_id
    if chosen not in keys.by_id:
        raise KeyringError(
            "key_missing",
            _("缺少编号为 %(key_id)s 的查找密钥，请恢复原来的密钥后再试。") % {"key_id": chosen},
        )
    return hmac.new(keys.by_id[chosen], _counted(purpose.encode()) + text.encode(), hashlib.sha256).hexdigest()


def _new_keys(key_id: str) -> dict[str, Any]:
    return {"active": key_id, "keys": {key_id: base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")}}


def _load_keys(purpose: Purpose, raw: object) -> Keys:
    written = raw.get("keys") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(written, Mapping) or not written:
        raise _missing(purpose)
    active = raw.get("active")
    if not isinstance(active, str) or active not in written:
        raise _malformed(_("用途 %(purpose)s 的启用编号 active 不在它的 keys 之中。") % {"purpose": purpose})
    return Keys(active, {_checked_id(key_id): _decoded(purpose, key_id, text) for key_id, text in written.items()})


def _checked_id(key_id: object) -> str:
    if not isinstance(key_id, str) or not 1 <= len(key_id) <= 32 or not _ID_CHARACTERS.issuperset(key_id):
        raise _malformed(_("密钥编号只能用 1 至 32 个小写字母、数字、点、横线或下划线。"))
    return key_id


def _decoded(purpose: Purpose, key_id: object, text: object) -> bytes:
    try:
        key = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise _malformed(
            _("用途 %(purpose)s 编号 %(key_id)s 的密钥不是 32 字节的 base64。") % {"purpose": purpose, "key_id": key_id}
        )
    return key


def _header(key_id: str) -> bytes:
    return _VERSION + bytes([len(key_id)]) + key_id.encode("ascii")


def _associated_prefix(header: bytes, field: str) -> bytes:
    # Each part says its length: no two (key id, field, row) give the same bytes.
    return header + _counted(field.encode())


def _counted(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def _row_bytes(row: UUID | str) -> bytes:
    return row.bytes if isinstance(row, UUID) else UUID(row).bytes


def _broken() -> SealBroken:
    return SealBroken(
        "seal_broken",
        _("加密数据无法解开：密钥与加密时不同，或数据被改动、移动过。请先核对密钥，再从备份恢复这一条。"),
    )


def _missing(purpose: Purpose) -> KeyringError:
    return KeyringError(
        "keyring_malformed",
        _(
            "设置 PORTAL_KEYS 有误：缺少用途 %(purpose)s 的密钥。旧版本的密钥请补齐，不要重新生成："
            "python -m core.crypto --complete < 现有密钥文件 > 新文件。"
        )
        % {"purpose": purpose},
    )


def _malformed(reason: str) -> KeyringError:
    return KeyringError(
        "keyring_malformed",
        _("设置 PORTAL_KEYS 有误：%(reason)s可用 python -m core.crypto 生成一套新的密钥。") % {"reason": reason},
    )


if __name__ == "__main__":
    # With `--complete` the ring on the standard input, with what an earlier version did not know.
    is_older = sys.argv[1:] == ["--complete"]
    sys.stdout.write(json.dumps(completed(json.load(sys.stdin)) if is_older else new_keyring()) + "\n")
