"""Making a file that goes out, and handing it to a person: nobody without consent is in it, every reading is logged."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now, today
from core.copying import copy_rows
from core.documents import DocumentKind
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.files import reveal_stored, store_file
from core.models import StoredFile
from core.progress import Progress
from core.sealed import open_many_for_work
from core.sealed.reading import log_read
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import ConsentAct, ConsentSubject, Sex
from registries.choices.donors import ENDED, DonorStatus, Verdict
from registries.choices.exchange import MOST_FILE_DOWNLOADS, OUT_COLUMNS, OUT_FILE_DAYS, FileStatus
from registries.errors import WrongState
from registries.models import Consent, Donor, ExchangeFile, ExchangeSent, Registrant, Sample
from registries.services.exchange.files import lock_file, move_file, note_file

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 1_000
# Whose blood is on its way; who is in the library stood in an earlier file.
TO_SEND = (DonorStatus.SAMPLED, DonorStatus.SENT)


@dataclass
class _Made:
    """What the walk over the samples found."""

    rows: int = 0
    left_out: dict[str, int] = field(default_factory=lambda: {"no_consent": 0, "left": 0})


def make_outgoing(*, file_id: int, job: Progress) -> ExchangeFile:
    """Write the file of a branch or batch, sealed as it is written, and mark whose bags stand in it.

    One transaction; idempotent: a file that is no longer MAKING is left as it is. Memory stays flat. Locks the file.
    """
    with transaction.atomic():
        row = lock_file(file_id)
        if row.status != FileStatus.MAKING:
            return row
        made = _Made()
        stored = store_file(
            stream_csv(OUT_COLUMNS, _lines(row, made, job)),
            name=row.filename,
            content_type=CSV_CONTENT_TYPE,
            data_class=StoredFile.DataClass.SENSITIVE,
            actor=row.made_by,
            purge_on=today() + datetime.timedelta(days=OUT_FILE_DAYS),
        )
        made.left_out["left"] = _left(row)
        if not made.rows:
            StoredFile.objects.filter(pk=stored.pk).update(purge_on=today())
            move_file(row, FileStatus.EMPTY, verb="nobody", actor=None, left_out=made.left_out)
            return row
        move_file(
            row,
            FileStatus.READY,
            verb="made",
            actor=None,
            file=stored,
            file_sha256=stored.sha256,
            row_count=made.rows,
            left_out=made.left_out,
        )
    return row


def download_outgoing(*, file_id: int, purpose: str, actor: User) -> BinaryIO:
    """Open a file for a person who says what for; each who stands in it has a row in the log of reading before.

    At most MOST_FILE_DOWNLOADS times. From the first time on they are known there, who left meanwhile too. Locks the
    file, the first time its donors in the order of their ids. Not in a transaction. Raises DomainError
    `purpose_missing`, NotAllowed, WrongState once it has expired or was fetched that often.
    """
    with transaction.atomic(durable=True):
        row = lock_file(file_id)
        require(actor, Right.KEEP_REGISTRIES, row.branch)
        require(actor, Right.READ_REGISTRANTS, row.branch)
        if row.status != FileStatus.READY or row.file is None or _is_over(row):
            raise WrongState("exchange_expired", _("这份文件不能下载，或已过期销毁，请重新生成。"))
        if row.download_count >= MOST_FILE_DOWNLOADS:
            raise WrongState("exchange_used_up", _("这份文件已下载 %(n)d 次，不能再下载。") % {"n": row.download_count})
        rows = Donor.objects.unscoped("who stand in a file that the reader may open").filter(
            samples__sent_in__exchange_file=row
        )
        people = rows.only("number", "row_key").order_by("pk").iterator(chunk_size=CHUNK)
        for chunk in _chunks(people):
            log_read(chunk, "exchange", reader=actor, purpose=purpose, branch_code=row.branch.code, durable=False)
        if not row.download_count:
            _know_there(row)
        row.download_count += 1
        row.save(update_fields=["download_count"])
        note_file(row, "downloaded", actor=actor, count=row.row_count)
    return reveal_stored(row.file, reader=actor, purpose=purpose, branch_code=row.branch.code)


def manifest_of(row: ExchangeFile) -> str:
    """The line that `sha256sum -c` reads, and beside it, as remarks, number, rows, sender and day."""
    day = row.made_at.astimezone(SHANGHAI).date().isoformat()
    return (
        f"{row.file_sha256}  {row.filename}\n"
        f"# number={row.number} rows={row.row_count} sender={row.branch.code} {row.branch.name} day={day}\n"
    )


def _is_over(row: ExchangeFile) -> bool:
    return now() >= (row.released_at or row.made_at) + datetime.timedelta(days=OUT_FILE_DAYS)


def _waiting(row: ExchangeFile) -> QuerySet[Sample]:
    """The bags of the file's branch or batch that stand in no file yet, but for those that nobody fetched."""
    sent = ExchangeSent.objects.filter(sample=OuterRef("pk"), is_void=False)
    samples = Sample.objects.filter(
        ~Exists(sent), donor__branch=row.branch, verdict__in=[Verdict.WAITING, Verdict.RECEIVED]
    )
    return samples if row.batch_id is None else samples.filter(batch_id=row.batch_id)


