"""What is destroyed of remembrance once it serves no purpose (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.rules import destroy_file
from core.retention.terms import Asked, Outcome, Term
from core.sealed import seal_into
from registries.choices.memorial import UNPUBLISHED, PageStatus
from registries.models import MemorialBooking, MemorialConsent, MemorialMessage, MemorialPage, MemorialStep
from registries.services.memorial.moving import move

BOOKING_DAYS = 30
WITHDRAWN_DAYS = 30
ENDED_MESSAGE_DAYS = 30
DRAFT_DAYS = 180
_BATCH_ROWS = 500


def purge_bookings(asked: Asked) -> Outcome:
    """Empty who booked, 30 days after the day; number, day and how many stay."""
    day = asked.today - datetime.timedelta(days=BOOKING_DAYS)
    rows = MemorialBooking.objects.unscoped("retention").filter(destroyed_at=None, occasion__on__lt=day)
    due, destroyed = rows.count(), 0
    while not asked.is_dry:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            for one in found:
                columns = seal_into(one, name=None, phone=None)
                one.destroyed_at = now()
                one.save(update_fields=[*columns, "destroyed_at"])
        destroyed += len(found)
        if not found:
            break
    return Outcome(due=due, destroyed=destroyed)


def purge_messages(asked: Asked) -> Outcome:
    """Empty messages that were declined or went with their page a month ago."""
    rows = MemorialMessage.objects.unscoped("retention").filter(
        destroyed_at=None, ended_at__lt=_before(asked, ENDED_MESSAGE_DAYS)
    )
    due, destroyed = rows.count(), 0
    while not asked.is_dry:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            _empty_messages(found)
        destroyed += len(found)
        if not found:
            break
    return Outcome(due=due, destroyed=destroyed)


def purge_pages(asked: Asked) -> Outcome:
    """Destroy pages that were taken down a month ago: content, files, who signed, messages; number and days stay.

    Locks a page, then its messages; the files go first, so that what a disk kept is due again.
    """
    rows = MemorialPage.objects.unscoped("retention").filter(
        destroyed_at=None, withdrawn_at__lt=_before(asked, WITHDRAWN_DAYS)
    )
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if asked.is_dry:
        return Outcome(due=len(keys))
    done = sum(_destroy_page(key) for key in keys)
    return Outcome(due=len(keys), destroyed=done, failed=len(keys) - done)


def lapse_drafts(asked: Asked) -> Outcome:
    """Take down pages that were never published and at which nobody did anything for half a year; each is locked.

    Their content, with the paper that was signed and the portrait, goes a month later as of any that is taken down.
    """
    before = _before(asked, DRAFT_DAYS)
    rows = MemorialPage.objects.unscoped("retention").filter(status__in=UNPUBLISHED, created_at__lt=before)
    rows = rows.exclude(Exists(MemorialStep.objects.filter(page=OuterRef("pk"), at__gte=before)))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if asked.is_dry:
        return Outcome(due=len(keys))
    return Outcome(due=len(keys), destroyed=sum(_lapse(key, before) for key in keys))


def _lapse(key: int, before: datetime.datetime) -> bool:
    with transaction.atomic():
        page = MemorialPage.objects.unscoped("retention").select_for_update(of=("self",)).get(pk=key)
        if page.status not in UNPUBLISHED or MemorialStep.objects.filter(page=page, at__gte=before).exists():
            return False
        move(page, PageStatus.WITHDRAWN, verb="lapsed", withdrawn_at=now())
        MemorialConsent.objects.filter(page=page, withdrawn_at=None).update(withdrawn_at=now())
    return True


def _destroy_page(key: int) -> bool:
    with transaction.atomic():
        rows = MemorialPage.objects.unscoped("retention").select_for_update(of=("self",)).select_related("consent")
        page = rows.get(pk=key)
        consent = page.consent
        files = [one for one in (page.portrait_id, consent.paper_id) if one is not None]
        gone = [destroy_file(one) for one in files]
        if not all(gone):
            return False
        messages = MemorialMessage.objects.unscoped("of a locked page").filter(page=page, destroyed_at=None)
        _empty_messages(list(messages.select_for_update(of=("self",)).order_by("pk")))
        columns = seal_into(consent, kin_name=None, kin_phone=None)
        consent.destroyed_at = now()
        consent.save(update_fields=[*columns, "destroyed_at"])
        columns = seal_into(page, name=None, content=None)
        page.portrait, page.destroyed_at = None, now()
        page.save(update_fields=[*columns, "portrait", "destroyed_at"])
    return True


def _empty_messages(messages: list[MemorialMessage]) -> None:
    for one in messages:
        columns = seal_into(one, text=None, name=None)
        one.destroyed_at = now()
        one.save(update_fields=[*columns, "destroyed_at"])


def _before(asked: Asked, days: int) -> datetime.datetime:
    day = asked.today - datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "registries.memorial_bookings",
        "P3",
        _("缅怀预约人的姓名和手机号"),
        _("核对预约、取消时通知"),
        _("预约的日子过后三十日销毁；编号、日期和人数保留"),
        "个人信息保护法 第十九条",
        purge_bookings,
    ),
    Term(
        "registries.memorial_messages",
        "P3",
        _("不予显示的缅怀留言"),
        _("核对审核是否得当"),
        _("作出决定三十日后销毁；已显示的留言随纪念页"),
        "个人信息保护法 第十九条",
        purge_messages,
    ),
    Term(
        "registries.memorial_drafts",
        "P3",
        _("没有公开过的纪念页草稿，和它的同意书"),
        _("按家属的书面同意准备纪念页"),
        _("一百八十日没有人办理的撤下；撤下满三十日同纪念页一样销毁"),
        "个人信息保护法 第十九条、第四十七条",
        lapse_drafts,
    ),
    Term(
        "registries.memorial_pages",
        "P3",
        _("纪念页、同意书、签字人和留言"),
        _("按家属的书面同意缅怀捐献者"),
        _("同意有效期间保存；撤回时马上撤下，满三十日全部销毁，编号和日期保留"),
        "个人信息保护法 第十五条、第二十五条、第四十七条、第四十九条",
        purge_pages,
    ),
)
