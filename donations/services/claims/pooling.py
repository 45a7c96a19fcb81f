"""Gifts into the pool of those whose giver nobody knows, and out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.identifiers import account_tail
from core.sealed import seal_into, seal_into_many
from donations.choices import DonorKind, GiftKind, NameChoice, PoolState
from donations.models import Correction, Donation, GiverContact, UnidentifiedGift
from donations.services.claims.moving import lock_pooled, move_pooled, note_entered
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

# Advisory lock, with the branch: who puts gifts in; the number is this subject's own.
ENTERING = 7_301_041


@dataclass(frozen=True)
class KnownOfGift:
    """A posted gift without a giver, and what a slip or a line of a statement tells of its payer (privacy: P3)."""

    donation: Donation
    payer_name: str = ""
    account: str = ""


@dataclass(frozen=True)
class Pooled:
    """How many gifts came into the pool, and how many were there already."""

    count: int
    there_count: int


def pool_gifts(*, gifts: Iterable[KnownOfGift], reason: str, actor: User) -> Pooled:
    """Put posted gifts without a giver into the pool, all or none; those that wait there already stay.

    What is known of a waiting gift is completed, never replaced. Each gift's `branch` is read. No row of the books
    changes. Locks the pool's rows in the order of their ids. Raises DomainError for a gift whose giver is known or
    asked not to be named, for goods and for a gift that was taken back; NotAllowed without the right in its branch.
    """
    known = sorted(gifts, key=lambda one: one.donation.pk)
    if len(reason.strip()) < 2:
        sentence = _("请写明为什么列入待认领。")
        raise DomainError("reason_missing", sentence, {"reason": sentence})
    for branch in {one.donation.branch_id: one.donation.branch for one in known}.values():
        require(actor, Right.SERVE_GIVERS, branch)
    with transaction.atomic():
        _one_at_a_time(sorted({one.donation.branch_id for one in known}))
        there = {row.donation_id: row for row in _locked_of([one.donation.pk for one in known])}
        fresh = [one for one in known if one.donation.pk not in there]
        left = [row.donation for row in there.values() if row.state == PoolState.LEFT]
        _require_unknown([one.donation for one in fresh] + left)
        rows = _new_rows(fresh)
        note_entered(rows, actor=actor, reason=reason)
        back = 0
        for one in known:
            if one.donation.pk in there:
                back += _again(there[one.donation.pk], one, reason, actor)
    return Pooled(len(rows) + back, len(known) - len(rows) - back)


def leave_pool(*, pooled_id: int, reason: str, actor: User) -> UnidentifiedGift:
    """Take a gift out of the pool that should not be there. Locks its row. Raises WrongState, DomainError."""
    if len(reason.strip()) < 2:
        sentence = _("请写明为什么移出待认领。")
        raise DomainError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        pooled = lock_pooled(pooled_id)
        require(actor, Right.SERVE_GIVERS, pooled.branch)
        # An identified gift leaves by undoing its identification alone.
        move_pooled(pooled, PoolState.LEFT, actor=actor, reason=reason)
    return pooled


def end_wait_of_taken_back(donation: Donation, *, actor: User) -> None:
    """Let a gift that was wholly taken back wait no longer; in the caller's transaction. Locks the pool's row."""
    for pooled in _locked_of([donation.pk]):
        if pooled.state == PoolState.OPEN:
            move_pooled(pooled, PoolState.GONE, actor=actor, reason=_("捐赠已全部冲销或退还"))


def why_not_pooled(donation: Donation) -> str:
    """Why a gift cannot wait for its giver; empty where it can. Two queries."""
    try:
        _require_unknown([donation])
    except DomainError as error:
        return error.message
    return ""


def _one_at_a_time(branch_ids: list[int]) -> None:
    """Keep others from putting the same gifts in until the caller's transaction ends."""
    with connection.cursor() as cursor:
        for branch_id in branch_ids:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ENTERING, branch_id])


def _locked_of(donation_ids: list[int]) -> list[UnidentifiedGift]:
    rows = UnidentifiedGift.objects.unscoped("lock of known gifts' rows").filter(donation_id__in=donation_ids)
    return list(rows.select_for_update(of=("self",)).select_related("branch", "donation").order_by("pk"))


def _require_unknown(donations: list[Donation]) -> None:
    ids = [donation.pk for donation in donations]
    taken = Correction.objects.unscoped("of known gifts").filter(
        donation_id__in=ids, is_current=True, taken_total=F("donation__amount")
    )
    gone = set(taken.values_list("donation_id", flat=True))
    contacts = GiverContact.objects.unscoped("of known gifts").filter(donation_id__in=ids)
    reached = set(contacts.values_list("donation_id", flat=True))
    for donation in donations:
        if donation.kind != GiftKind.MONEY:
            raise _refused(donation, _("物资捐赠不列入待认领。"))
        if donation.donor_kind != DonorKind.ANONYMOUS or donation.pk in reached:
            raise _refused(donation, _("已经登记了捐赠人。"))
        if donation.name_choice == NameChoice.ANONYMOUS:
            raise _refused(donation, _("捐赠人要求匿名，不是来源不明。"))
        if donation.pk in gone:
            raise _refused(donation, _("已经全部冲销或退还。"))


def _refused(donation: Donation, why: str) -> DomainError:
    text = _("捐赠 %(number)s 不能列入待认领：%(why)s") % {"number": donation.number, "why": why}
    return DomainError("not_unidentified", text)


def _new_rows(known: list[KnownOfGift]) -> list[UnidentifiedGift]:
    moment = now()
    rows = [
        UnidentifiedGift(
            **UnidentifiedGift.lineage_of(one.donation.branch),
            donation=one.donation,
            state=PoolState.OPEN,
            amount=one.donation.amount,
            received_on=one.donation.received_on,
            entered_at=moment,
        )
        for one in known
    ]
    for row, one in zip(rows, known, strict=True):
        row.branch = one.donation.branch
    seal_into_many(rows, "payer_name", [one.payer_name.strip()[:200] for one in known])
    seal_into_many(rows, "account", [account_tail(one.account) for one in known])
    return UnidentifiedGift.objects.bulk_create(rows)


def _again(row: UnidentifiedGift, one: KnownOfGift, reason: str, actor: User) -> int:
    """Bring a gift back that had left, or complete what is known of one that waits; 1 where it came back."""
    told = {"payer_name": one.payer_name.strip()[:200], "account": account_tail(one.account)}
    missing = {name: text for name, text in told.items() if text and getattr(row, name) is None}
    if missing and row.state in (PoolState.OPEN, PoolState.LEFT):
        row.save(update_fields=seal_into(row, **missing))
    if row.state != PoolState.LEFT:
        return 0
    move_pooled(row, PoolState.OPEN, actor=actor, reason=reason)
    return 1
