"""People who have their certificates, for the tests that begin there."""

from __future__ import annotations

import datetime

from core.clock import SHANGHAI, frozen_at, now
from tests.training.ground import Ground, all_passed, held, joined, make_instructor, opened
from training.models import Certificate, Session
from training.services.issuing import issue_certificates


def certified(ground: Ground, count: int = 1, *, days_ago: int = 30, first: int = 0) -> list[Certificate]:
    """A class that was issued its certificates so many days ago, as the rows say."""
    session = finished(ground, count, days_ago=days_ago, first=first)
    rows = Certificate.objects.unscoped("test").select_related("branch", "version__course", "learner")
    return list(rows.filter(enrolment__session=session).order_by("pk"))


def finished(ground: Ground, count: int = 1, *, days_ago: int = 30, first: int = 0) -> Session:
    """The same, as the session."""
    day = (now() - datetime.timedelta(days=days_ago)).astimezone(SHANGHAI).date()
    # As many teach as a class of this size asks for.
    while len(ground.instructors) < -(-count // 10):
        ground.instructors[f"more{len(ground.instructors)}"] = make_instructor(ground.branch)
    with frozen_at(now() - datetime.timedelta(days=days_ago + 7)):
        session = opened(ground, day=day, seats=max(count, 10))
        people = joined(session, count, first=first)
    held(ground, session, {one.pk: all_passed(session) for one in people})
    with frozen_at(session.lessons.get().ends_at + datetime.timedelta(hours=1)):
        issued = issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert issued.refused == ()
    return session
