"""What sql/training.sql holds, tried past every service as the application's own role: each is refused."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.clock import frozen_at, now
from core.random_codes import random_code
from core.sealed import seal_into
from tests.training.ground import Ground, all_passed, held, id_number, joined, make_plan, opened
from training.choices import CertificateSource, CertificateStatus, SessionStatus
from training.models import (
    Assignment,
    Attendance,
    Certificate,
    CertificateEvent,
    CourseVersion,
    Enrolment,
    ExamResult,
    Learner,
    Lesson,
    Session,
    SessionEvent,
)
from training.services.ending import revoke_certificate
from training.services.issuing import issue_certificates, months_after
from training.services.sessions import create_session

pytestmark = pytest.mark.django_db


@contextmanager
def refused(words: str) -> Iterator[None]:
    """What is tried here is refused by the database, in these words or by the constraint of this name."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        yield
    cause = error.value.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", "") or ""
    assert words in f"{error.value} {name}"


def run(statement: str, *values: Any) -> None:
    """One statement as the application's role, with the constraints that wait asked at once."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def change(table: str, what: str) -> None:
    """Set columns of all rows of a table."""
    run(" ".join(["UPDATE", table, "SET", what]))


def places(session: Session) -> list[Enrolment]:
    rows: list[Enrolment] = list(Enrolment.objects.unscoped("test").filter(session=session).order_by("place"))
    return rows


def signed(ground: Ground, people: int = 2, *, absent: int = 0, failed: int = 0, **over: Any) -> Session:
    """A signed session; the first `absent` of its people never came, the next `failed` did not pass."""
    session = opened(ground, **over)
    seats = joined(session, people)
    marks = {one.pk: all_passed(session) for one in seats}
    for one in seats[absent : absent + failed]:
        marks[one.pk] = type(marks[one.pk])(failed=frozenset(session.version.skills))
    held(ground, session, marks, absent=frozenset(one.pk for one in seats[:absent]))
    session.refresh_from_db()
    return session


def certificate(ground: Ground, enrolment: Enrolment, **over: Any) -> Certificate:
    """A certificate as issuing would make it, to be saved past it."""
    session = Session.objects.unscoped("test").select_related("version__course").get(pk=enrolment.session_id)
    day = session.ends_on
    terms: dict[str, Any] = {
        **Certificate.lineage_of(ground.branch),
        "number": f"330182-{day.year}-Z99999999",
        "code": random_code(),
        "kind": session.version.course.certificate_kind,
        "status": CertificateStatus.VALID,
        "source": CertificateSource.COURSE,
        "version": session.version,
        "enrolment": enrolment,
        "learner_id": enrolment.learner_id,
        "shown_name": "示**",
        "issued_on": day,
        "expires_on": months_after(day, 36),
        "examiner_ids": [session.signed_by_id or ground.person("lead").pk],
        "issued_by": ground.person("issuer"),
        "issued_at": now(),
        **over,
    }
    return Certificate(**terms)


def issued(ground: Ground, **over: Any) -> Certificate:
    """The one certificate of a class of one."""
    session = signed(ground, people=1, **over)
    with frozen_at(session.lessons.latest("ends_at").ends_at + datetime.timedelta(hours=1)):
        issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    return Certificate.objects.unscoped("test").get(enrolment__session=session)


def test_the_application_is_no_superuser_here(ground: Ground) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


# Seats


def test_no_seat_is_given_beyond_the_last(ground: Ground) -> None:
    session = opened(ground, seats=2)
    joined(session, 2)
    with refused("session_not_over_capacity"):
        copy = places(session)[0]
        copy.pk, copy.place, copy.key, copy.code = None, 3, uuid.uuid4(), random_code()
        copy.row_key, copy.learner, copy.document_consent = uuid.uuid4(), None, ""
        copy._state.adding = True
        seal_into(copy, name="示例丙", phone="13800000003")
        copy.save(force_insert=True)
    session.refresh_from_db()
    assert (session.seated_count, session.queue_last) == (2, 2)


def test_nobody_moves_up_from_the_queue_beyond_the_last_seat_and_seats_shrink_no_further(ground: Ground) -> None:
    session = opened(ground, seats=1)
    joined(session, 2)
    with refused("session_not_over_capacity"):
        run("UPDATE training_enrolment SET status = 'seated', seated_at = now() WHERE status = 'waiting'")
    with refused("session_has_seats"):
        run("UPDATE training_session SET seats = 0")


def test_an_enrolment_is_never_deleted(ground: Ground) -> None:
    joined(opened(ground), 1)
    with refused("append-only"):
        run("DELETE FROM training_enrolment")


@pytest.mark.parametrize(
    "what",
    [
        "place = place + 7",
        "code = 'ABCDEFGH12345678'",
        "key = gen_random_uuid()",
        "row_key = gen_random_uuid()",
        "branch_id = branch_id + 1",
        "session_id = session_id + 1",
    ],
)
def test_an_enrolment_keeps_its_session_place_and_code(ground: Ground, what: str) -> None:
    joined(opened(ground), 1)
    with refused("append-only: this change of an enrolment"):
        change("training_enrolment", what)


def test_one_person_has_one_place_in_a_session(ground: Ground) -> None:
    joined(opened(ground), 2)
    with refused("enrolment_learner_once"):
        run("UPDATE training_enrolment SET learner_id = (SELECT min(learner_id) FROM training_enrolment)")


def test_who_was_certified_stays_the_person_of_the_enrolment(ground: Ground) -> None:
    issued(ground)
    joined(opened(ground, hour=14), 1, first=5)
    with refused("append-only: this change of an enrolment"):
        run(
            "UPDATE training_enrolment SET learner_id = (SELECT max(learner_id) FROM training_enrolment)"
            " WHERE id IN (SELECT enrolment_id FROM training_certificate)"
        )


# Instructors


def test_nobody_teaches_in_two_places_at_once(ground: Ground) -> None:
    session = opened(ground)
    draft = create_session(
        plan=make_plan(ground, day=session.starts_on + datetime.timedelta(days=1)), actor=ground.person("officer")
    )
    lesson = draft.lessons.get()
    start = session.lessons.get().starts_at
    with refused("assignment_not_in_two_places"):
        Lesson.objects.filter(pk=lesson.pk).update(starts_at=start, ends_at=start + datetime.timedelta(hours=1))


def test_times_of_teaching_are_the_lessons_whatever_is_written(ground: Ground) -> None:
    session = opened(ground)
    run("UPDATE training_assignment SET starts_at = now(), ends_at = now(), is_active = false")
    lesson = session.lessons.get()
    for one in Assignment.objects.all():
        assert (one.starts_at, one.ends_at, one.is_active) == (lesson.starts_at, lesson.ends_at, True)


def test_a_cancelled_session_takes_no_time_of_its_instructors(ground: Ground) -> None:
    session = opened(ground)
    Session.objects.unscoped("test").filter(pk=session.pk).update(status=SessionStatus.CANCELLED)
    assert not Assignment.objects.filter(is_active=True).exists()
    # As the mover would have said, for the checks at the end.
    SessionEvent.objects.create(
        session=session, from_status="open", to_status="cancelled", actor=ground.person("officer"), at=now()
    )


# Marks


MARKS = {
    "presence changed": "UPDATE training_attendance SET presence = 'late'",
    "presence deleted": "DELETE FROM training_attendance",
    "result changed": "UPDATE training_examresult SET theory = 99",
    "result passed by hand": "UPDATE training_examresult SET is_passed = NOT is_passed",
    "result deleted": "DELETE FROM training_examresult",
    "examiner left out": "UPDATE training_examresult SET examiner_id = examiner_id + 1",
}


@pytest.mark.parametrize("statement", list(MARKS.values()), ids=list(MARKS))
def test_the_marks_of_a_signed_session_stand(ground: Ground, statement: str) -> None:
    signed(ground)
    with refused("append-only: the marks of a signed session stand"):
        run(statement)


def test_a_signed_session_gets_no_further_marks(ground: Ground) -> None:
    session = signed(ground)
    one = places(session)[0]
    with refused("append-only: the marks of a signed session stand"):
        ExamResult.objects.create(
            enrolment=one, attempt=2, examiner=ground.person("lead"), examined_at=now(), theory=None
        )


def test_presence_is_that_of_a_lesson_of_the_own_session(ground: Ground) -> None:
    session, other = opened(ground), opened(ground, hour=14)
    one = joined(session, 1)[0]
    with refused("attendance_of_its_own_session"):
        Attendance.objects.create(
            enrolment=one, lesson=other.lessons.get(), presence="present", method="scan", at=now(), received_at=now()
        )


@pytest.mark.parametrize("status", ["waiting", "cancelled"])
def test_somebody_without_a_seat_has_no_marks(ground: Ground, status: str) -> None:
    session = opened(ground, seats=1)
    one = joined(session, 2)[1]
    if status == "cancelled":
        Enrolment.objects.unscoped("test").filter(pk=one.pk).update(status=status, cancelled_at=now())
    with refused("marks_of_who_has_a_seat"):
        Attendance.objects.create(
            enrolment=one, lesson=session.lessons.get(), presence="present", method="scan", at=now(), received_at=now()
        )
    with refused("marks_of_who_has_a_seat"):
        ExamResult.objects.create(enrolment=one, examiner=ground.person("lead"), examined_at=now())


def test_passed_follows_from_the_marks_and_is_never_typed(ground: Ground) -> None:
    session = opened(ground)
    one = joined(session, 1)[0]
    result = ExamResult.objects.create(
        enrolment=one, examiner=ground.person("lead"), examined_at=now(), is_passed=True, skills_passed=["cpr"]
    )
    result.refresh_from_db()
    assert not result.is_passed
    ExamResult.objects.filter(pk=result.pk).update(skills_passed=list(session.version.skills), is_passed=False)
    result.refresh_from_db()
    assert result.is_passed


def test_a_skill_is_passed_or_failed_and_a_mark_is_of_a_hundred(ground: Ground) -> None:
    one = joined(opened(ground), 1)[0]
    common = {"enrolment": one, "examiner": ground.person("lead"), "examined_at": now()}
    with refused("examresult_skill_either_way"):
        ExamResult.objects.create(**common, skills_passed=["cpr"], skills_failed=["cpr"])
    with refused("examresult_of_hundred"):
        ExamResult.objects.create(**common, theory="100.1")


# Sessions, lessons, versions


def test_what_was_signed_stands_but_for_its_way_on(ground: Ground) -> None:
    session = signed(ground)
    for what in ("title = '另一个班'", "seats = seats + 1", "starts_on = starts_on - 1", "seated_count = 0"):
        with refused("append-only"):
            change("training_session", what)
    session.refresh_from_db()
    assert session.status == SessionStatus.SIGNED


def test_a_signature_has_somebody_who_signed(ground: Ground) -> None:
    signed(ground)
    with refused("session_signed_by_somebody"):
        run("UPDATE training_session SET signed_by_id = NULL")


def test_a_session_that_is_over_changes_no_more_and_none_is_deleted(ground: Ground) -> None:
    issued(ground)
    with refused("append-only"):
        run("UPDATE training_session SET status = 'open'")
    opened(ground, hour=14)
    with refused("append-only"):
        run("DELETE FROM training_session")


LESSONS: dict[str, Callable[[Session], object]] = {
    "moved": lambda session: session.lessons.update(ends_at=now() + datetime.timedelta(days=90)),
    "deleted": lambda session: run("DELETE FROM training_lesson"),
    "added": lambda session: Lesson.objects.create(
        session=session, starts_at=now(), ends_at=now() + datetime.timedelta(hours=1)
    ),
}


@pytest.mark.parametrize("act", list(LESSONS.values()), ids=list(LESSONS))
def test_the_lessons_of_a_signed_session_stand(ground: Ground, act: Callable[[Session], object]) -> None:
    session = signed(ground)
    with refused("append-only: the lessons of a signed session stand"):
        act(session)


def test_a_lesson_stays_in_its_session(ground: Ground) -> None:
    session, other = opened(ground), opened(ground, hour=14)
    with refused("append-only: the lessons"):
        session.lessons.update(session=other)


def test_a_version_that_sessions_have_is_not_changed_but_for_its_last_day(ground: Ground) -> None:
    version = opened(ground).version
    for what in ("validity_months = 99", "theory_pass = 1", "skills = '{cpr}'", "age_from = 1"):
        with refused("append-only: a version that sessions have"):
            change("training_courseversion", what)
    with refused("append-only: a version that sessions have"):
        run("DELETE FROM training_courseversion WHERE id = %s", version.pk)
    CourseVersion.objects.filter(pk=version.pk).update(valid_to=datetime.date(2099, 1, 1))
    version.refresh_from_db()
    assert version.valid_to == datetime.date(2099, 1, 1)


# Certificates


def test_there_is_no_certificate_before_the_signature(ground: Ground) -> None:
    one = joined(opened(ground), 1)[0]
    with refused("certificate_of_a_signed_session"):
        certificate(ground, one).save(force_insert=True)


def test_there_is_no_certificate_without_attendance(ground: Ground) -> None:
    one = places(signed(ground, absent=1))[0]
    with refused("certificate_needs_attendance"):
        certificate(ground, one).save(force_insert=True)


def test_there_is_no_certificate_without_a_passed_exam(ground: Ground) -> None:
    one = places(signed(ground, failed=1))[0]
    with refused("certificate_needs_a_passed_exam"):
        certificate(ground, one).save(force_insert=True)


def test_nobody_issues_what_they_examined_or_signed(ground: Ground) -> None:
    one = places(signed(ground))[0]
    with refused("certificate_issuer_is_no_examiner"):
        certificate(ground, one, issued_by=ground.person("lead")).save(force_insert=True)


@pytest.mark.parametrize("examiners", [[], [-1]], ids=["none", "another"])
def test_no_examiner_is_left_out_so_that_they_could_issue(ground: Ground, examiners: list[int]) -> None:
    one = places(signed(ground))[0]
    with refused("certificate_names_its_examiners"):
        certificate(ground, one, examiner_ids=examiners, issued_by=ground.person("lead")).save(force_insert=True)


def test_the_signer_alone_does_not_stand_for_another_examiner(ground: Ground) -> None:
    session = opened(ground)
    one = joined(session, 1)[0]
    # Somebody else writes the marks, the lead signs.
    ExamResult.objects.create(
        enrolment=one,
        examiner=ground.person("second"),
        examined_at=now(),
        skills_passed=list(session.version.skills),
    )
    held(ground, session, {})
    with refused("certificate_names_its_examiners"):
        certificate(ground, one, examiner_ids=[ground.person("lead").pk]).save(force_insert=True)
    with refused("certificate_issuer_is_no_examiner"):
        both = [ground.person("lead").pk, ground.person("second").pk]
        certificate(ground, one, examiner_ids=both, issued_by=ground.person("second")).save(force_insert=True)


def test_a_certificate_is_of_the_session_s_course_and_person(ground: Ground) -> None:
    first, second = places(signed(ground))
    for over in (
        {"kind": "first_aider"},
        {"learner_id": second.learner_id},
        {"version": CourseVersion.objects.get(course__code="first-aider")},
    ):
        with refused("certificate_of_a_signed_session"):
            certificate(ground, first, **over).save(force_insert=True)


def test_nobody_has_two_valid_certificates_of_a_kind(ground: Ground) -> None:
    issued(ground)
    again = places(signed(ground, people=1, hour=14))[0]
    with refused("certificate_one_valid_of_a_kind"):
        certificate(ground, again).save(force_insert=True)


def test_one_enrolment_brings_one_certificate(ground: Ground) -> None:
    first = issued(ground)
    assert first.enrolment is not None
    with refused("certificate"):
        certificate(ground, first.enrolment).save(force_insert=True)


CHANGES = {
    "number": "number = '330182-2026-Z00000077'",
    "code": "code = 'ABCDEFGH12345678'",
    "end": "expires_on = expires_on + 365",
    "for ever": "expires_on = NULL",
    "learner": "learner_id = learner_id + 1",
    "shown name": "shown_name = '别**'",
    "kind": "kind = 'instructor'",
    "examiners": "examiner_ids = '{}'",
    "issuer": "issued_by_id = issued_by_id + 1",
    "payload": "payload = ''",
    "enrolment": "enrolment_id = NULL, source = 'legacy'",
    "another holder": "holder = '\\x00'::bytea",
    "ended without a step": "ended_on = issued_on",
}


@pytest.mark.parametrize("what", list(CHANGES.values()), ids=list(CHANGES))
def test_a_certificate_is_never_changed(ground: Ground, what: str) -> None:
    issued(ground)
    with refused("append-only: UPDATE on training_certificate"):
        change("training_certificate", what)


def test_a_certificate_is_never_deleted_nor_made_valid_again(ground: Ground) -> None:
    one = issued(ground)
    with refused("append-only"):
        run("DELETE FROM training_certificate")
    revoke_certificate(certificate_id=one.pk, reason="mistake", note="示例情况", actor=ground.person("issuer"))
    with refused("append-only"):
        run("UPDATE training_certificate SET status = 'valid', ended_on = NULL, revoke_reason = ''")
    with refused("append-only"):
        run("UPDATE training_certificate SET revoke_reason = 'fraud'")


def test_the_table_of_certificates_is_never_emptied(ground: Ground) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
        run("TRUNCATE training_certificate CASCADE")


@pytest.mark.parametrize("model", [SessionEvent, CertificateEvent])
@pytest.mark.parametrize("act", ["UPDATE {} SET reason = '别的'", "DELETE FROM {}"])
def test_what_was_done_is_never_rewritten(ground: Ground, model: Any, act: str) -> None:
    issued(ground)
    assert model.objects.exists()
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
        run(act.format(model._meta.db_table))


def test_the_application_cannot_switch_off_what_holds_it(ground: Ground) -> None:
    for statement in (
        "ALTER TABLE training_certificate DISABLE TRIGGER ALL",
        "DROP TRIGGER certificate_guard ON training_certificate",
        "ALTER TABLE training_certificate DROP CONSTRAINT certificate_issuer_is_no_examiner",
        "CREATE OR REPLACE FUNCTION training_marks_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    ):
        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_document_belongs_to_one_learner(ground: Ground) -> None:
    joined(opened(ground), 1)
    copy = Learner(document_kind="id_card", created_at=now())
    seal_into(copy, document=id_number(0))
    with refused("learner_document_once"):
        copy.save(force_insert=True)
