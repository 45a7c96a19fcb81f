"""What is kept of participants ends: names and telephones after two years, documents without a certificate too."""

from __future__ import annotations

import datetime

from core.clock import frozen_at, today
from core.retention.holds import Holds
from core.retention.terms import Asked
from tests.training.ground import Ground, all_passed, held, joined, opened
from training.models import Enrolment, Learner
from training.services.examining import Marks
from training.services.issuing import issue_certificates
from training.services.purging import KEPT_DAYS, purge_enrolments, purge_learners


def on(days: int, *, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, Holds({}))


def test_names_and_telephones_go_two_years_after_the_class_and_the_order_stays(ground: Ground) -> None:
    session = opened(ground)
    joined(session, 3)
    left = (session.ends_on - today()).days
    assert purge_enrolments(on(left + KEPT_DAYS)).due == 0
    assert purge_enrolments(on(left + KEPT_DAYS + 1, is_dry=True)).due == 3
    assert Enrolment.objects.unscoped("test").filter(name__isnull=False).count() == 3
    assert purge_enrolments(on(left + KEPT_DAYS + 1)).destroyed == 3
    rows = list(Enrolment.objects.unscoped("test").order_by("place"))
    assert [(one.place, one.status, one.name, one.phone, one.phone_digest) for one in rows] == [
        (n, "seated", None, None, None) for n in (1, 2, 3)
    ]


def test_a_document_stays_with_its_certificate_and_goes_without_one(ground: Ground) -> None:
    session = opened(ground)
    passed, other = joined(session, 2)
    failed = Marks(failed=frozenset(session.version.skills))
    held(ground, session, {passed.pk: all_passed(session), other.pk: failed})
    with frozen_at(session.lessons.get().ends_at + datetime.timedelta(hours=1)):
        issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    left = (session.ends_on - today()).days
    assert purge_learners(on(left + KEPT_DAYS)).due == 0
    assert purge_learners(on(left + KEPT_DAYS + 1)).destroyed == 1
    assert Learner.objects.get(pk=passed.learner_id).document is not None
    emptied = Learner.objects.get(pk=other.learner_id)
    assert (emptied.document, emptied.document_digest) == (None, None)
