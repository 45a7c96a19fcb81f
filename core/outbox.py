"""Writing public records into the outbox, from which the log is sequenced."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.canonical import SALT_BYTES, canonical_bytes, commitment, leaf_hash
from core.clock import now
from core.crypto import seal
from core.errors import DomainError
from core.models import PublicRecord
from core.models.outbox import LONGEST_RECORD_BYTES, SALT_FIELD

__all__ = ["PRIVATE_DIGEST", "SALT_FIELD", "Committed", "RecordTooLong", "commit_to", "record_of", "write_record"]

# The name in a record of the digest over its private row.
PRIVATE_DIGEST = "private_digest"


class RecordTooLong(DomainError):
    """A public record would not fit into an entry bundle (c2sp.org/tlog-tiles); nothing was written."""

    http_status = 409


@dataclass(frozen=True)
class Committed:
    """What a record proves unchanged without showing it: its digests, and the sealed salt in the record's row."""

    row: uuid.UUID
    digests: Mapping[str, str]
    sealed_salt: bytes


def commit_to(private: Mapping[str, Any], texts: Mapping[str, str] | None = None) -> Committed:
    """Commit to values for one record: SHA-256 over a fresh 128-bit salt and their canonical JSON.

    The digest is named `private_digest`; `texts` are further texts, each committed to under its own name and the same
    salt, so that one can be destroyed and the others still be proved. For whoever writes the record otherwise than by
    `write_record`.
    """
    row, salt = uuid.uuid4(), os.urandom(SALT_BYTES)
    digests = {name: commitment(salt, text) for name, text in (texts or {}).items()}
    digests[PRIVATE_DIGEST] = commitment(salt, canonical_bytes(dict(private)).decode())
    return Committed(row, digests, seal(salt, field=SALT_FIELD, row=row, purpose="salts"))


def write_record(
    *,
    kind: str,
    subject: str,
    object_id: int,
    branch_code: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> PublicRecord:
    """Write the public record of one object, in the transaction that posts or publishes it (see `record_of`)."""
    record = record_of(
        kind=kind,
        subject=subject,
        object_id=object_id,
        branch_code=branch_code,
        body=body,
        private=private,
        texts=texts,
    )
    record.save(force_insert=True)
    return record


def record_of(
    *,
    kind: str,
    subject: str,
    object_id: int,
    branch_code: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> PublicRecord:
    """Make the public record of one object, for the caller to insert in the transaction that posts or publishes it.

    `body` becomes canonical JSON (RFC 8785) and is public for ever: numbers, dates, codes, amounts as text, names of
    organisations; no natural person's name and no free text. `private` and `texts` are what the record must prove
    unchanged without showing it (`commit_to`). Raises RecordTooLong for one of 64 kB or more.
    """
    committed = None if private is None else commit_to(private, texts)
    record = canonical_bytes({**body, **committed.digests} if committed else dict(body))
    if len(record) > LONGEST_RECORD_BYTES:
        message = _(
            "“%(subject)s”的公开记录有 %(size)d 字节，超过上限 %(most)d 字节，没有写入。请拆成几笔或缩短公开的名称。"
        )
        raise RecordTooLong(
            "record_too_long", message % {"subject": subject, "size": len(record), "most": LONGEST_RECORD_BYTES}
        )
    return PublicRecord(
        uuid=committed.row if committed else uuid.uuid4(),
        kind=kind,
        subject=subject,
        object_id=object_id,
        branch_code=branch_code,
        record=record.decode(),
        leaf_hash=leaf_hash(record),
        sealed_salt=committed.sealed_salt if committed else None,
        created_at=now(),
    )
