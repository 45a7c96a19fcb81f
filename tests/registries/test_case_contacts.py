"""The calls to the family of a case: they lie with who is assigned to it, whatever their branch, and go with it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.urls import reverse

from core.clock import today
from core.errors import NotAllowed, NotFound
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, DueContact
from registries.selectors.contacts import due_now_count, due_page, open_by_coordinator
from registries.services.cases.assigning import hand_over_case, release_coordinator
from registries.services.cases.handing import hand_over_gift
from registries.services.contact_giving import hand_over_contacts
from registries.services.contacts import log_contact
from registries.services.last_calls import log_last_contact
from registries.services.planning import schedule_contact
from tests.registries.case_ground import assign, case_in, recorded, signed, units
from tests.registries.ground import Ground, registered
from tests.registries.test_services_contacts import due
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def calls(case: Case, **over: Any) -> list[DueContact]:
    rows = DueContact.objects.unscoped("test").filter(case=case, **{"status": "open", **over})
    return list(rows.order_by("due_on"))


def logged(ground: Ground, one: DueContact, by: str, **over: Any) -> Any:
    said = {"means": "phone", "outcome": "reached", "note": "家里都好", "next_on": None, "key": uuid.uuid4(), **over}
    return log_contact(due_id=one.pk, **said, actor=ground.person(by))


def release(ground: Ground, case: Case, login: str) -> None:
    row = CaseCoordinator.objects.get(case=case, person=ground.person(login), released_at=None)
    release_coordinator(case_id=case.pk, from_id=row.pk, on=today(), actor=ground.person("head"))


def test_calls_of_a_case_are_not_handed_over_with_the_rest_but_with_the_case(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    wish = due(ground, registered(ground))
    mine, clerk = ground.person("coordinator"), ground.person("clerk")
    assert [(one.open, one.late) for one in open_by_coordinator([ground.branch])] == [(1, 0)]
    done = hand_over_contacts(from_person=mine, to_person=clerk, branch=ground.branch, actor=mine)
    assert done.contact_count == 1
    wish.refresh_from_db()
    assert wish.coordinator == clerk
    assert {one.coordinator for one in calls(case)} == {mine}
    with pytest.raises(WrongState):
        hand_over_contacts(from_person=mine, to_person=clerk, branch=ground.branch, actor=mine)
    assign(ground, case, "province")
    row = CaseCoordinator.objects.get(case=case, person=mine, released_at=None)
    third = ground.person("second")
    release(ground, case, "second")
    hand_over_case(case_id=case.pk, from_id=row.pk, to=third, on=today(), actor=ground.person("head"))
    assert {one.coordinator for one in calls(case)} == {third}


def test_who_the_association_above_sent_is_given_sees_and_logs_the_calls_to_the_family(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    assign(ground, case, "province")
    # Who leaves gives their calls to who stays: here the one from above alone.
    release(ground, case, "second")
    release(ground, case, "coordinator")
    sent = ground.person("province")
    assert {one.coordinator for one in calls(case)} == {sent}
    first = calls(case)[0]
    assert [one.pk for one in due_page(sent, "coming")] == [one.pk for one in calls(case)]
    assert due_now_count(sent) == 0
    client = client_of(ground, "province")
    assert case.number in page(client, "desk_contacts", show="coming")
    url = reverse("desk_registry_contact", kwargs={"key": first.key})
    assert "登记结果" in client.get(url).content.decode()
    logged(ground, first, "province", next_on=today() + datetime.timedelta(days=3))
    # What was noted is read by who wrote it, of whatever branch.
    answer = client.post(url, {"show": "notes", "purpose": "核对"})
    assert "家里都好" in answer.content.decode()
    assert {one.coordinator for one in calls(case)} == {sent}
    # Of the branch and not assigned: neither in a list nor by the address.
    for login in ("coordinator", "stranger"):
        assert client_of(ground, login).get(url).status_code == 404
        assert due_page(ground.person(login), "coming") == []
        with pytest.raises(NotFound):
            logged(ground, calls(case)[0], login)
    with pytest.raises(NotAllowed):
        logged(ground, calls(case)[0], "head")


def test_calls_are_planned_for_whoever_is_assigned_also_where_they_came_from_above(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    assign(ground, case, "province")
    release(ground, case, "second")
    recorded(ground, case)
    case = signed(ground, case, "coordinator", "province")
    # Whoever works there no longer is given no calls, though nobody has taken them off the case yet.
    grant = ground.person("coordinator").role_grants.get()
    type(grant).objects.filter(pk=grant.pk).update(valid_to=today())
    there = units(ground)
    said = {"units": {kind: there[kind].pk for kind in case.kinds}, "on": today()}
    hand_over_gift(case_id=case.pk, **said, actor=ground.person("province"))
    assert {one.coordinator for one in calls(case)} == {ground.person("province")}
    assert len(calls(case)) == 4


def test_a_case_has_a_page_of_its_calls_for_who_works_on_it_and_who_assigns(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    client = client_of(ground, "coordinator")
    assert reverse("desk_case_contacts", args=[case.number]) in page(client, "desk_case", case.number)
    text = page(client, "desk_case_contacts", case.number)
    assert text.count("家属关怀") >= 4
    assert "谁有空谁联系" not in text
    assert ground.person("second").name in text
    before = len(calls(case))
    said = {"reason": "step", "due_on": today().isoformat(), "whose": "second", "note": "证书"}
    post(client, "desk_case_contacts", case.number, **said)
    new = calls(case, reason="step")
    assert (len(calls(case)), [one.coordinator for one in new]) == (before + 1, [ground.person("second")])
    assert new[0].due_on == today()
    head = client_of(ground, "head")
    assert "安排一次联系" not in page(head, "desk_case_contacts", case.number)
    url = reverse("desk_case_contacts", args=[case.number])
    assert head.post(url, said).status_code == 403
    assert client_of(ground, "stranger").get(url).status_code == 404
    assert client_of(ground, "clerk").get(url).status_code == 403


def test_a_call_of_a_case_is_planned_for_who_is_assigned_and_not_for_nobody(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    for over in ({"is_free": True}, {"for_whom": ground.person("clerk")}):
        with pytest.raises(RegistryError) as refused:
            schedule_contact(
                about=case, reason="care", due_on=today(), actor=ground.person("coordinator"), **over
            )  # fmt: skip
        assert set(refused.value.fields) == {"whose"}


def test_a_family_that_says_not_to_call_is_called_no_more(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    first, *rest = calls(case)
    assert len(rest) == 3
    said: dict[str, Any] = {"due_id": first.pk, "means": "phone", "note": "", "key": uuid.uuid4()}
    with pytest.raises(RegistryError) as refused:
        log_last_contact(**said, outcome="no_answer", actor=ground.person("coordinator"))
    assert set(refused.value.fields) == {"is_last"}
    once = log_last_contact(**said, outcome="declined", actor=ground.person("coordinator"))
    assert calls(case) == []
    assert log_last_contact(**said, outcome="declined", actor=ground.person("coordinator")).pk == once.pk
    assert {one.status for one in calls(case, status="cancelled")} == {"cancelled"}
