"""The gifts' part of the table of retention: rows of batches that are over, drafts that nobody came back to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from core.models import StoredFile
from core.retention.rules import delete_in_batches, destroy_file
from core.retention.terms import Asked, HoldKind, Outcome, Term
from donations.choices import BatchStatus
from donations.models import Batch, Donation, StagedGift
from donations.services.moving import lock_batch, move_batch

# Days. The database lets no row of a posted batch go before two years (sql/purging.sql).
CANCELLED_DAYS, POSTED_DAYS, IDLE_DAYS = 90, 731, 365
_IDLE = (BatchStatus.DRAFT, BatchStatus.RETURNED, BatchStatus.UNREADABLE)
_LABEL = "donations.batch"


def kept_files(due: QuerySet[StoredFile], asked_holds: Any) -> Iterable[Any]:
    """Return the files that stay whatever their day is: vouchers of posted gifts, files of batches that are held."""
    held = asked_holds.of(_LABEL)
    batches = Batch.objects.unscoped("retention").filter(number__in=held)
    yield from Donation.objects.unscoped("retention").filter(voucher__in=due).values_list("voucher", flat=True)
    yield from batches.filter(file__in=due).values_list("file", flat=True)
    yield from StagedGift.objects.filter(batch__in=batches, voucher__in=due).values_list("voucher", flat=True)


def cancel_idle_drafts(asked: Asked) -> Outcome:
    """Cancel batches that nobody touched for a year before they were submitted; their rows go afterwards."""
    before = _day_before(asked.today, IDLE_DAYS)
    idle = (
        Batch.objects.unscoped("retention")
        .filter(status__in=_IDLE)
        .alias(last=Max("events__at"))
        .filter(last__lt=before)
        .order_by("pk")
        .values_list("pk", "number")
    )
    found = list(idle)
    free = [pk for pk, number in found if number not in asked.holds.of(_LABEL)]
    if not asked.is_dry:
        for pk in free:
            with transaction.atomic():
                batch = lock_batch(pk)
                if batch.status in _IDLE:
                    reason = _("一年没有人处理，按保存期限自动作废")
                    move_batch(batch, BatchStatus.CANCELLED, actor=None, reason=reason)
    return Outcome(due=len(found), destroyed=0 if asked.is_dry else len(free), held=len(found) - len(free))


def purge_cancelled_rows(asked: Asked) -> Outcome:
    """Delete the rows and vouchers of batches that were cancelled more than 90 days ago."""
    before = _day_before(asked.today, CANCELLED_DAYS)
    over = Batch.objects.unscoped("retention").filter(status=BatchStatus.CANCELLED)
    return _purge_rows(over.alias(last=Max("events__at")).filter(last__lt=before), asked)


def purge_posted_rows(asked: Asked) -> Outcome:
    """Delete the staged rows of batches posted more than two years ago: the gifts themselves stand in the books."""
    before = _day_before(asked.today, POSTED_DAYS)
    over = Batch.objects.unscoped("retention").filter(status=BatchStatus.POSTED, posted_at__lt=before)
    return _purge_rows(over, asked)


def _purge_rows(batches: QuerySet[Batch], asked: Asked) -> Outcome:
    held = asked.holds.of(_LABEL)
    rows = StagedGift.objects.filter(batch__in=batches.exclude(number__in=held).values("pk"))
    kept = StagedGift.objects.filter(batch__in=batches.filter(number__in=held).values("pk")).count()
    vouchers = set(rows.filter(voucher__isnull=False).values_list("voucher", flat=True))
    outcome = delete_in_batches(rows, asked, held=kept)
    if not asked.is_dry:
        needed = set(
            Donation.objects.unscoped("retention").filter(voucher__in=vouchers).values_list("voucher", flat=True)
        ) | set(StagedGift.objects.filter(voucher__in=vouchers).values_list("voucher", flat=True))
        for key in vouchers - needed:
            destroy_file(key)
    return outcome


def _is_batch(number: str) -> bool:
    return Batch.objects.unscoped("retention").filter(number=number).exists()


def _day_before(today: datetime.date, days: int) -> datetime.datetime:
    return datetime.datetime.combine(today - datetime.timedelta(days=days), datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "donations.idle_drafts",
        "P2",
        gettext_lazy("没有提交的批次"),
        gettext_lazy("录入捐赠"),
        gettext_lazy("一年没有人处理即作废"),
        "个人信息保护法 第十九条",
        cancel_idle_drafts,
    ),
    Term(
        "donations.cancelled_rows",
        "P2",
        gettext_lazy("已作废批次的逐行内容和凭证"),
        gettext_lazy("核对是否误作废"),
        gettext_lazy("作废后 90 天"),
        "个人信息保护法 第四十七条",
        purge_cancelled_rows,
    ),
    Term(
        "donations.posted_rows",
        "P2",
        gettext_lazy("已入账批次的原始逐行内容"),
        gettext_lazy("与名单核对、年度审计"),
        gettext_lazy("入账后两年（捐赠本身长期保存）"),
        "个人信息保护法 第十九条；慈善法 第七十七条",
        purge_posted_rows,
        HoldKind(_LABEL, gettext_lazy("捐赠批次"), _is_batch),
    ),
    Term(
        "donations.gifts",
        "P2",
        gettext_lazy("已入账捐赠的捐赠人姓名和凭证"),
        gettext_lazy("捐赠台账、捐赠人查询"),
        gettext_lazy("会计凭证 30 年；捐赠档案长期"),
        "公益事业捐赠法 第二十一条；会计档案管理办法 第十四条",
    ),
)
