"""Counting what is wished: each step of a wish is opened once and added to a sealed tally, before it is destroyed."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Max

from core.clock import SHANGHAI
from core.sealed import open_many_for_work, seal_into
from organizations.models import Branch
from registries.choices import Stance, WishStatus
from registries.choices.figures import FLOWS, GIFT_ITEMS, Figure
from registries.models import CountedStep, RegistryFigures, RegistryTally, Wish, WishEvent
from registries.services.wish_content import content_of

_LOCK = 0x72_65_67_66
_STEPS = 500
# Every tally has the same length: it is sealed, and its length would tell what is in it.
_DIGITS = 9

Tally = Counter[str]


def lock_figures() -> None:
    """Wait until nobody else counts or publishes; held until the end of the transaction (pg_advisory_xact_lock)."""
    if not connection.in_atomic_block:
        raise RuntimeError("lock_figures() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def count_steps() -> int:
    """Add every step of a wish that was not counted yet to the tallies; return how many there were.

    One transaction for every 500 steps, under the lock of the figures; may run twice. A step of a year that is
    published counts in the year after. A wish that was emptied before it was counted counts nowhere.
    """
    done = 0
    while True:
        with transaction.atomic():
            lock_figures()
            found = list(
                WishEvent.objects.filter(counted__isnull=True).select_related("wish__replaces").order_by("pk")[:_STEPS]
            )
            _add(_counted(found))
            CountedStep.objects.bulk_create(CountedStep(event=one) for one in found)
        done += len(found)
        if not found:
            return done


def read_tallies(rows: Iterable[RegistryTally]) -> dict[tuple[int, int], Tally]:
    """What stands in tallies, by association and year; opened as work of the system."""
    known = list(rows)
    texts = open_many_for_work(known, "content", work=f"registries.figures:{uuid.uuid4()}")
    return {(row.branch_id, row.year): _read(text) for row, text in zip(known, texts, strict=True)}


def first_open_year() -> int:
    """The first year that is not published yet; 0 where none ever was."""
    newest: int | None = RegistryFigures.objects.aggregate(newest=Max("year"))["newest"]
    return 0 if newest is None else newest + 1


def _counted(events: list[WishEvent]) -> dict[tuple[int, int], Tally]:
    """What steps add to the tallies of associations and years."""
    wishes = {one.pk: one for event in events for one in (event.wish, event.wish.replaces) if one is not None}
    known = list(wishes.values())
    texts = open_many_for_work(known, "content", work=f"registries.figures:{uuid.uuid4()}")
    declared = dict(zip([one.pk for one in known], texts, strict=True))
    first = first_open_year()
    found: dict[tuple[int, int], Tally] = {}
    for event in events:
        if added := _step(event, declared):
            year = max(event.at.astimezone(SHANGHAI).year, first)
            found.setdefault((_association(event.wish), year), Counter()).update(added)
    return found


def _step(event: WishEvent, declared: Mapping[int, str | None]) -> dict[str, int]:
    """What one step adds: a change counts at its new wish, for the gifts in which the two differ.

    That the term of somebody dead was over adds nothing: nobody took anything back.
    """
    wish, text = event.wish, declared[event.wish_id]
    if text is None:
        return {}
    if event.to_status == WishStatus.WITHDRAWN:
        return _moved(gifts_of(text), frozenset())
    if event.from_status:
        return {}
    before = declared.get(wish.replaces_id) if wish.replaces_id else None
    said = _moved(gifts_of(before) if before else frozenset(), gifts_of(text))
    refused_before = before is not None and content_of(before).stance == Stance.REFUSE
    if content_of(text).stance == Stance.REFUSE and not refused_before:
        said[Figure.REFUSED] = 1
    return said


def _moved(before: frozenset[str], after: frozenset[str]) -> dict[str, int]:
    joined = {FLOWS[gift].joined.value: 1 for gift in after - before}
    return joined | {FLOWS[gift].left.value: 1 for gift in before - after}


def gifts_of(text: str) -> frozenset[str]:
    """What a declaration, in its stored form, is willing to give; nothing for a refusal."""
    content = content_of(text)
    if content.stance != Stance.DONATE:
        return frozenset()
    return frozenset(gift for gift, items in GIFT_ITEMS.items() if items & frozenset(content.items))


def _association(wish: Wish) -> int:
    """The association that a wish counts for: where a basic unit registered, the one that it stands under."""
    found: int = wish.county_id or wish.city_id or wish.province_id or wish.branch_id
    return found


def _add(found: Mapping[tuple[int, int], Tally]) -> None:
    branches = Branch.objects.in_bulk({branch for branch, _year in found})
    for (branch, year), more in sorted(found.items()):
        row = RegistryTally.objects.unscoped("counting").filter(branch_id=branch, year=year).first()
        is_new = row is None
        if row is None:
            row = RegistryTally(year=year, **RegistryTally.lineage_of(branches[branch]))
            sums: Tally = Counter()
        else:
            sums = read_tallies([row])[branch, year]
        sums.update(more)
        columns = seal_into(row, content=_written(sums))
        if is_new:
            row.save(force_insert=True)
        else:
            row.save(update_fields=columns)


def _written(sums: Tally) -> str:
    return json.dumps({one.value: str(sums[one.value]).zfill(_DIGITS) for one in Figure})


def _read(text: str | None) -> Tally:
    return Counter({name: int(number) for name, number in json.loads(text or "{}").items()})