def _left(row: ExchangeFile) -> int:
    """How many of them were given by somebody who has left the registry since."""
    return _waiting(row).filter(donor__status__in=ENDED).count()


def _know_there(row: ExchangeFile) -> None:
    rows = Donor.objects.unscoped("who stand in a file that is fetched")
    new = rows.filter(samples__sent_in__exchange_file=row, is_known_there=False)
    ids = list(new.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        rows.filter(pk__in=ids[first : first + CHUNK]).update(is_known_there=True)


def _lines(row: ExchangeFile, made: _Made, job: Progress) -> Iterator[Sequence[Any]]:
    last = 0
    columns = ("bag", "taken_on", "donor__number", "donor__registrant", "donor__row_key", "donor__enrolled_on")
    samples = _waiting(row).filter(donor__status__in=TO_SEND, donor__destroyed_at=None).select_related("donor")
    while True:
        chunk = list(samples.filter(pk__gt=last).only(*columns).order_by("pk")[:CHUNK])
        if not chunk:
            return
        sent = _with_consent(chunk, row)
        made.left_out["no_consent"] += len(chunk) - len(sent)
        yield from _written(sent, row)
        copy_rows(
            "registries_exchangesent", ("exchange_file_id", "sample_id"), [(row.pk, one.pk) for one, _who in sent]
        )
        made.rows += len(sent)
        last = chunk[-1].pk
        job.progress(made.rows, stage=_("写入"))


def _with_consent(chunk: list[Sample], row: ExchangeFile) -> list[tuple[Sample, Registrant]]:
    """The samples with who gave them, where they consent today to be reported; three queries."""
    keys = open_many_for_work([one.donor for one in chunk], "registrant", work=_work(row))
    rows = Registrant.objects.unscoped("who are reported with their consent").filter(
        row_key__in=[UUID(key) for key in keys if key], destroyed_at=None
    )
    columns = ("row_key", "document_kind", "document", "name", "phone", "details")
    people = {str(one.row_key): one for one in rows.only(*columns)}
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    agreed = frozenset(
        Consent.objects.filter(
            ~Exists(taken_back),
            registrant_id__in=[one.pk for one in people.values()],
            subject=ConsentSubject.STEM_TRANSFER,
            act=ConsentAct.GIVEN,
        ).values_list("registrant_id", flat=True)
    )
    found = ((sample, people.get(key or "")) for sample, key in zip(chunk, keys, strict=True))
    return [(sample, who) for sample, who in found if who is not None and who.pk in agreed]


def _written(sent: list[tuple[Sample, Registrant]], row: ExchangeFile) -> Iterator[Sequence[Any]]:
    people = [who for _sample, who in sent]
    names, documents, phones, details = (
        open_many_for_work(people, name, work=_work(row)) for name in ("name", "document", "phone", "details")
    )
    kinds = {kind.value: str(kind.label) for kind in DocumentKind}
    sexes = {sex.value: str(sex.label) for sex in Sex}
    for (sample, who), name, document, phone, text in zip(sent, names, documents, phones, details, strict=True):
        more = json.loads(text or "{}")
        donor = sample.donor
        yield (
            donor.number,
            sample.bag,
            name,
            kinds[who.document_kind],
            document,
            sexes.get(more.get("sex", ""), ""),
            more.get("born_on", ""),
            phone,
            more.get("address", ""),
            donor.enrolled_on,
            sample.taken_on,
        )


def _work(row: ExchangeFile) -> str:
    return f"registries.exchange:{row.number}"


def _chunks(people: Iterator[Donor]) -> Iterator[list[Donor]]:
    chunk: list[Donor] = []
    for one in people:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
