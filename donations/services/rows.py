"""Changing single rows of a batch while its maker has it in hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from core.clock import today
from core.errors import Conflict, DomainError, NotFound
from donations.choices import BatchKind, DonorKind, NameChoice, Purpose
from donations.display import display_name
from donations.errors import WrongState
from donations.intake import ParsedRow, RowContext, read_row
from donations.models import Batch, StagedGift
from donations.selectors.campaigns import appeal_terms
from donations.services.duplicates import mark_duplicates
from donations.services.moving import lock_batch, note_maker, require_editable
from donations.services.staging import Appeal, level_of, proposals_of
from ledger.models import Fund
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User
    from core.models import StoredFile

# Fields that a person may give for a row; the amount and the day come as text, as typed.
NO_GIFT = "not_gift"
TYPED_FIELDS = ("donor", "amount", "received_on", "remark", "channel", "reference")


def _open_row(batch_id: int, row_number: int, actor: User, version: int | None = None) -> tuple[Batch, StagedGift]:
    """Lock a batch and one of its rows; `version` is the `edit_count` that the person had before their eyes."""
    batch = lock_batch(batch_id)
    require(actor, Right.ENTER_GIFTS, batch.branch)
    require_editable(batch)
    row = StagedGift.objects.select_for_update().filter(batch=batch, row_number=row_number).first()
    if row is None:
        raise NotFound("row_not_found", _("批次里没有第 %(row)d 行。") % {"row": row_number})
    if version is not None and version != row.edit_count:
        raise Conflict(
            "row_changed",
            _("第 %(row)d 行在您打开之后已被他人修改，您的修改没有保存。请核对下面的最新内容后再改。")
            % {"row": row_number},
        )
    return batch, row


def _parse(batch: Batch, row_number: int, typed: Mapping[str, Any]) -> ParsedRow:
    context = RowContext(
        today=today(), default_on=batch.default_on or (today() if batch.kind == BatchKind.COUNTER else None)
    )
    return read_row({name: typed.get(name, "") for name in TYPED_FIELDS}, row_number=row_number, context=context)


def _apply(row: StagedGift, parsed: ParsedRow, typed: Mapping[str, Any], batch: Batch) -> None:
    kind = typed.get("donor_kind") or parsed.donor_kind
    choice = typed.get("name_choice") or NameChoice.MASKED
    purpose = typed.get("purpose") or (Purpose.OTHER_RESTRICTED if batch.fund.is_restricted else Purpose.GENERAL)
    for name, value, known in (
        ("donor_kind", kind, DonorKind), ("name_choice", choice, NameChoice), ("purpose", purpose, Purpose)
    ):  # fmt: skip
        if value not in known.values:
            raise DomainError(
                "choice_unknown", _("“%(value)s”不在可选范围内。") % {"value": value}, {name: _("请从列表中选择。")}
            )
    row.donor, row.donor_kind, row.name_choice, row.purpose = parsed.donor[:200], kind, choice, purpose
    row.display_name = display_name(row.donor, kind, choice)
    row.received_on, row.amount = parsed.received_on, parsed.amount
    row.remark, row.channel, row.reference = parsed.remark, parsed.channel[:60], parsed.reference[:80]
    row.fund = _fund(batch, typed.get("fund"))
    appeal = Appeal(appeal_terms(row.fund_id or batch.fund_id), batch.branch.division_id)
    problems = (*parsed.problems, *appeal.problems(row.row_number, row.received_on))
    row.fund_id = appeal.other_fund(row.received_on) or row.fund_id
    row.problems = [{**problem.as_dict(), "level": "error" if problem.is_error else "warning"} for problem in problems]
    row.level = level_of(parsed, problems)
    row.content_key = bytes.fromhex(parsed.content_key) if parsed.content_key else None
    row.loose_key = bytes.fromhex(parsed.row_fingerprint) if parsed.row_fingerprint else None


def _fund(batch: Batch, fund_id: Any) -> Fund | None:
    if not fund_id or str(fund_id) == str(batch.fund_id):
        return None
    fund = Fund.objects.filter(pk=fund_id, branch_id=batch.branch_id, closed_on__isnull=True).first()
    if fund is None:
        raise DomainError("fund_not_usable", _("所选资金池不属于本会或已关闭。"), {"fund": _("请另选一个资金池。")})
    return fund


def edit_row(
    *, batch_id: int, row_number: int, typed: Mapping[str, Any], actor: User, version: int | None = None
) -> StagedGift:
    """Mend a row in place: what was typed is read by the same rules as a file. Locks the batch.

    The file's own sums are compared with the amounts as they stand after the mending. A row that still has errors is
    kept and says so; nothing is refused for being unfinished. Raises Conflict where `version` is no longer the row's.
    """
    with transaction.atomic():
        batch, row = _open_row(batch_id, row_number, actor, version)
        before = row.amount or 0
        parsed = _parse(batch, row_number, typed)
        _apply(row, parsed, typed, batch)
        # Whether the reader knew the line to be no gift stays: such a line counts in none of the file's own sums.
        no_gift = {name: value for name, value in row.proposals.items() if name == NO_GIFT}
        row.proposals = {**proposals_of(parsed), **no_gift}
        row.duplicate_of, row.duplicate_decision = "", ""
        row.edited_by_id, row.edit_count = actor.pk, row.edit_count + 1
        row.save()
        if not no_gift:
            Batch.objects.unscoped("locked batch").filter(pk=batch.pk).update(
                found_total=F("found_total") + (row.amount or 0) - before
            )
        mark_duplicates(batch, row_id=row.pk)
        note_maker(batch, actor)
    return row


def add_row(
    *,
    batch_id: int,
    typed: Mapping[str, Any],
    actor: User,
    voucher: StoredFile | None = None,
    entry_key: UUID | None = None,
) -> StagedGift:
    """Add a gift typed at the counter; raises DomainError with the fields that are wrong, and then adds nothing.

    `entry_key` is the form's one-time key: the same key again returns the row that it made before, wherever that is.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        require_editable(batch)
        if batch.kind != BatchKind.COUNTER:
            raise WrongState("batch_is_a_file", _("文件批次不能加行，请在手工录入里补录。"))
        if entry_key is not None:
            there = StagedGift.objects.filter(entry_key=entry_key, batch=batch).first()
            if there is not None:
                return there
        last = StagedGift.objects.filter(batch=batch).aggregate(last=Max("row_number"))["last"] or 0
        parsed = _parse(batch, last + 1, typed)
        if parsed.level == "error":
            fields = {problem.field: problem.message for problem in parsed.problems if problem.is_error}
            raise DomainError("row_has_errors", _("这一笔还有错误，没有保存，请按提示改正。"), fields)
        row = StagedGift(batch=batch, row_number=last + 1, original={}, voucher=voucher, edited_by_id=actor.pk)
        row.entry_key, row.proposals = entry_key, proposals_of(parsed)
        _apply(row, parsed, typed, batch)
        _refuse_errors(row)
        row.save()
        Batch.objects.unscoped("locked batch").filter(pk=batch.pk).update(
            found_count=F("found_count") + 1, found_total=F("found_total") + row.amount
        )
        mark_duplicates(batch, row_id=row.pk)
        note_maker(batch, actor)
    return row


