"""The numbers of the desk's page of counts, counted anew every few minutes and put in the place of those before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from core.clock import now, today
from core.periods import PeriodKind, period_of
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from registries.choices import WishStatus
from registries.choices.contacts import ContactOutcome, DueStatus
from registries.choices.figures import DeskMeasure
from registries.models import Contact, DeskCount, DueContact, Wish
from registries.selectors.counts import count_by_place
from registries.services.departed import all_departed_wishes

_COUNTING = 0x72_65_67_64
_MISSED = (ContactOutcome.NO_ANSWER, ContactOutcome.WRONG_NUMBER, ContactOutcome.CALL_LATER)


def take_counts() -> int:
    """Count all measures of all associations, nought included, and replace what was counted before.

    One transaction, under a lock of its own (pg_advisory_xact_lock): two that run at one moment do so one after the
    other. Three queries read all open rows and this year's contacts. Returns how many numbers there are.
    """
    with transaction.atomic():
        _one_at_a_time()
        DeskCount.objects.all().delete()
        at, counted = now(), _counted(all_departed_wishes())
        places = Branch.objects.filter(kind__in=ASSOCIATION_KINDS).order_by("pk").values_list("pk", flat=True)
        made = DeskCount.objects.bulk_create(
            DeskCount(branch_id=place, measure=one, count=counted[place, one], counted_at=at)
            for place in places
            for one in DeskMeasure.values
        )
    return len(made)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_COUNTING])


def _counted(departed: Sequence[int]) -> Counter[tuple[int, str]]:
    """How many of each measure each association has; `departed` are the ids of wishes whose person died."""
    day, year = today(), period_of(PeriodKind.YEAR, today())
    wishes = Wish.objects.unscoped("counts").filter(status=WishStatus.IN_FORCE)
    due = DueContact.objects.unscoped("counts").filter(status=DueStatus.OPEN)
    corrected = Contact.objects.unscoped("counts").filter(corrects=OuterRef("pk"))
    held = Contact.objects.unscoped("counts").filter(~Exists(corrected), at__gte=year.start)
    # That somebody died is told by others: nobody was called with that result.
    held = held.exclude(outcome=ContactOutcome.DIED)
    kinds: tuple[tuple[QuerySet, Any], ...] = (
        (wishes, _kind(DeskMeasure.WISHES, departed=Q(pk__in=departed))),
        (due, _kind(DeskMeasure.COMING, late=Q(due_on__lt=day))),
        (
            held,
            _kind(DeskMeasure.DECLINED, reached=Q(outcome=ContactOutcome.REACHED), missed=Q(outcome__in=_MISSED)),
        ),
    )
    return Counter(
        {(place, measure): count for rows, kind in kinds for measure, place, count in count_by_place(rows, kind)}
    )


def _kind(otherwise: DeskMeasure, **conditions: Q) -> Case:
    """Which measure a row counts for: the first, by its value, whose condition holds."""
    whens = [When(condition, then=Value(DeskMeasure(one).value)) for one, condition in conditions.items()]
    return Case(*whens, default=Value(otherwise.value))
