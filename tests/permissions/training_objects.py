"""What the table needs of training: objects in HOME, made through the services."""

from __future__ import annotations

import datetime
import io
import uuid
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.clock import now, today
from organizations.models import Division
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from training.choices import AedOwner, ContractUnit, OrganisationKind, PlaceKind, RescueKind, Setting, Topic
from training.models import MassLesson, Organisation, OrganisationFact, RescueCase
from training.services.aeds import open_place, put_up_aed
from training.services.contracts import sign_contract
from training.services.mass_lessons import (
    MassLessonDraft,
    confirm_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    submit_mass_lesson,
)
from training.services.organisations import merge_organisation
from training.services.rescues import (
    RescueReport,
    keep_rescue_evidence,
    publish_rescue,
    report_rescue,
    verify_rescue,
)

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make_training(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    officer = people["training_officer.own"]
    return {
        **_mass_lessons(people["instructor.own"], officer),
        **_places(officer),
        **_rescues(people["instructor.own"], officer),
        "contract": _contract(officer),
        **_organisations(officer),
        "certificate_kind": "first_aider",
        "county_code": "330106",
        "data_set": "training-rescues",
    }


def _organisations(officer: User) -> dict[str, Any]:
    """Bodies that HOME keeps itself, as it does where a county has no association of its own."""

    def registered(name: str) -> int:
        said: dict[str, Any] = {"name": name, "kind": OrganisationKind.SCHOOL}
        body = Organisation.objects.create(
            **Organisation.lineage_of(branch_at(HOME)), **said, area_id="330106", created_by=officer, created_at=now()
        )
        OrganisationFact.objects.create(organisation=body, **said, step="registered", actor=officer, at=now())
        return body.pk

    school, double = registered("示例小学"), registered("示例小学（重复）")
    merge_organisation(organisation_id=double, into_id=school, reason="重复登记", actor=officer)
    return {"organisation": school, "organisation_merged": double}


def _rescues(instructor: User, officer: User) -> dict[str, Any]:
    def reported() -> RescueCase:
        report = RescueReport(
            branch=branch_at(HOME),
            happened_on=today(),
            area=Division.objects.get(code="330106"),
            kind=RescueKind.CARDIAC,
            rescuer="示例救护员",
            evidence=keep_rescue_evidence(upload=io.BytesIO(PAPER), actor=instructor),
        )
        return report_rescue(report=report, actor=instructor)

    verified, published = (verify_rescue(case_id=reported().pk, actor=officer) for _case in range(2))
    story = "在示例车站候车时看到有人倒地，立即心肺复苏并请旁人取来 AED。"
    publish_rescue(case_id=published.pk, story=story, agrees=True, is_named=False, actor=officer)
    return {
        "rescue_reported": reported().number,
        "rescue_verified": verified.number,
        "rescue_published": published.number,
        **{f"step_{step}": step for step in ("verify", "publish")},
    }


def _contract(officer: User) -> str:
    facts = {
        "buyer": "示例教育局", "subject": "教师救护培训", "document": "示购〔2026〕1 号", "price": Decimal("10000.00"),
        "quantity": 100, "unit": ContractUnit.PERSON, "signed_on": today(), "starts_on": today(), "ends_on": today(),
    }  # fmt: skip
    return sign_contract(branch=branch_at(HOME), facts=facts, key=uuid.uuid4(), actor=officer).number


def _places(officer: User) -> dict[str, Any]:
    county, later = Division.objects.get(code="330106"), today() + datetime.timedelta(days=400)
    aed = put_up_aed(
        branch=branch_at(HOME),
        facts={
            "site": "示例车站北侧", "area": county, "address": "示例路 1 号", "opening_hours": "全天", "phone": "",
            "keeper": "示例车站", "owner": AedOwner.RED_CROSS, "model": "示例 A1", "serial": "S0001",
            "put_up_on": today(), "inspection_days": 30, "pads_expire_on": later, "battery_expires_on": later,
        },
        actor=officer,
    )  # fmt: skip
    place = open_place(
        branch=branch_at(HOME),
        facts={
            "kind": PlaceKind.BASE, "name": "示例培训基地", "area": county, "address": "示例路 2 号",
            "opening_hours": "周一至周五", "phone": "", "capacity": 60, "square_metres": 300, "equipment": "",
            "started_on": today(),
        },
        actor=officer,
    )  # fmt: skip
    return {"aed": aed.pk, "place": place.pk}


def _mass_lessons(instructor: User, officer: User) -> dict[str, Any]:
    def drafted() -> MassLesson:
        draft = MassLessonDraft(
            branch=branch_at(HOME),
            held_on=today(),
            area=Division.objects.get(code="330106"),
            place="示例广场",
            topic=Topic.CPR_AED,
            setting=Setting.COMMUNITY,
            minutes=60,
            audience_count=120,
            evidence=keep_evidence(upload=io.BytesIO(PAPER), actor=instructor),
        )
        return create_mass_lesson(draft=draft, actor=instructor)

    def submitted() -> MassLesson:
        return submit_mass_lesson(lesson_id=drafted().pk, actor=instructor)

    confirmed = confirm_mass_lesson(lesson_id=submitted().pk, actor=officer)
    return {
        "mass_draft": drafted().number,
        "mass_submitted": submitted().number,
        "mass_confirmed": confirmed.number,
    }
