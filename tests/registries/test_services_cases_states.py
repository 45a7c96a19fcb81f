"""The table of states of cases, walked in full; their days follow each other; the database holds both."""

from __future__ import annotations

import datetime
from itertools import product

import pytest
from django.db import DatabaseError, transaction

from core.clock import frozen_at, now, today
from core.models import AuditEvent
from registries.choices.cases import CASE_TRANSITIONS, EXITS, STEP_DAYS, CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseEvent
from registries.services.cases.handing import end_case, go_on
from registries.services.cases.moving import lock_case, move_case
from registries.services.cases.notifying import notify_case, write_person
from tests.registries.case_ground import (
    DOCUMENT,
    KIN,
    KIN_PHONE,
    NAME,
    NOTE,
    PLACE,
    TEXT,
    case_in,
    confirmed,
    decide,
    earlier,
    handed,
    listed,
    notice,
    notified,
    recorded,
    signed,
    step,
)
from tests.registries.ground import Ground, id_number

WAY = [one for one in STEP_DAYS if one != CaseStatus.FAREWELL]


def test_the_table_has_every_state_and_leads_to_states_alone() -> None:
    assert set(CASE_TRANSITIONS) == set(CaseStatus.values)
    assert frozenset().union(*CASE_TRANSITIONS.values()) <= set(CaseStatus.values)
    assert all(CASE_TRANSITIONS[one] == frozenset() for one in [*EXITS, CaseStatus.CLOSED])


@pytest.mark.parametrize(("start", "end"), list(product(CaseStatus.values, repeat=2)))
def test_a_case_takes_the_steps_of_its_table_and_no_other(ground: Ground, start: str, end: str) -> None:
    case = case_in(ground, start)
    if end in CASE_TRANSITIONS[start]:
        assert step(ground, case, end).status == end
        last = CaseEvent.objects.filter(case=case).latest("pk")
        assert (last.to_status, last.on) == (end, today())
        return
    with pytest.raises(WrongState, match="刷新"):
        move_case(lock_case(case.pk), end, on=today(), verb="stopped", actor=ground.person("coordinator"))
    assert Case.objects.unscoped("test").get(pk=case.pk).status == start


@pytest.mark.parametrize("start", WAY[:-1])
def test_no_step_lies_before_the_one_that_it_follows_nor_in_the_future(ground: Ground, start: str) -> None:
    case = case_in(ground, start)
    to = WAY[WAY.index(start) + 1]
    for day, words in ((earlier(1), "早于前一步"), (today() + datetime.timedelta(days=1), "晚于今天")):
        with pytest.raises(RegistryError, match=words) as refused:
            move_case(lock_case(case.pk), to, on=day, verb="stopped", actor=ground.person("coordinator"))
        assert "on" in refused.value.fields


@pytest.mark.parametrize("column", [STEP_DAYS[one] for one in WAY[1:]])
def test_the_database_holds_the_order_of_the_days(ground: Ground, column: str) -> None:
    case = case_in(ground, WAY[list(STEP_DAYS.values()).index(column) - 1] if column != "care_on" else "handed_over")
    rows = Case.objects.unscoped("test").filter(pk=case.pk)
    status = next(one for one, name in STEP_DAYS.items() if name == column)
    for day in (earlier(1), None):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{column: day, "status": status})


