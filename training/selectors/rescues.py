"""Rescue cases for the desk and for everybody."""

from __future__ import annotations

import datetime
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from organizations.choices import Right
from organizations.models import Branch
from training.choices import COUNTED_RESCUE, RescueStatus
from training.models import RescueCase, RescueEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
RESCUE_TABS: dict[str, Any] = {"all": _("全部"), "verify": _("待我核实"), "published": _("已公开")}


def rescue_counts(person: User) -> dict[str, int]:
    """How many lie in each list of a person; two queries."""
    seen = RescueCase.objects.visible_to(person, Right.VIEW_TRAINING).aggregate(
        all=Count("pk"), published=Count("pk", filter=Q(status=RescueStatus.PUBLISHED))
    )
    counts: dict[str, int] = {**seen, "verify": _rows(person, "verify").count()}
    return {name: counts[name] for name in RESCUE_TABS}


def rescues_for(person: User, tab: str, *, before: int | None = None) -> list[RescueCase]:
    """A page of a list, newest first, one row more where there is a next page; one query."""
    rows = _rows(person, tab).select_related("branch", "area")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def rescue_history(case: RescueCase) -> list[RescueEvent]:
    """The steps of a case that the reader was let into, oldest first; one query."""
    return list(case.events.select_related("actor").order_by("pk"))


def public_rescues(*, after: str = "") -> tuple[list[RescueCase], str]:
    """A page of published stories, newest first, by place (`<day>_<id>`), and the place to go on from; one query."""
    rows = RescueCase.objects.for_public_display().select_related("branch", "area").order_by("-happened_on", "-pk")
    day, _line, pk = after.partition("_")
    # A place that cannot be read is the beginning.
    with suppress(ValueError):
        since = datetime.date.fromisoformat(day)
        rows = rows.filter(happened_on__lte=since).exclude(happened_on=since, pk__gte=int(pk))
    found = list(rows[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return found[:PAGE_SIZE], f"{last.happened_on.isoformat()}_{last.pk}" if last else ""


def rescue_totals(branch: Branch) -> tuple[int, int]:
    """How many verified cases there are in a branch with all below, and how many people were saved; one query."""
    rows = RescueCase.objects.unscoped("two sums for everybody").of_branch(branch, with_below=True)
    sums = rows.filter(status__in=COUNTED_RESCUE).aggregate(cases=Count("pk"), saved=Sum("saved_count"))
    return sums["cases"], sums["saved"] or 0


def _rows(person: User, tab: str) -> QuerySet[RescueCase]:
    if tab == "verify":
        waiting = RescueCase.objects.visible_to(person, Right.PLAN_TRAINING).filter(status=RescueStatus.REPORTED)
        return waiting.exclude(maker_ids__contains=[person.pk])
    seen = RescueCase.objects.visible_to(person, Right.VIEW_TRAINING)
    return seen.filter(status=RescueStatus.PUBLISHED) if tab == "published" else seen
