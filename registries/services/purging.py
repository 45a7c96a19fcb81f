"""What is destroyed of registrations once it serves no purpose (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now
from core.retention.terms import Asked, Outcome, Term
from core.sealed import look_up_digests, seal_into
from registries.choices import WishStatus
from registries.choices.donors import LEFT_DAYS
from registries.choices.papers import ExportStatus
from registries.models import Donor, DutyShift, Export, Registrant, RegistrantEvent, Wish
from registries.services.contacts import empty_notes
from registries.services.evidence import destroy_papers
from registries.services.exports import end_exports
from registries.services.figures.tallying import count_steps
from registries.services.told_deaths import carry_deaths

# While another wish of the person is in force, what it took the place of shows how it came about.
REPLACED_DAYS = 3 * 365
# After the last one ended: time for a slip of the hand to be put right, no more (个人信息保护法 Art. 47).
ENDED_DAYS = 30
# Who still stands in the national system is needed to be withdrawn there, but not for ever.
STANDING_DAYS = 60
# Somebody may ask who could be reached on a night; a quarter of a year later nobody rings that telephone for it.
DUTY_DAYS = 90
_BATCH_ROWS = 500


def purge_replaced(asked: Asked) -> Outcome:
    """Empty wishes in whose place another came three years ago: whose, what, reference; days and states stay."""
    rows = Wish.objects.unscoped("retention").filter(
        destroyed_at=None, status=WishStatus.REPLACED, ended_at__lt=_before(asked, REPLACED_DAYS)
    )
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    count_steps()
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            _empty(found)
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def purge_donors(asked: Asked) -> Outcome:
    """Empty stem-cell donors a month after they left: whose, answers, whom to ring, notes of contacts.

    Numbers, states, days, serials and what was paid stay for the figures.
    """
    rows = Donor.objects.unscoped("retention").filter(destroyed_at=None, ended_at__lt=_before(asked, LEFT_DAYS))
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            carry_deaths(found)
            for donor in found:
                columns = seal_into(donor, registrant=None, answers=None, deferral_reason=None, kin=None, paper=None)
                donor.destroyed_at = now()
                donor.save(update_fields=[*columns, "destroyed_at"])
            empty_notes(donor__in=found)
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def purge_registrants(asked: Asked) -> Outcome:
    """Empty what somebody wished a month after the last of it ended; who it is too, unless they are a donor in force.

    What still stands in the national system waits until it is withdrawn there too, at most STANDING_DAYS.
    Locks the registrants, then their wishes. Statistics stay right: numbers, branches, days and states are kept.
    """
    if not asked.is_dry:
        # What is emptied was counted before, whatever became of the nightly count.
        count_steps()
    due = destroyed = last = 0
    before = _before(asked, ENDED_DAYS)
    rows = Registrant.objects.unscoped("retention").filter(destroyed_at=None, created_at__lt=before)
    while True:
        with transaction.atomic():
            found = list(rows.filter(pk__gt=last).select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            ended = _ended(found, before, _before(asked, STANDING_DAYS))
            donors = _donors_among([one for one, _wishes in ended])
            # Whose wishes are emptied already, and who is kept as a donor, is not due any more.
            ended = [(one, wishes) for one, wishes in ended if wishes or one.pk not in donors]
            due += len(ended)
            for one, wishes in [] if asked.is_dry else ended:
                _empty(wishes)
                if one.pk not in donors:
                    _empty_person(one)
                destroyed += 1
        if not found:
            return Outcome(due=due, destroyed=destroyed)
        last = found[-1].pk


def _ended(
    people: list[Registrant], before: datetime.datetime, standing_before: datetime.datetime
) -> list[tuple[Registrant, list[Wish]]]:
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
        if all(
            wish.ended_at is not None and wish.ended_at < (standing_before if wish.stands_there else before)
            for wish in wishes
        )
    ]


def _donors_among(people: list[Registrant]) -> set[int]:
    """The ids of those who are a donor in force, or one that is not emptied yet; one query."""
    digests = {one.pk: look_up_digests(Donor, "registrant", str(one.row_key)) for one in people}
    wanted = [digest for each in digests.values() for digest in each]
    rows = Donor.objects.unscoped("retention").filter(registrant_digest__in=wanted)
    kept = {bytes(digest) for digest in rows.values_list("registrant_digest", flat=True)}
    return {pk for pk, each in digests.items() if not kept.isdisjoint(each)}


def _empty(wishes: list[Wish]) -> None:
    carry_deaths(wishes)
    destroy_papers(wishes)
    for wish in wishes:
        columns = seal_into(wish, registrant=None, content=None, reference=None)
        wish.destroyed_at = now()
        wish.save(update_fields=[*columns, "destroyed_at"])
    # What was noted of talks goes with what they were about; that they took place is kept.
    empty_notes(wish__in=wishes)


def _empty_person(one: Registrant) -> None:
    columns = seal_into(one, document=None, name=None, phone=None, details=None)
    one.destroyed_at = now()
    one.save(update_fields=[*columns, "destroyed_at"])
    RegistrantEvent.objects.create(registrant=one, verb="destroyed", at=now())


def _before(asked: Asked, days: int) -> datetime.datetime:
    day = asked.today - datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(), SHANGHAI)


def purge_duty(asked: Asked) -> Outcome:
    """Empty the telephones of duties that are over; who was on duty when stays. Locks the rows in batches."""
    last = asked.today - datetime.timedelta(days=DUTY_DAYS)
    rows = DutyShift.objects.unscoped("retention").filter(destroyed_at=None, on__lt=last)
    due, destroyed = rows.count(), 0
    if asked.is_dry:
        return Outcome(due=due)
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)[:_BATCH_ROWS])
            DutyShift.objects.unscoped("rows just locked").filter(pk__in=found).update(phone="", destroyed_at=now())
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


def purge_exports(asked: Asked) -> Outcome:
    """Destroy the files of exports whose time is over (also done every few minutes by beat)."""
    rows = Export.objects.unscoped("retention").filter(status=ExportStatus.READY, expires_at__lte=now())
    due = rows.count()
    return Outcome(due=due) if asked.is_dry else Outcome(due=due, destroyed=end_exports())


TERMS: tuple[Term, ...] = (
    # Before the registrants: who left as a donor is no reason any more to keep who they are.
    Term(
        "registries.donors",
        "P3",
        _("造血干细胞志愿者的健康询问、亲友联系方式和联系备注"),
        _("核对本人、配型后联系、捐献安全和随访"),
        _(
            "在库期间保存；退库满三十日销毁，编号、日期、状态、例数和荣誉（证书编号、颁发单位）保留；另有有效志愿登记的，身份和得知本人已故的记录随该登记保存"
        ),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_donors,
    ),
    Term(
        "registries.registrants",
        "P3",
        _("捐献登记人的身份、联系方式、意愿和联系备注"),
        _("核对本人、联系、办理变更和撤回"),
        _(
            "有有效登记期间保存；最后一份登记撤回满三十日连同意愿和登记表影像一并销毁，还没在全国系统撤回的等到撤回、"
            "最多六十日；编号、日期和状态保留；仍是在库志愿者的，得知本人已故的记录随该登记保存"
        ),
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
    Term(
        "registries.exports",
        "P3",
        _("经批准导出的登记人资料文件"),
        _("申请时写明的用途"),
        _("一至七日，到期销毁；申请、批准、下载的记录长期保留"),
        "个人信息保护法 第六条、第十九条",
        purge_exports,
    ),
    Term(
        "registries.duty",
        "P2",
        _("值守安排上的工作电话"),
        _("夜间和节假日能找到值守人员"),
        _("值守日过后九十日清空；谁在哪天值守长期保留"),
        "个人信息保护法 第十九条",
        purge_duty,
    ),
)
