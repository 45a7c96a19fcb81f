"""Certificates as verifiable credentials, and the keys by which they and the QR are checked.

Open Badges 3.0 (1EdTech) over W3C Verifiable Credentials 2.0; proofs by W3C Data Integrity EdDSA (`eddsa-jcs-2022`);
revocation by W3C Bitstring Status List 1.0; keys as a W3C controlled identifier document (`Multikey`) beside their
plain forms. `site` is the portal's address without a slash at its end.
"""

from __future__ import annotations

import base64
import datetime
import gzip
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext as _

from core.canonical import canonical_bytes
from core.clock import SHANGHAI, now
from core.sealed import open_for_work
from training.choices import CertificateKind
from training.models import Certificate
from training.selectors.public_certificates import ended_places
from training.services.signing import DOMAIN, public_keys, read_keys

VC = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTROLLED = "https://www.w3.org/ns/cid/v1"
# As many places as the standard asks for at least, so that one list says nothing of a single holder.
LIST_PLACES = 131_072
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Multicodec ed25519-pub.
_ED25519 = b"\xed\x01"


def key_document(site: str) -> dict[str, Any]:
    """The public keys by id, in base64, as JWK and as verification methods, and how they are used."""
    controller = _controller(site)
    keys = {key_id: base64.b64decode(text) for key_id, text in public_keys().items()}
    methods = [
        {
            "id": f"{controller}#{key_id}",
            "type": "Multikey",
            "controller": controller,
            "publicKeyMultibase": multibase(_ED25519 + raw),
        }
        for key_id, raw in keys.items()
    ]
    return {
        "@context": CONTROLLED,
        "id": controller,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
        "active": read_keys().active,
        "keys": {key_id: {"base64": _plain(raw), "jwk": _jwk(key_id, raw)} for key_id, raw in keys.items()},
        "payload": {
            "form": "1.<code>.<number>.<kind>.<issued>.<expires>.<name>.<key id>.<signature>; days YYYYMMDD",
            "signature": "Ed25519 (RFC 8032), base64url without padding",
            "signed": {"prefix": DOMAIN.decode(), "text": "everything before the last dot"},
            "name": "base64url of the first 12 bytes of SHA-256 over <code>|<name: NFKC, casefold, letters and digits>",
            "expires": "the first day on which it no longer counts; empty for ever",
        },
        "how": _("二维码网址里 # 后面的一段就是签名内容，用上面的公钥离线验证：tools/verify_certificate.py。"),
    }


def credential_of(certificate: Certificate, *, site: str) -> dict[str, Any]:
    """A certificate as a signed OpenBadgeCredential; its holder stands in it as a salted hash of the name alone.

    The name is opened for the hash, logged as work. The same row and key give the same document.
    """
    address = f"{site}/certificates/{certificate.code}.json"
    document: dict[str, Any] = {
        "@context": [VC, BADGES],
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": str(CertificateKind(certificate.kind).label),
        "issuer": {"id": _controller(site), "type": ["Profile"], "name": certificate.branch.name, "url": f"{site}/"},
        "validFrom": _midnight(certificate.issued_on),
        "awardedDate": _midnight(certificate.issued_on),
        "credentialSubject": _subject(certificate, site),
        "credentialStatus": _status_entry(certificate, site),
    }
    if certificate.expires_on is not None:
        document["validUntil"] = _midnight(certificate.expires_on)
    return sign_document(document, site=site, created=certificate.issued_at)


def status_list(number: int, *, site: str) -> dict[str, Any]:
    """The signed list of which certificates count no more, for the `number`-th stretch of places. One query."""
    bits = bytearray(LIST_PLACES // 8)
    for place in ended_places(number * LIST_PLACES, LIST_PLACES):
        index = place - number * LIST_PLACES
        # The first place is the leftmost bit.
        bits[index // 8] |= 0x80 >> index % 8
    address, moment = _list_address(site, number), now()
    document = {
        "@context": [VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": _controller(site),
        "validFrom": _seconds(moment),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + _url_text(gzip.compress(bytes(bits), mtime=0)),
        },
    }
    return sign_document(document, site=site, created=moment)


def sign_document(document: dict[str, Any], *, site: str, created: datetime.datetime) -> dict[str, Any]:
    """Add a proof by the active key to a document."""
    keys = read_keys()
    options: dict[str, Any] = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": _seconds(created),
        "verificationMethod": f"{_controller(site)}#{keys.active}",
        "proofPurpose": "assertionMethod",
    }
    return {**document, "proof": {**options, "proofValue": proof_value(document, options, keys.private)}}


def proof_value(document: dict[str, Any], options: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Ed25519 over SHA-256 of a proof's options and SHA-256 of a document, both in their canonical form (RFC 8785).

    Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3.
    """
    return multibase(key.sign(b"".join(hashlib.sha256(canonical_bytes(part)).digest() for part in (options, document))))


def multibase(raw: bytes) -> str:
    """Bytes in base 58 (Bitcoin's alphabet) with the letter that says so."""
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, place = divmod(number, 58)
        text = _BASE58[place] + text
    return "z" + "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _subject(certificate: Certificate, site: str) -> dict[str, Any]:
    kind = CertificateKind(certificate.kind)
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "licenseNumber": certificate.number,
        "achievement": {
            "id": f"{site}/certificates/#{kind.value}",
            "type": ["Achievement"],
            "achievementType": "Certificate",
            "name": str(kind.label),
            "description": _("%(kind)s，由红十字会培训、考核后发放。") % {"kind": kind.label},
            "criteria": {"narrative": _criteria(certificate)},
        },
    }
    holder = open_for_work(certificate, "holder", work=f"training.credential:{now().date().isoformat()}")
    if holder:
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityType": "name",
                "identityHash": "sha256$" + hashlib.sha256((holder + certificate.code).encode()).hexdigest(),
                "salt": certificate.code,
            }
        ]
    return subject


def _criteria(certificate: Certificate) -> str:
    if certificate.version is None:
        return _("经培训考核合格。")
    return _("参加“%(course)s”%(hours)d 学时，理论与实操考核合格。") % {
        "course": certificate.version.course.name,
        "hours": certificate.version.hours,
    }


def _status_entry(certificate: Certificate, site: str) -> dict[str, str]:
    number, index = divmod(certificate.pk, LIST_PLACES)
    address = _list_address(site, number)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def _controller(site: str) -> str:
    return f"{site}/certificates/keys.json"


def _list_address(site: str, number: int) -> str:
    return f"{site}/certificates/status/{number}.json"


def _jwk(key_id: str, raw: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _url_text(raw), "kid": key_id, "alg": "EdDSA", "use": "sig"}


def _midnight(day: datetime.date) -> str:
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI).isoformat()


def _seconds(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _url_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
