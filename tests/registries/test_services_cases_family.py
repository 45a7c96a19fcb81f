"""The family decides together and in writing, or nothing is given; a refusal in life binds everybody."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.clock import now, today
from core.errors import NotAllowed
from core.models import AuditEvent, ReadLog
from core.sealed import open_for_work
from registries.choices.cases import CaseStatus, Relation
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseDecision, CaseKin, CasePerson, Registrant
from registries.permissions.cases import case_for
from registries.services.cases.family import strike_kin, write_kin
from registries.services.cases.notifying import notify_case, write_person
from registries.services.cases.reading import reveal_people
from registries.services.wishes import register_wish, withdraw_wish
from tests.registries.case_ground import (
    DOCUMENT,
    NAME,
    assign,
    begun,
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
)
from tests.registries.ground import Ground, form, gift, refusal, somebody


def asked(ground: Ground) -> Case:
    """A case in which the family is asked."""
    return case_in(ground, CaseStatus.FAMILY_DECIDING)


def refused_in_life(ground: Ground, items: tuple[str, ...] | None = None) -> None:
    """The dead person declared in another city that they give nothing, or not some."""
    content = refusal() if items is None else replace(refusal(), items=items)
    person = replace(somebody(), name=NAME, document=DOCUMENT)
    register_wish(registration=form(ground.elsewhere, person=person, content=content), actor=ground.person("stranger"))


def test_all_who_are_listed_must_have_agreed(ground: Ground) -> None:
    case = asked(ground)
    with pytest.raises(RegistryError, match="还没有列出"):
        confirmed(ground, case)
    spouse, child = listed(ground, case), listed(ground, case, "child")
    decide(ground, case, spouse)
    with pytest.raises(RegistryError, match="1 位没有签字同意"):
        confirmed(ground, case)
    decide(ground, case, child)
    assert confirmed(ground, case).status == "consented"


def test_whoever_writes_it_says_that_nobody_is_missing(ground: Ground) -> None:
    case = asked(ground)
    decide(ground, case, listed(ground, case))
    with pytest.raises(RegistryError, match="没有遗漏"):
        confirmed(ground, case, is_confirmed=False)
    assert confirmed(ground, case).confirmed_by == ground.person("coordinator")


@pytest.mark.parametrize("relation", ["spouse", "child", "parent"])
def test_one_no_ends_the_case_and_no_yes_of_others_counts_any_more(ground: Ground, relation: str) -> None:
    case = asked(ground)
    no, yes = listed(ground, case, relation), listed(ground, case, "parent")
    case = decide(ground, case, no, "refuse")
    assert (case.status, case.exit_reason, case.ended_on) == ("declined", "family_said_no", today())
    with pytest.raises(WrongState):
        decide(ground, case, yes)
    with pytest.raises(WrongState):
        confirmed(ground, case)


def test_consent_may_be_taken_back_until_it_was_witnessed(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    assert decide(ground, case, case.kin.get(), "refuse").status == "declined"
    later = case_in(ground, CaseStatus.WITNESSED)
    with pytest.raises(WrongState):
        decide(ground, later, later.kin.get(), "refuse")


def test_who_does_not_decide_by_law_is_asked_for_nothing(ground: Ground) -> None:
    case = asked(ground)
    aunt = listed(ground, case, "kin")
    with pytest.raises(RegistryError, match="配偶、成年子女、父母"):
        decide(ground, case, aunt)
    with pytest.raises(RegistryError, match="还没有列出"):
        confirmed(ground, case)
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseDecision.objects.create(
            kin=aunt, decision="agree", signed_on=today(), paper="1", written_by=aunt.written_by, written_at=now()
        )


def test_kin_without_full_capacity_are_told_and_not_asked(ground: Ground) -> None:
    case = asked(ground)
    spouse, parent = listed(ground, case), listed(ground, case, "parent", lacks_capacity=True)
    with pytest.raises(RegistryError, match="民事行为能力"):
        decide(ground, case, parent)
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseDecision.objects.create(
            kin=parent, decision="agree", signed_on=today(), paper="1", written_by=parent.written_by, written_at=now()
        )
    with pytest.raises(RegistryError, match="1 位没有签字同意"):
        confirmed(ground, case)
    decide(ground, case, spouse)
    assert confirmed(ground, case).status == "consented"
    with pytest.raises(RegistryError) as refused:
        listed(ground, case, "child", lacks_capacity=True, is_executor=True)
    assert set(refused.value.fields) == {"is_executor"}


def test_the_kin_decide_after_the_death_alone(ground: Ground) -> None:
    case = notified(ground, died_on=None)
    assign(ground, case, "coordinator", "second")
    begun(ground, case)
    spouse = listed(ground, case)
    with pytest.raises(RegistryError, match="死亡日期"):
        decide(ground, case, spouse)
    write_person(
        case_id=case.pk, name=NAME, document_kind="", document=DOCUMENT, died_on=today(), kinds=("organ",),
        actor=ground.person("coordinator"),
    )  # fmt: skip
    with pytest.raises(RegistryError, match="早于"):
        decide(ground, case, spouse, signed_on=earlier(1))
    decide(ground, case, spouse)
    assert confirmed(ground, case).status == "consented"


def test_the_database_asks_for_the_whole_family_as_well(ground: Ground) -> None:
    case = asked(ground)
    decide(ground, case, listed(ground, case))
    listed(ground, case, "child")
    rows = Case.objects.unscoped("test").filter(pk=case.pk)
    moved = {"status": "consented", "consented_on": today(), "confirmed_by": ground.person("coordinator")}
    with pytest.raises(DatabaseError, match="all who decide"), transaction.atomic():
        rows.update(**moved)
    decide(ground, case, case.kin.get(relation="child"))
    with pytest.raises(DatabaseError, match="case_consent_is_confirmed"), transaction.atomic():
        rows.update(**{**moved, "confirmed_by": None})


def test_who_was_listed_by_mistake_is_struck_and_who_has_decided_is_not(ground: Ground) -> None:
    case = asked(ground)
    wrong, right = listed(ground, case, "child"), listed(ground, case)
    decide(ground, case, right)
    strike_kin(case_id=case.pk, kin_id=wrong.pk, actor=ground.person("coordinator"))
    with pytest.raises(WrongState, match="签字"):
        strike_kin(case_id=case.pk, kin_id=right.pk, actor=ground.person("coordinator"))
    rows = CaseKin.objects.filter(pk=right.pk)
    for change in ({"struck_at": now(), "struck_by": ground.person("head")}, {"relation": Relation.KIN}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert confirmed(ground, case).status == "consented"


def test_what_was_decided_is_neither_changed_nor_removed(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    rows = CaseDecision.objects.filter(kin__case=case)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(decision="refuse")
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_one_who_is_found_after_the_consent_is_asked_before_anything_is_witnessed(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    recorded(ground, case)
    signed(ground, case, "coordinator")
    found = listed(ground, case, "parent")
    with pytest.raises(WrongState, match="后来列出"):
        signed(ground, case, "second")
    decide(ground, case, found)
    assert signed(ground, case, "second").status == "witnessed"


def test_kin_sent_twice_are_listed_once(ground: Ground) -> None:
    case = asked(ground)
    key = uuid.uuid4()
    assert listed(ground, case, key=key) == listed(ground, case, key=key)
    row = listed(ground, case, "child")
    for _one in range(2):
        decide(ground, case, row, key=key)
    assert CaseDecision.objects.count() == 1
    with pytest.raises(RegistryError) as refused:
        listed(ground, case, name="", phone="1", relation="spouse")
    assert set(refused.value.fields) == {"name", "phone"}
    with pytest.raises(NotAllowed):
        write_kin(case_id=notified(ground).pk, kin=None, actor=ground.person("coordinator"))  # type: ignore[arg-type]


def test_a_refusal_of_another_city_ends_the_case_at_the_notification(ground: Ground) -> None:
    refused_in_life(ground)
    case = notified(ground)
    assert (case.status, case.exit_reason) == ("refused_in_life", "refusal_found")
    # Who took the call may see how it ended, and nobody's name any more.
    coordinator = ground.person("coordinator")
    assert case_for(coordinator, case.number) == case
    with pytest.raises(NotAllowed):
        reveal_people(case=case, purpose="核对案例", actor=coordinator)
    with pytest.raises(WrongState):
        assign(ground, case, "coordinator")


@pytest.mark.parametrize("state", ["notified", "assigned", "family_deciding", "consented", "witnessed"])
def test_a_refusal_that_is_registered_late_ends_the_case_at_its_next_step(ground: Ground, state: str) -> None:
    case = case_in(ground, state)
    kin = listed(ground, case, "child") if state == "family_deciding" else None
    if state == "consented":
        recorded(ground, case)
    refused_in_life(ground)
    if state == "notified":
        write_person(
            case_id=case.pk, name=NAME, document_kind="", document=DOCUMENT, died_on=today(), kinds=("organ",),
            actor=ground.person("coordinator"),
        )  # fmt: skip
    elif state == "assigned":
        begun(ground, case)
    elif kin is not None:
        decide(ground, case, kin)
    elif state == "consented":
        signed(ground, case, "coordinator")
    else:
        handed(ground, case)
    case.refresh_from_db()
    assert case.status == "refused_in_life"


def test_a_refusal_that_is_about_something_else_or_was_withdrawn_binds_nobody(ground: Ground) -> None:
    refused_in_life(ground, ("body",))
    assert notified(ground).status == "notified"
    assert notified(ground, kinds=("body",)).status == "refused_in_life"
    other = somebody(5)
    wish = register_wish(
        registration=form(ground.elsewhere, person=other, content=refusal()), actor=ground.person("stranger")
    )
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert notified(ground, document=other.document).status == "notified"


def test_nobody_is_asked_before_the_document_was_looked_up(ground: Ground) -> None:
    case = notified(ground, document="")
    assign(ground, case, "coordinator", "second")
    with pytest.raises(RegistryError, match="证件号码"):
        begun(ground, case)


def test_a_wish_in_life_is_the_basis_and_the_kin_are_told_not_asked(ground: Ground) -> None:
    person = replace(somebody(), name=NAME, document=DOCUMENT)
    register_wish(registration=form(ground.elsewhere, person=person, content=gift()), actor=ground.person("stranger"))
    case = asked(ground)
    assert case.basis == "wish"
    row = CasePerson.objects.get(case=case)
    registrant = Registrant.objects.unscoped("test").get()
    assert open_for_work(row, "registrant", work="test") == str(registrant.row_key)
    spouse = listed(ground, case)
    with pytest.raises(WrongState, match="不由家属决定"):
        decide(ground, case, spouse)
    with pytest.raises(RegistryError, match="执行人"):
        confirmed(ground, case)
    with pytest.raises(DatabaseError, match="carries it out"), transaction.atomic():
        Case.objects.unscoped("test").filter(pk=case.pk).update(
            status="consented", consented_on=today(), confirmed_by=ground.person("coordinator")
        )
    listed(ground, case, "child", is_executor=True)
    with pytest.raises(RegistryError, match="已告知家属"):
        confirmed(ground, case, is_confirmed=False)
    assert confirmed(ground, case).status == "consented"


def test_a_wish_that_covers_a_part_alone_is_not_the_basis_and_one_on_paper_names_its_paper(ground: Ground) -> None:
    person = replace(somebody(), name=NAME, document=DOCUMENT)
    content = gift(items=("cornea",))
    register_wish(registration=form(ground.elsewhere, person=person, content=content), actor=ground.person("stranger"))
    case = case_in(ground, CaseStatus.ASSIGNED)
    with pytest.raises(RegistryError) as refused:
        begun(ground, case, basis="wish")
    assert "evidence" in refused.value.fields
    assert begun(ground, case, basis="wish", evidence="示例遗嘱 3 号").basis == "wish"
    assert begun(ground, case_in(ground, CaseStatus.ASSIGNED)).basis == "joint_kin"


def test_looking_for_a_wish_leaves_no_trace_that_joins_the_case_with_it(ground: Ground) -> None:
    refused_in_life(ground)
    case = notify_case(notice=notice(ground.branch), actor=ground.person("coordinator"))
    told = [f"{one.work} {one.object_key}" for one in ReadLog.objects.exclude(work="")]
    assert told
    assert not any(case.number in one for one in told)
    assert not AuditEvent.objects.filter(verb="registries.wish.read").exists()
    assert Client().get(f"/desk/registries/cases/{case.number}/").status_code == 302