def _refuse_errors(row: StagedGift) -> None:
    """A gift typed at the counter that does not fit its campaign is refused at once, with the field that is wrong."""
    fields = {one["field"]: one["message"] for one in row.problems if one["level"] == "error"}
    if fields:
        raise DomainError("row_has_errors", _("这一笔还有错误，没有保存，请按提示改正。"), fields)


def exclude_row(*, batch_id: int, row_number: int, reason: str, actor: User) -> StagedGift:
    """Take a row out of what will be posted, with a reason; it stays in the batch and can be put back."""
    if len(reason.strip()) < 2:
        raise DomainError("reason_missing", _("请写明排除的理由（至少 2 个字）。"), {"reason": _("请写明理由。")})
    with transaction.atomic():
        batch, row = _open_row(batch_id, row_number, actor)
        row.excluded_reason, row.edited_by_id = reason.strip()[:200], actor.pk
        row.edit_count += 1
        row.save(update_fields=["excluded_reason", "edited_by_id", "edit_count"])
        note_maker(batch, actor)
    return row


def restore_row(*, batch_id: int, row_number: int, actor: User) -> StagedGift:
    """Put an excluded row back."""
    with transaction.atomic():
        batch, row = _open_row(batch_id, row_number, actor)
        row.excluded_reason, row.edited_by_id = "", actor.pk
        row.edit_count += 1
        row.save(update_fields=["excluded_reason", "edited_by_id", "edit_count"])
        note_maker(batch, actor)
    return row


def accept_giver(*, batch_id: int, row_number: int, actor: User) -> StagedGift:
    """Take the proposed giver of a pass-through row (`甲转来乙捐款`) as its giver; the other goes to the remark."""
    with transaction.atomic():
        batch, row = _open_row(batch_id, row_number, actor)
        giver = row.proposals.get("giver")
        if not giver:
            raise DomainError("no_proposal", _("第 %(row)d 行没有可采纳的捐赠人建议。") % {"row": row_number})
        remark = _("由%(via)s转来") % {"via": row.proposals.get("via", "")}
        typed = {
            "donor": giver,
            "donor_kind": row.proposals.get("giver_kind", ""),
            "amount": "" if row.amount is None else str(row.amount),
            "received_on": "" if row.received_on is None else row.received_on.isoformat(),
            "remark": f"{row.remark} {remark}".strip()[:500],
            "channel": row.channel,
            "reference": row.reference,
            "purpose": row.purpose,
            "name_choice": row.name_choice,
            "fund": row.fund_id,
        }
        row.proposals = {name: value for name, value in row.proposals.items() if name in ("earmark", NO_GIFT)}
        _apply(row, _parse(batch, row_number, typed), typed, batch)
        # Another giver is another gift: what was suspected and decided of the old one says nothing of it.
        row.duplicate_of, row.duplicate_decision = "", ""
        row.edited_by_id, row.edit_count = actor.pk, row.edit_count + 1
        row.save()
        mark_duplicates(batch, row_id=row.pk)
        note_maker(batch, actor)
    return row
