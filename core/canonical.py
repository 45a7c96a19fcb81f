"""Bytes that everybody gets the same: canonical JSON, leaf hashes and commitments of the public record."""

import hashlib
from typing import Any

import rfc8785

SALT_BYTES = 16

# RFC 8785 writes numbers as IEEE 754 doubles: beyond this, two integers would become the same text.
_MAX_INTEGER = 2**53 - 1
_SCALARS = frozenset({str, int, bool, type(None)})


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 (JSON Canonicalization Scheme) bytes of a value made of str, int, bool, None, list, dict.

    Money goes in as text with two places, moments as ISO 8601 text. Raises TypeError for any other type (float
    first of all: its text form differs between programs), ValueError for an integer beyond 2**53 - 1 and for text
    that is not valid Unicode.
    """
    _refuse_other_types(value)
    try:
        return bytes(rfc8785.dumps(value))
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"not canonical: {error}") from error


def leaf_hash(data: bytes) -> bytes:
    """Return the Merkle leaf hash of a record's bytes: SHA-256(0x00 || data), 32 bytes (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def commitment(salt: bytes, text: str) -> str:
    """Return a salted commitment to a private text, SHA-256(salt || UTF-8 of text), as 64 hex digits.

    PostgreSQL computes the same with `encode(sha256(salt || convert_to(text, 'UTF8')), 'hex')`.

    Binding: the salt has always 16 bytes, so (salt, text) -> salt || text is one to one, and to open a commitment
    to another text is to find a collision of SHA-256. Hiding: the salt is 128 random bits, used for one record,
    kept encrypted; without it no list of names can be tried against the digest, and once it is destroyed the
    digest tells nothing. Two texts of one record take one salt only if nobody minds that equal texts then show.
    The text is taken as it is, without normalisation. Raises ValueError for a salt of another length, and for a
    text that PostgreSQL could not hold (NUL, lone surrogates).
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    if "\x00" in text:
        raise ValueError("a text with NUL has no commitment, because the database cannot hold it")
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _refuse_other_types(value: Any) -> None:
    # Exact types: a subclass such as an enum or a lazy text may be written differently from what it looks like.
    kind = type(value)
    if kind is dict:
        _refuse_other_keys(value)
        for item in value.values():
            _refuse_other_types(item)
    elif kind is list:
        for item in value:
            _refuse_other_types(item)
    elif kind not in _SCALARS:
        raise TypeError(f"canonical JSON holds no {kind.__name__}; write it as text")
    elif kind is int and abs(value) > _MAX_INTEGER:
        raise ValueError(f"{value} has no exact canonical form; write it as text")


def _refuse_other_keys(value: dict[Any, Any]) -> None:
    for key in value:
        if type(key) is not str:
            raise TypeError(f"a canonical object has text keys, not {type(key).__name__}")
