"""Who is free to teach: asked under the instructors' locks, so that two plans at the same moment see each other."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from training.choices import TeachingRole
from training.errors import TrainingError, constraint_of
from training.models import Absence, Assignment, Instructor

# Constraints of the database that hold the same, whoever writes.
IN_TWO_PLACES, IN_AN_ABSENCE = "assignment_not_in_two_places", "assignment_not_in_an_absence"


@dataclass(frozen=True)
class Duty:
    """That an instructor would teach from when to when, in a TeachingRole."""

    instructor_id: int
    role: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime

    @property
    def label(self) -> str:
        """Which duty it is, for a sentence: without the instructor's name."""
        return _("%(time)s 的%(role)s") % {
            "time": _said(self.starts_at, self.ends_at),
            "role": TeachingRole(self.role).label,
        }


def lock_instructors(ids: Iterable[int]) -> None:
    """Lock instructors, always in the same order; the caller is in a transaction."""
    rows = Instructor.objects.unscoped("lock of known instructors").select_for_update(no_key=True)
    list(rows.filter(pk__in=set(ids)).order_by("pk").values_list("pk", flat=True))


def require_free(duties: Sequence[Duty], *, besides_lesson: int = 0) -> None:
    """Refuse duties at times when an instructor teaches elsewhere or cannot come; all of them at once.

    Locks the instructors. Raises TrainingError with the field `lessons`; the sentence names duties, never a person.
    """
    if not duties:
        return
    ids = {one.instructor_id for one in duties}
    lock_instructors(ids)
    first, last = min(one.starts_at for one in duties), max(one.ends_at for one in duties)
    taken = (
        Assignment.objects.filter(instructor_id__in=ids, is_active=True, starts_at__lt=last, ends_at__gt=first)
        .exclude(lesson_id=besides_lesson)
        .select_related("lesson__session")
        .order_by("starts_at")
    )
    away = list(Absence.objects.filter(instructor_id__in=ids, starts_at__lt=last, ends_at__gt=first))
    found = [
        _("%(duty)s已在培训班 %(number)s 有课（%(time)s）")
        % {
            "duty": duty.label,
            "number": other.lesson.session.number,
            "time": _said(other.starts_at, other.ends_at),
        }
        for other in taken
        for duty in duties
        if _meet(duty, other)
    ]
    found += [_("%(duty)s登记了不能授课") % {"duty": duty.label} for duty in duties for one in away if _meet(duty, one)]
    if found:
        sentence = _("%(list)s。请调整时间或换人。") % {"list": "；".join(found)}
        raise TrainingError("instructor_not_free", sentence, {"lessons": sentence})


@contextmanager
def told_of_clashes(sentence: str, field: str) -> Iterator[None]:
    """Say in words what the database refused about an instructor's times; the block is a savepoint."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) not in (IN_TWO_PLACES, IN_AN_ABSENCE):
            raise
        raise TrainingError("instructor_not_free", sentence, {field: sentence}) from error


def _meet(duty: Duty, other: Assignment | Absence) -> bool:
    is_same = duty.instructor_id == other.instructor_id
    return is_same and duty.starts_at < other.ends_at and other.starts_at < duty.ends_at


def _said(starts_at: datetime.datetime, ends_at: datetime.datetime) -> str:
    start, end = starts_at.astimezone(SHANGHAI), ends_at.astimezone(SHANGHAI)
    return f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}"
