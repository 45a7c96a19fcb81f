"""What was written down wrongly after a gift is put right by a row that names the old one; a closed case goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.clock import today
from registries.choices.cases import CaseStatus, UnitKind
from registries.choices.figures import Figure
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCertificate, CaseHandOver, CaseUse
from registries.selectors.cases import acceptance_of, body_unit, certificate_of, hand_overs_of, uses_of
from registries.services.cases import papers
from registries.services.cases.accepting import write_acceptance
from registries.services.cases.caring import Entitled, write_entitlement, write_use
from registries.services.cases.family import strike_kin
from registries.services.cases.handing import give_certificate
from registries.services.cases.papers import print_certificate, use_extract
from registries.services.cases.putting_right import correct_certificate, correct_hand_over
from registries.services.cases.units import open_unit
from registries.services.figures.measures import MEASURES
from tests.registries.case_ground import assign, case_in, decide, earlier, handed, listed, units
from tests.registries.ground import Ground
from tests.registries.test_views_cases import address
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def given(ground: Ground, **over: Any) -> Case:
    """A body and corneas that were given."""
    return case_in(ground, CaseStatus.HANDED_OVER, **{"kinds": ("cornea", "body"), **over})


def other_school(ground: Ground) -> int:
    """Another unit that takes bodies."""
    units(ground)
    head = ground.person("province_head")
    unit = open_unit(province=ground.branch.province, kind=UnitKind.MEDICAL_SCHOOL, name="示例第二医学院", actor=head)
    return unit.pk


def test_a_wrong_unit_is_put_right_by_a_row_that_names_the_old_one(ground: Ground) -> None:
    case, coordinator, school = given(ground), ground.person("coordinator"), other_school(ground)
    write_acceptance(case_id=case.pk, number="示例医接 1", on=today(), actor=coordinator)
    asked: dict[str, Any] = {"case_id": case.pk, "kind": "body", "unit_id": school, "on": today(), "actor": coordinator}
    row = correct_hand_over(**asked)
    assert correct_hand_over(**asked) == row
    body = body_unit(case)
    assert body is not None
    assert (body.pk, body.unit.name, len(hand_overs_of(case))) == (row.pk, "示例第二医学院", 2)
    assert CaseHandOver.objects.filter(case=case).count() == 3
    # The paper of the unit that never had it is written anew.
    again = write_acceptance(case_id=case.pk, number="示例医接 1", on=today(), actor=coordinator)
    assert (acceptance_of(case), again.unit_id) == (again, school)


def test_a_correction_is_of_what_was_handed_over_to_a_unit_that_takes_it(ground: Ground) -> None:
    case, coordinator = given(ground), ground.person("coordinator")
    eye_bank = units(ground)["cornea"].pk
    with pytest.raises(WrongState, match="没有移交过"):
        correct_hand_over(case_id=case.pk, kind="organ", unit_id=eye_bank, on=today(), actor=coordinator)
    with pytest.raises(RegistryError) as refused:
        correct_hand_over(case_id=case.pk, kind="body", unit_id=eye_bank, on=today(), actor=coordinator)
    assert set(refused.value.fields) == {"body"}
    with pytest.raises(RegistryError, match="早于"):
        correct_hand_over(case_id=case.pk, kind="cornea", unit_id=eye_bank, on=earlier(1), actor=coordinator)
    rows = {one.kind: one for one in hand_overs_of(case)}
    with pytest.raises(DatabaseError, match="same case and kind"), transaction.atomic():
        CaseHandOver.objects.create(
            case=case, kind="body", unit=rows["body"].unit, on=today(), replaces=rows["cornea"],
            written_by=coordinator, written_at=rows["body"].written_at,
        )  # fmt: skip


def test_a_line_of_use_is_put_right_and_the_family_is_told_the_right_one_alone(ground: Ground) -> None:
    case, coordinator = given(ground), ground.person("coordinator")
    said: dict[str, Any] = {"case_id": case.pk, "on": today(), "actor": coordinator}
    wrong = write_use(use="research", note="示例误写", **said)
    right = write_use(use="teaching", note="示例教学", replaces_id=wrong.pk, **said)
    assert (uses_of(case), CaseUse.objects.filter(case=case).count()) == ([right], 2)
    with pytest.raises(WrongState, match="已更正过"):
        write_use(use="received", note="", replaces_id=wrong.pk, **said)
    extract = use_extract(case=case, kin_id=case.kin.get().pk, purpose="家属查询", actor=coordinator)
    assert [note for _row, note in extract.rows] == ["示例教学"]
    assert list(case.events.filter(verb__startswith="use_").values_list("verb", flat=True))[:2] == [
        "use_written",
        "use_corrected",
    ]


def test_a_certificate_that_went_to_somebody_else_is_put_right(ground: Ground) -> None:
    case, coordinator = given(ground), ground.person("coordinator")
    first, second = case.kin.get(), listed(ground, case, "child")
    with pytest.raises(WrongState, match="还没有登记颁发"):
        correct_certificate(case_id=case.pk, kin_id=second.pk, on=today(), actor=coordinator)
    give_certificate(case_id=case.pk, kin_id=first.pk, on=today(), actor=coordinator)
    correct_certificate(case_id=case.pk, kin_id=second.pk, on=today(), actor=coordinator)
    now_there = certificate_of(case)
    assert now_there is not None
    assert (now_there.kin, CaseCertificate.objects.count()) == (second, 2)
    give_certificate(case_id=case.pk, kin_id=first.pk, on=today(), actor=coordinator)
    assert CaseCertificate.objects.count() == 2


def test_the_certificate_names_what_was_handed_over_and_not_what_was_asked_for(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_in(ground, CaseStatus.WITNESSED, kinds=("organ", "cornea"))
    case = handed(ground, case, units={"cornea": units(ground)["cornea"].pk})
    coordinator = ground.person("coordinator")
    give_certificate(case_id=case.pk, kin_id=case.kin.get().pk, on=today(), actor=coordinator)
    seen: list[Any] = []
    monkeypatch.setattr(papers, "write_pdf", lambda html, *_all, **_more: seen.append(html))
    print_certificate(case=case, purpose="打印捐献证书", actor=coordinator)
    assert ("无偿捐献眼角膜" in seen[0], "器官" in seen[0]) == (True, False)


def test_a_closed_case_is_taken_over_and_kin_who_come_late_are_listed_but_decide_nothing(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.CLOSED, kinds=("body",))
    assign(ground, case, "province")
    late = listed(ground, case, "child")
    with pytest.raises(WrongState):
        decide(ground, case, late)
    with pytest.raises(WrongState):
        strike_kin(case_id=case.pk, kin_id=late.pk, actor=ground.person("coordinator"))
    newcomer = ground.person("province")
    write_use(case_id=case.pk, use="teaching", on=today(), note="", actor=newcomer)
    row = Entitled(kind="priority", outcome="declined", on=today())
    assert write_entitlement(case_id=case.pk, entitled=row, actor=newcomer)
    extract = use_extract(case=case, kin_id=late.pk, purpose="家属查询", actor=newcomer)
    assert len(extract.rows) == 1
    ended = case_in(ground, CaseStatus.STOPPED)
    with pytest.raises(WrongState):
        assign(ground, ended, "province")
    with pytest.raises(WrongState):
        listed(ground, ended)


def test_the_desk_puts_right_what_was_given_without_showing_where_an_organ_went(ground: Ground) -> None:
    case, client, school = given(ground), client_of(ground, "coordinator"), other_school(ground)
    day = today().isoformat()
    assert "更正移交记录" in page(client, "desk_case_hand_over", case.number)
    text = post(client, "desk_case_hand_over", case.number, gift=f"body:{school}", on=day)
    assert ("已更正" in text, "示例第二医学院" in text) == (True, True)
    assert client.post(address(case, "desk_case_hand_over"), {"gift": "body:x", "on": day}).status_code == 200
    child = listed(ground, case, "child")
    post(client, "desk_case_certificate", case.number, on=day, kin=case.kin.order_by("pk")[0].pk)
    text = client.get(address(case, "desk_case_certificate") + "?correct=1").content.decode()
    assert "更正证书颁发" in text
    client.post(address(case, "desk_case_certificate") + "?correct=1", {"kin": child.pk, "on": day})
    assert "成年子女" in page(client, "desk_case_certificate", case.number)
    key = client.get(address(case, "desk_case_use")).context["form"]["key"].value()
    post(client, "desk_case_use", case.number, key=key, use="research", on=day)
    key = client.get(address(case, "desk_case_use")).context["form"]["key"].value()
    wrong = CaseUse.objects.get()
    post(client, "desk_case_use", case.number, key=key, use="teaching", on=day, replaces=wrong.pk)
    assert [one.use for one in uses_of(case)] == ["teaching"]


def test_a_hand_over_that_was_put_right_is_one_gift_in_the_figures(ground: Ground) -> None:
    case, school = given(ground), other_school(ground)
    said: dict[str, Any] = {"kind": "body", "unit_id": school, "on": today(), "actor": ground.person("coordinator")}
    correct_hand_over(case_id=case.pk, **said)
    source = next(one.source for one in MEASURES if one.figure == Figure.BODY_GIVEN)
    assert sum(source({}, today().year).values()) == 1
