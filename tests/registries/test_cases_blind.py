"""Whoever receives an organ is nowhere: no field, no word, no page of a case, no paper for the family."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from core.clock import today
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError
from registries.models import Case, CaseCertificate
from registries.services.cases.basis import begin_family
from registries.services.cases.blind import check_blind
from registries.services.cases.caring import write_use
from registries.services.cases.handing import give_certificate
from registries.services.cases.notifying import notify_case
from registries.services.cases.papers import print_certificate
from tests.registries.case_ground import NAME, UNITS, case_in, notice, recorded
from tests.registries.ground import Ground
from tests.registries.test_views_wishes import client_of

# What a field about a receiver would be called, in either language.
RECEIVER = re.compile(
    r"recipient|receiver|patient|transplantee|allocat|match(?!ing)|cotrs|hla|受者|受体|接受人|患者|分配|配型", re.I
)
PAGES = (
    "desk_case", "desk_case_kin", "desk_case_witness", "desk_case_witness_print", "desk_case_hand_over",
    "desk_case_acceptance",
    "desk_case_certificate", "desk_case_entitlements", "desk_case_person", "desk_case_use", "desk_case_use_print",
)  # fmt: skip


def told(model: type, name: str, words: str) -> bool:
    """Whether a field speaks of a receiver."""
    return bool(RECEIVER.search(f"{model.__name__} {name} {words}"))


def test_no_field_of_the_registries_has_room_for_a_receiver() -> None:
    fields = [
        (model, one.name, str(getattr(one, "verbose_name", "")))
        for model in apps.get_app_config("registries").get_models()
        for one in model._meta.get_fields()
    ]
    assert len(fields) > 100
    found = [f"{model.__name__}.{name}" for model, name, words in fields if told(model, name, words)]
    # Initial match of a stem-cell donor says that there is one, not whom for.
    assert [one for one in found if one.startswith(("Case", "Wish", "Receiving", "Registrant", "Contact"))] == []


def test_the_search_would_find_one() -> None:
    assert told(Case, "recipient_name", "姓名")
    assert told(Case, "x", "移植患者")


def test_no_case_leads_to_a_hospital_patient_or_person_but_the_staff_and_its_own_people() -> None:
    models = [one for one in apps.get_app_config("registries").get_models() if one.__name__.startswith("Case")]
    targets = {
        one.related_model.__name__
        for model in models
        for one in model._meta.get_fields()
        if one.many_to_one and one.related_model is not None
    }
    known = {"User", "Branch", "Case", "CaseKin", "CaseWitness", "CaseEntitlement", "ReceivingUnit"}
    assert targets <= known


@pytest.mark.parametrize(
    "text", ["受体是某某", "接受人张某", "移植给某医院患者", "已分配给", "配型成功", "受者电话", "cotrs 号"]
)
def test_no_text_takes_a_word_of_a_receiver(text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        check_blind(text, field="note")
    assert set(refused.value.fields) == {"note"}


@pytest.mark.parametrize("text", ["接受单位已到场", "接受家属的感谢", "家属接受慰问", "示例医院三号楼"])
def test_words_of_work_are_taken(text: str) -> None:
    assert check_blind(text, field="note") == text


def test_each_door_for_a_text_asks(ground: Ground) -> None:
    told_of, coordinator = "移植给某患者", ground.person("coordinator")
    with pytest.raises(RegistryError):
        notify_case(notice=notice(ground.branch, note=told_of), actor=coordinator)
    waiting = case_in(ground, CaseStatus.ASSIGNED)
    with pytest.raises(RegistryError):
        begin_family(case_id=waiting.pk, on=today(), basis="wish", evidence=told_of, actor=coordinator)
    consented = case_in(ground, CaseStatus.CONSENTED)
    for over in ({"text": told_of}, {"place": told_of}):
        with pytest.raises(RegistryError):
            recorded(ground, consented, **over)
    given = case_in(ground, CaseStatus.HANDED_OVER, kinds=("body",))
    with pytest.raises(RegistryError):
        write_use(case_id=given.pk, use="teaching", on=today(), note=told_of, actor=coordinator)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_a_case_shows_where_an_organ_went_and_the_body_s_unit_is_shown(ground: Ground, name: str) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER, kinds=("organ", "cornea", "tissue", "body"))
    client: Client = client_of(ground, "coordinator")
    address = reverse(name, args=[case.number])
    kin = case.kin.get().pk
    answers = [
        client.get(address),
        client.post(address, {"purpose": "核对案例", "show": "people", "kin": kin, "is_checked": "on"}),
        client.post(address, {"purpose": "核对案例", "show": "record"}),
    ]
    hidden = [unit for kind, (_kind, unit) in UNITS.items() if kind != "body"]
    for answer in answers:
        if answer.headers["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            # The form of the hand-over offers all units; it belongs to a case that has none yet.
            if name != "desk_case_hand_over":
                assert [one for one in hidden if one in text] == []
    if name in ("desk_case", "desk_case_use"):
        assert UNITS["body"][1] in answers[0].content.decode()


def test_the_certificate_names_the_gift_and_no_unit(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    coordinator = ground.person("coordinator")
    give_certificate(case_id=case.pk, kin_id=case.kin.get().pk, on=today(), actor=coordinator)
    give_certificate(case_id=case.pk, kin_id=case.kin.get().pk, on=today(), actor=coordinator)
    assert CaseCertificate.objects.count() == 1
    paper = print_certificate(case=case, purpose="打印捐献证书", actor=coordinator)
    assert paper.read(5) == b"%PDF-"
    assert case.events.filter(verb="certificate_printed").exists()
    assert NAME not in str(list(case.events.values()))
