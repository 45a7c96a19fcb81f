"""Writing public records into the outbox, from which the log is sequenced."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import Any

from core.canonical import SALT_BYTES, canonical_bytes, commitment, leaf_hash
from core.clock import now
from core.crypto import seal
from core.models import PublicRecord
from core.models.outbox import SALT_FIELD

__all__ = ["SALT_FIELD", "write_record"]


def record_of(
    *,
    kind: str,
    subject: str,
    object_id: int,
    branch_code: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> PublicRecord:
    """Make the public record of one object, for the caller to insert in the transaction that posts or publishes it.

    `body` becomes canonical JSON (RFC 8785) and is public for ever: numbers, dates, codes, amounts as text, names of
    organisations; no natural person's name and no free text. `private` is what the record must prove unchanged without
    showing it: its canonical JSON enters as `private_digest`, SHA-256 under a fresh 128-bit salt that is kept sealed.
    """
    number = uuid.uuid4()
    sealed = None
    content = dict(body)
    if private is not None:
        salt = os.urandom(SALT_BYTES)
        content["private_digest"] = commitment(salt, canonical_bytes(dict(private)).decode())
        sealed = seal(salt, field=SALT_FIELD, row=number, purpose="salts")
    record = canonical_bytes(content)
    return PublicRecord(
        uuid=number,
        kind=kind,
        subject=subject,
        object_id=object_id,
        branch_code=branch_code,
        record=record.decode(),
        leaf_hash=leaf_hash(record),
        sealed_salt=sealed,
        created_at=now(),
    )


def write_record(
    *,
    kind: str,
    subject: str,
    object_id: int,
    branch_code: str,
    body: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> PublicRecord:
    """Write the public record of one object, in the transaction that posts or publishes it (see `record_of`)."""
    record = record_of(
        kind=kind, subject=subject, object_id=object_id, branch_code=branch_code, body=body, private=private
    )
    record.save(force_insert=True)
    return record
