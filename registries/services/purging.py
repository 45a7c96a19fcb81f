"""What is destroyed of registrations once it serves no purpose (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.terms import Asked, Outcome, Term
from core.sealed import look_up_digests, seal_into
from registries.choices import WishStatus
from registries.models import Contact, Registrant, RegistrantEvent, Wish

# While another wish of the person is in force, what it took the place of shows how it came about.
REPLACED_DAYS = 3 * 365
# After the last one ended: time for a slip of the hand to be put right, no more (个人信息保护法 Art. 47).
ENDED_DAYS = 30
_BATCH_ROWS = 500


def purge_replaced(asked: Asked) -> Outcome:
    """Empty wishes in whose place another came three years ago: whose, what, reference; days and states stay."""
    rows = Wish.objects.unscoped("retention").filter(
        destroyed_at=None, status=WishStatus.REPLACED, ended_at__lt=_before(asked, REPLACED_DAYS)
    )
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            _empty(found)
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def purge_registrants(asked: Asked) -> Outcome:
    """Empty who somebody is with all that they wished, a month after the last of it ended.

    Locks the registrants, then their wishes. Statistics stay right: numbers, branches, days and states are kept.
    """
    due = destroyed = last = 0
    before = _before(asked, ENDED_DAYS)
    rows = Registrant.objects.unscoped("retention").filter(destroyed_at=None, created_at__lt=before)
    while True:
        with transaction.atomic():
            found = list(rows.filter(pk__gt=last).select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            ended = _ended(found, before)
            due += len(ended)
            for one, wishes in [] if asked.is_dry else ended:
                _empty(wishes)
                columns = seal_into(one, document=None, name=None, phone=None, details=None)
                one.destroyed_at = now()
                one.save(update_fields=[*columns, "destroyed_at"])
                RegistrantEvent.objects.create(registrant=one, verb="destroyed", at=now())
                destroyed += 1
        if not found:
            return Outcome(due=due, destroyed=destroyed)
        last = found[-1].pk


def _ended(people: list[Registrant], before: datetime.datetime) -> list[tuple[Registrant, list[Wish]]]:
    """Those of whom no wish is in force and none ended since, each with what is kept of theirs; one query."""
    digests = {one.pk: frozenset(look_up_digests(Wish, "registrant", str(one.row_key))) for one in people}
    wanted = [digest for each in digests.values() for digest in each]
    rows = Wish.objects.unscoped("retention").filter(registrant_digest__in=wanted)
    kept: dict[bytes, list[Wish]] = {}
    for wish in rows.select_for_update(of=("self",)).order_by("pk"):
        kept.setdefault(bytes(wish.registrant_digest), []).append(wish)
    theirs = [(one, [wish for digest in digests[one.pk] for wish in kept.get(digest, [])]) for one in people]
    return [
        (one, wishes)
        for one, wishes in theirs
        if all(wish.ended_at is not None and wish.ended_at < before for wish in wishes)
    ]


def _empty(wishes: list[Wish]) -> None:
    for wish in wishes:
        columns = seal_into(wish, registrant=None, content=None, reference=None)
        wish.destroyed_at = now()
        wish.save(update_fields=[*columns, "destroyed_at"])
    # What was noted of talks goes with what they were about; that they took place is kept.
    notes = Contact.objects.unscoped("retention").filter(wish__in=wishes, destroyed_at=None)
    notes.update(note=None, destroyed_at=now())


def _before(asked: Asked, days: int) -> datetime.datetime:
    day = asked.today - datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "registries.registrants",
        "P3",
        _("捐献登记人的身份、联系方式、意愿和联系备注"),
        _("核对本人、联系、办理变更和撤回"),
        _("有有效登记期间保存；最后一份登记撤回满三十日连同意愿一并销毁，编号、日期和状态保留"),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_registrants,
    ),
    Term(
        "registries.replaced",
        "P3",
        _("变更前的捐献意愿"),
        _("证明意愿是怎样变更的"),
        _("有有效登记期间，变更满三年销毁；撤回的随登记人销毁"),
        "个人信息保护法 第十九条、第四十七条",
        purge_replaced,
    ),
)
