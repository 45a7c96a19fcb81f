"""The desk of cases as its people use it: who opens what, what is shown once, and what each look leaves behind."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core.clock import frozen_at, now, today
from core.errors import NotFound
from core.models import AuditEvent, ReadLog
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseAcceptance, CaseEntitlement, CaseUse
from registries.services.cases.assigning import hand_over_case
from registries.services.cases.granting import end_case_grant, grant_case
from tests.registries.case_ground import (
    CALLER,
    DOCUMENT,
    KIN,
    NAME,
    NOTE,
    TEXT,
    assign,
    case_in,
    notified,
    units,
)
from tests.registries.ground import Ground, id_number
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def address(case: Case, name: str = "desk_case") -> str:
    """Where a page of a case stands."""
    return reverse(name, args=[case.number])


def let_in(ground: Ground, case: Case, **over: Any) -> Any:
    """The supervisor may look into one case for a week."""
    said = {"person": ground.person("supervisor"), "purpose": "示例检查", "until": today() + datetime.timedelta(days=7)}
    return grant_case(case_id=case.pk, **{**said, **over}, actor=ground.person("head"))


def test_a_case_is_led_from_the_telephone_to_the_farewell_at_the_desk(ground: Ground) -> None:
    there, day = units(ground), today().isoformat()
    first, second, head = (client_of(ground, one) for one in ("coordinator", "second", "head"))
    form = first.get("/desk/registries/cases/new/").context["form"]
    sent = {
        "key": form["key"].value(), "branch": ground.branch.code, "notifier": "kin", "caller_name": CALLER,
        "caller_phone": "13700000001", "on": day, "kinds": ["body"], "note": NOTE,
    }  # fmt: skip
    assert "已登记" in post(first, "desk_case_new", **sent)
    post(first, "desk_case_new", **sent)
    case = Case.objects.unscoped("test").get()
    for login in ("coordinator", "second"):
        text = post(head, "desk_case_assign", case.number, person=ground.person(login).pk, on=day)
        assert "已指派" in text
    said = {"name": NAME, "document": DOCUMENT, "died_on": day, "kinds": ["body"]}
    assert "已保存" in post(first, "desk_case_person", case.number, **said)
    assert "请列出在世的" in post(first, "desk_case_family", case.number, on=day, basis="joint_kin")
    key = first.get(address(case, "desk_case_kin")).context["form"]["key"].value()
    post(first, "desk_case_kin", case.number, key=key, relation="spouse", name=KIN["spouse"], phone="13600000001")
    kin = case.kin.get()
    where = reverse("desk_case_decide", args=[case.number, kin.pk])
    key = first.get(where).context["form"]["key"].value()
    first.post(where, {"key": key, "decision": "agree", "signed_on": day, "paper": "示例纸1号"})
    assert "书面同意已登记" in post(first, "desk_case_consent", case.number, on=day, is_confirmed="on")
    shown = first.get(address(case, "desk_case_witness")).context["form"]
    points = [value for value, _label in shown.fields["points"].choices]
    moment = now().astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    post(
        first, "desk_case_witness", case.number, key=shown["key"].value(), place="示例地点", day=moment.date(),
        time=moment.strftime("%H:%M"), points=points, text=TEXT,
    )  # fmt: skip
    record = case.witness_records.get()
    for client in (first, second):
        answer = client.post(reverse("desk_case_sign", args=[case.number, record.pk]), follow=True).content.decode()
        assert "您已签字" in answer
    assert "已登记移交" in post(first, "desk_case_hand_over", case.number, on=day, body=there["body"].pk)
    for step in ("farewell", "care", "closed"):
        first.post(reverse("desk_case_step", args=[case.number, step]), {"on": day})
    case.refresh_from_db()
    assert (case.status, case.ended_on) == ("closed", today())
    assert "已办结" in page(first, "desk_case", case.number)


def test_after_the_gift_certificate_entitlements_and_use_are_written_down(ground: Ground) -> None:
    case, client, day = case_in(ground, CaseStatus.HANDED_OVER, kinds=("body",)), client_of(ground, "second"), today()
    text = post(client, "desk_case_certificate", case.number, on=day, kin=case.kin.get().pk)
    assert "生成 PDF" in text
    pdf = client.post(address(case, "desk_case_certificate"), {"purpose": "打印捐献证书"})
    assert (pdf["Content-Type"], b"".join(pdf.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    key = client.get(address(case, "desk_case_entitlements")).context["form"]["key"].value()
    sent = {"key": key, "kind": "consolation", "outcome": "given", "on": day, "paper": "示例 1"}
    assert "金额" in post(client, "desk_case_entitlements", case.number, **sent, amount="x")
    post(client, "desk_case_entitlements", case.number, **sent, amount="1,000.50")
    first = CaseEntitlement.objects.get()
    key = client.get(address(case, "desk_case_entitlements")).context["form"]["key"].value()
    post(client, "desk_case_entitlements", case.number, **{**sent, "key": key}, amount="1000.60", replaces=first.pk)
    text = page(client, "desk_case_entitlements", case.number)
    assert ("1,000.60" in text, "1,000.50" in text) == (True, False)
    key = client.get(address(case, "desk_case_use")).context["form"]["key"].value()
    for _one in range(2):
        post(client, "desk_case_use", case.number, key=key, use="teaching", on=day, note="示例教学说明")
    assert CaseUse.objects.count() == 1
    kin = {"kin": case.kin.get().pk, "purpose": "家属查询"}
    assert "示例教学说明" not in client.post(address(case, "desk_case_use_print"), kin).content.decode()
    text = client.post(address(case, "desk_case_use_print"), {**kin, "is_checked": "on"}).content.decode()
    assert all(one in text for one in (NAME, "示例医学院", "示例教学说明", "配偶"))
    assert case.events.filter(verb="use_extract_printed").count() == 1


def test_what_is_given_is_written_once_and_for_good(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.HANDED_OVER), client_of(ground, "coordinator")
    key = client.get(address(case, "desk_case_entitlements")).context["form"]["key"].value()
    sent = {"key": key, "kind": "priority", "outcome": "declined", "on": today()}
    for _one in range(2):
        post(client, "desk_case_entitlements", case.number, **sent)
    assert CaseEntitlement.objects.count() == 1
    assert client.get(address(case, "desk_case_use")).status_code == 200
    assert "没有移交遗体" in post(
        client, "desk_case_use", case.number, key=key, use="teaching", on=today().isoformat(), note=""
    )


def test_who_works_on_a_case_opens_it_and_a_colleague_does_not(ground: Ground) -> None:
    case = notified(ground)
    assert client_of(ground, "coordinator").get(address(case)).status_code == 200
    for login in ("second", "stranger", "province", "supervisor"):
        assert client_of(ground, login).get(address(case)).status_code == 404, login
        assert case.number not in page(client_of(ground, login), "desk_cases", show="open")
    assert client_of(ground, "clerk").get(address(case)).status_code == 403
    assign(ground, case, "second", "province")
    assert client_of(ground, "coordinator").get(address(case)).status_code == 404
    for login in ("second", "province"):
        assert client_of(ground, login).get(address(case)).status_code == 200, login
        assert case.number in page(client_of(ground, login), "desk_cases")


def test_a_head_sees_number_state_and_days_and_no_person(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.CONSENTED), client_of(ground, "head")
    text = page(client, "desk_case", case.number) + page(client, "desk_cases", show="open")
    assert case.number in text
    assert "书面同意" in text
    for show in ("people", "record"):
        answer = client.post(address(case), {"show": show, "purpose": "核对案例"})
        assert answer.status_code == 403
        text += answer.content.decode()
    assert [one for one in (NAME, "示例**", DOCUMENT, *KIN.values(), NOTE) if one in text] == []
    assert client.get(address(case, "desk_case_kin")).status_code == 403


def test_who_hands_a_case_over_sees_it_no_longer_a_second_later(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.ASSIGNED)
    row = case.coordinators.get(person=ground.person("coordinator"))
    head = ground.person("head")
    hand_over_case(case_id=case.pk, from_id=row.pk, to=ground.person("province"), on=today(), actor=head)
    client = client_of(ground, "coordinator")
    assert client.get(address(case)).status_code == 404
    assert case.number not in page(client, "desk_cases")


def test_people_are_shown_once_for_a_purpose_and_each_value_is_written_down(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.CONSENTED), client_of(ground, "coordinator")
    assert "用途" in post(client, "desk_case", case.number, show="people", purpose="")
    text = post(client, "desk_case", case.number, show="people", purpose="联系家属")
    assert all(one in text for one in (NAME, DOCUMENT, CALLER, KIN["spouse"]))
    assert not any(one in page(client, "desk_case", case.number) for one in (NAME, DOCUMENT, KIN["spouse"]))
    read = ReadLog.objects.filter(purpose="联系家属")
    assert sorted(read.values_list("field", flat=True)) == ["caller", "document", "name", "name", "phone"]
    assert set(read.values_list("object_key", "branch_code")) == {(case.number, ground.branch.code)}
    assert NOTE in post(client, "desk_case", case.number, show="record", purpose="联系家属")


def test_the_list_of_one_s_own_cases_shows_the_surname_alone_and_is_written_down(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.ASSIGNED), client_of(ground, "coordinator")
    text = page(client, "desk_cases")
    assert ("示**" in text, NAME in text) == (True, False)
    assert ReadLog.objects.filter(field="name", object_key=case.number, reader_id=ground.person("coordinator").pk)


def test_a_supervisor_sees_counts_and_only_the_case_that_was_opened_to_them_until_the_day(ground: Ground) -> None:
    case, other = case_in(ground, CaseStatus.CONSENTED), notified(ground, document=id_number(704))
    client = client_of(ground, "supervisor")
    text = page(client, "desk_cases")
    assert ("我可统计范围内的件数" in text, case.number in text) == (True, False)
    let_in(ground, case)
    assert case.number in page(client, "desk_cases")
    assert client.get(address(other)).status_code == 404
    assert NAME in post(client, "desk_case", case.number, show="people", purpose="示例检查")
    looks = AuditEvent.objects.filter(verb="registries.case.looked_into", object_key=case.number)
    assert looks.count() == 1
    assert client.get(address(case, "desk_case_kin")).status_code == 403
    with frozen_at(now() + datetime.timedelta(days=7)):
        assert client_of(ground, "supervisor").get(address(case)).status_code == 200
    with frozen_at(now() + datetime.timedelta(days=8)):
        client = client_of(ground, "supervisor")
        assert client.get(address(case)).status_code == 404
        let_in(ground, case, until=today())
        assert client.get(address(case)).status_code == 200


def test_a_grant_is_ended_at_once_and_given_by_who_assigns_to_another(ground: Ground) -> None:
    case, client = notified(ground), client_of(ground, "supervisor")
    row = let_in(ground, case)
    with pytest.raises(WrongState, match="已准许"):
        let_in(ground, case)
    head = client_of(ground, "head")
    assert "已收回" in post(head, "desk_case_grants", case.number, end=row.pk)
    assert client.get(address(case)).status_code == 404
    with pytest.raises(WrongState):
        end_case_grant(case_id=case.pk, grant_id=row.pk, actor=ground.person("head"))
    faults = [
        {"person": ground.person("head")},
        {"person": ground.person("stranger")},
        {"purpose": ""},
        {"until": today() - datetime.timedelta(days=1)},
        {"until": today() + datetime.timedelta(days=91)},
    ]
    for fault in faults:
        with pytest.raises(RegistryError) as refused:
            let_in(ground, case, **fault)
        assert set(refused.value.fields) == set(fault)
    with pytest.raises(NotFound):
        grant_case(
            case_id=case.pk, person=ground.person("supervisor"), purpose="示例检查", until=today(),
            actor=ground.person("supervisor"),
        )  # fmt: skip


def test_no_page_of_a_case_may_be_kept_by_a_browser_or_a_proxy(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.CONSENTED), client_of(ground, "coordinator")
    for path in ("", "person/", "kin/", "consent/", "witness/", "witness/print/", "certificate/", "use/print/"):
        answer = client.get(f"/desk/registries/cases/{case.number}/{path}")
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True), path


def test_only_the_province_keeps_the_units_and_all_who_assign_see_them(ground: Ground) -> None:
    there = units(ground)
    head, province = client_of(ground, "head"), client_of(ground, "province_head")
    assert "示例医学院" in page(head, "desk_receiving_units")
    assert head.post(reverse("desk_receiving_units"), {"end": there["body"].pk}).status_code in (403, 404)
    sent = {"province": "33", "kind": "medical_school", "name": "示例医学院"}
    assert "已在名单里" in post(province, "desk_receiving_units", **sent)
    assert "已停用" in post(province, "desk_receiving_units", end=there["body"].pk)
    assert "已加入名单" in post(province, "desk_receiving_units", **sent)


def test_pages_of_the_list_follow_each_other_without_gap(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registries.selectors.cases.PAGE_SIZE", 2)
    monkeypatch.setattr("registries.views.cases.desk.PAGE_SIZE", 2)
    numbers = [notified(ground, document=id_number(720 + at)).number for at in range(3)]
    client: Client = client_of(ground, "head")
    first = client.get("/desk/registries/cases/")
    assert [one.number for one, _name in first.context["rows"]] == numbers[:0:-1]
    second = client.get(f"/desk/registries/cases/{first.context['next_url']}")
    assert [one.number for one, _name in second.context["rows"]] == numbers[:1]


def test_the_units_certificate_for_a_body_is_written_down_put_right_and_told_to_kin(ground: Ground) -> None:
    case, client, day = case_in(ground, CaseStatus.HANDED_OVER, kinds=("body",)), client_of(ground, "second"), today()
    kin = {"kin": case.kin.get().pk, "purpose": "家属查询", "is_checked": "on"}
    assert "证明还没有登记" in client.post(address(case, "desk_case_use_print"), kin).content.decode()
    for _one in range(2):
        post(client, "desk_case_acceptance", case.number, on=day, number="示例医接 7 号")
    assert CaseAcceptance.objects.count() == 1
    post(client, "desk_case_acceptance", case.number, on=day, number="示例医接 8 号")
    old, new = CaseAcceptance.objects.order_by("pk")
    assert (old.number, new.replaces_id) == ("示例医接 7 号", old.pk)
    text = client.post(address(case, "desk_case_use_print"), kin).content.decode()
    assert ("示例医接 8 号" in text, "示例医接 7 号" in text, "示例医学院" in text) == (True, False, True)
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        CaseAcceptance.objects.update(number="x")


def test_there_is_no_certificate_of_acceptance_where_no_body_was_given(ground: Ground) -> None:
    case, client = case_in(ground, CaseStatus.HANDED_OVER), client_of(ground, "coordinator")
    assert "没有移交遗体" in post(client, "desk_case_acceptance", case.number, on=today(), number="示例 1")
    with pytest.raises(DatabaseError, match="of a body"), transaction.atomic():
        CaseAcceptance.objects.create(
            case=case,
            unit=case.hand_overs.all()[0].unit,
            number="1",
            issued_on=today(),
            written_by=ground.person("clerk"),
            written_at=now(),
        )
