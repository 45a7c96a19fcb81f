"""The public records of certificates: what they say and commit to, made from the rows, and read again from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.canonical import canonical_bytes
from core.crypto import SealBroken
from core.models import PublicRecord
from core.outbox import record_of, write_record
from core.recorded import RowToday, exact_text
from core.sealed import open_for_work
from training.choices import CertificateStatus
from training.models import Certificate

ISSUED, ENDED = "certificate", "certificate_end"
ISSUED_SCHEMA, ENDED_SCHEMA = "certificate/1", "certificate_end/1"
# The holder has a commitment of its own, so that it can be destroyed by itself.
HOLDER_COMMITMENT = "holder_commitment"


def record_issue(certificate: Certificate, *, holder: str) -> None:
    """Write the record of an issue, in its transaction. The code is in none: who reads the log finds no page by it."""
    issue_record(certificate, holder=holder).save(force_insert=True)


def issue_record(certificate: Certificate, *, holder: str) -> PublicRecord:
    """Make the record of an issue, for the caller to insert in its transaction; no query."""
    return record_of(
        kind=ISSUED,
        subject=certificate.number,
        object_id=certificate.pk,
        branch_code=certificate.branch.code,
        body=issue_body(certificate),
        private=issue_private(certificate),
        texts={HOLDER_COMMITMENT: _holder_text(holder)},
    )


def record_end(certificate: Certificate, *, successor: str | None = None) -> None:
    """Write the record of a revocation or replacement, in its transaction."""
    write_record(
        kind=ENDED,
        subject=certificate.number,
        object_id=certificate.pk,
        branch_code=certificate.branch.code,
        body=end_body(certificate, successor=successor),
    )


def issue_body(certificate: Certificate) -> dict[str, Any]:
    """The public part: numbers, kind, days; no name and nothing by which a person is found."""
    return {
        "schema": ISSUED_SCHEMA,
        "number": certificate.number,
        "branch": certificate.branch.code,
        "kind": str(certificate.kind),
        "source": str(certificate.source),
        "course": certificate.version.course.code if certificate.version else None,
        "issued_on": certificate.issued_on.isoformat(),
        "expires_on": certificate.expires_on.isoformat() if certificate.expires_on else None,
        "replaces": certificate.replaces.number if certificate.replaces else None,
    }


def issue_private(certificate: Certificate) -> dict[str, Any]:
    """What the record only commits to; all of it stands still once it was issued."""
    return {
        "city": certificate.city_id,
        "code": certificate.code,
        "county": certificate.county_id,
        "enrolment": certificate.enrolment_id,
        "examiner_ids": sorted(certificate.examiner_ids),
        "issued_at": exact_text(certificate.issued_at),
        "issued_by": certificate.issued_by_id,
        "key": str(certificate.key),
        "key_group": str(certificate.key_group),
        "learner": certificate.learner_id,
        "payload": certificate.payload,
        "province": certificate.province_id,
        "reissue_reason": str(certificate.reissue_reason),
        "row_key": str(certificate.row_key),
        "shown_name": certificate.shown_name,
        "version": certificate.version_id,
    }


def end_body(certificate: Certificate, *, successor: str | None) -> dict[str, Any]:
    """That a certificate counts no more, since when and why."""
    return {
        "schema": ENDED_SCHEMA,
        "number": certificate.number,
        "branch": certificate.branch.code,
        "status": str(certificate.status),
        "reason": str(certificate.revoke_reason) or None,
        "ended_on": certificate.ended_on.isoformat() if certificate.ended_on else None,
        "replaced_by": successor,
    }


def certificates_today(records: Mapping[int, Mapping[str, Any]], work: str) -> dict[int, RowToday]:
    """What the rows of issued certificates say today (`core.recorded`); one query, and the log of what is opened."""
    found = {}
    for one in _rows(records).select_related("replaces", "version__course"):
        text, differs = _holder_today(one, work)
        has_holder = HOLDER_COMMITMENT in records[one.pk] and one.holder is not None
        found[one.pk] = RowToday(
            body=issue_body(one),
            private=issue_private(one),
            texts={HOLDER_COMMITMENT: text} if has_holder else {},
            differs=differs,
        )
    return found


def ends_today(records: Mapping[int, Mapping[str, Any]], work: str) -> dict[int, RowToday]:
    """What the rows of certificates that ended say today; one query."""
    return {
        one.pk: RowToday(
            body=end_body(one, successor=_successor(one)),
            differs=["status"] if one.status == CertificateStatus.VALID else [],
        )
        for one in _rows(records).select_related("replaced_by")
    }


def _rows(records: Mapping[int, Mapping[str, Any]]) -> Any:
    rows = Certificate.objects.unscoped("compared with the public log")
    return rows.select_related("branch").filter(pk__in=records)


def _successor(certificate: Certificate) -> str | None:
    following = getattr(certificate, "replaced_by", None)
    return following.number if following else None


def _holder_today(certificate: Certificate, work: str) -> tuple[str, list[str]]:
    try:
        return _holder_text(open_for_work(certificate, "holder", work=work) or ""), []
    except SealBroken:
        return "", ["holder or row_key"]


def _holder_text(holder: str) -> str:
    return canonical_bytes({"holder": holder}).decode()
