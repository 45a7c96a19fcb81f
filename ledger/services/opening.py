"""Opening balances: staged from a file, submitted, approved by another person, posted."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, NotFound
from ledger.choices import OPENING_TRANSITIONS, EntryKind, OpeningStatus, WorldParty
from ledger.errors import LedgerConflict, LedgerError, refusals_explained
from ledger.models import Account, Entry, Movement, OpeningBatch, OpeningEvent, OpeningLine
from ledger.services.accounts import open_holding, world_account
from ledger.services.bulk import PostedBlock, post_prepared
from ledger.services.opening_files import read_opening
from ledger.services.records import write_entry_record
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require


def stage_opening(*, branch: Branch, name: str, data: bytes, actor: User) -> OpeningBatch:
    """Read a file of opening balances and keep its lines as a draft; nothing is posted.

    Raises OpeningFileError (a LedgerError) naming every wrong row, LedgerConflict where the same bytes were taken
    before, NotAllowed without the right to manage funds.
    """
    require(actor, Right.MANAGE_FUNDS, branch)
    rows = read_opening(data, name=name, branch=branch)
    digest = hashlib.sha256(data).hexdigest()
    with refusals_explained(), transaction.atomic():
        standing = _batches().filter(branch=branch, sha256=digest).exclude(status=OpeningStatus.DROPPED).first()
        if standing is not None:
            raise LedgerConflict(
                "opening_file_taken", _("同一个文件已经收过（第 %(pk)s 批），请打开那一批。") % {"pk": standing.pk}
            )
        batch = OpeningBatch.objects.create(
            **OpeningBatch.lineage_of(branch),
            file_name=name[:255],
            sha256=digest,
            line_count=len(rows),
            made_by=actor,
            created_at=now(),
        )
        OpeningLine.objects.bulk_create([OpeningLine(batch=batch, **vars(row)) for row in rows])
        _note(batch, "", actor, "")
    return batch


def submit_opening(*, batch_id: int, actor: User) -> OpeningBatch:
    """Hand a draft or returned batch to the approver. Locks the batch."""
    with transaction.atomic():
        return _move(_locked(batch_id, actor), OpeningStatus.SUBMITTED, actor=actor)


def return_opening(*, batch_id: int, reason: str, actor: User) -> OpeningBatch:
    """Give a submitted batch back to its maker, with a reason. Locks the batch."""
    _check_reason(reason)
    with transaction.atomic():
        batch = _locked(batch_id, actor)
        _check_other_person(batch, actor)
        return _move(batch, OpeningStatus.RETURNED, actor=actor, reason=reason)


def drop_opening(*, batch_id: int, reason: str, actor: User) -> OpeningBatch:
    """Give up a draft or returned batch; its file may be taken again. Locks the batch."""
    _check_reason(reason)
    with transaction.atomic():
        return _move(_locked(batch_id, actor), OpeningStatus.DROPPED, actor=actor, reason=reason)


def approve_opening(*, batch_id: int, actor: User) -> OpeningBatch:
    """Approve a submitted batch as another person and post it, one entry for each line, in one transaction.

    Locks the batch, then the accounts' balances, then the branch's counter. Raises LedgerError where the maker
    approves, a fund was closed meanwhile, or an account has an opening balance already.
    """
    with refusals_explained(), transaction.atomic():
        batch = _locked(batch_id, actor)
        _check_other_person(batch, actor)
        if OpeningStatus.POSTED not in OPENING_TRANSITIONS[batch.status]:
            raise _wrong_state(batch)
        block = _post(batch, actor)
        return _move(batch, OpeningStatus.POSTED, actor=actor, approved_by=actor, group_id=block.group_id)


def _post(batch: OpeningBatch, actor: User) -> PostedBlock:
    accounts = _prepare(batch)
    block = post_prepared(
        relation=_relation(batch),
        key=f"opening:{batch.pk}",
        branch=batch.branch,
        kind=EntryKind.OPENING,
        maker_id=batch.made_by_id,
        approver_id=actor.pk,
        posted_at=now(),
    )
    _check_opened_once(accounts)
    for entry in Entry.objects.unscoped("the block just posted").filter(group_id=block.group_id).order_by("serial"):
        write_entry_record(entry, branch_code=batch.branch.code)
    return block


def _relation(batch: OpeningBatch) -> str:
    return f"opening_rows_{batch.pk}"


def _prepare(batch: OpeningBatch) -> list[int]:
    rows: list[tuple[Any, ...]] = []
    lines = batch.lines.select_related("fund__branch", "unit", "site").order_by("row_number")
    for seq, line in enumerate(lines, start=1):
        target = open_holding(branch=batch.branch, fund=line.fund, unit=line.unit, site=line.site)
        source = world_account(WorldParty.OPENING, line.unit)
        key = f"opening:{batch.pk}:{line.row_number}"
        rows.append((seq, source.pk, target.pk, line.unit_id, line.quantity, line.dated_on, line.document, key))
    relation = _relation(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {relation} (seq bigint, entry_id bigint, source_id bigint, destination_id bigint,"
            " unit_id bigint, quantity numeric, occurred_on date, document text, idempotency_key text) ON COMMIT DROP"
        )
        cursor.executemany(
            f"INSERT INTO {relation} VALUES"  # noqa: S608 -- an identifier of our own
            " (%s, nextval(pg_get_serial_sequence('ledger_entry', 'id')), %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    return [row[2] for row in rows]


def _check_opened_once(account_ids: list[int]) -> None:
    """Asked after posting, under the locks: two files for one account cannot both pass."""
    standing = (
        Movement.objects.filter(entry__kind=EntryKind.OPENING, destination_id__in=account_ids)
        .annotate(back=Coalesce(Sum("reversals__quantity"), 0, output_field=Movement._meta.get_field("quantity")))
        .filter(quantity__gt=F("back"))
        .values_list("pk", "destination_id")
    )
    seen: set[int] = set()
    for _pk, account_id in standing:
        if account_id in seen:
            account = Account.objects.select_related("fund", "unit").get(pk=account_id)
            raise LedgerConflict(
                "opened_already",
                _("资金池“%(fund)s”的“%(unit)s”已有期初余额，不能再记一次；记错的请先冲销原记账单。")
                % {"fund": account.fund, "unit": account.unit},
            )
        seen.add(account_id)


def _batches() -> Any:
    return OpeningBatch.objects.unscoped("the service asks for the right itself")


def _locked(batch_id: int, actor: User) -> OpeningBatch:
    batch: OpeningBatch | None = (
        _batches().select_for_update(of=("self",)).select_related("branch", "made_by").filter(pk=batch_id).first()
    )
    if batch is None:
        raise NotFound("opening_not_found", _("没有这一批期初余额，请核对批次号。"))
    require(actor, Right.MANAGE_FUNDS, batch.branch)
    return batch


def _move(batch: OpeningBatch, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> OpeningBatch:
    """The one mover: looks up the transition, saves, writes the event and the audit row. The batch is locked."""
    if to_status not in OPENING_TRANSITIONS[batch.status]:
        raise _wrong_state(batch)
    before, batch.status = batch.status, to_status
    for name, value in changes.items():
        setattr(batch, name, value)
    batch.save(update_fields=["status", *changes])
    _note(batch, before, actor, reason)
    return batch


def _note(batch: OpeningBatch, before: str, actor: User, reason: str) -> None:
    OpeningEvent.objects.create(
        batch=batch, from_status=before, to_status=batch.status, by=actor, at=now(), reason=reason.strip()[:500]
    )
    record_audit(
        f"ledger.opening.{batch.status}",
        actor=actor,
        obj=batch,
        branch_code=batch.branch.code,
        changed_fields=["status"],
        reason=reason.strip(),
    )


def _wrong_state(batch: OpeningBatch) -> Conflict:
    return Conflict(
        "opening_wrong_state",
        _("这一批期初余额现在是“%(status)s”，不能这样办理，请刷新页面。") % {"status": batch.get_status_display()},
    )


def _check_other_person(batch: OpeningBatch, actor: User) -> None:
    if actor.pk == batch.made_by_id:
        raise LedgerError("maker_is_approver", _("期初余额须由制单人以外的另一人审核。"))


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        sentence = _("请写明理由。")
        raise LedgerError("reason_missing", sentence, {"reason": sentence})
