"""Who made a request is destroyed ninety days after its end (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.terms import Asked, Outcome, Term
from core.sealed import seal_into
from registries.choices.requests import REQUEST_KEPT_DAYS
from registries.models import Request

_BATCH_ROWS = 500


def purge_requests(asked: Asked) -> Outcome:
    """Empty name, telephone, organisation, address and place of what ended ninety days ago; the counts stay right."""
    day = asked.today - datetime.timedelta(days=REQUEST_KEPT_DAYS)
    before = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
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


TERMS: tuple[Term, ...] = (
    Term(
        "registries.requests",
        "P3",
        _("预约宣讲、采样、上门、回电的联系人、手机号、单位和地址"),
        _("安排这次预约"),
        _("办结、取消或不能安排满九十天销毁；编号、事项、日期和状态保留"),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_requests,
    ),
)
