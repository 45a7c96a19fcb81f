"""Certificates as verifiable credentials, checked by a slow implementation of its own."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from tests.training.certified import certified
from tests.training.ground import Ground
from training.services.credentials import multibase, proof_value
from training.services.ending import reissue_certificate, revoke_certificate

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "verify_certificate.py"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SITE = "http://testserver"


def tool() -> Any:
    """The stand-alone script, whose Ed25519 is written out in Python."""
    spec = importlib.util.spec_from_file_location("verify_certificate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def canonical(value: Any) -> bytes:
    """RFC 8785 for what stands in these documents: texts, lists, objects with ASCII keys, true and false."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_multibase(text: str) -> bytes:
    """Bytes of base 58."""
    assert text[0] == "z"
    number = 0
    for character in text[1:]:
        number = number * 58 + ALPHABET.index(character)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return b"\0" * (len(text[1:]) - len(text[1:].lstrip("1"))) + raw


def read(client: Client, address: str) -> Any:
    """What an address answers; `application/vc` is JSON as well."""
    return json.loads(client.get(address).content)


def proof_holds(document: dict[str, Any], keys: dict[str, Any]) -> bool:
    """Whether a document's proof is by the key that it names, as W3C Data Integrity EdDSA 1.0, section 3.3.2 says."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    proof = dict(document["proof"])
    signature = from_multibase(proof.pop("proofValue"))
    if proof["type"] != "DataIntegrityProof" or proof["cryptosuite"] != "eddsa-jcs-2022":
        return False
    if document["@context"][: len(proof["@context"])] != proof["@context"]:
        return False
    method = next(one for one in keys["verificationMethod"] if one["id"] == proof["verificationMethod"])
    if method["id"] not in keys["assertionMethod"] or method["controller"] != keys["id"]:
        return False
    raw = from_multibase(method["publicKeyMultibase"])
    assert raw[:2] == b"\xed\x01"
    digests = hashlib.sha256(canonical(proof)).digest() + hashlib.sha256(canonical(unsigned)).digest()
    return bool(tool().is_signed(raw[2:], digests, signature))


def test_a_credential_is_an_open_badge_whose_proof_holds(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    response = client.get(f"/certificates/{certificate.code}.json")
    assert response["Content-Type"] == "application/vc"
    found = json.loads(response.content)
    keys = client.get("/certificates/keys.json").json()
    assert found["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["id"] == f"{SITE}/certificates/{certificate.code}.json"
    assert found["issuer"]["id"] == keys["id"]
    assert found["issuer"]["name"] == ground.branch.name
    assert found["validFrom"] == f"{certificate.issued_on.isoformat()}T00:00:00+08:00"
    assert found["validUntil"] == f"{certificate.expires_on.isoformat()}T00:00:00+08:00"  # type: ignore[union-attr]
    assert found["credentialSubject"]["licenseNumber"] == certificate.number
    assert found["credentialSubject"]["achievement"]["name"] == "心肺复苏（CPR+AED）证"
    assert proof_holds(found, keys)
    assert client.get(f"/certificates/{certificate.code}.json").content == response.content


def test_a_proof_does_not_hold_over_anything_else(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    found = read(client, f"/certificates/{certificate.code}.json")
    keys = client.get("/certificates/keys.json").json()
    for path, value in (
        (("validUntil",), "2099-01-01T00:00:00+08:00"),
        (("credentialSubject", "licenseNumber"), "330182-2026-Z00000002"),
        (("issuer", "name"), "别的红十字会"),
        (("proof", "created"), "2020-01-01T00:00:00Z"),
    ):
        changed = copy.deepcopy(found)
        part = changed
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        assert not proof_holds(changed, keys), path


def test_the_holder_stands_in_it_as_a_salted_hash_alone(client: Client, ground: Ground) -> None:
    (certificate,) = certified(ground)
    found = read(client, f"/certificates/{certificate.code}.json")
    assert "示例甲" not in json.dumps(found, ensure_ascii=False)
    (identity,) = found["credentialSubject"]["identifier"]
    assert identity["type"] == "IdentityObject"
    assert identity["hashed"] is True
    assert identity["identityType"] == "name"
    digest = hashlib.sha256(("赵示例甲" + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${digest}"


def test_the_status_list_has_a_bit_for_those_that_count_no_more(client: Client, ground: Ground) -> None:
    kept, revoked, replaced = certified(ground, 3)
    issuer = ground.person("issuer")
    revoke_certificate(certificate_id=revoked.pk, reason="holder", note="示例说明", actor=issuer)
    reissue_certificate(certificate_id=replaced.pk, reason="lost", actor=issuer)
    keys = client.get("/certificates/keys.json").json()
    seen = {}
    for one in (kept, revoked, replaced):
        entry = read(client, f"/certificates/{one.code}.json")["credentialStatus"]
        assert entry["type"] == "BitstringStatusListEntry"
        status = read(client, entry["statusListCredential"].removeprefix(SITE))
        assert proof_holds(status, keys)
        assert status["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
        text = status["credentialSubject"]["encodedList"]
        assert text[0] == "u"
        bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
        assert len(bits) * 8 >= 131_072
        index = int(entry["statusListIndex"])
        seen[one.pk] = bool(bits[index // 8] & (0x80 >> index % 8))
    assert seen == {kept.pk: False, revoked.pk: True, replaced.pk: True}


def test_the_keys_stand_in_all_their_forms(client: Client, db: None) -> None:
    said = client.get("/certificates/keys.json")
    assert said["Access-Control-Allow-Origin"] == "*"
    found = said.json()
    assert found["active"] in found["keys"]
    for key_id, one in found["keys"].items():
        raw = base64.b64decode(one["base64"])
        assert len(raw) == 32
        assert one["jwk"]["crv"] == "Ed25519"
        assert base64.urlsafe_b64decode(one["jwk"]["x"] + "=") == raw
        method = next(each for each in found["verificationMethod"] if each["id"].endswith(f"#{key_id}"))
        assert from_multibase(method["publicKeyMultibase"]) == b"\xed\x01" + raw


def test_the_proof_is_that_of_the_standards_own_example() -> None:
    context = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
    document = {
        "@context": context,
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    key_name = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"did:key:{key_name}#{key_name}",
        "proofPurpose": "assertionMethod",
        "@context": context,
    }
    secret = bytes.fromhex("c96ef9ea10c5e414c471723aff9de72c35fa5b70fae97e8832ecac7d2e2b8ed6")
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert multibase(b"\xed\x01" + key.public_key().public_bytes_raw()) == key_name
    expected = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
    assert proof_value(document, options, key) == expected
