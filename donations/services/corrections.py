"""Taking a posted gift back, reversed or refunded: asked for by one person, approved by another."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, DomainError
from core.money import ZERO_YUAN, format_yuan
from donations.choices import CORRECTION_TRANSITIONS, CorrectionKind, CorrectionStatus
from donations.errors import WrongState
from donations.models import Correction, DailyTotal, Donation
from donations.selectors.identities import giver_of
from donations.services.claims.pooling import end_wait_of_taken_back
from ledger.choices import EntryKind
from ledger.models import Entry, Fund
from ledger.services.accounts import money_holding
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.posting import post_entry
from ledger.services.reversal import reverse_entry
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class TakingBack:
    """How much of a gift is to go back (`amount` in yuan; None: all that is left), as what, and out of which fund.

    `advanced_by` is the fund that refunds what the gift's own fund has spent already (垫付).
    """

    kind: str = CorrectionKind.REVERSAL
    amount: Decimal | None = None
    advanced_by: Fund | None = None


def request_correction(
    *, donation: Donation, reason: str, public_note: str, actor: User, taking: TakingBack | None = None
) -> Correction:
    """Ask for a posted gift to be reversed or refunded, wholly or in part.

    `public_note` is the 更正说明 that will show with the gift. Raises DomainError where a text or the amount is wrong,
    Conflict where a request is open or nothing of the gift is left to be taken back.
    """
    require(actor, Right.CORRECT_GIFTS, donation.branch)
    asked = taking or TakingBack()
    with transaction.atomic():
        _lock(donation)
        if _of(donation).filter(status=CorrectionStatus.REQUESTED).exists():
            raise Conflict("correction_exists", _("这笔捐赠已有待批准的冲销或退还，不能重复提出。"))
        left = donation.amount - _taken(donation)
        if not left:
            raise Conflict("correction_exists", _("这笔捐赠已全部冲销或退还，不能再提出。"))
        amount = left if asked.amount is None else asked.amount
        _check(donation, asked, amount, left, reason, public_note)
        correction = Correction.objects.create(
            **Correction.lineage_of(donation.branch),
            donation=donation,
            kind=asked.kind,
            amount=amount,
            advanced_by=asked.advanced_by,
            status=CorrectionStatus.REQUESTED,
            reason=reason.strip()[:500],
            public_note=public_note.strip()[:300],
            requested_by=actor,
            requested_at=now(),
        )
        record_audit("donations.correction.requested", actor=actor, obj=donation, branch_code=donation.branch.code)
    return correction


def _check(
    donation: Donation, asked: TakingBack, amount: Decimal, left: Decimal, reason: str, public_note: str
) -> None:
    fields = {}
    if len(reason.strip()) < 2:
        fields["reason"] = _("请写明内部理由。")
    if len(public_note.strip()) < 4:
        fields["public_note"] = _("请写明公开的更正说明（不要写个人姓名）。")
    giver = giver_of(donation, work=f"donations.corrections:{donation.pk}").name
    if len(giver) > 1 and giver in public_note:
        fields["public_note"] = _("更正说明会公开，不能写捐赠人姓名，请改写。")
    if not 0 < amount <= left:
        fields["amount"] = _("金额须大于零，不能超过这笔捐赠还没有收回的 %(left)s。") % {"left": format_yuan(left)}
    if asked.kind not in CorrectionKind.values:
        fields["kind"] = _("请选择冲销或退还。")
    advance = asked.advanced_by
    if advance is not None and asked.kind != CorrectionKind.REFUND:
        fields["advanced_by"] = _("只有退还捐赠可以由别的资金池垫付。")
    elif advance is not None and (
        advance.branch_id != donation.branch_id or advance.pk == donation.fund_id or not advance.is_open
    ):
        fields["advanced_by"] = _("垫付的须是本会另一个开放的资金池。")
    if fields:
        raise DomainError("correction_incomplete", _("申请还不完整，请按提示填写。"), fields)


def approve_correction(*, correction_id: int, actor: User, note: str = "") -> Correction:
    """Approve as another person and post: the gift's own unspent part is taken out again, or another fund advances it.

    Locks the correction, then the funds' balances. Raises DomainError where more was used than is left: its sentence
    says how much is still there, and that the rest needs a fund that advances it.
    """
    with transaction.atomic():
        correction = _locked(correction_id)
        donation = correction.donation
        require(actor, Right.CORRECT_GIFTS, donation.branch)
        if actor.pk == correction.requested_by_id:
            raise DomainError("own_work", _("须由提出人以外的另一人批准。"))
        # Before the ledger: it would return the entry of an earlier approval, and the totals would be taken off twice.
        _require_step(correction, CorrectionStatus.APPROVED)
        before = _of(donation).filter(is_current=True).first()
        taken = before.taken_total if before is not None else ZERO_YUAN
        entry = _post(correction, actor)
        if correction.advanced_by_id is None:
            taken += correction.amount
            _take_off_totals(donation, correction.amount, is_whole=taken == donation.amount)
        said = [before.shown_note.rstrip("。；")] if before is not None else []
        if before is not None:
            before.is_current = False
            before.save(update_fields=["is_current"])
        _move(
            correction,
            CorrectionStatus.APPROVED,
            actor=actor,
            entry=entry,
            decision_note=note.strip()[:500],
            is_current=True,
            taken_total=taken,
            shown_note=_("；").join([*said, correction.public_note]),
        )
        if taken == donation.amount:
            end_wait_of_taken_back(donation, actor=actor)
    return correction


def _post(correction: Correction, actor: User) -> Entry:
    donation = correction.donation
    document = f"{donation.number}#{correction.pk}"
    if correction.kind == CorrectionKind.REVERSAL:
        return reverse_entry(
            entry=donation.entry,
            made_by=correction.requested_by,
            approved_by=actor,
            occurred_on=today(),
            document=document,
            key=f"correction:{correction.pk}",
            quantity=correction.amount,
        )
    gift = donation.entry.movements.select_related("source__unit", "destination__unit", "destination__fund").get()
    source = gift.destination if correction.advanced_by is None else money_holding(correction.advanced_by)
    movement = MovementDraft(
        source=source,
        destination=gift.source,
        quantity=correction.amount,
        takes_back=gift if correction.advanced_by is None else None,
    )
    return post_entry(
        draft=EntryDraft(
            branch=donation.branch,
            kind=EntryKind.REFUND,
            occurred_on=today(),
            made_by=correction.requested_by,
            approved_by=actor,
            document=document,
            key=f"correction:{correction.pk}",
            movements=(movement,),
        ),
        actor=actor,
    )


def _of(donation: Donation) -> Any:
    return Correction.objects.unscoped("the gift's own").filter(donation=donation)


def _taken(donation: Donation) -> Decimal:
    current = _of(donation).filter(is_current=True).first()
    return current.taken_total if current is not None else ZERO_YUAN


def decline_correction(*, correction_id: int, actor: User, note: str) -> Correction:
    """Refuse a reversal, with a reason."""
    if len(note.strip()) < 2:
        raise DomainError("reason_missing", _("请写明不批准的理由。"), {"note": _("请写明理由。")})
    with transaction.atomic():
        correction = _locked(correction_id)
        require(actor, Right.CORRECT_GIFTS, correction.donation.branch)
        if actor.pk == correction.requested_by_id:
            raise DomainError("own_work", _("自己提出的冲销请用“撤回”，不能由自己审批。"))
        _move(correction, CorrectionStatus.DECLINED, actor=actor, decision_note=note.strip()[:500])
    return correction


def withdraw_correction(*, correction_id: int, actor: User) -> Correction:
    """Take back one's own request."""
    with transaction.atomic():
        correction = _locked(correction_id)
        require(actor, Right.CORRECT_GIFTS, correction.donation.branch)
        if actor.pk != correction.requested_by_id:
            raise DomainError("not_own_request", _("只有提出人可以撤回。"))
        _move(correction, CorrectionStatus.WITHDRAWN, actor=actor)
    return correction


