"""What is destroyed of registrations once it serves no purpose (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.terms import Asked, Outcome, Term
from core.sealed import look_up_digests, seal_into
from registries.choices import WishStatus
from registries.models import Registrant, RegistrantEvent, Wish

KEPT_DAYS = 3 * 365
_BATCH_ROWS = 500


def purge_wishes(asked: Asked) -> Outcome:
    """Empty wishes that were withdrawn or changed three years ago: whose, what, reference; days and states stay."""
    rows = Wish.objects.unscoped("retention").filter(destroyed_at=None, ended_at__lt=_before(asked))
    rows = rows.exclude(status=WishStatus.IN_FORCE)
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            for wish in found:
                columns = seal_into(wish, registrant=None, content=None, reference=None)
                wish.destroyed_at = now()
                wish.save(update_fields=[*columns, "destroyed_at"])
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def purge_registrants(asked: Asked) -> Outcome:
    """Empty who somebody is once no wish of theirs is kept any more and they were written down three years ago."""
    due = destroyed = last = 0
    rows = Registrant.objects.unscoped("retention").filter(destroyed_at=None, created_at__lt=_before(asked))
    while True:
        with transaction.atomic():
            found = list(rows.filter(pk__gt=last).select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            free = _without_wishes(found)
            due += len(free)
            for one in [] if asked.is_dry else free:
                columns = seal_into(one, document=None, name=None, phone=None, details=None)
                one.destroyed_at = now()
                one.save(update_fields=[*columns, "destroyed_at"])
                RegistrantEvent.objects.create(registrant=one, verb="destroyed", at=now())
                destroyed += 1
        if not found:
            return Outcome(due=due, destroyed=destroyed)
        last = found[-1].pk


def _without_wishes(people: list[Registrant]) -> list[Registrant]:
    """Those of whom no wish is kept, by the look-up key; one query."""
    digests = {one.pk: frozenset(look_up_digests(Wish, "registrant", str(one.row_key))) for one in people}
    wanted = [digest for each in digests.values() for digest in each]
    rows = Wish.objects.unscoped("retention").filter(registrant_digest__in=wanted)
    kept = {bytes(one) for one in rows.values_list("registrant_digest", flat=True)}
    return [one for one in people if digests[one.pk].isdisjoint(kept)]


def _before(asked: Asked) -> datetime.datetime:
    day = asked.today - datetime.timedelta(days=KEPT_DAYS)
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "registries.wishes",
        "P3",
        _("捐献意愿、执行人、全国系统登记号"),
        _("证明本人的意愿、变更和撤回"),
        _("有效期间保存；变更或撤回满三年销毁，编号、日期和状态保留"),
        "个人信息保护法 第十九条、第四十七条、第五十六条",
        purge_wishes,
    ),
    Term(
        "registries.registrants",
        "P3",
        _("捐献登记人的姓名、证件号码、手机号和住址"),
        _("核对本人、联系、办理变更和撤回"),
        _("有登记期间保存；名下登记全部销毁后销毁"),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_registrants,
    ),
)
