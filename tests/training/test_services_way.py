"""One class on its whole way: planned, signed up for, held, signed, certified."""

from __future__ import annotations

import datetime

import pytest

from core.clock import frozen_at
from core.models import PublicRecord
from organizations.services import grant_role
from tests.factories.people import FOUNDED
from tests.training.ground import Ground, all_passed, held, joined, opened
from training.choices import CertificateStatus, EnrolmentStatus, SessionStatus
from training.errors import OwnWork
from training.models import Certificate, Enrolment
from training.services.examining import Marks, record_results
from training.services.issuing import issue_certificates
from training.services.signing import open_payload


def test_a_class_gets_its_certificates_from_somebody_who_did_not_examine_it(ground: Ground) -> None:
    session = opened(ground, seats=3)
    places = joined(session, 4)
    assert [one.status for one in places] == ["seated", "seated", "seated", "waiting"]
    seated = [one for one in places if one.status == EnrolmentStatus.SEATED]
    session.refresh_from_db()
    assert (session.seated_count, session.waiting_count, session.queue_last) == (3, 1, 4)
    marks = {one.pk: all_passed(session) for one in seated}
    held(ground, session, marks)
    after = session.lessons.get().ends_at + datetime.timedelta(hours=1)
    with frozen_at(after):
        with pytest.raises(OwnWork):
            issue_certificates(session_id=session.pk, actor=_with_issuing(ground))
        issued = issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert [one.number[-8:] for one in issued.certificates] == ["00000001", "00000002", "00000003"]
    assert issued.refused == ()
    session.refresh_from_db()
    assert session.status == SessionStatus.FINISHED
    first = Certificate.objects.unscoped("test").get(pk=issued.certificates[0].pk)
    assert first.status == CertificateStatus.VALID
    assert first.shown_name == "赵**"
    said = open_payload(first.payload)
    assert said is not None
    assert (said.code, said.number, said.expires_on) == (first.code, first.number, first.expires_on)
    assert said.is_name("赵示例甲")
    assert not said.is_name("赵示例乙")
    records = PublicRecord.objects.filter(kind="certificate").order_by("pk")
    assert [one.subject for one in records] == [one.number for one in issued.certificates]
    assert all(first.code not in one.record and "赵" not in one.record for one in records)
    waiting = Enrolment.objects.unscoped("test").get(pk=places[3].pk)
    assert waiting.status == EnrolmentStatus.WAITING


def _with_issuing(ground: Ground) -> object:
    """The leading instructor, who is also made an officer: nobody issues what they signed."""
    lead = ground.person("lead")
    grant_role(person=lead, role="training_officer", branch=ground.branch, actor=None, valid_from=FOUNDED)
    return type(lead).objects.get(pk=lead.pk)


def test_whoever_wrote_a_mark_that_another_wrote_over_issues_nothing(ground: Ground) -> None:
    session = opened(ground, seats=3)
    (seated,) = joined(session, 1)
    end = session.lessons.get().ends_at
    with frozen_at(end + datetime.timedelta(minutes=1)):
        record_results(session_id=session.pk, marks={seated.pk: Marks()}, actor=ground.person("issuer"))
        first = Marks(failed=frozenset(session.version.skills))
        record_results(session_id=session.pk, marks={seated.pk: first}, actor=ground.person("issuer"))
    held(ground, session, {seated.pk: all_passed(session)})
    with frozen_at(end + datetime.timedelta(hours=1)):
        with pytest.raises(OwnWork):
            issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
        issued = issue_certificates(session_id=session.pk, actor=ground.person("officer"))
    (certificate,) = issued.certificates
    assert set(certificate.examiner_ids) == {ground.person("issuer").pk, ground.person("lead").pk}
