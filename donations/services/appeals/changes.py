"""Changes of use: on the giver's recorded consent, or after a notice of 60 full days (慈善法 Arts. 55-56)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now, today
from core.errors import Conflict, DomainError, NotFound
from core.models import StoredFile
from core.numbers import take_number
from core.outbox import write_record
from core.uploads import keep_paper
from donations.choices import CHANGE_LETTER, CHANGE_TRANSITIONS, ChangeStatus
from donations.models import ChangeOfUse, Objection
from donations.services.appeals.moving import (
    lock_subject,
    move_subject,
    note_hands,
    note_step,
    require_other,
    require_reason,
    require_step,
)
from donations.services.appeals.recorded import notice_body, notice_private
from ledger.choices import EntryKind, UseBasis
from ledger.models import Fund
from ledger.services.accounts import money_holding
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.posting import post_entry
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ChangeTerms:
    """What is to change: `amount` yuan from one fund of a branch to another, on `basis` (consent or notice)."""

    source: Fund
    target: Fund
    amount: Decimal
    basis: str
    reason: str
    public_note: str
    consent_on: datetime.date | None = None


def draft_change(*, terms: ChangeTerms, actor: User, upload: BinaryIO | None = None) -> ChangeOfUse:
    """Write a change of use, with the giver's consent where that is its basis."""
    require(actor, Right.PLAN_APPEALS, terms.source.branch)
    _check(terms)
    branch = terms.source.branch
    with transaction.atomic():
        change = ChangeOfUse.objects.create(
            **ChangeOfUse.lineage_of(branch),
            **_columns(terms),
            number=take_number(branch.code, now().astimezone(SHANGHAI).year, CHANGE_LETTER),
            consent_file=_kept(upload, actor),
            maker_ids=[actor.pk],
            made_by=actor,
            made_at=now(),
        )
        note_step(change, "", label=_("起草"), actor=actor)
    return change


def edit_change(*, change_id: int, terms: ChangeTerms, actor: User, upload: BinaryIO | None = None) -> ChangeOfUse:
    """Change a draft. Locks it."""
    _check(terms)
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, Right.PLAN_APPEALS, change.branch)
        require_step(change, ChangeStatus.SUBMITTED, CHANGE_TRANSITIONS)
        if terms.source.branch_id != change.branch_id:
            raise DomainError("fund_of_another_branch", _("资金池不属于这个红十字会，请改选。"), {"source": ""})
        columns = _columns(terms)
        kept = _kept(upload, actor)
        if kept is not None:
            columns["consent_file"] = kept
        for name, value in columns.items():
            setattr(change, name, value)
        change.save(update_fields=[*columns])
        note_hands(change, actor)
        note_step(change, change.status, label=_("修改"), actor=actor, changed=tuple(columns))
    return change


def submit_change(*, change_id: int, actor: User) -> ChangeOfUse:
    """Hand a draft to the second person; one on consent needs the giver's paper and its day."""
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, Right.PLAN_APPEALS, change.branch)
        if change.basis == UseBasis.CONSENT and (change.consent_file_id is None or change.consent_on is None):
            sentence = _("以捐赠人同意为依据的，请上传同意书并填写同意日期。")
            raise DomainError("consent_missing", sentence, {"consent_on": sentence})
        note_hands(change, actor)
        move_subject(change, ChangeStatus.SUBMITTED, CHANGE_TRANSITIONS, actor=actor)
    return change


def return_change(*, change_id: int, reason: str, actor: User) -> ChangeOfUse:
    """Give it back with a reason."""
    return _step(change_id, ChangeStatus.DRAFT, Right.APPROVE_APPEALS, actor, reason)


def drop_change(*, change_id: int, reason: str, actor: User) -> ChangeOfUse:
    """Give a draft up."""
    return _step(change_id, ChangeStatus.DROPPED, Right.PLAN_APPEALS, actor, reason)


def stop_change(*, change_id: int, reason: str, actor: User) -> ChangeOfUse:
    """End a notice without a change, because an objection holds or the giver was found; the notice stays readable."""
    return _step(change_id, ChangeStatus.STOPPED, Right.APPROVE_APPEALS, actor, reason)


def publish_notice(*, change_id: int, actor: User) -> ChangeOfUse:
    """Publish the notice as another person; its 60 full days begin on the day after. Writes its public record."""
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, Right.APPROVE_APPEALS, change.branch)
        require_other(change, actor)
        if change.basis != UseBasis.NOTICE:
            raise Conflict("no_notice_needed", _("这项变更以捐赠人同意为依据，不需要公示，请直接审核。"))
        require_step(change, ChangeStatus.NOTICE, CHANGE_TRANSITIONS)
        _write_notice(change)
        move_subject(change, ChangeStatus.NOTICE, CHANGE_TRANSITIONS, actor=actor, notice_on=today())
    return change


def record_objection(*, change_id: int, received_on: datetime.date, text: str, actor: User) -> Objection:
    """Record an objection to a notice; until it is answered nothing is posted. Locks the change."""
    problems = {}
    if len(text.strip()) < 2:
        problems["text"] = _("请写明异议内容。")
    if received_on > today():
        problems["received_on"] = _("收到日期不能晚于今天。")
    if problems:
        raise DomainError("objection_incomplete", _("异议登记还不完整，请按提示修改。"), problems)
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, Right.PLAN_APPEALS, change.branch)
        require_step(change, ChangeStatus.STOPPED, CHANGE_TRANSITIONS)
        objection = Objection.objects.create(
            change=change, received_on=received_on, text=text.strip()[:500], kept_by=actor
        )
        note_step(change, change.status, label=_("登记异议"), actor=actor)
    return objection


