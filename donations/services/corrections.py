"""Reversing a posted gift: asked for by one person, approved by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import Conflict, DomainError
from donations.choices import CORRECTION_TRANSITIONS, CorrectionStatus
from donations.errors import WrongState
from donations.models import Correction, DailyTotal, Donation
from ledger.services.reversal import reverse_entry
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def request_correction(*, donation: Donation, reason: str, public_note: str, actor: User) -> Correction:
    """Ask for a posted gift to be reversed; `public_note` is the 更正说明 that will show with the gift.

    Raises DomainError where either text is missing, Conflict where a request is open or the gift is reversed already.
    """
    require(actor, Right.CORRECT_GIFTS, donation.branch)
    fields = {}
    if len(reason.strip()) < 2:
        fields["reason"] = _("请写明内部理由。")
    if len(public_note.strip()) < 4:
        fields["public_note"] = _("请写明公开的更正说明（不要写个人姓名）。")
    if donation.donor_name and len(donation.donor_name) > 1 and donation.donor_name in public_note:
        fields["public_note"] = _("更正说明会公开，不能写捐赠人姓名，请改写。")
    if fields:
        raise DomainError("correction_incomplete", _("冲销申请还不完整，请按提示填写。"), fields)
    with transaction.atomic():
        _lock(donation)
        standing = Correction.objects.unscoped("the gift's own").filter(
            donation=donation, status__in=[CorrectionStatus.REQUESTED, CorrectionStatus.APPROVED]
        )
        if standing.exists():
            raise Conflict("correction_exists", _("这笔捐赠已有待批准或已批准的冲销，不能重复提出。"))
        correction = Correction.objects.create(
            **Correction.lineage_of(donation.branch),
            donation=donation,
            status=CorrectionStatus.REQUESTED,
            reason=reason.strip()[:500],
            public_note=public_note.strip()[:300],
            requested_by=actor,
            requested_at=now(),
        )
        record_audit("donations.correction.requested", actor=actor, obj=donation, branch_code=donation.branch.code)
    return correction


def approve_correction(*, correction_id: int, actor: User, note: str = "") -> Correction:
    """Approve a reversal as another person and post it: a reversing entry that takes the gift's unspent part out again.

    Locks the correction, then the fund's balance. Raises DomainError where part of the gift has been used.
    """
    with transaction.atomic():
        correction = _locked(correction_id)
        donation = correction.donation
        require(actor, Right.CORRECT_GIFTS, donation.branch)
        if actor.pk == correction.requested_by_id:
            raise DomainError("own_work", _("冲销须由提出人以外的另一人批准。"))
        # Before the ledger: it would return the entry of an earlier approval, and the totals would be taken off twice.
        _require_step(correction, CorrectionStatus.APPROVED)
        entry = reverse_entry(
            entry=donation.entry,
            made_by=correction.requested_by,
            approved_by=actor,
            occurred_on=today(),
            document=f"{donation.number}#{correction.pk}",
            key=f"correction:{correction.pk}",
        )
        _take_off_totals(donation)
        _move(correction, CorrectionStatus.APPROVED, actor=actor, entry=entry, decision_note=note.strip()[:500])
    return correction


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
        .select_related("donation__branch", "donation__entry", "requested_by")
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


def _take_off_totals(donation: Donation) -> None:
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
        .update(gift_count=F("gift_count") - 1, amount=F("amount") - donation.amount)
    )
    if changed != 1:
        raise Conflict("totals_missing", _("每日合计与捐赠记录不一致，请联系系统管理员运行 verify_ledger。"))
