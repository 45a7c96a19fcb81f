"""Who may do what with batches, rows and gifts; and fetching them for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import DomainError, NotFound
from core.models import StoredFile
from donations.choices import BatchStatus
from donations.models import (
    Batch,
    Correction,
    Donation,
    GiftClaim,
    GiftLetter,
    GiverRequest,
    Receipt,
    StagedGift,
    UnidentifiedGift,
)
from organizations.choices import Right
from organizations.permissions import may, require

if TYPE_CHECKING:
    from accounts.models import User

# States in which nobody has decided yet, so that names may still have to be read and mended.
_UNDECIDED = frozenset(BatchStatus.values) - {BatchStatus.POSTED, BatchStatus.CANCELLED}


def may_enter(person: User, batch: Batch) -> bool:
    """Whether the person works at this batch as one who enters gifts."""
    return may(person, Right.ENTER_GIFTS, batch.branch)


def may_edit_rows(person: User, batch: Batch) -> bool:
    """Whether the person may change rows of this batch now."""
    return batch.is_editable and may_enter(person, batch)


def sees_names(person: User, batch: Batch) -> bool:
    """Whether the person reads givers' names in the rows: its branch's makers and approvers, until it is decided.

    Everybody else, and everybody afterwards, sees the masked form (privacy: P2).
    """
    if batch.status not in _UNDECIDED:
        return False
    return may_enter(person, batch) or may(person, Right.APPROVE_GIFTS, batch.branch)


def may_read_source(person: User, batch: Batch) -> bool:
    """Whether the person may have the batch's original file or its vouchers, which hold names."""
    return may_enter(person, batch) or may(person, Right.APPROVE_GIFTS, batch.branch)


def why_not_approve(person: User, batch: Batch) -> str:
    """Why the person cannot approve this batch; empty where they can."""
    if not may(person, Right.APPROVE_GIFTS, batch.branch):
        return _("您在“%(branch)s”没有审核捐赠的权限。") % {"branch": batch.branch.name}
    if person.pk in batch.maker_ids:
        return _("您录入、修改或提交过这批捐赠，须由另一位审核人办理。")
    return ""


def row_of(batch: Batch, row_number: int) -> StagedGift:
    """A row of a batch that the person was already let into; raises NotFound."""
    row = StagedGift.objects.select_related("fund", "voucher").filter(batch=batch, row_number=row_number).first()
    if row is None:
        raise NotFound("row_not_found", _("批次里没有第 %(row)d 行。") % {"row": row_number})
    return row


def row_voucher(batch: Batch, row_number: int) -> StoredFile:
    """The voucher of a row; raises NotFound."""
    voucher = row_of(batch, row_number).voucher
    if voucher is None:
        raise NotFound("no_voucher", _("这一笔没有上传凭证。"))
    return voucher


def row_letter(batch: Batch, row_number: int) -> StoredFile:
    """The giver's letter of a row; raises NotFound."""
    letter = GiftLetter.objects.select_related("file").filter(batch=batch, row_number=row_number).first()
    if letter is None:
        raise NotFound("no_letter", _("这一行没有上传捐赠函。"))
    found: StoredFile = letter.file
    return found


def gift_for(person: User, number: str) -> Donation:
    """A posted gift that the person may see, by its number; raises NotFound, also for one outside their branches."""
    gift = (
        Donation.objects.visible_to(person, Right.VIEW_GIFTS)
        .select_related("branch", "fund", "batch", "entry", "voucher")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if gift is None:
        raise NotFound("gift_not_found", _("没有找到捐赠 %(number)s，或它不在您的范围内。") % {"number": number[:40]})
    return gift


def correction_for(person: User, gift: Donation, correction_id: int) -> Correction:
    """A correction of a gift that the person was already let into; raises NotFound."""
    correction = (
        Correction.objects.visible_to(person, Right.VIEW_GIFTS)
        .select_related("requested_by", "decided_by", "branch")
        .filter(donation=gift, pk=correction_id)
        .first()
    )
    if correction is None:
        raise NotFound("correction_not_found", _("没有找到这项更正。"))
    return correction


def receipt_for(gift: Donation, receipt_id: int) -> Receipt:
    """A receipt of a gift that the person was already let into; raises NotFound."""
    receipt: Receipt | None = (
        Receipt.objects.unscoped("of a gift already in scope").filter(donation=gift, pk=receipt_id).first()
    )
    if receipt is None:
        raise NotFound("receipt_not_found", _("没有找到这张票据。"))
    return receipt


def request_for(gift: Donation, request_id: int) -> GiverRequest:
    """A giver's request about a gift that the person was already let into; raises NotFound."""
    request: GiverRequest | None = (
        GiverRequest.objects.unscoped("of a gift already in scope")
        .select_related("branch", "answered_by")
        .filter(donation=gift, pk=request_id)
        .first()
    )
    if request is None:
        raise NotFound("request_not_found", _("没有找到这项请求。"))
    return request


def require_claim(person: User, claim: GiftClaim) -> None:
    """Refuse a person who neither looks after givers in a claim's branch nor confirms there (404 outside, 403)."""
    if not may(person, Right.APPROVE_GIFTS, claim.branch):
        require(person, Right.SERVE_GIVERS, claim.branch)


def claim_for(person: User, claim_id: int) -> GiftClaim:
    """A claim that the person may work at; raises NotFound, also for one outside their branches."""
    claim: GiftClaim | None = (
        GiftClaim.objects.unscoped("the person is asked about below")
        .select_related("branch", "slip", "pooled__donation__fund", "pooled__branch", "proposed_by", "decided_by")
        .filter(pk=claim_id)
        .first()
    )
    if claim is None:
        raise NotFound("claim_not_found", _("没有找到这项认领，或它不在您的范围内。"))
    require_claim(person, claim)
    return claim


def pooled_for(person: User, number: str) -> UnidentifiedGift:
    """The pool's row of a gift that the person may read, by the gift's number. Raises DomainError at `gift`."""
    pooled: UnidentifiedGift | None = (
        UnidentifiedGift.objects.visible_to(person, Right.VIEW_GIFTS)
        .select_related("branch", "donation")
        .filter(donation__number=number.replace("\x00", "").strip())
        .first()
    )
    if pooled is None:
        sentence = _("待认领的捐赠中没有这个编号，请核对。")
        raise DomainError("not_in_pool", sentence, {"gift": sentence})
    return pooled
