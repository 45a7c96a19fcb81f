"""What was declared in life is weighed item by item and by the day of signing, and held to at each step of a case."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.clock import frozen_at, now, today
from core.errors import NotAllowed, NotFound
from core.models import ReadLog
from core.sealed import seal_into
from registries.choices import Item, Purpose
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, CasePerson, Wish
from registries.services.cases.assigning import release_coordinator
from registries.services.cases.basis import settle_doubt
from registries.services.cases.caring import is_use_wished
from registries.services.cases.notifying import notify_case, write_person
from registries.services.cases.reading import reveal_wish_in_life
from registries.services.cases.scope import asked_items, labels_of
from registries.services.cases.wish_in_life import is_in_doubt, said_in_life
from registries.services.wish_content import WishContent
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
from tests.registries.ground import Ground, form, gift, id_number, refusal, somebody
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

ORGANS = frozenset({"heart", "lung", "liver", "kidney", "pancreas", "intestine"})
DAY = datetime.timedelta(days=1)


def declared(ground: Ground, content: WishContent, *, days: int = 9, at: str = "elsewhere", number: str = "") -> Wish:
    """The dead person signed this so many days ago, here or in another city."""
    person = replace(somebody(), name=NAME, document=number or DOCUMENT)
    branch = ground.elsewhere if at == "elsewhere" else ground.branch
    actor = ground.person("stranger" if at == "elsewhere" else "clerk")
    said = form(branch, person=person, content=content, signed_on=earlier(days))
    return register_wish(registration=said, actor=actor)


def written(ground: Ground, case: Case, **over: Any) -> Case:
    """Who it is and what is given, put right."""
    said: dict[str, Any] = {
        "name": NAME, "document_kind": "", "document": DOCUMENT, "died_on": today(), "kinds": tuple(case.kinds), **over,
    }  # fmt: skip
    write_person(case_id=case.pk, **said, actor=ground.person("coordinator"))
    return Case.objects.unscoped("test").get(pk=case.pk)


def said(**over: Any) -> Any:
    """What is found of the dead person."""
    return said_in_life(**{"document_kind": "id_card", "document": DOCUMENT, "died_on": today(), **over})


def test_more_than_the_wish_covers_is_the_family_s_to_decide(ground: Ground) -> None:
    declared(ground, gift(items=(Item.CORNEA,)))
    case = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("cornea",))
    assert case.basis == "wish"
    case = written(ground, case, kinds=("organ", "cornea"))
    assert (case.basis, CasePerson.objects.get(case=case).registrant) == ("joint_kin", None)
    listed(ground, case, "kin", is_executor=True)
    with pytest.raises(RegistryError, match="还没有列出"):
        confirmed(ground, case)
    assert written(ground, case, kinds=("cornea",)).basis == "wish"
    assert confirmed(ground, case).status == "consented"


def test_another_person_takes_no_consent_over_from_a_wish(ground: Ground) -> None:
    declared(ground, gift())
    case = case_in(ground, CaseStatus.FAMILY_DECIDING)
    assert case.basis == "wish"
    case = written(ground, case, document=id_number(777))
    assert (case.basis, CasePerson.objects.get(case=case).registrant) == ("joint_kin", None)


def test_a_paper_says_nothing_of_more_or_of_another_person(ground: Ground) -> None:
    case = begun(ground, case_in(ground, CaseStatus.ASSIGNED), basis="wish", evidence="示例遗嘱 3 号")
    assert written(ground, case, kinds=("cornea",)).basis == "wish"
    case = written(ground, case, kinds=("cornea", "body"))
    assert (case.basis, case.evidence) == ("joint_kin", None)
    assert begun(ground, case, basis="wish", evidence="示例遗嘱 4 号").basis == "wish"
    assert case.events.filter(verb="basis_decided").count() == 2


def test_what_the_kin_signed_is_of_one_gift_and_one_person(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("cornea",))
    decide(ground, case, listed(ground, case))
    for over in ({"kinds": ("cornea", "organ")}, {"document": id_number(777)}):
        with pytest.raises(RegistryError) as refused:
            written(ground, case, **over)
        assert set(refused.value.fields) == {next(iter(over))}
    assert written(ground, case, name="示例捐献者乙").status == "family_deciding"


def test_after_the_consent_nothing_is_wider_and_nobody_another(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED, organs=("kidney",))
    for over in ({"document": id_number(777)}, {"kinds": ("cornea",)}, {"organs": ("all_organs",)}):
        with pytest.raises(RegistryError) as refused:
            written(ground, case, **over)
        assert set(refused.value.fields) <= {"document", "kinds"}
    assert written(ground, case, name="示例捐献者乙").status == "consented"
    rows, people = Case.objects.unscoped("test").filter(pk=case.pk), CasePerson.objects.filter(case=case)
    person = people.get()
    columns = seal_into(person, document=id_number(777))
    for change in (
        lambda: rows.update(kinds=["organ", "cornea", "body"]),
        lambda: rows.update(organs=None),
        lambda: people.update(document=None),
        lambda: person.save(update_fields=columns),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


@pytest.mark.parametrize("state", ["family_deciding", "consented"])
def test_a_wish_that_no_longer_covers_stops_the_case_at_its_next_step(ground: Ground, state: str) -> None:
    wish = declared(ground, gift())
    case = case_in(ground, CaseStatus.FAMILY_DECIDING, died_on=None)
    listed(ground, case, is_executor=True)
    if state == "family_deciding":
        withdraw_wish(wish_id=wish.pk, channel="online")
        with pytest.raises(WrongState, match="没有覆盖"):
            confirmed(ground, case)
        return
    confirmed(ground, case)
    # Taken back in life, days before the death.
    with frozen_at(now() - 5 * DAY):
        withdraw_wish(wish_id=wish.pk, channel="online")
    written(ground, case, died_on=today())
    recorded(ground, case)
    with pytest.raises(WrongState, match="不覆盖"):
        signed(ground, case, "coordinator")


def test_a_wish_for_one_organ_alone_covers_that_one_and_no_other(ground: Ground) -> None:
    declared(ground, gift(items=(Item.KIDNEY,)))
    whole = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("organ",))
    assert whole.basis == "joint_kin"
    one = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("organ",), organs=("kidney",))
    assert (one.basis, asked_items(one), one.kind_labels) == ("wish", {"kidney"}, ["部分器官"])


def test_a_refusal_of_one_organ_takes_out_that_one_and_leaves_the_rest(ground: Ground) -> None:
    declared(ground, replace(refusal(), items=(Item.HEART,)))
    case = notified(ground, kinds=("organ", "cornea"))
    assert (case.status, asked_items(case)) == ("notified", (ORGANS - {"heart"}) | {"cornea"})
    assert case.events.filter(verb="gift_limited").count() == 1
    assert labels_of(asked_items(case)) == ["肺脏", "肝脏", "肾脏", "胰腺", "小肠", "眼角膜"]
    alone = notified(ground, kinds=("organ",), organs=("heart",))
    assert alone.status == "refused_in_life"


def test_a_refusal_of_one_organ_that_is_registered_late_makes_the_gift_less(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.WITNESSED)
    declared(ground, replace(refusal(), items=(Item.HEART, Item.CORNEA)))
    case = handed(ground, case)
    assert (case.status, case.heeded, case.kinds) == ("witnessed", "limited", ["organ"])
    case.refresh_from_db()
    assert asked_items(case) == ORGANS - {"heart"}
    assert handed(ground, case).status == "handed_over"


def test_what_a_giving_wish_excepts_is_refused(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"stance": "donate", "items": ["all_organs", "cornea"], "refused": ["heart", "body"]}'
    declared(ground, gift())
    monkeypatch.setattr("registries.services.cases.wish_in_life.open_for_work", lambda *_all, **_more: text)
    found = said()
    assert (found.willing, found.refused) == ((ORGANS - {"heart"}) | {"cornea"}, {"heart", "body"})
    text = '{"stance": "donate", "items": ["kidney"], "refused": ["all_organs"]}'
    found = said()
    assert (found.willing, found.refused) == ({"kidney"}, ORGANS - {"kidney"})


def test_a_refusal_that_is_taken_back_after_the_death_still_binds(ground: Ground) -> None:
    wish = declared(ground, refusal())
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert said(died_on=earlier(1)).refused >= ORGANS
    assert said(died_on=None).refused == frozenset()
    assert notified(ground, died_on=earlier(1)).status == "refused_in_life"
    # In life it was theirs to take back.
    assert said(died_on=today() + DAY) == said(died_on=None)


def test_a_consent_signed_later_counts_more_than_an_old_refusal_and_the_other_way_round(ground: Ground) -> None:
    declared(ground, refusal(), days=90)
    declared(ground, gift(), days=9, at="here")
    found = said()
    assert (found.willing, found.refused) == (ORGANS | {"cornea"}, {"tissue", "body"})
    assert case_in(ground, CaseStatus.FAMILY_DECIDING).basis == "wish"
    other = id_number(778)
    declared(ground, gift(), days=90, number=other)
    declared(ground, refusal(), days=9, at="here", number=other)
    assert notified(ground, document=other).status == "refused_in_life"


def test_two_that_were_signed_on_one_day_are_checked_on_paper_by_who_assigns_first(ground: Ground) -> None:
    declared(ground, refusal())
    declared(ground, gift(), at="here")
    case = case_in(ground, CaseStatus.ASSIGNED)
    assert (case.status, is_in_doubt(case)) == ("assigned", True)
    assert begun(ground, case).status == "assigned"
    with pytest.raises(NotAllowed):
        settle_doubt(case_id=case.pk, is_checked=True, actor=ground.person("coordinator"))
    with pytest.raises(RegistryError, match="书面原件"):
        settle_doubt(case_id=case.pk, is_checked=False, actor=ground.person("head"))
    settle_doubt(case_id=case.pk, is_checked=True, actor=ground.person("head"))
    # Nobody said anything that counts: the family decides.
    assert begun(ground, case).basis == "joint_kin"
    with pytest.raises(WrongState):
        settle_doubt(case_id=case.pk, is_checked=True, actor=ground.person("head"))


def test_the_database_lets_no_case_in_doubt_go_on(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    recorded(ground, case)
    signed(ground, case, "coordinator")
    declared(ground, refusal())
    declared(ground, gift(), at="here")
    case = signed(ground, case, "second")
    assert (case.status, case.heeded) == ("consented", "doubtful")
    whole = case_in(ground, CaseStatus.WITNESSED, document=id_number(779))
    whole.events.create(to_status="witnessed", verb="doubt_found", on=today(), at=now())
    with pytest.raises(DatabaseError, match="checked first"), transaction.atomic():
        Case.objects.unscoped("test").filter(pk=whole.pk).update(status="handed_over", handed_over_on=today())


def test_who_is_taken_off_while_there_is_a_doubt_moves_nothing_and_settling_it_does(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CONSENTED)
    assign(ground, case, "province")
    recorded(ground, case)
    signed(ground, case, "coordinator", "second")
    declared(ground, refusal())
    declared(ground, gift(), at="here")
    assert signed(ground, case, "province").heeded == "doubtful"
    row = CaseCoordinator.objects.get(case=case, person=ground.person("province"), released_at=None)
    left = release_coordinator(case_id=case.pk, from_id=row.pk, on=today(), actor=ground.person("head"))
    assert left.status == "consented"
    assert settle_doubt(case_id=case.pk, is_checked=True, actor=ground.person("head")).status == "witnessed"


def test_a_withdrawal_on_the_day_of_death_is_checked_on_paper(ground: Ground) -> None:
    wish = declared(ground, refusal())
    withdraw_wish(wish_id=wish.pk, channel="online")
    found = said()
    assert (found.refused, found.doubtful >= ORGANS) == (frozenset(), True)
    assert is_in_doubt(notified(ground))


def test_who_carries_a_wish_out_sees_it_for_a_purpose_and_a_refusal_stays_unshown(ground: Ground) -> None:
    content = gift(
        items=(Item.KIDNEY, Item.BODY), purposes=(Purpose.TRANSPLANT, Purpose.TEACHING), receiving_unit="示例医学院",
        afterwards="树葬", is_secret=True,
    )  # fmt: skip
    wish = declared(ground, content)
    declared(ground, replace(refusal(), items=(Item.CORNEA,)), at="here")
    case = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("organ", "body"), organs=("kidney",))
    (shown,) = reveal_wish_in_life(case=case, purpose="联系执行人", actor=ground.person("coordinator"))
    text = str(shown.lines)
    assert all(one in text for one in ("肾脏", "遗体", "医学教学", "示例医学院", "树葬"))
    assert (shown.executor_name, shown.executor_phone, shown.is_secret) == ("示例执行人", "13900000001", True)
    assert "眼角膜" not in text
    read = ReadLog.objects.get(purpose="联系执行人")
    assert (read.object_key, read.field, read.branch_code) == (wish.number, "content", ground.elsewhere.code)
    for login, error in (("head", NotAllowed), ("stranger", NotFound)):
        with pytest.raises(error):
            reveal_wish_in_life(case=case, purpose="看看", actor=ground.person(login))
    other = case_in(ground, CaseStatus.ASSIGNED, document=id_number(780))
    with pytest.raises(WrongState, match="没有查到"):
        reveal_wish_in_life(case=other, purpose="联系执行人", actor=ground.person("coordinator"))
    assert is_use_wished(case=case, use="teaching")
    assert not is_use_wished(case=case, use="research")
    assert is_use_wished(case=case, use="cremated")


def test_a_no_of_the_family_does_not_end_what_was_wished(ground: Ground) -> None:
    declared(ground, gift(items=(Item.KIDNEY,)))
    case = case_in(ground, CaseStatus.FAMILY_DECIDING, kinds=("organ", "cornea"))
    spouse = listed(ground, case, is_executor=True)
    with pytest.raises(WrongState, match="其中一部分"):
        decide(ground, case, spouse, "refuse")
    case = written(ground, case, kinds=("organ",), organs=("kidney",))
    assert (case.status, case.basis) == ("family_deciding", "wish")
    assert confirmed(ground, case).status == "consented"


def test_a_wish_that_is_found_while_the_family_is_asked_is_the_basis(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.FAMILY_DECIDING)
    spouse = listed(ground, case)
    declared(ground, gift())
    with pytest.raises(WrongState, match="重新核定依据"):
        decide(ground, case, spouse, "refuse")
    assert begun(ground, case).basis == "wish"


def test_two_who_were_called_about_one_person_are_told_of_each_other_by_number(ground: Ground) -> None:
    first = notified(ground)
    there = notice(ground.elsewhere, name="示例捐献者丑")
    second = notify_case(notice=there, actor=ground.person("stranger"))
    for case, other, login in ((first, second, "coordinator"), (second, first, "stranger")):
        text = page(client_of(ground, login), "desk_case", case.number)
        assert (other.number in text, "示例捐献者" in text) == (True, False)
    third = notified(ground, document=id_number(781))
    assert "同一个人" not in page(client_of(ground, "coordinator"), "desk_case", third.number)


def test_the_desk_shows_the_wish_once_and_asks_who_assigns_about_a_doubt(ground: Ground) -> None:
    declared(ground, gift(is_secret=True))
    case, client = case_in(ground, CaseStatus.ASSIGNED), client_of(ground, "coordinator")
    text = post(client, "desk_case", case.number, show="wish", purpose="联系执行人")
    assert all(one in text for one in ("示例执行人", "本人希望保密", "全部器官、眼角膜", "移植救治"))
    assert "示例执行人" not in page(client, "desk_case", case.number)
    declared(ground, refusal(), at="here")
    text = post(client, "desk_case_family", case.number, on=today().isoformat(), basis="joint_kin")
    assert "有疑问，这一步没有办" in text
    head = client_of(ground, "head")
    assert "核对生前意愿" in page(head, "desk_case", case.number)
    assert "请先核对书面原件" in post(head, "desk_case_doubt", case.number)
    post(head, "desk_case_doubt", case.number, is_checked="on")
    assert not is_in_doubt(case)
    text = post(client, "desk_case_family", case.number, on=today().isoformat(), basis="joint_kin")
    assert "请列出在世的" in text
    kinds, day = ["organ"], today().isoformat()
    said = {"name": NAME, "document": DOCUMENT, "died_on": day, "kinds": kinds, "organs": ["kidney"]}
    assert "已保存捐献人" in post(client, "desk_case_person", case.number, **said)
    assert "部分器官" in page(client, "desk_case", case.number)
    assert "肾脏" in post(client, "desk_case", case.number, show="record", purpose="核对项目")


def test_what_was_settled_of_one_person_says_nothing_of_another(ground: Ground) -> None:
    for number in (DOCUMENT, id_number(782)):
        declared(ground, refusal(), number=number)
        declared(ground, gift(), at="here", number=number)
    case = case_in(ground, CaseStatus.ASSIGNED)
    settle_doubt(case_id=case.pk, is_checked=True, actor=ground.person("head"))
    assert not is_in_doubt(written(ground, case, name="示例捐献者乙"))
    assert is_in_doubt(written(ground, case, document=id_number(782)))
    # Who has declared nothing leaves no doubt behind.
    assert not is_in_doubt(written(ground, case, document=id_number(783)))
