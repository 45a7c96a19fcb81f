"""The keys that sign checkpoints: one file, which only the process that signs has to be able to read."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError
from transparency.notes import BadNote, Signature, Verifier, sign_text, verifier_of


class LogKeyMissing(DomainError):
    """The file of the log's keys is not there, not readable, or not what it must be; `str()` says which."""

    http_status = 500


@dataclass(frozen=True)
class SigningKey:
    """A private key under its name; never printed."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return verifier_of(self.name, self.private)

    def sign(self, text: str) -> Signature:
        """Sign a note's text."""
        return sign_text(text, self.name, self.private)


@dataclass(frozen=True)
class LogKeys:
    """The log's origin and the keys that sign for it, the main one first."""

    origin: str
    keys: tuple[SigningKey, ...]


def read_log_keys(path: Path | None = None) -> LogKeys:
    """Read `settings.LOG_KEY_FILE`: `{"origin": "host/log", "active": ["k1"], "keys": {"k1": "<base64 of 32 bytes>"}}`.

    Every active key signs each checkpoint, so that readers who know the old key and readers who know the new one are
    both served while keys are changed. Raises LogKeyMissing.
    """
    path = path or settings.LOG_KEY_FILE
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        origin, active = raw["origin"], raw["active"]
        keys = tuple(SigningKey(origin, _private(raw["keys"][key_id])) for key_id in active)
        if not keys or len({key.verifier for key in keys}) != len(keys):
            raise KeyError("active")
    except OSError as error:
        message = _("公开日志的签名密钥 %(path)s 读不出来（%(reason)s）。")
        raise LogKeyMissing("log_key_missing", message % {"path": path, "reason": error.strerror}) from None
    except (ValueError, KeyError, TypeError, BadNote):
        message = _("公开日志的签名密钥 %(path)s 内容不对：应有 origin、active 和 keys，每把密钥为 32 字节的 base64。")
        raise LogKeyMissing("log_key_malformed", message % {"path": path}) from None
    return LogKeys(origin, keys)


def _private(text: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise ValueError("not base 64") from None
