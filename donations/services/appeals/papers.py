"""Documents of campaigns, and the letters of large gifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError, NotFound
from core.files import open_stored
from core.models import StoredFile
from core.uploads import keep_paper
from donations.choices import CampaignFileKind, CampaignStatus
from donations.models import Agreement, Campaign, CampaignFile, ChangeOfUse, GiftLetter, StagedGift
from donations.services.appeals.moving import lock_subject, note_step
from donations.services.moving import lock_batch, note_maker, require_editable
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def keep_campaign_file(*, campaign_id: int, kind: str, title: str, upload: BinaryIO, actor: User) -> CampaignFile:
    """Keep a document of a campaign at the desk; another person releases it. Locks the campaign."""
    problems = {}
    if kind not in CampaignFileKind.values:
        problems["kind"] = _("请选择类别。")
    if not 0 < len(title.strip()) <= 120:
        problems["title"] = _("请填写标题，最多 120 个字。")
    if problems:
        raise DomainError("file_incomplete", _("文件资料还不完整，请按提示修改。"), problems)
    with transaction.atomic():
        campaign = lock_subject(Campaign, campaign_id)
        require(actor, Right.PLAN_APPEALS, campaign.branch)
        stored = keep_paper(upload=upload, actor=actor, field="file", data_class=StoredFile.DataClass.INTERNAL)
        kept = CampaignFile.objects.create(
            campaign=campaign, kind=kind, title=title.strip(), file=stored, kept_by=actor, kept_at=now()
        )
        note_step(campaign, campaign.status, label=_("上传文件"), actor=actor, reason=kept.title)
    return kept


def release_campaign_file(*, file_id: int, actor: User) -> CampaignFile:
    """Make a document public as another person than the one who kept it; it stays public. Locks the campaign."""
    with transaction.atomic():
        kept = CampaignFile.objects.filter(pk=file_id).first()
        if kept is None:
            raise NotFound("file_not_found", _("没有找到这份文件。"))
        campaign = lock_subject(Campaign, kept.campaign_id)
        require(actor, Right.APPROVE_APPEALS, campaign.branch)
        kept.refresh_from_db()
        if kept.released_at is not None:
            raise Conflict("released_already", _("这份文件已经公开。"))
        if campaign.status in (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED, CampaignStatus.CANCELLED):
            raise Conflict("campaign_not_public", _("活动还没有开放，文件不能先公开。"))
        if kept.kept_by_id == actor.pk:
            raise DomainError("own_work", _("自己上传的文件须由另一人公开。"))
        kept.released_by, kept.released_at = actor, now()
        kept.save(update_fields=["released_by", "released_at"])
        note_step(campaign, campaign.status, label=_("公开文件"), actor=actor, reason=kept.title)
    return kept


def open_campaign_file(kept: CampaignFile) -> BinaryIO:
    """Open a document that the caller may see; raises NotFound where the store has lost it."""
    try:
        return open_stored(kept.file)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def open_paper(
    subject: Agreement | ChangeOfUse, stored: StoredFile | None, *, actor: User
) -> tuple[StoredFile, BinaryIO]:
    """Open a paper that names a giver, for somebody who was let in; the reading is recorded (privacy: P2)."""
    if stored is None:
        raise NotFound("no_paper", _("还没有上传文件。"))
    record_audit(
        f"donations.{subject._meta.model_name}.paper_read", actor=actor, obj=subject, branch_code=subject.branch.code
    )
    try:
        return stored, open_stored(stored)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def keep_letter(*, batch_id: int, row_number: int, upload: BinaryIO, actor: User) -> GiftLetter:
    """Keep the giver's letter for a row of a batch that is still in its maker's hands. Locks the batch.

    A second letter takes the place of the first.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        require_editable(batch)
        if not StagedGift.objects.filter(batch=batch, row_number=row_number).exists():
            raise NotFound("row_not_found", _("批次里没有第 %(row)d 行。") % {"row": row_number})
        stored = keep_paper(upload=upload, actor=actor, field="letter", data_class=StoredFile.DataClass.PERSONAL)
        letter, _made = GiftLetter.objects.update_or_create(
            batch=batch,
            row_number=row_number,
            defaults={"file": stored, "kept_by": actor, "kept_at": now()},
        )
        note_maker(batch, actor)
    return letter
