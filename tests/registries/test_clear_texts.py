"""No text of the registries that lies in clear takes an identity number or a telephone of a person, or it says why."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models

from core.clock import today
from core.fields import SealedTextField
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError
from registries.forms import cases as case_forms
from registries.forms import cases_after
from registries.forms import memorial as memorial_forms
from registries.forms.donors import joining
from registries.forms.donors import steps as step_forms
from registries.forms.national import NationalForm
from registries.services.cases.accepting import write_acceptance
from registries.services.cases.caring import Entitled, write_entitlement
from registries.services.cases.granting import grant_case
from registries.services.cases.units import open_unit
from registries.services.donors import giving, leaving, sampling
from registries.services.donors.enrolment import plan_drive
from registries.services.donors.support import write_expense, write_honour
from registries.services.donors.there import note_there
from registries.services.duty import place_on_duty
from registries.services.exports import refuse_export
from registries.services.memorial.places import Gathering, change_memorial_place, plan_gathering
from registries.services.national import enter_national
from tests.factories.people import branch_at, make_person
from tests.registries.case_ground import assign, begun, case_in, decide, listed, notified, units
from tests.registries.donor_ground import bag_of, brought, packed, shipped
from tests.registries.exported import asked
from tests.registries.ground import Ground, days_ago, id_number
from tests.registries.memorial_ground import opened_place, place_facts

ID, MOBILE = id_number(77), "139 0571 0077"
Write = Callable[[Ground, str], Any]


def _purpose(ground: Ground, text: str) -> Any:
    said = {"person": ground.person("supervisor"), "until": today(), "actor": ground.person("head")}
    return grant_case(case_id=notified(ground).pk, purpose=text, **said)


def _decision(ground: Ground, text: str) -> Any:
    case = notified(ground)
    assign(ground, case, "coordinator", "second")
    begun(ground, case)
    return decide(ground, case, listed(ground, case), paper=text)


def _entitlement(ground: Ground, text: str) -> Any:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    entitled = Entitled(kind="priority", outcome="given", on=today(), paper=text)
    return write_entitlement(case_id=case.pk, entitled=entitled, actor=ground.person("coordinator"))


def _unit(ground: Ground, text: str) -> Any:
    units(ground)
    head = ground.person("province_head")
    return open_unit(province=branch_at("33"), kind="procuring", name=f"示例医院{text}", actor=head)


def _drive(field: str) -> Write:
    def write(ground: Ground, text: str) -> Any:
        texts = {"name": "示例招募", "place": "示例广场", field: text}
        said: dict[str, Any] = {"held_on": today(), "planned_count": 5, **texts}
        return plan_drive(branch=ground.branch, key=uuid.uuid4(), actor=ground.person("clerk"), **said)

    return write


def _hospital(ground: Ground, text: str) -> Any:
    donor, actor = brought(ground, "medical"), ground.person("clerk")
    giving.note_medical(donor_id=donor.pk, verdict="fit", on=days_ago(100), actor=actor)
    day = today() + (today() - days_ago(30))
    return giving.set_date(donor_id=donor.pk, planned_on=day, hospital=text, on=days_ago(99), actor=actor)


def _evidence(ground: Ground, text: str) -> Any:
    said: dict[str, Any] = {"kind": "travel", "amount": "10", "on": today(), "key": uuid.uuid4()}
    donor = brought(ground, "medical")
    return write_expense(donor_id=donor.pk, evidence=text.replace(" ", ""), actor=ground.person("clerk"), **said)


def _honour(field: str) -> Write:
    def write(ground: Ground, text: str) -> Any:
        donor = brought(ground, "follow_up")
        said: dict[str, Any] = {"kind": "medal", "on": today(), "key": uuid.uuid4(), "actor": ground.person("clerk")}
        return write_honour(donor_id=donor.pk, **{field: text.replace(" ", "")}, **said)

    return write


def _box(ground: Ground, text: str) -> Any:
    bag, said = bag_of(brought(ground, "sampled")), {"key": uuid.uuid4(), "actor": ground.person("clerk")}
    return sampling.make_batch(branch=ground.branch, box=text, sample_ids=[bag.pk], **said)


def _courier(ground: Ground, text: str) -> Any:
    batch = packed(brought(ground, "sampled"), actor=ground.person("clerk"))
    said: dict[str, Any] = {"waybill": "SF1", "on": today(), "actor": ground.person("clerk")}
    return sampling.send_batch(batch_id=batch.pk, courier=f"示例快递 {text}", **said)


def _receipt(ground: Ground, text: str) -> Any:
    donor, actor = brought(ground, "sampled"), ground.person("clerk")
    batch = shipped(donor, on=days_ago(10), actor=actor)
    said: dict[str, Any] = {"on": today(), "verdicts": {bag_of(donor).pk: "received"}, "actor": actor}
    return sampling.receive_batch(batch_id=batch.pk, receipt_number=text, **said)


def _place(field: str) -> Write:
    def write(ground: Ground, text: str) -> Any:
        with pytest.raises(RegistryError):
            opened_place(ground, **{field: text})
        place, actor = opened_place(ground), ground.person("clerk")
        return change_memorial_place(place_id=place.pk, facts=place_facts(**{field: text}), actor=actor)

    return write


def _gathering(field: str) -> Write:
    def write(ground: Ground, text: str) -> Any:
        place = opened_place(ground)
        plan = Gathering(place=place, title="示例集体缅怀", on=today(), starts_at=None, seats=5)  # type: ignore[arg-type]
        return plan_gathering(gathering=replace(plan, **{field: text}), actor=ground.person("clerk"))

    return write


def _source(_ground: Ground, text: str) -> Any:
    actor = make_person("province_clerk", "registry_clerk", branch_at("33"))
    said: dict[str, Any] = {"year": today().year - 1, "measure": "organ_volunteers", "number": 5, "key": uuid.uuid4()}
    return enter_national(source_title=text, source_url="https://example.org/", **said, actor=actor)


def _there(ground: Ground, text: str) -> Any:
    donor = brought(ground, "typed")
    leaving.withdraw_donor(donor_id=donor.pk, channel="online")
    said: dict[str, Any] = {"act": "told", "on": today(), "actor": ground.person("clerk")}
    return note_there(donor_id=donor.pk, reference=text.replace(" ", ""), **said)


def _acceptance(ground: Ground, text: str) -> Any:
    case = case_in(ground, CaseStatus.HANDED_OVER, kinds=("body",))
    said: dict[str, Any] = {"on": today(), "actor": ground.person("coordinator")}
    return write_acceptance(case_id=case.pk, number=text, **said)


def _duty(ground: Ground, text: str) -> Any:
    said: dict[str, Any] = {"person": ground.person("coordinator"), "on": today(), "part": "night", "phone": text}
    return place_on_duty(branch=ground.branch, **said, actor=ground.person("head"))


# By model and column: who writes it, and by which name the refusal says it.
GUARDED: dict[str, tuple[str, Write]] = {
    "CaseGrant.purpose": ("purpose", _purpose),
    "CaseDecision.paper": ("paper", _decision),
    "CaseEntitlement.paper": ("paper", _entitlement),
    "CaseAcceptance.number": ("number", _acceptance),
    "ReceivingUnit.name": ("name", _unit),
    "Drive.name": ("name", _drive("name")),
    "Drive.place": ("place", _drive("place")),
    "Collection.hospital": ("hospital", _hospital),
    "DonorEvent.reference": ("reference", _there),
    "DonorExpense.evidence": ("evidence", _evidence),
    "Honour.number": ("number", _honour("number")),
    "Honour.issuer": ("issuer", _honour("issuer")),
    "SampleBatch.box": ("box", _box),
    "SampleBatch.courier": ("courier", _courier),
    "SampleBatch.receipt_number": ("receipt_number", _receipt),
    "Export.purpose": ("purpose", lambda ground, text: asked(ground, purpose=f"核对 {text}")),
    "ExportEvent.note": (
        "reason",
        lambda ground, text: refuse_export(export_id=asked(ground).pk, reason=text, actor=ground.person("head")),
    ),
    **{
        f"MemorialPlace.{name}": (name, _place(name))
        for name in ("name", "address", "opening_hours", "directions", "description")
    },
    "MemorialOccasion.title": ("title", _gathering("title")),
    "MemorialOccasion.text": ("text", _gathering("text")),
    "NationalFigure.source_title": ("source_title", _source),
}
# A telephone may stand there, an identity number not.
TELEPHONES: dict[str, tuple[str, Write]] = {
    "DutyShift.phone": ("phone", _duty),
    "MemorialPlace.phone": ("phone", _place("phone")),
}
# Why nobody can write a number of a person there, or why one that looks like it must be taken.
EXPLAINED = {
    "SampleBatch.waybill": "the carrier's number, as scanned; some have the shape of a telephone",
    "Sample.bag": "the bar code of a bag, letters, digits and dashes alone; some have the shape of a telephone",
    "NationalFigure.source_url": "the public address of a page, whose digits are its own",
    "ExchangeFile.refusal": "one of the portal's own sentences, which repeats nothing of the file",
    "DonorIntake.refusal": "one of the portal's own sentences, which repeats nothing of the file",
    "DonorIntakeRow.faults": "names of columns and the portal's own sentences, which repeat nothing of the line",
    "ExchangeFile.left_out": "counts by the portal's own words",
    "RegistryFigures.figures": "counts by the portal's own words",
    "RegistryFigures.below": "counts by the portal's own words",
    "RegistrantEvent.fields": "names of columns",
}
# What the portal itself writes under these names: numbers it draws, keys, states, versions, digests, lists of choices.
ITS_OWN = frozenset({
    "number", "code", "verb", "from_status", "to_status", "text_version", "consent_version", "file_sha256", "fault",
    "field", "reason", "kinds", "points", "columns", "flags", "visit_weekdays", "maker_ids",
})  # fmt: skip
FORMS: dict[str, tuple[type[forms.Form], ...]] = {
    "CaseGrant.purpose": (case_forms.GrantForm,),
    "CaseDecision.paper": (case_forms.DecisionForm,),
    "CaseEntitlement.paper": (cases_after.EntitlementForm,),
    "CaseAcceptance.number": (cases_after.AcceptanceForm,),
    "ReceivingUnit.name": (case_forms.UnitForm,),
    "Drive.name": (joining.DriveForm,),
    "Drive.place": (joining.DriveForm,),
    "Collection.hospital": (step_forms.PlannedForm,),
    "DonorEvent.reference": (step_forms.ThereForm,),
    "DonorExpense.evidence": (step_forms.ExpenseForm,),
    "Honour.number": (step_forms.HonourForm,),
    "Honour.issuer": (step_forms.HonourForm,),
    "SampleBatch.box": (step_forms.BatchForm,),
    "SampleBatch.courier": (step_forms.SendingForm,),
    "SampleBatch.receipt_number": (step_forms.ReceiptForm,),
    "MemorialPlace.name": (memorial_forms.MemorialPlaceForm,),
    "MemorialPlace.address": (memorial_forms.MemorialPlaceForm,),
    "MemorialPlace.opening_hours": (memorial_forms.MemorialPlaceForm,),
    "MemorialPlace.directions": (memorial_forms.MemorialPlaceForm,),
    "MemorialPlace.description": (memorial_forms.MemorialPlaceForm,),
    "MemorialOccasion.title": (memorial_forms.GatheringForm,),
    "MemorialOccasion.text": (memorial_forms.GatheringForm,),
    "NationalFigure.source_title": (NationalForm,),
}


def clear_texts() -> Iterator[str]:
    """All columns of the registries that can hold a text, but choices and what is sealed."""
    for model in apps.get_app_config("registries").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, SealedTextField) or getattr(field, "choices", None):
                continue
            if isinstance(field, (models.CharField, models.TextField, models.JSONField)) or _is_array(field):
                yield f"{model.__name__}.{field.name}"


def _is_array(field: Any) -> bool:
    return hasattr(field, "base_field")


def test_each_text_in_clear_is_guarded_or_explained() -> None:
    unknown = {one for one in clear_texts() if one in GUARDED or one.partition(".")[2] not in ITS_OWN}
    assert unknown == {*GUARDED, *TELEPHONES, *EXPLAINED}


# An identity number at each; a telephone, which the same guard finds, at some.
SENT = [*((one, ID) for one in GUARDED), *((one, MOBILE) for one in ("CaseGrant.purpose", "MemorialOccasion.text"))]


@pytest.mark.parametrize(("column", "number"), SENT)
def test_a_number_of_a_person_gets_into_no_text_in_clear(ground: Ground, column: str, number: str) -> None:
    field, write = GUARDED[column]
    with pytest.raises(RegistryError) as told:
        write(ground, number)
    assert field in told.value.fields
    assert number not in str(told.value.as_dict())


@pytest.mark.parametrize("column", TELEPHONES)
def test_no_identity_number_is_taken_for_a_telephone_of_an_office(ground: Ground, column: str) -> None:
    field, write = TELEPHONES[column]
    with pytest.raises(RegistryError) as told:
        write(ground, ID)
    assert field in told.value.fields


@pytest.mark.parametrize("number", [ID, MOBILE], ids=["id", "mobile"])
@pytest.mark.parametrize("column", FORMS)
def test_the_form_says_so_before_the_service(column: str, number: str) -> None:
    for form in FORMS[column]:
        with pytest.raises(forms.ValidationError) as told:
            form.base_fields[column.partition(".")[2]].clean(number)
        assert "请删去身份证号、手机号" in told.value.messages[0]