def _lock(donation: Donation) -> None:
    Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)


def _locked(correction_id: int) -> Correction:
    return (
        Correction.objects.unscoped("lock of one known correction")
        .select_for_update(of=("self",))
        .select_related("donation__branch", "donation__entry__branch", "requested_by", "advanced_by__branch")
        .get(pk=correction_id)
    )


def _require_step(correction: Correction, to_status: str) -> None:
    if to_status not in CORRECTION_TRANSITIONS[correction.status]:
        raise WrongState("correction_wrong_state", _("这项冲销已经处理过了，请刷新页面查看结果。"))


def _move(correction: Correction, to_status: str, *, actor: User, **changes: Any) -> None:
    _require_step(correction, to_status)
    correction.status = to_status
    correction.decided_by, correction.decided_at = actor, now()
    for name, value in changes.items():
        setattr(correction, name, value)
    correction.save(update_fields=["status", "decided_by", "decided_at", *changes])
    record_audit(
        f"donations.correction.{to_status}",
        actor=actor,
        obj=correction.donation,
        branch_code=correction.donation.branch.code,
        changed_fields=["status"],
    )


def _take_off_totals(donation: Donation, amount: Decimal, *, is_whole: bool) -> None:
    changed = (
        DailyTotal.objects.unscoped("the gift's own day")
        .filter(
            branch_id=donation.branch_id,
            province_id=donation.province_id,
            city_id=donation.city_id,
            county_id=donation.county_id,
            fund_id=donation.fund_id,
            kind=donation.kind,
            received_on=donation.received_on,
        )
        .update(gift_count=F("gift_count") - int(is_whole), amount=F("amount") - amount)
    )
    if changed != 1:
        raise Conflict("totals_missing", _("每日合计与捐赠记录不一致，请联系系统管理员运行 verify_ledger。"))
