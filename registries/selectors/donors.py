"""Lists of stem-cell donors for the desk: numbers, states, days; who it is comes by services/donors/reading.py, logged.

Each list of work is one query in the order of its day, by a partial index of its own (models/donor.py). A list holds
who stands in its state at this moment: whoever left is gone from it with the same transaction, and whoever takes back
the consent to be rung from those by which people are rung.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import CharField, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.clock import today
from organizations.choices import Right
from organizations.models import Branch
from registries.choices.donors import AGEING, AGEING_NOTICE_DAYS, DonorStatus, Verdict
from registries.models import Donor, Drive, Sample, SampleBatch

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
# Counts of lists stop here: more than that is "99+".
MOST_COUNTED = 100


@dataclass(frozen=True)
class WorkList:
    """A list of work: who belongs to it on a day, by which day it is read, what that day is called."""

    label: str | Promise
    day: str
    day_label: str | Promise
    condition: Callable[[datetime.date], Q]


def _not_waiting(day: datetime.date) -> Q:
    return Q(deferred_until=None) | Q(deferred_until__lte=day)


# Who left and still stands in the national library: numbers alone, nobody is contacted from here.
STANDING = "standing"
RECOVER = "recover"
WORK_LISTS: dict[str, WorkList] = {
    "sample": WorkList(
        _("待采样"), "sample_from", _("可采样"),
        lambda day: Q(status=DonorStatus.ENROLLED, sample_from__lte=day) & _not_waiting(day),
    ),
    "send": WorkList(
        _("待送检"), "stepped_on", _("采样"), lambda _day: Q(status=DonorStatus.SAMPLED)
    ),
    "ask": WorkList(
        _("待再动员"), "stepped_on", _("初配相合"),
        lambda _day: Q(status__in=[DonorStatus.MATCHED, DonorStatus.REMOBILISING], is_called=True),
    ),
    "schedule": WorkList(
        _("待安排日期"), "fit_on", _("体检合格"), lambda _day: Q(status=DonorStatus.MEDICAL, fit_on__isnull=False)
    ),
    RECOVER: WorkList(
        _("失联待挽回"), "unreached_on", _("未联系上"),
        lambda _day: Q(ended_at=None, unreached_on__isnull=False, is_called=True),
    ),
    "follow_up": WorkList(
        _("随访到期"), "follow_up_on", _("应随访"),
        lambda day: Q(ended_at=None, follow_up_on__lte=day, is_called=True),
    ),
    "deferral": WorkList(
        _("暂缓到期"), "deferred_until", _("暂缓至"), lambda day: Q(ended_at=None, deferred_until__lte=day)
    ),
    "ageing": WorkList(
        _("即将超龄"), "ages_out_month", _("到龄月份"),
        lambda day: Q(
            status__in=sorted(AGEING), ages_out_month__lte=day + datetime.timedelta(days=AGEING_NOTICE_DAYS)
        ),
    ),
    STANDING: WorkList(
        _("待全国库删除"), "stepped_on", _("退库"),
        lambda _day: Q(ended_at__isnull=False, is_known_there=True, removed_there_on__isnull=True),
    ),
}  # fmt: skip
ALL = "all"


@dataclass(frozen=True)
class Place:
    """Where a page of a list begins: after this day and this row."""

    day: datetime.date
    pk: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.pk}"


def read_place(written: str) -> Place | None:
    """A place as it stands in an address; None for what is none."""
    day, _dot, pk = written.partition(".")
    try:
        return Place(datetime.date.fromisoformat(day), int(pk)) if pk.isascii() and len(pk) < 19 else None
    except ValueError:
        return None


def work_list(person: User, name: str, *, after: Place | None = None) -> list[Donor]:
    """A page of a list of work, the longest due first, one row more where there is a next page; one query.

    Before those to be found, on the first page, stand those who are matched: one query more.
    """
    kept = WORK_LISTS[name]
    urgent = _matched_and_lost(person) if name == RECOVER and after is None else []
    rows = _visible(person).filter(kept.condition(today()))
    if after is not None:
        rows = rows.filter(Q(**{f"{kept.day}__gt": after.day}) | Q(**{kept.day: after.day, "pk__gt": after.pk})).filter(
            **{f"{kept.day}__gte": after.day}
        )
    rows = rows.exclude(pk__in=[one.pk for one in urgent]) if urgent else rows
    return [*urgent, *rows.select_related("branch").order_by(kept.day, "pk")[: PAGE_SIZE + 1 - len(urgent)]]


def _matched_and_lost(person: User) -> list[Donor]:
    """Who is matched and not found, the longest first: half a page, so that the others are never pushed out."""
    rows = _visible(person).filter(WORK_LISTS["ask"].condition(today()), unreached_on__isnull=False)
    return list(rows.select_related("branch").order_by("unreached_on", "pk")[: PAGE_SIZE // 2])


def all_donors(person: User, *, before: int | None = None) -> list[Donor]:
    """A page of all donors of a person, newest first, one row more where there is a next page; one query."""
    rows = _visible(person)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def work_counts(person: User) -> dict[str, int]:
    """How many lie in each list of work of a person, each counted up to MOST_COUNTED; one query."""
    day, visible = today(), _visible(person)
    parts = [
        visible.filter(kept.condition(day))
        .order_by()
        .annotate(of=Value(name, output_field=CharField()))
        .values_list("of", flat=True)[:MOST_COUNTED]
        for name, kept in WORK_LISTS.items()
    ]
    counted = Counter(parts[0].union(*parts[1:], all=True))
    return {name: counted[name] for name in WORK_LISTS}


def drives_for(person: User, *, before: int | None = None) -> list[Drive]:
    """A page of the recruitment drives of a person, newest first, one row more where there is a next; one query."""
    rows = Drive.objects.visible_to(person, Right.VIEW_REGISTRIES)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def drive_states(drive: Drive) -> dict[str, int]:
    """How many joined at a drive that the reader was let into, by their state; one query."""
    return Counter(Donor.objects.unscoped("a drive that the reader was let into").filter(drive=drive).values_list(
        "status", flat=True
    ))  # fmt: skip


def batches_for(person: User, *, before: int | None = None) -> list[SampleBatch]:
    """A page of the batches of a person, newest first, one row more where there is a next page; one query."""
    rows = SampleBatch.objects.visible_to(person, Right.VIEW_REGISTRIES)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def bags_to_pack(branch: Branch) -> list[Sample]:
    """The bags of a branch that lie in no box yet, the oldest first; one query."""
    rows = Sample.objects.filter(donor__branch=branch, batch=None, verdict=Verdict.WAITING)
    return list(rows.order_by("taken_on", "pk")[:500])


def bags_of(batch: SampleBatch) -> list[Sample]:
    """The bags of a batch that the reader was let into, by bag number; one query."""
    return list(batch.samples.select_related("donor").order_by("bag"))


def _visible(person: User) -> QuerySet[Donor]:
    rows: QuerySet[Donor] = Donor.objects.visible_to(person, Right.VIEW_REGISTRIES)
    return rows
