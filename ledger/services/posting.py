"""Posting one entry: all its movements or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import audit_of
from core.clock import SHANGHAI, now
from ledger.errors import LedgerConflict, refusals_explained
from ledger.models import Account, Entry, Movement, PostingGroup
from ledger.services.drafts import EntryDraft
from ledger.services.positions import Line, lock_balances, take_out
from ledger.services.records import group_key
from ledger.services.rules import check_draft
from ledger.services.writing import write_entry

Plan = Callable[[], list[Line]]


def post_entry(*, draft: EntryDraft, actor: User | None = None) -> Entry:
    """Post an entry with its movements, its public record and its audit row, and return it.

    Idempotent by `draft.key`: the same draft again returns the entry that is there. Whether the people may is the
    caller's question; that they are two is asked here and in the database. `actor` is the approver unless named.

    Locks the balances of its accounts in ascending id, takes the key, then the branch's counter of the year, and writes
    all in one round trip, because others wait meanwhile. Raises LedgerError where the kind does not allow
    it, NotEnough where an account would become negative, AlreadySpent where a refund takes out more than is left of the
    gift, LedgerConflict where the key belongs to another entry.
    """
    check_draft(draft)
    named = [other for movement in draft.movements for other in (movement.answers, movement.takes_back) if other]
    return post_planned(
        draft=draft,
        accounts=[end for movement in draft.movements for end in (movement.source, movement.destination)],
        named=named,
        plan=lambda: _lines(draft),
        # What is taken out of a gift is what lies there unspent.
        reads_under_lock=any(movement.takes_back for movement in draft.movements),
        is_same=lambda entry: _movements_of(entry) == _movements_of_draft(draft),
        actor=actor,
    )


def post_planned(
    *,
    draft: EntryDraft,
    accounts: Iterable[Account],
    named: Iterable[Movement],
    plan: Plan,
    reads_under_lock: bool,
    is_same: Callable[[Entry], bool],
    actor: User | None,
    reverses: Entry | None = None,
) -> Entry:
    """Post the lines that `plan` makes; for this package's own services.

    `accounts` are all its ends; `reads_under_lock`: the plan reads what lies in them, so they are locked before it.
    `named` are the movements that lines answer or take back; `is_same` tells whether the movements of an entry with the
    same key are those of the draft. All that the public record names is read before the locks are taken.
    """
    ends_by_id = {account.pk: account for account in accounts}
    named_by_id = {movement.pk: movement for movement in named}
    prefetch_related_objects(list(ends_by_id.values()), "fund", "unit")
    prefetch_related_objects(list(named_by_id.values()), "entry")
    with refusals_explained(), transaction.atomic():
        if reads_under_lock:
            lock_balances(ends_by_id)
            # Asked once more when it is written: this is for a plan that would find its own entry's work done.
            if PostingGroup.objects.filter(idempotency_key=group_key(draft.key)).exists():
                return _standing(draft, reverses, is_same)
        entry = _entry(draft, reverses)
        movements = [_movement(number, line, ends_by_id, named_by_id) for number, line in enumerate(plan(), start=1)]
        audit = audit_of(
            "ledger.entry.posted",
            actor=actor or draft.approved_by,
            object_label=Entry._meta.label_lower,
            branch_code=draft.branch.code,
        )
        if not write_entry(entry, movements, audit, branch_code=draft.branch.code):
            return _standing(draft, reverses, is_same)
    return entry


def _movement(number: int, line: Line, ends: Mapping[int, Account], named: Mapping[int, Movement]) -> Movement:
    source = ends[line.source_id]
    return Movement(
        line=number,
        source=source,
        destination=ends[line.destination_id],
        unit=source.unit,
        quantity=line.quantity,
        hole_from=line.hole_from,
        back_from=line.back_from,
        value=line.value,
        reverses=None if line.reverses_id is None else named[line.reverses_id],
        answers=None if line.answers_id is None else named[line.answers_id],
    )


def _lines(draft: EntryDraft) -> list[Line]:
    lines: list[Line] = []
    for movement in draft.movements:
        if movement.takes_back is not None:
            lines += take_out(movement.takes_back, movement.quantity, movement.destination.pk)
            continue
        lines.append(
            Line(
                source_id=movement.source.pk,
                destination_id=movement.destination.pk,
                unit_id=movement.source.unit_id,
                quantity=movement.quantity,
                answers_id=movement.answers.pk if movement.answers else None,
                value=movement.value,
            )
        )
    return lines


def _entry(draft: EntryDraft, reverses: Entry | None) -> Entry:
    """The entry but for its id, group, serial and number, which are given under the locks."""
    posted_at = now()
    return Entry(
        **Entry.lineage_of(draft.branch),
        year=posted_at.astimezone(SHANGHAI).year,
        kind=draft.kind,
        occurred_on=draft.occurred_on,
        posted_at=posted_at,
        made_by=draft.made_by,
        approved_by=draft.approved_by,
        document=draft.document.strip(),
        basis=draft.basis,
        idempotency_key=draft.key,
        reverses=reverses,
    )


def _standing(draft: EntryDraft, reverses: Entry | None, is_same: Callable[[Entry], bool]) -> Entry:
    """The entry that has the draft's key, if it is the same; raises LedgerConflict where it is another."""
    entry = Entry.objects.unscoped("the key of the entry being posted").get(idempotency_key=draft.key)
    if _content_of(entry) != _content_of_draft(draft, reverses) or not is_same(entry):
        raise _key_used(entry)
    return entry


def _key_used(entry: Entry) -> LedgerConflict:
    return LedgerConflict(
        "key_used",
        _("标识已用于另一张记账单 %(number)s，内容不同，本次没有记入，请核对是否重复提交。") % {"number": entry.number},
    )


def _content_of(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.branch_id,
        entry.kind,
        entry.occurred_on,
        entry.made_by_id,
        entry.approved_by_id,
        entry.document,
        entry.basis,
        entry.reverses_id,
    )


def _content_of_draft(draft: EntryDraft, reverses: Entry | None) -> tuple[Any, ...]:
    return (
        draft.branch.pk,
        draft.kind,
        draft.occurred_on,
        draft.made_by.pk,
        draft.approved_by.pk,
        draft.document.strip(),
        draft.basis,
        reverses.pk if reverses else None,
    )


def _movements_of(entry: Entry) -> dict[tuple[Any, ...], Decimal]:
    totals: dict[tuple[Any, ...], Decimal] = {}
    for movement in entry.movements.all():
        key = (
            movement.source_id, movement.destination_id, movement.answers_id, movement.reverses_id, movement.value
        )  # fmt: skip
        totals[key] = totals.get(key, Decimal(0)) + movement.quantity
    return totals


def _movements_of_draft(draft: EntryDraft) -> dict[tuple[Any, ...], Decimal]:
    totals: dict[tuple[Any, ...], Decimal] = {}
    for movement in draft.movements:
        key = (
            movement.source.pk,
            movement.destination.pk,
            movement.answers.pk if movement.answers else None,
            movement.takes_back.pk if movement.takes_back else None,
            movement.value,
        )
        totals[key] = totals.get(key, Decimal(0)) + movement.quantity
    return totals
