"""Verifying posted rows against their public records: what anybody changed since in a row, shown or not, is named."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.canonical import canonical_bytes, commitment
from core.crypto import KeyringError, unseal
from core.models.outbox import LOST_KIND, SALT_FIELD
from core.outbox import PRIVATE_DIGEST
from core.recorded import Rereader, RowToday, rereaders
from transparency.models import LogLeaf
from transparency.selectors.log import log_size
from transparency.services.verifying_log import LogFindings

# So many records are read and compared at once.
CHUNK = 2000
# From the moment that an entry has to that of its record, in one transaction.
LONGEST_WRITING = timedelta(hours=1)


@dataclass
class RowFindings(LogFindings):
    """What was looked at, what is wrong, and how many records could not be compared, by the reason."""

    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Placed:
    """A record in its place, as its row holds it."""

    index: int
    uuid: uuid.UUID
    kind: str
    subject: str
    object_id: int
    branch_code: str
    record: str
    sealed_salt: bytes | None
    created_at: datetime
    said: Mapping[str, Any]


def verify_rows(first: int = 0) -> RowFindings:
    """Compare each record from an index on with the rows that it was made of, in chunks, in order; memory stays flat.

    Checks: `row_missing`; `row_public_differs` (`fields` names what the row does not say any more as the record
    does); `row_private_differs` (what the record only commits to; which column it is a digest cannot tell);
    `record_misfiled` (the outbox row names another kind, subject, branch or time than its record);
    `salt_unreadable`. Skipped: `forgotten` (the salt was destroyed on purpose), `no_private_digest` (a record
    of a first schema), `unknown_kind`, `unknown_schema`, `lost` (kept from a mirror, its row is gone with a restore).
    Reads sealed values for that and logs so once (`transparency.verify_rows:<id>`).
    """
    findings, known = RowFindings(), rereaders()
    work = f"transparency.verify_rows:{uuid.uuid4().hex[:12]}"
    for start in range(first, log_size(), CHUNK):
        by_kind: defaultdict[str, list[_Placed]] = defaultdict(list)
        for placed in _placed(start, start + CHUNK, findings):
            by_kind[placed.kind].append(placed)
        for kind, rows in by_kind.items():
            _compare_kind(kind, rows, known.get(kind), work, findings)
    return findings


def _placed(first: int, after_last: int, findings: RowFindings) -> Iterator[_Placed]:
    rows = LogLeaf.objects.filter(index__gte=first, index__lt=after_last).order_by("index")
    columns = ("uuid", "kind", "subject", "object_id", "branch_code", "record", "sealed_salt", "created_at")
    for index, *values in rows.values_list("index", *(f"record__{name}" for name in columns)):
        facts = dict(zip(columns, values, strict=True))
        try:
            said = json.loads(facts["record"])
        except ValueError:
            said = None
        findings.checked += 1
        if not isinstance(said, dict):
            findings.add("record_misfiled", index=index, subject=facts["subject"], fields=["record"])
            continue
        yield _Placed(index=index, said=said, **facts)


def _compare_kind(
    kind: str, rows: Sequence[_Placed], reread: Rereader | None, work: str, findings: RowFindings
) -> None:
    if kind == LOST_KIND:
        findings.skipped["lost"] += len(rows)
        return
    for placed in rows:
        if wrong := _misfiled(placed):
            findings.add("record_misfiled", index=placed.index, subject=placed.subject, fields=wrong)
    if reread is None:
        findings.skipped["unknown_kind"] += len(rows)
        return
    today = reread({placed.object_id: placed.said for placed in rows}, work)
    for placed in rows:
        row = today.get(placed.object_id)
        if row is None:
            findings.add("row_missing", index=placed.index, subject=placed.subject, kind=kind)
        elif row.is_known:
            _compare_row(placed, row, findings)
        else:
            findings.skipped["unknown_schema"] += 1


def _misfiled(placed: _Placed) -> list[str]:
    """The columns of an outbox row that do not follow from its record."""
    said = placed.said
    schema = str(said.get("schema", "")).rpartition("/")[0].replace("-", "_")
    names = {"report_published": "report", "report_withdrawn": "withdrawal"}
    wrong = []
    if schema and names.get(schema, schema) != placed.kind:
        wrong.append("kind")
    own = said.get("number") or said.get("slug")
    if own is not None and own != placed.subject:
        wrong.append("subject")
    if "branch" in said and said["branch"] != placed.branch_code:
        wrong.append("branch_code")
    posted = said.get("posted_at")
    if posted is not None:
        waited = placed.created_at - datetime.fromisoformat(posted)
        if not timedelta(0) <= waited <= LONGEST_WRITING:
            wrong.append("created_at")
    return wrong


def _compare_row(placed: _Placed, row: RowToday, findings: RowFindings) -> None:
    committed = {name: placed.said[name] for name in (PRIVATE_DIGEST, *row.texts) if name in placed.said}
    if canonical_bytes({**row.body, **committed}) != placed.record.encode() or row.differs:
        names = set(row.body) | (set(placed.said) - set(committed))
        fields = [name for name in sorted(names) if row.body.get(name) != placed.said.get(name)]
        fields += row.differs
        findings.add(
            "row_public_differs",
            index=placed.index,
            subject=placed.subject,
            kind=placed.kind,
            fields=fields or ["record"],
        )
    if not committed:
        findings.skipped["no_private_digest"] += 1
        return
    if placed.sealed_salt is None:
        findings.skipped["forgotten"] += 1
        return
    try:
        salt = unseal(placed.sealed_salt, field=SALT_FIELD, row=placed.uuid, purpose="salts")
    except KeyringError as error:
        findings.add("salt_unreadable", index=placed.index, subject=placed.subject, why=error.code)
        return
    texts = dict(row.texts)
    if PRIVATE_DIGEST in committed and row.private is not None:
        texts[PRIVATE_DIGEST] = canonical_bytes(dict(row.private)).decode()
    wrong = [name for name, text in texts.items() if commitment(salt, text) != committed.get(name)]
    if wrong:
        findings.add(
            "row_private_differs", index=placed.index, subject=placed.subject, kind=placed.kind, fields=sorted(wrong)
        )