def test_a_day_that_was_written_stands_and_an_ended_case_is_not_opened_again(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.ASSIGNED)
    rows = Case.objects.unscoped("test").filter(pk=case.pk)
    refused = [
        {"assigned_on": None, "status": "notified"},
        {"notified_on": earlier(3)},
        {"number": "x"},
        {"branch_id": ground.elsewhere.pk},
    ]
    for change in refused:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    step(ground, case, "stopped")
    for change in ({"status": "assigned", "ended_on": None}, {"kinds": ["body"]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_a_case_begins_with_its_notification_in_the_database_as_well(ground: Ground) -> None:
    case = notified(ground)
    values = Case.objects.unscoped("test").filter(pk=case.pk).values().get()
    values.update(id=None, row_key="0" * 32, key="0" * 32, number="x", status="assigned", assigned_on=today())
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.unscoped("test").create(**values)


def test_a_form_sent_twice_is_one_case(ground: Ground) -> None:
    said = notice(ground.branch)
    first = notify_case(notice=said, actor=ground.person("coordinator"))
    assert notify_case(notice=said, actor=ground.person("coordinator")) == first
    assert Case.objects.unscoped("test").count() == 1
    assert first.number.startswith("330106-")
    assert "-C0" in first.number


def test_a_notification_at_night_asks_for_little_and_says_what_is_missing(ground: Ground) -> None:
    coordinator = ground.person("coordinator")
    bare = {"name": "", "document": "", "died_on": None, "note": ""}
    assert notify_case(notice=notice(ground.branch, **bare), actor=coordinator).status == "notified"
    wrong = {
        "kinds": (),
        "notifier": "x",
        "caller_name": "",
        "caller_phone": "1",
        "document": "1",
        "on": today() + datetime.timedelta(days=1),
    }
    with pytest.raises(RegistryError) as refused:
        notify_case(notice=notice(ground.branch, **wrong), actor=coordinator)
    assert set(refused.value.fields) == set(wrong)


def test_who_died_may_be_put_right_but_neither_emptied_nor_changed_once_witnessed(ground: Ground) -> None:
    coordinator = ground.person("coordinator")
    case = case_in(ground, CaseStatus.FAMILY_DECIDING)
    said = {"name": NAME, "document_kind": "", "document": id_number(701), "died_on": today(), "kinds": ("organ",)}
    write_person(case_id=case.pk, **said, actor=coordinator)
    with pytest.raises(RegistryError) as refused:
        write_person(case_id=case.pk, **{**said, "document": ""}, actor=coordinator)
    assert "document" in refused.value.fields
    case = step(ground, case, CaseStatus.CONSENTED)
    with pytest.raises(RegistryError) as refused:
        write_person(case_id=case.pk, **{**said, "kinds": ("body",), "died_on": None}, actor=coordinator)
    assert set(refused.value.fields) == {"kinds", "died_on"}
    case = step(ground, case, CaseStatus.WITNESSED)
    with pytest.raises(WrongState):
        write_person(case_id=case.pk, **said, actor=coordinator)


def test_a_reason_fits_its_end(ground: Ground) -> None:
    case = notified(ground)
    for to, reason in (("stopped", "medical"), ("unsuitable", "too_late"), ("stopped", "")):
        with pytest.raises(RegistryError, match="相符"):
            end_case(case_id=case.pk, to_status=to, reason=reason, on=today(), actor=ground.person("coordinator"))
    with pytest.raises(WrongState):
        end_case(case_id=case.pk, to_status="closed", reason="", on=today(), actor=ground.person("coordinator"))
    with pytest.raises(WrongState):
        go_on(case_id=case_in(ground, "assigned").pk, to_status="consented", on=today(), actor=ground.person("second"))


def test_nobody_s_name_nor_a_word_of_it_stands_in_the_audit_trail(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    decide(ground, case, listed(ground, case, "parent"))
    recorded(ground, case)
    signed(ground, case, "coordinator", "second")
    case.refresh_from_db()
    handed(ground, case)
    told = " ".join(
        f"{one.verb} {one.object_key} {one.reason} {one.changed_fields}" for one in AuditEvent.objects.all()
    )
    assert "registries.case.witnessed" in told
    secret = (NAME, DOCUMENT, *KIN.values(), KIN_PHONE, PLACE, TEXT, NOTE, "示例医学院")
    assert [one for one in secret if one in told] == []


def test_the_next_day_a_case_goes_on(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.ASSIGNED)
    with frozen_at(now() + datetime.timedelta(days=1)):
        case = step(ground, step(ground, case, CaseStatus.FAMILY_DECIDING), CaseStatus.CONSENTED)
        assert case.consented_on == case.notified_on + datetime.timedelta(days=1)
    with pytest.raises(RegistryError):
        confirmed(ground, case_in(ground, CaseStatus.FAMILY_DECIDING, document=id_number(702)))
