"""Applying a confirmed file in steps: each row once, in the transaction of its own change; a worker may die between."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit_many
from core.clock import now
from core.copying import copy_rows
from core.errors import DomainError
from core.progress import Progress
from registries.choices import Channel
from registries.choices.donors import DonorStatus, Verdict
from registries.choices.exchange import LEADS_TO, TOGETHER, FileStatus, Outcome, Result
from registries.models import Donor, ExchangeFile, ExchangeRow, Sample
from registries.services.donors.giving import note_high_res, note_match
from registries.services.donors.leaving import retire_donor, withdraw_donor
from registries.services.donors.there import note_gone_there
from registries.services.exchange.files import empty_rows, lock_file, move_file
from registries.services.exchange.judging import JUDGED_BY, fault_of

CHUNK = 1_000
# What the event of a donor says, as the services of donors say it.
_VERBS = {Result.TYPED: "typed", Result.INSUFFICIENT: "sample_again"}
_ONE_BY_ONE: dict[str, Callable[[int, datetime.date, User], Any]] = {
    # Somebody is to be asked: that is planned with it.
    Result.MATCHED: lambda pk, on, actor: note_match(donor_id=pk, on=on, actor=actor),
    Result.HIGH_RES_YES: lambda pk, on, actor: note_high_res(donor_id=pk, is_match=True, on=on, actor=actor),
    Result.HIGH_RES_NO: lambda pk, on, actor: note_high_res(donor_id=pk, is_match=False, on=on, actor=actor),
    Result.AGED: lambda pk, on, actor: retire_donor(donor_id=pk, status=DonorStatus.AGED, on=on, actor=actor),
    Result.HEALTH: lambda pk, on, actor: retire_donor(donor_id=pk, status=DonorStatus.HEALTH, on=on, actor=actor),
    # They told the library; it holds here from this moment as well, and nobody has to tell it.
    Result.WISH: lambda pk, _on, actor: withdraw_donor(donor_id=pk, channel=Channel.PROXY, actor=actor),
}
_LEFT_THERE = frozenset({Result.AGED, Result.HEALTH, Result.WISH})


@dataclass(frozen=True)
class _Move:
    """What becomes of one donor with one row."""

    row: ExchangeRow
    donor: Donor
    from_status: str
    to_status: str
    verb: str


def apply_incoming(*, file_id: int, job: Progress) -> ExchangeFile:
    """Apply the good rows of a confirmed file, a thousand in a transaction; begun again, it goes on where it stood.

    What became impossible since the check is marked and left. A file that is not APPLYING is left as it is. Locks the
    file, then donors in the order of their ids; donors that need a service of their own one by one, in its order.
    """
    done = 0
    while changed := _apply_together(file_id):
        done += changed
        job.progress(done, stage=_("办理"))
    while changed := _apply_one(file_id):
        done += changed
        job.progress(done, stage=_("办理"))
    with transaction.atomic():
        row = lock_file(file_id)
        if row.status == FileStatus.APPLYING and not row.rows.filter(outcome=Outcome.GOOD).exists():
            empty_rows(row)
            bad = row.rows.exclude(outcome=Outcome.DONE).count()
            move_file(row, FileStatus.APPLIED, verb="applied", actor=row.confirmed_by, bad_count=bad)
    return row


def _apply_together(file_id: int) -> int:
    """The next rows of results that come by the thousand; how many rows are settled with them."""
    with transaction.atomic():
        row = lock_file(file_id)
        actor = row.confirmed_by
        if row.status != FileStatus.APPLYING or actor is None:
            return 0
        # Not by row.rows: it would ask for each row's file, which is not read here.
        waiting = ExchangeRow.objects.filter(exchange_file=row, outcome=Outcome.GOOD, result__in=TOGETHER)
        todo = list(waiting.only("donor_id", "result", "on").order_by("line")[:CHUNK])
        donors = Donor.objects.unscoped("in a file that was confirmed").only(*JUDGED_BY)
        wanted = [one.donor_id for one in todo if one.donor_id is not None]
        locked = {one.pk: one for one in donors.filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")}
        moves, late = [], []
        for one in todo:
            donor = locked[one.donor_id or 0]
            if one.on is None or (fault := fault_of(donor, one.result, one.on)):
                late.append((one.pk, fault if one.on else "day_wrong"))
            else:
                moves.append(_Move(one, donor, donor.status, LEADS_TO[one.result], _VERBS[Result(one.result)]))
        _move(moves, row, actor)
        _mark_late(late)
    return len(todo)


def _move(moves: list[_Move], row: ExchangeFile, actor: User) -> None:
    """Move locked donors that were looked at, all at once, each with its event, its row of the trail, its outcome."""
    if not moves:
        return
    moment = now()
    ids, days = [one.donor.pk for one in moves], [one.row.on for one in moves]
    statuses = [one.to_status for one in moves]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registries_donor d SET status = v.status, stepped_on = v.day, fit_on = NULL,"
            " typed_on = CASE WHEN v.verb = 'typed' THEN v.day ELSE d.typed_on END, is_known_there = true"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[])"
            " AS v(id, from_status, status, day, verb) WHERE d.id = v.id AND d.status = v.from_status",
            [ids, [one.from_status for one in moves], statuses, days, [one.verb for one in moves]],
        )
        if cursor.rowcount != len(moves):
            raise RuntimeError("donors moved while they were locked")
        cursor.execute(
            "UPDATE registries_exchangerow r SET outcome = %s, from_status = v.status, done_at = %s"
            " FROM unnest(%s::bigint[], %s::text[]) AS v(id, status) WHERE r.id = v.id",
            [Outcome.DONE, moment, [one.row.pk for one in moves], [one.from_status for one in moves]],
        )
    copy_rows(
        "registries_donorevent",
        ("donor_id", "from_status", "to_status", "verb", "on", "channel", "actor_id", "at"),
        (
            (one.donor.pk, one.from_status, one.to_status, one.verb, one.row.on, Channel.COUNTER, actor.pk, moment)
            for one in moves
        ),
    )
    for verb in sorted({one.verb for one in moves}):
        whose = (one.donor for one in moves if one.verb == verb)
        record_audit_many(f"registries.donor.{verb}", actor=actor, objs=whose, branch_code=row.branch.code)
    _answer_samples(moves)


def _answer_samples(moves: list[_Move]) -> None:
    """The bags of who must be sampled again, where the laboratory had not answered yet."""
    by_day: dict[datetime.date | None, list[int]] = {}
    for one in moves:
        if one.row.result == Result.INSUFFICIENT:
            by_day.setdefault(one.row.on, []).append(one.donor.pk)
    for day, ids in by_day.items():
        Sample.objects.filter(donor_id__in=ids, verdict=Verdict.WAITING).update(
            verdict=Verdict.INSUFFICIENT, verdict_on=day
        )


def _mark_late(late: list[tuple[int, str]]) -> None:
    for pk, fault in late:
        ExchangeRow.objects.filter(pk=pk).update(outcome=Outcome.LATE, fault=fault)


def _apply_one(file_id: int) -> int:
    """The next row that has a service of its own; 1 where it is settled, 0 where there is none."""
    with transaction.atomic():
        row = lock_file(file_id)
        if row.status != FileStatus.APPLYING or row.confirmed_by is None:
            return 0
        one = row.rows.filter(outcome=Outcome.GOOD).select_related("donor").order_by("line").first()
        if one is None or one.donor is None or one.on is None:
            return 0
        one.from_status = one.donor.status
        try:
            with transaction.atomic():
                _ONE_BY_ONE[one.result](one.donor.pk, one.on, row.confirmed_by)
                if one.result in _LEFT_THERE:
                    note_gone_there(donor_id=one.donor.pk, on=one.on, actor=row.confirmed_by)
        except DomainError:
            _mark_late([(one.pk, "state_wrong")])
            return 1
        one.outcome, one.done_at = Outcome.DONE, now()
        one.save(update_fields=["outcome", "done_at", "from_status"])
    return 1
