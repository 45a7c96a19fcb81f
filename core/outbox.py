"""Writing public records into the outbox, from which the log is sequenced."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.canonical import SALT_BYTES, canonical_bytes, commitment, leaf_hash
from core.clock import now
from core.crypto import seal
from core.models import PublicRecord
from core.models.outbox import SALT_FIELD

__all__ = ["SALT_FIELD", "Committed", "commit_to", "write_record"]


@dataclass(frozen=True)
class Committed:
    """What a record proves unchanged without showing it: its digest, and the sealed salt in the record's row."""

    row: uuid.UUID
    digest: str
    sealed_salt: bytes


def commit_to(private: Mapping[str, Any]) -> Committed:
    """Commit to values for one record: SHA-256 over a fresh 128-bit salt and their canonical JSON.

    For whoever writes the record otherwise than by `write_record`.
    """
    row, salt = uuid.uuid4(), os.urandom(SALT_BYTES)
    digest = commitment(salt, canonical_bytes(dict(private)).decode())
    return Committed(row, digest, seal(salt, field=SALT_FIELD, row=row, purpose="salts"))


def write_record(
    *,
    kind: str,
    subject: str,
    object_id: int,
    branch_code: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> PublicRecord:
    """Write the public record of one object, in the transaction that posts or publishes it.

    `body` becomes canonical JSON (RFC 8785) and is public for ever: numbers, dates, codes, amounts as text, names of
    organisations; no natural person's name and no free text. `private` is what the record must prove unchanged without
    showing it (`commit_to`); its digest enters as `private_digest`.
    """
    committed = None if private is None else commit_to(private)
    record = canonical_bytes({**body, "private_digest": committed.digest} if committed else dict(body))
    return PublicRecord.objects.create(
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
