"""Agreements with givers: written by one person, put in force by another, who thereby opens their fund."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, now, today
from core.errors import DomainError
from core.models import StoredFile
from core.numbers import take_number
from core.uploads import keep_paper
from donations.choices import AGREEMENT_LETTER, TERMS_TRANSITIONS, DonorKind, NameChoice, TermsStatus
from donations.display import display_name
from donations.models import Agreement
from donations.services.appeals.moving import (
    lock_subject,
    move_subject,
    note_hands,
    note_step,
    require_other,
    require_reason,
    require_step,
)
from ledger.services.funds import FundTerms, open_fund
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

AGREEMENT_FIELDS = (
    "giver_name", "giver_kind", "name_choice", "title", "amount", "fee_rate", "purpose", "beneficiary", "starts_on",
    "ends_on",
)  # fmt: skip


def draft_agreement(
    *, branch: Branch, values: Mapping[str, Any], actor: User, upload: BinaryIO | None = None
) -> Agreement:
    """Write an agreement, with its text where there is one. Raises DomainError with the fields that are wrong."""
    require(actor, Right.PLAN_APPEALS, branch)
    columns = _checked(values)
    with transaction.atomic():
        document = _kept(upload, actor)
        agreement = Agreement.objects.create(
            **Agreement.lineage_of(branch),
            **columns,
            number=take_number(branch.code, now().astimezone(SHANGHAI).year, AGREEMENT_LETTER),
            document=document,
            maker_ids=[actor.pk],
            made_by=actor,
            made_at=now(),
        )
        note_step(agreement, "", label=_("起草"), actor=actor)
    return agreement


def edit_agreement(
    *, agreement_id: int, values: Mapping[str, Any], actor: User, upload: BinaryIO | None = None
) -> Agreement:
    """Change a draft; a new text takes the place of the one before. Locks it."""
    columns = _checked(values)
    with transaction.atomic():
        agreement = lock_subject(Agreement, agreement_id)
        require(actor, Right.PLAN_APPEALS, agreement.branch)
        require_step(agreement, TermsStatus.SUBMITTED, TERMS_TRANSITIONS)
        document = _kept(upload, actor)
        if document is not None:
            columns["document"] = document
        for name, value in columns.items():
            setattr(agreement, name, value)
        agreement.save(update_fields=[*columns])
        note_hands(agreement, actor)
        note_step(agreement, agreement.status, label=_("修改"), actor=actor, changed=tuple(columns))
    return agreement


def submit_agreement(*, agreement_id: int, actor: User) -> Agreement:
    """Hand a draft with its text to the second person."""
    with transaction.atomic():
        agreement = lock_subject(Agreement, agreement_id)
        require(actor, Right.PLAN_APPEALS, agreement.branch)
        if agreement.document_id is None:
            sentence = _("请先上传双方签署的协议文本。")
            raise DomainError("agreement_without_text", sentence, {"document": sentence})
        note_hands(agreement, actor)
        move_subject(agreement, TermsStatus.SUBMITTED, TERMS_TRANSITIONS, actor=actor)
    return agreement


def return_agreement(*, agreement_id: int, reason: str, actor: User) -> Agreement:
    """Give it back with a reason."""
    return _step(agreement_id, TermsStatus.DRAFT, Right.APPROVE_APPEALS, actor, reason)


def drop_agreement(*, agreement_id: int, reason: str, actor: User) -> Agreement:
    """Give a draft up."""
    return _step(agreement_id, TermsStatus.DROPPED, Right.PLAN_APPEALS, actor, reason)


def end_agreement(*, agreement_id: int, reason: str, actor: User) -> Agreement:
    """End an agreement; its fund stays open until it is used up and closed."""
    return _step(agreement_id, TermsStatus.ENDED, Right.APPROVE_APPEALS, actor, reason, ended_at=now())


def approve_agreement(*, agreement_id: int, actor: User) -> Agreement:
    """Put an agreement in force as another person: its restricted fund is opened with the agreed fee rate.

    Locks the agreement, then the branch's counter of funds.
    """
    with transaction.atomic():
        agreement = lock_subject(Agreement, agreement_id)
        require(actor, Right.APPROVE_APPEALS, agreement.branch)
        require_other(agreement, actor)
        require_step(agreement, TermsStatus.IN_FORCE, TERMS_TRANSITIONS)
        fund = open_fund(
            branch=agreement.branch,
            terms=FundTerms(
                name=agreement.title,
                purpose=agreement.purpose,
                beneficiary=agreement.beneficiary,
                project=agreement.title,
                fee_rate=agreement.fee_rate,
            ),
            on=today(),
            actor=actor,
            right=Right.APPROVE_APPEALS,
        )
        move_subject(
            agreement,
            TermsStatus.IN_FORCE,
            TERMS_TRANSITIONS,
            actor=actor,
            approved_by=actor,
            in_force_at=now(),
            fund=fund,
        )
    return agreement


def _step(agreement_id: int, to_status: str, right: str, actor: User, reason: str, **changes: Any) -> Agreement:
    require_reason(reason)
    with transaction.atomic():
        agreement = lock_subject(Agreement, agreement_id)
        require(actor, right, agreement.branch)
        move_subject(agreement, to_status, TERMS_TRANSITIONS, actor=actor, reason=reason, **changes)
    return agreement


def _kept(upload: BinaryIO | None, actor: User) -> Any:
    return (
        None
        if upload is None
        else keep_paper(upload=upload, actor=actor, field="document", data_class=StoredFile.DataClass.PERSONAL)
    )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: values.get(name) for name in AGREEMENT_FIELDS}
    columns: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in given.items()
    }
    columns["fee_rate"] = columns["fee_rate"] or Decimal(0)
    columns["beneficiary"] = columns["beneficiary"] or ""
    columns["name_choice"] = columns["name_choice"] or NameChoice.MASKED
    problems: dict[str, str] = {}
    for name, sentence in (
        ("giver_name", _("请填写捐赠人。")), ("title", _("请填写项目名称。")), ("purpose", _("请填写限定用途。"))
    ):  # fmt: skip
        if not columns[name]:
            problems[name] = sentence
    if columns["giver_kind"] not in DonorKind.values:
        problems["giver_kind"] = _("请选择捐赠人类别。")
    if not isinstance(columns["amount"], Decimal) or columns["amount"] <= 0:
        problems["amount"] = _("请填写约定金额，须大于零。")
    if not 0 <= columns["fee_rate"] < 1 or columns["fee_rate"] != round(columns["fee_rate"], 4):
        problems["fee_rate"] = _("管理费率须在 0 与 1 之间，最多四位小数。")
    if not isinstance(columns["starts_on"], datetime.date):
        problems["starts_on"] = _("请填写生效日期。")
    elif columns["ends_on"] is not None and columns["ends_on"] < columns["starts_on"]:
        problems["ends_on"] = _("终止日期不能早于生效日期。")
    if problems:
        raise DomainError("agreement_incomplete", _("捐赠协议还不完整，请按提示修改。"), problems)
    shown = display_name(columns["giver_name"], columns["giver_kind"], columns["name_choice"])
    return {**columns, "display_name": shown}