def answer_objection(*, objection_id: int, answer: str, actor: User) -> Objection:
    """Answer an objection in words that are public. Locks the change."""
    require_reason(answer, field="answer")
    with transaction.atomic():
        objection = Objection.objects.filter(pk=objection_id).first()
        if objection is None:
            raise NotFound("objection_not_found", _("没有找到这条异议。"))
        change = lock_subject(ChangeOfUse, objection.change_id)
        require(actor, Right.APPROVE_APPEALS, change.branch)
        objection.refresh_from_db()
        if objection.answer:
            raise Conflict("answered_already", _("这条异议已经答复。"))
        objection.answer, objection.answered_by, objection.answered_at = answer.strip()[:500], actor, now()
        objection.save(update_fields=["answer", "answered_by", "answered_at"])
        note_step(change, change.status, label=_("答复异议"), actor=actor)
    return objection


def approve_change(*, change_id: int, actor: User) -> ChangeOfUse:
    """Post a change of use as another person.

    On consent at once; after a notice only when it has stood for 60 full days and every objection is answered. Locks
    the change, then both funds' balances. Raises DomainError with the first day on which it can be posted.
    """
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, Right.APPROVE_APPEALS, change.branch)
        require_other(change, actor)
        require_step(change, ChangeStatus.POSTED, CHANGE_TRANSITIONS)
        _check_basis(change)
        entry = post_entry(
            draft=EntryDraft(
                branch=change.branch,
                kind=EntryKind.CHANGE_OF_USE,
                occurred_on=today(),
                made_by=change.made_by,
                approved_by=actor,
                document=change.number,
                key=f"change:{change.number}",
                movements=(MovementDraft(money_holding(change.source), money_holding(change.target), change.amount),),
                basis=change.basis,
            ),
            actor=actor,
        )
        move_subject(change, ChangeStatus.POSTED, CHANGE_TRANSITIONS, actor=actor, approved_by=actor, entry=entry)
    return change


def _check_basis(change: ChangeOfUse) -> None:
    if change.basis == UseBasis.CONSENT:
        if change.consent_file_id is None or change.consent_on is None:
            raise DomainError("consent_missing", _("没有捐赠人同意的记录，不能变更用途。"))
        return
    until = change.notice_until
    if until is None:
        raise Conflict("notice_missing", _("这项变更还没有公示，请先公示。"))
    if today() <= until:
        first = until + datetime.timedelta(days=1)
        raise DomainError("notice_too_short", _("公示须满六十日，最早 %(day)s 可以变更。") % {"day": first.isoformat()})
    if change.objections.filter(answer="").exists():
        raise DomainError("objection_open", _("还有没有答复的异议，请先答复，或终止这项变更。"))


def _step(change_id: int, to_status: str, right: str, actor: User, reason: str) -> ChangeOfUse:
    require_reason(reason)
    with transaction.atomic():
        change = lock_subject(ChangeOfUse, change_id)
        require(actor, right, change.branch)
        move_subject(change, to_status, CHANGE_TRANSITIONS, actor=actor, reason=reason)
    return change


def _kept(upload: BinaryIO | None, actor: User) -> Any:
    return (
        None
        if upload is None
        else keep_paper(upload=upload, actor=actor, field="consent", data_class=StoredFile.DataClass.PERSONAL)
    )


def _columns(terms: ChangeTerms) -> dict[str, Any]:
    return {
        "source": terms.source,
        "target": terms.target,
        "amount": terms.amount,
        "basis": terms.basis,
        "reason": terms.reason.strip()[:500],
        "public_note": terms.public_note.strip()[:500],
        "consent_on": terms.consent_on,
    }


def _check(terms: ChangeTerms) -> None:
    problems: dict[str, str] = {}
    if terms.source.branch_id != terms.target.branch_id or terms.source.pk == terms.target.pk:
        problems["target"] = _("变更后的资金池须是本会另一个资金池。")
    elif not terms.target.is_open:
        problems["target"] = _("变更后的资金池已关闭，请改选开放的资金池。")
    if not terms.source.is_restricted:
        problems["source"] = _("非定向资金不需要变更用途，请按拨付或使用办理。")
    if terms.amount <= 0:
        problems["amount"] = _("金额须大于零。")
    if terms.basis not in (UseBasis.CONSENT, UseBasis.NOTICE):
        problems["basis"] = _("请选择依据：捐赠人同意，或公示满六十日。")
    if terms.consent_on is not None and terms.consent_on > today():
        problems["consent_on"] = _("同意日期不能晚于今天。")
    if len(terms.reason.strip()) < 2:
        problems["reason"] = _("请写明内部理由。")
    if len(terms.public_note.strip()) < 10:
        problems["public_note"] = _("请写明公开的变更说明：原用途、变更后的用途和原因（至少 10 个字，不写个人姓名）。")
    if problems:
        raise DomainError("change_incomplete", _("变更用途还不完整，请按提示修改。"), problems)


def _write_notice(change: ChangeOfUse) -> None:
    write_record(
        kind="change_notice",
        subject=change.number,
        object_id=change.pk,
        branch_code=change.branch.code,
        body=notice_body(change, today()),
        private=notice_private(change),
    )
