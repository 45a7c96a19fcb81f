"""Two coordinators or more witness, each signs by their own login; the database holds it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from core.clock import frozen_at, now, today
from core.errors import NotAllowed, NotFound
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, CaseEvent, CaseSignature, CaseWitness, DueContact
from registries.services.cases.assigning import assign_coordinator, hand_over_case, release_coordinator
from registries.services.cases.handing import care_days, go_on
from registries.services.cases.witnessing import newest_witness, sign_witness, write_witness
from tests.ledger.test_concurrency import at_once
from tests.registries.case_ground import assign, case_in, handed, notified, recorded, seen, signed, step
from tests.registries.ground import Ground, id_number


def consented_by_one(ground: Ground) -> Case:
    """A case with one coordinator, to the written consent."""
    case = notified(ground)
    assign(ground, case, "coordinator")
    for to in (CaseStatus.FAMILY_DECIDING, CaseStatus.CONSENTED):
        case.refresh_from_db()
        case = step(ground, case, to)
    return case


def row_of(case: Case, ground: Ground, login: str) -> CaseCoordinator:
    """The row by which somebody is assigned."""
    return CaseCoordinator.objects.get(case=case, person=ground.person(login), released_at=None)


def test_one_alone_writes_no_witness_record_and_the_database_lets_no_case_through(ground: Ground) -> None:
    case = consented_by_one(ground)
    with pytest.raises(WrongState, match="两名以上"):
        recorded(ground, case)
    rows = Case.objects.unscoped("test").filter(pk=case.pk)
    with pytest.raises(DatabaseError, match="two coordinators"), transaction.atomic():
        rows.update(status="witnessed", witnessed_on=today())
    # One who signs a record that was put in by hand is not enough either.
    record = CaseWitness.objects.create(
        case=case, witnessed_at=now(), points=[], written_by=ground.person("coordinator"), written_at=now()
    )
    CaseSignature.objects.create(witness=record, person=ground.person("coordinator"), at=now())
    with pytest.raises(DatabaseError, match="two coordinators"), transaction.atomic():
        rows.update(status="witnessed", witnessed_on=today())


def test_a_second_who_has_not_signed_is_not_enough_for_the_database(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    recorded(ground, case)
    assert signed(ground, case, "coordinator").status == "consented"
    with pytest.raises(DatabaseError, match="two coordinators"), transaction.atomic():
        Case.objects.unscoped("test").filter(pk=case.pk).update(status="witnessed", witnessed_on=today())
    assert signed(ground, case, "second").status == "witnessed"


def test_nobody_signs_for_another_twice_or_without_being_assigned(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    record = recorded(ground, case)
    signed(ground, case, "coordinator")
    with pytest.raises(WrongState, match="已签过字"):
        signed(ground, case, "coordinator")
    with pytest.raises(NotAllowed):
        sign_witness(case_id=case.pk, witness_id=record.pk, actor=ground.person("head"))
    with pytest.raises(NotFound):
        sign_witness(case_id=case.pk, witness_id=record.pk, actor=ground.person("stranger"))
    for login in ("province", "stranger"):
        with pytest.raises(DatabaseError, match="assigned coordinator"), transaction.atomic():
            CaseSignature.objects.create(witness=record, person=ground.person(login), at=now())


def test_a_signature_and_a_record_are_neither_changed_nor_removed(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.WITNESSED)
    signatures, records = CaseSignature.objects.filter(witness__case=case), CaseWitness.objects.filter(case=case)
    refused = [
        lambda: signatures.update(at=now()),
        lambda: signatures.delete(),
        lambda: records.update(points=[]),
        lambda: records.update(content=None),
        lambda: records.delete(),
    ]
    for change in refused:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="follows the consent"), transaction.atomic():
        CaseWitness.objects.create(
            case=case, witnessed_at=now(), points=[], written_by=ground.person("second"), written_at=now()
        )


def test_a_record_that_is_written_anew_is_signed_anew(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    first = recorded(ground, case)
    signed(ground, case, "coordinator")
    recorded(ground, case)
    with pytest.raises(WrongState, match="重写"):
        sign_witness(case_id=case.pk, witness_id=first.pk, actor=ground.person("second"))
    assert signed(ground, case, "second").status == "consented"
    assert signed(ground, case, "coordinator").status == "witnessed"


@pytest.mark.parametrize("kind", ["organ", "cornea", "tissue", "body"])
def test_all_that_must_be_seen_was_seen(ground: Ground, kind: str) -> None:
    case = case_in(ground, CaseStatus.CONSENTED, kinds=(kind,))
    whole = seen([kind])
    for missing in whole.points:
        points = tuple(one for one in whole.points if one != missing)
        with pytest.raises(RegistryError) as refused:
            write_witness(case_id=case.pk, seen=replace(whole, points=points), actor=ground.person("coordinator"))
        assert "points" in refused.value.fields
    assert write_witness(case_id=case.pk, seen=whole, actor=ground.person("coordinator"))


@pytest.mark.parametrize("hours", [-48, 1])
def test_nothing_is_witnessed_before_the_consent_nor_in_the_future(ground: Ground, hours: int) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    with pytest.raises(RegistryError) as refused:
        recorded(ground, case, at=now() + datetime.timedelta(hours=hours))
    assert "at" in refused.value.fields


def test_a_third_who_is_assigned_signs_too_or_is_taken_off(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    assign(ground, case, "province")
    recorded(ground, case)
    assert signed(ground, case, "coordinator", "second").status == "consented"
    row = row_of(case, ground, "province")
    moved = release_coordinator(case_id=case.pk, from_id=row.pk, on=today(), actor=ground.person("head"))
    assert moved.status == "witnessed"


def test_who_was_assigned_after_it_was_witnessed_was_not_there_and_does_not_sign(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    with frozen_at(now() + datetime.timedelta(hours=1)):
        recorded(ground, case)
        signed(ground, case, "coordinator")
    with frozen_at(now() + datetime.timedelta(hours=2)):
        row, head = row_of(case, ground, "second"), ground.person("head")
        hand_over_case(case_id=case.pk, from_id=row.pk, to=ground.person("province"), on=today(), actor=head)
        record = newest_witness(case)
        assert record is not None
        with pytest.raises(WrongState, match="还没有指派"):
            signed(ground, case, "province")
        with pytest.raises(DatabaseError, match="who was there"), transaction.atomic():
            CaseSignature.objects.create(witness=record, person=ground.person("province"), at=now())
        # One who was there is not enough; the other comes back and signs what they saw.
        with pytest.raises(DatabaseError, match="two coordinators"), transaction.atomic():
            Case.objects.unscoped("test").filter(pk=case.pk).update(status="witnessed", witnessed_on=today())
        case.refresh_from_db()
        assert case.status == "consented"
        assign(ground, case, "second")
        assert signed(ground, case, "second").status == "witnessed"


def test_a_coordinator_is_of_the_branch_or_of_one_above(ground: Ground) -> None:
    case = notified(ground)
    for login in ("stranger", "clerk", "supervisor", "head"):
        with pytest.raises(RegistryError, match="本会或上级会"):
            assign(ground, case, login)
    assign(ground, case, "province", "second")
    assert CaseCoordinator.objects.filter(case=case).count() == 2


def test_only_who_assigns_there_or_above_assigns(ground: Ground) -> None:
    case = notified(ground)
    for login, error in (("coordinator", NotAllowed), ("stranger", NotFound), ("supervisor", NotFound)):
        with pytest.raises(error):
            assign_coordinator(case_id=case.pk, person=ground.person("second"), on=today(), actor=ground.person(login))


def test_the_last_is_not_taken_off_but_may_be_replaced_with_what_they_were_to_do(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    head, first = ground.person("head"), row_of(case, ground, "coordinator")
    release_coordinator(case_id=case.pk, from_id=row_of(case, ground, "second").pk, on=today(), actor=head)
    with pytest.raises(WrongState, match="唯一"):
        release_coordinator(case_id=case.pk, from_id=first.pk, on=today(), actor=head)
    hand_over_case(case_id=case.pk, from_id=first.pk, to=ground.person("second"), on=today(), actor=head)
    due = DueContact.objects.unscoped("test").filter(case=case, status="open")
    assert {one.coordinator for one in due} == {ground.person("second")}
    with pytest.raises(NotFound):
        go_on(case_id=case.pk, to_status="care", on=today(), actor=ground.person("coordinator"))
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseCoordinator.objects.filter(pk=first.pk).update(released_at=None, released_by=None, released_on=None)


def test_two_who_assign_the_same_person_at_once_assign_once(committed_ground: Ground) -> None:
    case = notified(committed_ground)

    def send() -> None:
        assign(committed_ground, case, "second")

    results = at_once(send, send)
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "WrongState"]
    assert CaseCoordinator.objects.filter(case=case).count() == 1


def test_two_who_assign_two_at_once_move_the_case_once(committed_ground: Ground) -> None:
    case = notified(committed_ground)
    tasks = [lambda: assign(committed_ground, case, "coordinator"), lambda: assign(committed_ground, case, "second")]
    assert at_once(*tasks) == [None, None]
    assert CaseCoordinator.objects.filter(case=case).count() == 2
    assert CaseEvent.objects.filter(case=case, from_status="notified", to_status="assigned").count() == 1


def test_two_who_sign_at_once_complete_it_once(committed_ground: Ground) -> None:
    case = case_in(committed_ground, CaseStatus.CONSENTED)
    recorded(committed_ground, case)
    record = newest_witness(case)
    assert record is not None

    def sign(login: str) -> str:
        return sign_witness(case_id=case.pk, witness_id=record.pk, actor=committed_ground.person(login)).status

    results = at_once(lambda: sign("coordinator"), lambda: sign("second"))
    assert sorted(results) == ["consented", "witnessed"]
    assert CaseEvent.objects.filter(case=case, verb="witnessed").count() == 1


def test_the_family_is_called_after_a_week_a_month_a_hundred_days_and_a_year(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    due = DueContact.objects.unscoped("test").filter(case=case, reason="care").order_by("due_on")
    assert [one.due_on for one in due] == care_days(today())
    assert care_days(datetime.date(2028, 1, 31))[1] == datetime.date(2028, 2, 29)
    assert care_days(datetime.date(2028, 2, 29))[3] == datetime.date(2029, 2, 28)
    case = step(ground, step(ground, case, CaseStatus.CARE), CaseStatus.CLOSED)
    assert not due.filter(status="open").exists()


def test_a_gift_goes_to_a_unit_of_its_kind_and_province(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.WITNESSED, kinds=("organ", "body"), document=id_number(703))
    with pytest.raises(RegistryError, match="至少选择一项"):
        handed(ground, case, units={})
    school = handed(ground, case_in(ground, CaseStatus.WITNESSED, kinds=("body",))).hand_overs.get().unit_id
    for units in ({"organ": school}, {"body": 0}, {"cornea": school}):
        with pytest.raises(RegistryError) as refused:
            handed(ground, case, units=units)
        assert set(refused.value.fields) == set(units)
    assert handed(ground, case, units={"body": school}).hand_overs.count() == 1
