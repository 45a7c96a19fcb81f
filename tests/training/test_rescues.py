"""Rescue cases: two people, consent, nothing of who was saved; withdrawn at once."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from core.clock import now, today
from core.models import ReadLog
from organizations.models import Division
from tests.permissions.training_objects import PAPER
from tests.training.ground import CODE, Ground
from training.choices import RESCUE_TRANSITIONS, RescueKind, RescueStatus
from training.errors import OwnWork, TrainingError, WrongState
from training.models import RescueCase
from training.selectors.rescues import public_rescues, rescue_totals
from training.services.rescues import (
    RescueReport,
    _move,
    decline_rescue,
    keep_rescue_evidence,
    publish_rescue,
    report_rescue,
    verify_rescue,
    withdraw_rescue,
)

STORY = "在车站候车时看到有人倒地，立即心肺复苏，请旁人取来 AED，救护车到时已恢复呼吸。"


def report_of(ground: Ground, **over: Any) -> RescueReport:
    """Somebody was saved today."""
    said = {
        "branch": ground.branch,
        "happened_on": today(),
        "area": Division.objects.get(code=CODE),
        "kind": RescueKind.CARDIAC,
        "rescuer": "欧阳示例",
        "evidence": keep_rescue_evidence(upload=io.BytesIO(PAPER), actor=ground.person("lead")),
    }
    return RescueReport(**{**said, **over})


def in_state(ground: Ground, state: str) -> RescueCase:
    """A case brought into a state by the services."""
    lead, officer = ground.person("lead"), ground.person("officer")
    case = report_rescue(report=report_of(ground), actor=lead)
    if state == RescueStatus.DECLINED:
        return decline_rescue(case_id=case.pk, actor=officer, reason="没有人证")
    if state != RescueStatus.REPORTED:
        case = verify_rescue(case_id=case.pk, actor=officer)
    if state in (RescueStatus.PUBLISHED, RescueStatus.WITHDRAWN):
        case = publish_rescue(case_id=case.pk, story=STORY, agrees=True, is_named=True, actor=officer)
    if state == RescueStatus.WITHDRAWN:
        case = withdraw_rescue(case_id=case.pk, actor=officer, reason="本人要求")
    return case


def test_a_rescue_counts_after_a_second_person_verified_it(ground: Ground) -> None:
    officer = ground.person("officer")
    case = report_rescue(report=report_of(ground, saved_count=2), actor=officer)
    assert rescue_totals(ground.branch) == (0, 0)
    with pytest.raises(OwnWork):
        verify_rescue(case_id=case.pk, actor=officer)
    verify_rescue(case_id=case.pk, actor=ground.person("issuer"))
    assert rescue_totals(ground.branch) == (1, 2)


def test_a_story_is_public_with_consent_alone_and_goes_at_once_when_it_is_taken_back(
    ground: Ground, client: Client
) -> None:
    officer = ground.person("officer")
    case = in_state(ground, RescueStatus.VERIFIED)
    with pytest.raises(TrainingError, match="按提示"):
        publish_rescue(case_id=case.pk, story=STORY, agrees=False, is_named=True, actor=officer)
    publish_rescue(case_id=case.pk, story=STORY, agrees=True, is_named=False, actor=officer)
    page = client.get("/training/rescues/").content.decode()
    assert "立即心肺复苏" in page
    assert "欧阳**" in page
    assert "欧阳示例" not in page
    withdraw_rescue(case_id=case.pk, actor=officer, reason="本人要求")
    publish_rescue(case_id=case.pk, story=STORY, agrees=True, is_named=True, actor=officer)
    assert public_rescues()[0][0].shown_name == "欧阳示例"
    withdraw_rescue(case_id=case.pk, actor=officer, reason="本人要求")
    assert "立即心肺复苏" not in client.get("/training/rescues/").content.decode()
    case.refresh_from_db()
    assert (case.shown_name, rescue_totals(ground.branch)) == ("欧阳**", (1, 1))


@pytest.mark.parametrize("story", ["太短", STORY + "电话 13800138000", STORY + "身份证 330106198001010015"])
def test_a_story_holds_no_numbers_of_people(ground: Ground, story: str) -> None:
    case = in_state(ground, RescueStatus.VERIFIED)
    with pytest.raises(TrainingError) as caught:
        publish_rescue(case_id=case.pk, story=story, agrees=True, is_named=False, actor=ground.person("officer"))
    assert list(caught.value.fields) == ["story"]


@pytest.mark.parametrize(
    ("over", "field"),
    [({"rescuer": "欧"}, "rescuer"), ({"saved_count": 0}, "saved_count"), ({"evidence": None}, "evidence")],
)
def test_what_is_missing_is_said_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(TrainingError) as caught:
        report_rescue(report=report_of(ground, **over), actor=ground.person("lead"))
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("old", RescueStatus.values)
def test_the_mover_knows_the_moves_of_the_table_and_no_others(ground: Ground, old: str) -> None:
    case = in_state(ground, old)
    assert case.status == old
    told = {"story": STORY, "story_consent": "x"}
    verifying = {"verified_by": ground.person("officer"), "verified_at": now()}
    for new in RescueStatus.values:
        changes: dict[str, Any] = {"published": told, "verified": verifying}.get(new, {})
        case = RescueCase.objects.unscoped("test").select_related("branch").get(pk=case.pk)
        with transaction.atomic():
            if new in RESCUE_TRANSITIONS[old]:
                _move(case, new, actor=ground.person("officer"), **changes)
            else:
                with pytest.raises(WrongState):
                    _move(case, new, actor=ground.person("officer"), **changes)
            transaction.set_rollback(True)


def test_what_was_verified_stands_in_the_database(ground: Ground) -> None:
    case = in_state(ground, RescueStatus.VERIFIED)
    rows = RescueCase.objects.unscoped("test").filter(pk=case.pk)
    for change in ({"saved_count": 9}, {"happened_on": "2020-01-01"}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE training_rescuecase SET rescuer = %s WHERE id = %s", [b"another", case.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        rows._raw_delete(rows.db)


def test_the_desk_reports_verifies_and_tells(committed_ground: Ground, client: Client) -> None:
    ground = committed_ground
    client.force_login(ground.person("lead"))
    page = client.get("/desk/training/rescues/new/")
    evidence = io.BytesIO(PAPER)
    evidence.name = "示例.pdf"
    said = {
        "key": str(page.context["form"]["key"].value()), "branch": CODE, "happened_on": str(today()), "area": CODE,
        "kind": "cardiac", "saved_count": "1", "rescuer": "欧阳示例", "certificate": "", "evidence": evidence,
    }  # fmt: skip
    assert client.post("/desk/training/rescues/new/", said, follow=True).status_code == 200
    case = RescueCase.objects.unscoped("test").get()
    officer = Client()
    officer.force_login(ground.person("officer"))
    assert b"".join(officer.get(f"/desk/training/rescues/{case.number}/evidence/")) == PAPER  # type: ignore[arg-type]
    assert ReadLog.objects.filter(object_label="core.storedfile", reader_login="officer").count() == 1
    officer.post(f"/desk/training/rescues/{case.number}/verify/")
    shown = officer.post(f"/desk/training/rescues/{case.number}/publish/", {"story": STORY})
    assert "签字同意" in shown.content.decode()
    officer.post(f"/desk/training/rescues/{case.number}/publish/", {"story": STORY, "agrees": "on"})
    case.refresh_from_db()
    assert case.status == RescueStatus.PUBLISHED
