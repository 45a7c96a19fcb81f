"""Files of donors who joined on paper: what of them is kept, for how long, and what stands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from core.clock import now, today
from core.models import AuditEvent, Job, StoredFile
from core.progress import NoProgress
from core.retention import Asked, open_holds
from core.sealed import open_for_work
from registries.checks import all_checks
from registries.choices.intake import INTAKE_DAYS, INTAKE_TRANSITIONS, IntakeStatus
from registries.errors import WrongState
from registries.models import Consent, Donor, DonorEvent, DonorIntake, DonorIntakeRow, Registrant
from registries.services.intake import applying
from registries.services.intake.applying import apply_intake
from registries.services.intake.files import drop_intake, lock_intake, move_intake, release_intake
from registries.services.intake.purging import purge_intakes
from registries.services.registrants import registrant_of
from tests.ledger.test_concurrency import at_once
from tests.registries.ground import Ground
from tests.registries.intake_ground import JOINED, applied, brought_in, cells, checked, csv_of, opened, released


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def _purged(days: int) -> int:
    """How many files the rule gives up, so many days from now."""
    return purge_intakes(
        Asked(today=today() + datetime.timedelta(days=days), is_dry=False, holds=open_holds())
    ).destroyed


def test_a_file_that_nobody_released_is_given_up_and_emptied_after_seven_days(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()))
    assert (_purged(INTAKE_DAYS - 1), DonorIntakeRow.objects.filter(content__isnull=False).count()) == (0, 1)
    assert (_purged(INTAKE_DAYS), _purged(INTAKE_DAYS)) == (1, 0)
    row.refresh_from_db()
    assert (row.status, row.rows.get().outcome, row.rows.get().content) == ("dropped", "dropped", None)


def test_who_was_brought_in_of_a_file_that_broke_off_stays_and_of_the_rest_nothing_is_kept(
    ground: Ground, monkeypatch: Any
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    row = released(ground, csv_of(*(cells(at) for at in range(5))))
    assert applying._apply_chunk(row.pk) == 2
    assert _purged(INTAKE_DAYS) == 1
    row.refresh_from_db()
    assert (row.status, row.good_count, Donor.objects.unscoped("test").count()) == ("applied", 2, 2)
    assert not DonorIntakeRow.objects.filter(content__isnull=False).exists()
    assert apply_intake(intake_id=row.pk, job=NoProgress()).good_count == 2


def test_two_workers_at_once_bring_in_each_of_the_same_people_once(committed_ground: Ground) -> None:
    """Twice the same file, and another of the same people, all at the same moment."""
    lines = [cells(at) for at in range(30)]
    rows = [released(committed_ground, csv_of(*lines)), released(committed_ground, csv_of(*lines, cells(40)))]
    work = [partial(apply_intake, intake_id=row.pk, job=NoProgress()) for row in (*rows, *rows)]
    assert [one for one in at_once(*work) if isinstance(one, Exception)] == []
    assert (Donor.objects.unscoped("test").count(), Registrant.objects.unscoped("test").count()) == (31, 31)
    assert {one.status for one in DonorIntake.objects.unscoped("test")} == {"applied"}
    assert {name: found for name, found in all_checks().items() if found} == {}


def test_lines_are_sealed_until_they_are_settled_and_the_bytes_go_once_they_are_checked(ground: Ground) -> None:
    row = checked(ground, csv_of(cells(), cells(1, 手机号="")))
    good, bad = row.rows.order_by("line")
    assert json.loads(open_for_work(good, "content", work="test") or "")["person"]["name"] == cells()["姓名"]
    assert bad.content is None
    assert StoredFile.objects.get().purge_on == today()
    release_intake(intake_id=row.pk, actor=ground.person("head"))
    apply_intake(intake_id=row.pk, job=NoProgress())
    assert not DonorIntakeRow.objects.filter(content__isnull=False).exists()


def test_a_dropped_file_is_emptied_at_once(ground: Ground) -> None:
    row = checked(ground, csv_of(cells(), cells(1, 手机号="")))
    drop_intake(intake_id=row.pk, actor=ground.person("clerk"))
    assert sorted(row.rows.values_list("outcome", "content")) == [("bad", None), ("dropped", None)]
    with pytest.raises(WrongState):
        release_intake(intake_id=row.pk, actor=ground.person("head"))


def test_jobs_trail_and_events_hold_numbers_and_nobody(ground: Ground) -> None:
    row = applied(ground, cells(), cells(1))
    assert {json.dumps(one) for one in Job.objects.values_list("params", flat=True)} == {f'{{"intake": {row.pk}}}'}
    (told,) = AuditEvent.objects.filter(verb="registries.intake.applied")
    assert (told.reason, told.actor_login) == ("带入 2 人，clerk 上传，head 批准", "head")
    assert AuditEvent.objects.filter(verb="registries.donor.brought_in", actor_login="clerk").count() == 2
    text = json.dumps(list(AuditEvent.objects.values()), default=str, ensure_ascii=False)
    assert [one for one in cells().values() if len(one) > 5 and one in text] == []


def _dropped(ground: Ground) -> DonorIntake:
    return drop_intake(intake_id=checked(ground, csv_of(cells())).pk, actor=ground.person("clerk"))


BY_SERVICES: dict[str, Callable[[Ground], DonorIntake]] = {
    "checking": lambda ground: opened(ground, csv_of(cells())),
    "refused": lambda ground: checked(ground, b"a"),
    "checked": lambda ground: checked(ground, csv_of(cells())),
    "applying": lambda ground: released(ground, csv_of(cells())),
    "applied": lambda ground: applied(ground, cells()),
    "dropped": _dropped,
}


@pytest.mark.parametrize("old", IntakeStatus.values)
def test_a_file_moves_where_the_table_says_and_nowhere_else(ground: Ground, old: str) -> None:
    row = BY_SERVICES[old](ground)
    assert row.status == old
    for new in IntakeStatus.values:
        said: dict[str, Any] = {"released_by": ground.person("head"), "released_at": now()} if new == "applying" else {}
        with transaction.atomic():
            found = lock_intake(row.pk)
            if new in INTAKE_TRANSITIONS[old]:
                move_intake(found, new, verb="test", actor=None, **said)
                assert found.status == new
            else:
                with pytest.raises(WrongState):
                    move_intake(found, new, verb="test", actor=None, **said)
            transaction.set_rollback(True)


CHANGES: dict[str, tuple[type[Model], str]] = {
    "delete a file": (DonorIntake, "DELETE FROM registries_donorintake"),
    "another maker": (DonorIntake, "UPDATE registries_donorintake SET made_by_id = released_by_id"),
    "back": (DonorIntake, "UPDATE registries_donorintake SET status = 'checked'"),
    "papers": (DonorIntake, "UPDATE registries_donorintake SET are_papers_kept = false"),
    "delete a line": (DonorIntakeRow, "DELETE FROM registries_donorintakerow"),
    "settled again": (
        DonorIntakeRow,
        "UPDATE registries_donorintakerow SET outcome = 'bad', faults = '[[\"\", \"x\"]]'",
    ),
    "another donor": (DonorIntakeRow, "UPDATE registries_donorintakerow SET donor_id = NULL"),
    "event": (DonorEvent, "UPDATE registries_donorintakeevent SET count = 9"),
    "paper": (Donor, "UPDATE registries_donor SET paper = NULL"),
    "paper of another": (Donor, "UPDATE registries_donor SET paper = kin"),
    "day of the paper": (Consent, "UPDATE registries_consent SET signed_on = signed_on - 1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_brought_in_stands(ground: Ground, change: str) -> None:
    applied(ground, cells())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHANGES[change][1])


def test_a_consent_on_paper_names_its_day_and_no_other_does(ground: Ground) -> None:
    registrant = registrant_of(brought_in(ground))
    said = {"registrant": registrant, "subject": "stem_keep", "act": "given", "channel": "counter"}
    for version, day in (("paper-1", None), ("stem-keep-1", JOINED)):
        with pytest.raises(IntegrityError, match="consent_on_paper_says_when"), transaction.atomic():
            Consent.objects.create(
                **said,
                text_version=version,
                signed_on=day,
                recorded_by=ground.person("clerk"),
                at=registrant.created_at,
            )
