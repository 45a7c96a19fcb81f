"""Who made a request is destroyed ninety days after its end; exchanged files have their own days."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.terms import Asked, Outcome, Term
from core.sealed import seal_into
from registries.choices.exchange import OUT_FILE_DAYS, RAW_FILE_DAYS
from registries.choices.requests import REQUEST_KEPT_DAYS, REQUEST_OPEN_DAYS
from registries.models import ExchangeRow, Request
from registries.services.exchange.files import expire_files, files_to_expire, files_to_give_up, give_up_files
from registries.services.requests.forgotten import lapse_requests, requests_to_lapse

_BATCH_ROWS = 500


def purge_requests(asked: Asked) -> Outcome:
    """Empty name, telephone, organisation, address and place of what ended ninety days ago; the counts stay right."""
    before = _before(asked, REQUEST_KEPT_DAYS)
    rows = Request.objects.unscoped("retention").filter(destroyed_at=None, ended_at__lt=before)
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            for row in found:
                columns = seal_into(row, name=None, phone=None, details=None, place=None)
                row.destroyed_at = now()
                row.save(update_fields=[*columns, "destroyed_at"])
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def end_forgotten(asked: Asked) -> Outcome:
    """End requests whose days are long over and that nobody ended; who made them goes ninety days after that."""
    before = asked.today - datetime.timedelta(days=REQUEST_OPEN_DAYS)
    due = requests_to_lapse(before=before).count()
    return Outcome(due=due) if asked.is_dry else Outcome(due=due, destroyed=lapse_requests(before=before))


def purge_exchange(asked: Asked) -> Outcome:
    """Close files that may no longer be downloaded or were never applied, and empty the library's numbers of searches.

    The bytes of files go by their own date (core.retention); numbers, days, counts and what was changed stay.
    """
    before, raw = _before(asked, OUT_FILE_DAYS), _before(asked, RAW_FILE_DAYS)
    # Those of a file that waits go with it.
    rows = ExchangeRow.objects.filter(reference__isnull=False, exchange_file__made_at__lt=raw).exclude(outcome="good")
    due = rows.count() + files_to_expire(before=before).count() + files_to_give_up(before=raw).count()
    if asked.is_dry:
        return Outcome(due=due)
    destroyed = expire_files(before=before) + give_up_files(before=raw)
    while found := list(rows.values_list("pk", flat=True)[:_BATCH_ROWS]):
        destroyed += ExchangeRow.objects.filter(pk__in=found).update(reference=None)
    return Outcome(due=due, destroyed=destroyed)


def _before(asked: Asked, days: int) -> datetime.datetime:
    day = asked.today - datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "registries.requests_forgotten",
        "P3",
        _("没有人办结的预约"),
        _("安排这次预约"),
        _("最后一个约定或希望的日子过后九十天，由系统取消；再过九十天同其他预约一样销毁"),
        "个人信息保护法 第十九条",
        end_forgotten,
    ),
    Term(
        "registries.requests",
        "P3",
        _("预约宣讲、采样、上门、回电的联系人、手机号、单位和地址"),
        _("安排这次预约"),
        _("办结、取消或不能安排满九十天销毁；编号、事项、日期和状态保留"),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_requests,
    ),
    Term(
        "registries.exchange",
        "P3",
        _("与全国资料库交换的文件，和其中的查询编号"),
        _("报送和接收血样、分型、初配的结果"),
        _(
            "报送文件七天内可下载，随后销毁；接收的原件和查询编号一百八十天销毁，没有办完的届时不再办理，"
            "作废的当天清空查询编号；编号、行数、校验值、办理结果保留"
        ),
        "个人信息保护法 第十九条、第二十八条",
        purge_exchange,
    ),
)
