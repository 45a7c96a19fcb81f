"""The manifest of a backup: what it holds, proved by the backup key.

`manifest.json` is readable by anybody and holds nothing of any person: names and digests of the parts, versions, key
fingerprints, rows of each table. Its `mac` is HMAC-SHA256 under a key derived from the backup key, over the canonical
JSON of all the rest. The key of each part is derived from the backup key and the backup's random id (HKDF, RFC 5869).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from core.crypto import KEY_BYTES, PURPOSES, keyring
from core.errors import DomainError

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE, FILES = "database.sealed", "files.sealed"
_READ_BYTES = 1 << 20


class BackupError(DomainError):
    """A backup could not be made or is not whole, or cannot be restored here."""


@dataclass(frozen=True)
class Part:
    """One file of the backup: its name, length in bytes and SHA-256, sealed as it lies."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. `tables` is rows by table, `keys` fingerprints of the data's keys by name."""

    id: str
    made_at: str
    server: str
    migrations: dict[str, str]
    keys: dict[str, str]
    tables: dict[str, int]
    file_count: int
    parts: tuple[Part, ...]

    def stream_key(self, backup_key: bytes, name: str) -> bytes:
        """Return the key of one part."""
        return derived(backup_key, self.id, name)

    def context(self, name: str) -> bytes:
        """Return what a part is bound to: this backup and its name."""
        return f"{self.id}/{name}".encode()


def backup_key() -> bytes:
    """Return the key of backups; BackupError where it is not set, no 32 bytes, or one of the keys of the data."""
    text = settings.BACKUP_KEY
    if not text:
        raise BackupError("backup_key_missing", _("没有设置备份密钥：请设置 BACKUP_KEY 或 BACKUP_KEY_FILE。"))
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BackupError("backup_key_malformed", _("BACKUP_KEY 应是 32 字节随机数的 base64。"))
    ring = keyring()
    if any(key in ring.of(purpose).by_id.values() for purpose in PURPOSES):
        raise BackupError("backup_key_shared", _("BACKUP_KEY 与数据密钥相同：备份要有自己的密钥。"))
    return key


def key_fingerprint(key: bytes) -> str:
    """Return 16 hex digits that tell backup keys apart and reveal none."""
    return hmac.new(key, b"core.backup fingerprint", hashlib.sha256).hexdigest()[:16]


def derived(key: bytes, backup_id: str, name: str) -> bytes:
    """Return a key for one use in one backup (HKDF, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=UUID(backup_id).bytes, info=f"core.backup/{name}".encode()).derive(key)


def write_manifest(folder: Path, manifest: Manifest, key: bytes) -> None:
    """Write the manifest, which makes a folder a backup."""
    content = {"format": FORMAT, "backup_key": key_fingerprint(key), **asdict(manifest)}
    content["mac"] = _mac(content, key, manifest.id)
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_manifest(folder: Path, key: bytes) -> Manifest:
    """Read and prove the manifest of a backup. Raises BackupError where it is none, another key's, or was changed."""
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        mac, made_with, form = content.pop("mac"), content["backup_key"], content["format"]
        backup_id = str(UUID(content["id"]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        message = _("%(folder)s 不是完整的备份：清单 manifest.json 没有或读不出来。")
        raise BackupError("backup_incomplete", message % {"folder": folder}) from None
    if form != FORMAT:
        raise BackupError("backup_format", _("备份的格式是 %(form)s，这个版本读不了。") % {"form": form})
    if made_with != key_fingerprint(key):
        message = _("这份备份用的是另一把备份密钥（指纹 %(made_with)s），请设置当时的 BACKUP_KEY。")
        raise BackupError("backup_other_key", message % {"made_with": made_with})
    if not hmac.compare_digest(str(mac), _mac(content, key, backup_id)):
        raise BackupError("backup_changed", _("备份的清单被改动过，不能恢复。请用另一份备份。"))
    parts = tuple(Part(**part) for part in content.pop("parts"))
    del content["format"], content["backup_key"]
    return Manifest(**content, parts=parts)


def verify_parts(folder: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    """Read every part once and compare length and SHA-256; BackupError names the part that is not what it was."""
    for part in manifest.parts:
        say(_("核对 %(name)s（%(size).1f MB）") % {"name": part.name, "size": part.size / 1024**2})
        found = digest_of(folder / part.name)
        if found != (part.size, part.sha256):
            message = _("备份的 %(name)s 缺失、不完整或被改动过，没有恢复任何内容。请用另一份备份。")
            raise BackupError("backup_part_changed", message % {"name": part.name})


def digest_of(path: Path) -> tuple[int, str] | None:
    """Return length and SHA-256 of a file; None where it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(_READ_BYTES), b""):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return None
    return size, digest.hexdigest()


def _mac(content: dict[str, Any], key: bytes, backup_id: str) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(derived(key, backup_id, MANIFEST), text.encode(), hashlib.sha256).hexdigest()
