"""What the QR of a certificate carries: a short text, signed so that anybody can check it without the portal.

`1.<code>.<number>.<kind>.<issued>.<expires>.<name>.<key id>.<signature>`: days as YYYYMMDD (expires empty for ever),
`name` the first 12 bytes of SHA-256 over code and holder's name, so that a name on paper can be held against it, the
signature Ed25519 (RFC 8032) over DOMAIN and all before it, in base64url without padding (RFC 4648 §5).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.identifiers import normalise_payer

if TYPE_CHECKING:
    from training.models import Certificate

DOMAIN = b"redcross-certificate/1\n"
FORM = "1"
NAME_BYTES = 12


class CertificateKeyMissing(DomainError):
    """The file of the keys is not there, not readable, or not what it must be; `str()` says which."""

    http_status = 500


@dataclass(frozen=True)
class CertificateKeys:
    """The key that signs, and by id all public halves that ever signed."""

    active: str
    private: Ed25519PrivateKey = field(repr=False)
    public: dict[str, Ed25519PublicKey]


@dataclass(frozen=True)
class Signed:
    """What a signed text says."""

    code: str
    number: str
    kind: str
    issued_on: datetime.date
    expires_on: datetime.date | None
    name: str
    key_id: str

    def is_name(self, name: str) -> bool:
        """Whether a name is the one that was signed."""
        return name_digest(self.code, name) == self.name


def read_keys() -> CertificateKeys:
    """Read `settings.CERTIFICATE_KEY_FILE`, again where it changed: `{"active": "c1", "keys": {"c1": "<base64>"}}`.

    A key that signs no more stays under `keys`, so that what it signed can still be checked. Raises
    CertificateKeyMissing.
    """
    path: Path = settings.CERTIFICATE_KEY_FILE
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        message = _("证书签名密钥 %(path)s 读不出来（%(reason)s）。") % {"path": path, "reason": error.strerror}
        raise CertificateKeyMissing("certificate_key_missing", message) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        message = _("证书签名密钥 %(path)s 内容不对：应有 active 和 keys，每把密钥为 32 字节的 base64。")
        raise CertificateKeyMissing("certificate_key_malformed", message % {"path": path}) from None


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> CertificateKeys:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    keys = {
        key_id: Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
        for key_id, text in raw["keys"].items()
    }
    if not all(key_id.isalnum() for key_id in keys):
        raise ValueError("a key's id is letters and digits")
    return CertificateKeys(
        raw["active"], keys[raw["active"]], {key_id: key.public_key() for key_id, key in keys.items()}
    )


def sign_payload(certificate: Certificate, *, holder: str) -> str:
    """The signed text of a certificate that has its number and code."""
    keys = read_keys()
    expires = certificate.expires_on.strftime("%Y%m%d") if certificate.expires_on else ""
    said = ".".join(
        (
            FORM,
            certificate.code,
            certificate.number,
            certificate.kind,
            certificate.issued_on.strftime("%Y%m%d"),
            expires,
            name_digest(certificate.code, holder),
            keys.active,
        )
    )
    return f"{said}.{_text(keys.private.sign(DOMAIN + said.encode()))}"


def open_payload(text: str) -> Signed | None:
    """What a signed text says; None where it is none of ours or was changed."""
    said, _dot, signature = text.strip().rpartition(".")
    parts = said.split(".")
    if len(parts) != 8 or parts[0] != FORM:
        return None
    public = read_keys().public.get(parts[7])
    try:
        if public is None:
            return None
        public.verify(_bytes(signature), DOMAIN + said.encode())
        issued_on = _day(parts[4])
        expires_on = _day(parts[5]) if parts[5] else None
    except (InvalidSignature, ValueError, binascii.Error):
        return None
    return Signed(parts[1], parts[2], parts[3], issued_on, expires_on, parts[6], parts[7])


def name_digest(code: str, name: str) -> str:
    """What stands for a holder's name in a signed text."""
    return _text(hashlib.sha256(f"{code}|{normalise_payer(name)}".encode()).digest()[:NAME_BYTES])


def public_keys() -> dict[str, str]:
    """The public halves by id, in base64 of 32 bytes: what `/certificates/keys.json` publishes."""
    return {
        key_id: base64.b64encode(key.public_bytes_raw()).decode("ascii")
        for key_id, key in sorted(read_keys().public.items())
    }


def _day(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
