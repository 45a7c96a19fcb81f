"""Checking a file of old certificates, and writing what is good of it: two jobs over the same sealed file."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import now, today
from core.copying import copy_rows
from core.exporting import XLSX_CONTENT_TYPE, Sheet, write_xlsx
from core.files import path_for_work, store_file
from core.masking import mask_name
from core.models import PublicRecord, StoredFile
from core.progress import Progress
from core.random_codes import random_code
from core.sealed import seal_into_many
from core.sealed.digests import writing_keys
from training.choices import CertificateSource, CertificateStatus, LegacyStatus
from training.models import Certificate, Learner, LegacyImport
from training.services.legacy.imports import lock_import, move_import
from training.services.legacy.judging import Best, GoodRow, digests_for, judge
from training.services.legacy.reading import BadRow, LegacyRow, UnreadableFile, read_rows
from training.services.moving import lock_certificate, move_certificate
from training.services.recorded import issue_record, record_end
from training.services.signing import sign_payload

if TYPE_CHECKING:
    from organizations.models import Branch

CHUNK = 2_000
# Beyond so many the list of problems says how many more there are.
MOST_PROBLEMS = 200_000


def check_import(*, import_id: int, job: Progress) -> LegacyImport:
    """Walk through an import's file twice and say what may come in and what not, row by row; writes no certificate.

    Idempotent: an import that is no longer READING is left as it is. Locks the import.
    """
    with transaction.atomic():
        row = lock_import(import_id)
        if row.status != LegacyStatus.READING:
            return row
        try:
            good, bad = _checked(row, job)
        except UnreadableFile as refusal:
            move_import(row, LegacyStatus.UNREADABLE, actor=None, error=refusal.message[:1000])
            return row
        move_import(
            row,
            LegacyStatus.READY,
            actor=None,
            row_count=good + len(bad),
            good_count=good,
            bad_count=len(bad),
            problem_file=_problem_file(bad) if bad else None,
        )
    return row


def write_import(*, import_id: int, job: Progress) -> LegacyImport:
    """Write the certificates of a confirmed import with their public records, all in one transaction.

    What became impossible since the check is left out and joins the list of problems. Idempotent: an import that is no
    longer WRITING is left as it is. Locks the import, then expired certificates that become history. Memory stays flat
    but for a few bytes a row.
    """
    with transaction.atomic():
        row = lock_import(import_id)
        if row.status != LegacyStatus.WRITING:
            return row
        actor = User.objects.get(pk=row.confirmed_by_id or 0)
        keys = writing_keys()
        written, bad = 0, []
        with path_for_work(row.file, work=f"training.legacy:{row.pk}:write") as path:
            best, total = _best(path, job, keys)
            for chunk in _chunks(path):
                rows, refused = _parted(chunk)
                good, late = judge(rows, best, row.branch, keys)
                _write(row.branch, good, actor)
                written += len(good)
                bad += [*refused, *late]
                job.progress(written + len(bad), total, stage=_("写入"))
        problems = _problem_file(bad) if bad else None
        counts = {"row_count": written + len(bad), "good_count": written, "bad_count": len(bad)}
        move_import(row, LegacyStatus.DONE, actor=actor, problem_file=problems, **counts)
    return row


def _checked(row: LegacyImport, job: Progress) -> tuple[int, list[BadRow]]:
    good, bad = 0, []
    with path_for_work(row.file, work=f"training.legacy:{row.pk}:check") as path:
        best, total = _best(path, job, None)
        for chunk in _chunks(path):
            rows, refused = _parted(chunk)
            fine, late = judge(rows, best, row.branch)
            good += len(fine)
            bad += [*refused, *late]
            job.progress(good + len(bad), total, stage=_("核对"))
    return good, bad


def _best(path: Path, job: Progress, keys: tuple[str, str] | None) -> tuple[Best, int]:
    """Walk through the file once: what counts of its rows, and how many there are."""
    best, total = Best(), 0
    for chunk in _chunks(path):
        rows, _bad = _parted(chunk)
        for one, digests in zip(rows, digests_for(rows, keys), strict=True):
            best.add(one, digests)
        total += len(chunk)
        job.progress(0, total, stage=_("读取"))
    return best, total


def _chunks(path: Path) -> Iterator[list[LegacyRow | BadRow]]:
    rows = read_rows(path)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _parted(chunk: Iterable[LegacyRow | BadRow]) -> tuple[list[LegacyRow], list[BadRow]]:
    rows: list[LegacyRow] = []
    bad: list[BadRow] = []
    for one in chunk:
        if isinstance(one, LegacyRow):
            rows.append(one)
        else:
            bad.append(one)
    return rows, bad


def _write(branch: Branch, good: Sequence[GoodRow], actor: User) -> None:
    if not good:
        return
    learners = _learners(good)
    ids = _new_ids("training_certificate", len(good))
    moment, lineage = now(), Certificate.lineage_of(branch)
    certificates = []
    for one, learner, certificate_id in zip(good, learners, ids, strict=True):
        row = one.row
        certificate = Certificate(
            **lineage,
            id=certificate_id,
            number=row.number,
            code=random_code(),
            kind=row.kind,
            status=CertificateStatus.VALID,
            source=CertificateSource.LEGACY,
            learner_id=learner,
            shown_name=mask_name(row.holder),
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            issued_by_id=actor.pk,
            issued_at=moment,
        )
        certificate.branch = branch
        if one.old is not None:
            certificate.replaces = one.old
        certificate.payload = sign_payload(certificate, holder=row.holder)
        certificates.append(certificate)
    _replace_olds(certificates, actor)
    seal_into_many(certificates, "holder", [one.row.holder for one in good])
    _copy(Certificate, certificates)
    pairs = zip(certificates, good, strict=True)
    _copy(PublicRecord, [issue_record(one, holder=fact.row.holder) for one, fact in pairs], without=("id",))
    for certificate in certificates:
        if certificate.replaces is not None:
            record_end(certificate.replaces, successor=certificate.number)


def _replace_olds(certificates: Sequence[Certificate], actor: User) -> None:
    """Expired certificates become history before the new ones take their place."""
    for certificate in certificates:
        if certificate.replaces is not None:
            old = lock_certificate(certificate.replaces.pk)
            move_certificate(old, CertificateStatus.REPLACED, actor=actor, ended_on=today())
            certificate.replaces = old


def _learners(good: Sequence[GoodRow]) -> list[int]:
    """The learner of each row, written down where there is none yet; one person may have several rows in a chunk."""
    wanted: dict[tuple[str, bytes], list[int]] = {}
    found: list[int] = [one.learner.pk if one.learner else 0 for one in good]
    for place, one in enumerate(good):
        if one.learner is None:
            wanted.setdefault((one.row.document_kind, one.digests[0]), []).append(place)
    if not wanted:
        return found
    moment = now()
    rows = [
        Learner(id=new, document_kind=kind, created_at=moment)
        for new, (kind, _digest) in zip(_new_ids("training_learner", len(wanted)), wanted, strict=True)
    ]
    seal_into_many(rows, "document", [good[places[0]].row.document for places in wanted.values()])
    _copy(Learner, rows)
    for learner, places in zip(rows, wanted.values(), strict=True):
        for place in places:
            found[place] = learner.pk
    return found


def _new_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [int(one) for (one,) in cursor.fetchall()]


def _copy(model: type[models.Model], rows: Sequence[models.Model], *, without: Sequence[str] = ()) -> None:
    fields = {str(one.column): one.attname for one in model._meta.concrete_fields if one.column not in without}
    copy_rows(
        model._meta.db_table,
        list(fields),
        ([_plain(getattr(row, name)) for name in fields.values()] for row in rows),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return "{" + ",".join(str(one) for one in value) + "}"
    return str(value) if isinstance(value, uuid.UUID) else value


def _problem_file(bad: Sequence[BadRow]) -> StoredFile:
    """The refused rows as a workbook: row, number of the certificate, reason; no person in it."""
    shown = sorted(bad, key=lambda one: one.row_number)[:MOST_PROBLEMS]
    header = (_("行号"), _("证书编号"), _("原因"))
    with tempfile.TemporaryDirectory(prefix="legacy-") as folder:
        path = Path(folder) / "problems.xlsx"
        write_xlsx(path, [Sheet(_("未导入的行"), header, ((one.row_number, one.number, one.reason) for one in shown))])
        return store_file(
            path,
            name=f"legacy-problems-{today().isoformat()}.xlsx",
            content_type=XLSX_CONTENT_TYPE,
            data_class=StoredFile.DataClass.INTERNAL,
            actor=None,
        )
