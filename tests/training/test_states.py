"""The literal tables of states, walked in full: each step they have is taken, each other is refused."""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from core.clock import frozen_at, now, today
from tests.training.ground import Ground, joined, opened
from tests.training.test_triggers import issued
from training.choices import (
    CERTIFICATE_TRANSITIONS,
    ENROLMENT_TRANSITIONS,
    SESSION_TRANSITIONS,
    CertificateStatus,
    EnrolmentStatus,
    SessionStatus,
)
from training.errors import WrongState
from training.models import Certificate, CertificateEvent, Enrolment, Session, SessionEvent
from training.services.enrolling import cancel_enrolment
from training.services.moving import lock_certificate, lock_session, move_certificate, move_session

pytestmark = pytest.mark.django_db


def path_to(table: dict[str, frozenset[str]], start: str, end: str) -> list[str]:
    """The shortest way by the table; AssertionError where there is none."""
    ways = [[start]]
    for way in ways:
        if way[-1] == end:
            return way[1:]
        ways += [[*way, step] for step in sorted(table[way[-1]]) if step not in way]
    raise AssertionError(f"{end} cannot be reached")


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (SESSION_TRANSITIONS, SessionStatus),
        (ENROLMENT_TRANSITIONS, EnrolmentStatus),
        (CERTIFICATE_TRANSITIONS, CertificateStatus),
    ],
)
def test_a_table_has_every_state_and_leads_to_states_alone(table: dict[str, frozenset[str]], states: type) -> None:
    assert set(table) == set(states.values)
    assert frozenset().union(*table.values()) <= set(states.values)
    assert all(state not in steps for state, steps in table.items())


def move(session: Session, to: str, ground: Ground) -> None:
    signature = {"signed_by": ground.person("lead"), "signed_at": now()} if to == SessionStatus.SIGNED else {}
    move_session(session, to, actor=ground.person("officer"), reason="示例理由", **signature)


@pytest.mark.parametrize(("start", "end"), list(product(SessionStatus.values, repeat=2)))
def test_a_session_takes_the_steps_of_its_table_and_no_other(ground: Ground, start: str, end: str) -> None:
    session = lock_session(opened(ground).pk)
    if start == SessionStatus.DRAFT:
        # Back to the beginning, past the mover, in a transaction that is taken back.
        with transaction.atomic():
            Session.objects.unscoped("test").filter(pk=session.pk).update(status=start)
            session = lock_session(session.pk)
            check_step(session, end, ground)
            transaction.set_rollback(True)
        return
    for step in path_to(SESSION_TRANSITIONS, SessionStatus.OPEN, start):
        move(session, step, ground)
    check_step(session, end, ground)


def check_step(session: Session, end: str, ground: Ground) -> None:
    start = session.status
    if end in SESSION_TRANSITIONS[start]:
        move(session, end, ground)
        last = SessionEvent.objects.filter(session=session).latest("pk")
        assert (last.from_status, last.to_status, last.reason) == (start, end, "示例理由")
    else:
        with pytest.raises(WrongState, match="刷新"):
            move(session, end, ground)
        end = start
    assert Session.objects.unscoped("test").get(pk=session.pk).status == end


@pytest.mark.parametrize(("start", "end"), list(product(EnrolmentStatus.values, repeat=2)))
def test_an_enrolment_takes_the_steps_of_its_table_and_the_database_no_other(
    ground: Ground, start: str, end: str
) -> None:
    # One seat: the second person waits. Room for both, so that only the table says no.
    session = opened(ground, seats=1)
    seated, waiting = joined(session, 2)
    one = seated if start == EnrolmentStatus.SEATED else waiting
    Session.objects.unscoped("test").filter(pk=session.pk).update(seats=3, status=SessionStatus.CLOSED)
    SessionEvent.objects.create(
        session=session, from_status="open", to_status="closed", actor=ground.person("officer"), at=now()
    )
    rows = Enrolment.objects.unscoped("test").filter(pk=one.pk)
    if start == EnrolmentStatus.CANCELLED:
        rows.update(status=start, cancelled_at=now())
    if end == start or end in ENROLMENT_TRANSITIONS[start]:
        rows.update(status=end, seated_at=now(), cancelled_at=now())
    else:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(status=end, seated_at=now(), cancelled_at=now())
        end = start
    assert rows.get().status == end


def test_a_place_that_was_given_up_is_not_given_up_twice(ground: Ground) -> None:
    one = joined(opened(ground), 1)[0]
    cancel_enrolment(enrolment_id=one.pk, reason="示例理由", actor=ground.person("officer"))
    with pytest.raises(WrongState, match="已经取消"):
        cancel_enrolment(enrolment_id=one.pk, reason="示例理由", actor=ground.person("officer"))


@pytest.mark.parametrize(("start", "end"), list(product(CertificateStatus.values, repeat=2)))
def test_a_certificate_takes_the_steps_of_its_table_and_no_other(ground: Ground, start: str, end: str) -> None:
    one, actor = lock_certificate(issued(ground).pk), ground.person("issuer")
    with transaction.atomic():
        if start != CertificateStatus.VALID:
            move_certificate(one, start, actor=actor, reason="示例理由", **ended(start))
        if end in CERTIFICATE_TRANSITIONS[start]:
            move_certificate(one, end, actor=actor, reason="示例理由", **ended(end))
            last = CertificateEvent.objects.filter(certificate=one).latest("pk")
            assert (last.from_status, last.to_status, last.reason) == (start, end, "示例理由")
        else:
            with pytest.raises(WrongState, match="刷新"):
                move_certificate(one, end, actor=actor, **ended(end))
            if start != end:
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                    Certificate.objects.unscoped("test").filter(pk=one.pk).update(status=end, **ended(end))
        # The records of the end are the services' to write.
        transaction.set_rollback(True)


def ended(status: str) -> dict[str, object]:
    """The columns that go with a state of a certificate."""
    if status == CertificateStatus.VALID:
        return {"ended_on": None, "revoke_reason": ""}
    return {"ended_on": today(), "revoke_reason": "mistake" if status == CertificateStatus.REVOKED else ""}


@pytest.mark.parametrize("table", ["training_session", "training_enrolment", "training_certificate"])
def test_the_database_knows_no_other_states(ground: Ground, table: str) -> None:
    issued(ground)
    opened(ground, hour=14)
    refused = pytest.raises(DatabaseError, match=r"status_known|append-only|ended_says_when_and_why")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" ".join(["UPDATE", table, "SET status = 'unheard'"]))


def test_the_way_of_a_class_is_written_down_step_by_step(ground: Ground) -> None:
    one = issued(ground)
    assert one.enrolment is not None
    with frozen_at(one.issued_at + datetime.timedelta(hours=1)):
        steps = SessionEvent.objects.filter(session=one.enrolment.session_id).order_by("pk")
        assert [step.to_status for step in steps] == ["draft", "open", "closed", "signed", "finished"]
