"""Lists of mass lessons for the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from organizations.choices import Right
from training.choices import EDITABLE_MASS_LESSON, PUBLIC_MASS_LESSON, MassLessonStatus
from training.models import MassLesson, MassLessonEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
MASS_TABS: dict[str, Any] = {
    "all": _("全部"),
    "drafts": _("草稿和退回"),
    "confirm": _("待我核对"),
    "confirmed": _("已核对"),
}


def mass_counts(person: User) -> dict[str, int]:
    """How many lie in each list of a person; two queries (within a request that remembered the grants)."""
    seen = MassLesson.objects.visible_to(person, Right.VIEW_TRAINING).aggregate(
        all=Count("pk"),
        drafts=Count("pk", filter=Q(status__in=EDITABLE_MASS_LESSON)),
        confirmed=Count("pk", filter=Q(status__in=PUBLIC_MASS_LESSON)),
    )
    counts: dict[str, int] = {**seen, "confirm": _rows(person, "confirm").count()}
    return {name: counts[name] for name in MASS_TABS}


def mass_lessons_for(person: User, tab: str, *, before: int | None = None) -> list[MassLesson]:
    """A page of one list of a person, newest first, one row more where there is a next page; one query."""
    rows = _rows(person, tab).select_related("branch", "area")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: PAGE_SIZE + 1])


def mass_history(lesson: MassLesson) -> list[MassLessonEvent]:
    """The steps of a lesson that the reader was let into, oldest first; one query."""
    return list(lesson.events.select_related("actor").order_by("pk"))


def _rows(person: User, tab: str) -> QuerySet[MassLesson]:
    if tab == "confirm":
        waiting = MassLesson.objects.visible_to(person, Right.PLAN_TRAINING).filter(status=MassLessonStatus.SUBMITTED)
        return waiting.exclude(maker_ids__contains=[person.pk])
    seen = MassLesson.objects.visible_to(person, Right.VIEW_TRAINING)
    statuses = {"drafts": tuple(EDITABLE_MASS_LESSON), "confirmed": PUBLIC_MASS_LESSON}.get(tab)
    return seen.filter(status__in=statuses) if statuses else seen
