"""Donors who joined on paper: by whom they are brought in, what is written of them, once, whatever breaks off."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.clock import now, today
from core.errors import NotAllowed, NotFound
from core.models import Job, StoredFile
from core.progress import NoProgress
from registries.choices import STEM_CONSENTS
from registries.errors import RegistryError, WrongState
from registries.models import Consent, Donor, DonorEvent, DonorIntake, DonorIntakeRow, DueContact, Registrant
from registries.services.consents import consents_in_force
from registries.services.donors.consenting import give_donor_consent, take_back_donor_consent
from registries.services.donors.kin import change_kin
from registries.services.donors.leaving import withdraw_donor
from registries.services.donors.reading import reveal_donor, reveal_health
from registries.services.figures.measures import MEASURES
from registries.services.intake import applying
from registries.services.intake.applying import apply_intake
from registries.services.intake.checking import check_intake
from registries.services.intake.files import (
    SameIntake,
    drop_intake,
    release_intake,
    resume_intake,
)
from registries.services.registrants import registrant_of
from registries.services.upkeep import plan_upkeep
from tests.registries.donor_ground import KIN, brought, joined
from tests.registries.ground import Ground, registered, somebody
from tests.registries.intake_ground import (
    JOINED,
    TYPED,
    applied,
    brought_in,
    cells,
    checked,
    csv_of,
    opened,
    released,
)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def verbs(row: DonorIntake) -> list[str]:
    """The steps of a file."""
    return list(row.events.order_by("pk").values_list("verb", flat=True))


# --- what is written ------------------------------------------------------------------------------------------------


def test_who_joined_on_paper_is_brought_in_as_typed_with_the_day_of_joining_and_of_typing(ground: Ground) -> None:
    donor = brought_in(ground)
    assert (donor.status, donor.enrolled_on, donor.typed_on, donor.stepped_on) == ("typed", JOINED, TYPED, TYPED)
    assert (donor.is_called, donor.is_known_there, donor.answers) == (True, True, None)
    assert (donor.enrolled_by, donor.number) == (ground.person("clerk"), f"330106-{today().year}-D00000001")
    event = DonorEvent.objects.get()
    assert (event.verb, event.from_status, event.to_status) == ("brought_in", "", "typed")
    assert (event.on, event.until, event.actor) == (JOINED, TYPED, ground.person("clerk"))
    shown = reveal_donor(donor=donor, purpose="核对", actor=ground.person("coordinator"))
    said = cells()
    assert (shown.name, shown.document, shown.phone) == (said["姓名"], said["证件号码"], said["手机号"])
    assert (shown.paper, shown.bag, shown.details["address"]) == (said["同意书编号"], said["血样袋号"], said["住址"])
    assert [(one["name"], one["relation"], one["phone"]) for one in shown.kin] == [
        ("示例纸亲", "父母", "13900000021"),
    ]
    assert reveal_health(donor=donor, purpose="核对", actor=ground.person("coordinator")).answers == []


def test_the_five_consents_are_written_as_given_on_the_paper_on_its_day(ground: Ground) -> None:
    registrant = registrant_of(brought_in(ground))
    rows = registrant.consents.all()
    assert {one.subject for one in rows} == set(STEM_CONSENTS)
    assert {(one.text_version, one.signed_on, one.act, one.recorded_by.login) for one in rows} == {
        ("paper-1", JOINED, "given", "clerk"),
    }
    assert rows[0].version_shown == f"原纸质同意书，{JOINED.isoformat()} 签"


def test_who_does_not_agree_to_be_rung_gives_no_such_consent_is_not_rung_and_has_nobody_to_ring(ground: Ground) -> None:
    donor = brought_in(ground, 同意电话联系="否")
    assert (donor.is_called, donor.kin) == (False, None)
    assert set(consents_in_force(registrant_of(donor))) == set(STEM_CONSENTS) - {"stem_contact"}
    assert plan_upkeep() == 0
    # They may agree later, as everybody who took it back may.
    give_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="counter", actor=ground.person("clerk"))
    change_kin(donor_id=donor.pk, people=KIN, actor=ground.person("clerk"))
    donor.refresh_from_db()
    assert donor.is_called
    assert plan_upkeep() == 1


def test_the_yearly_call_is_planned_by_night_as_for_everybody(ground: Ground) -> None:
    donor = brought_in(ground)
    assert not DueContact.objects.unscoped("test").exists()
    assert plan_upkeep() == 1
    assert DueContact.objects.unscoped("test").get().donor_id == donor.pk


def test_who_was_brought_in_takes_back_the_consent_to_be_rung_and_leaves_as_everybody(ground: Ground) -> None:
    donor = brought_in(ground)
    take_back_donor_consent(donor_id=donor.pk, subject="stem_contact", channel="online")
    donor.refresh_from_db()
    assert not donor.is_called
    withdraw_donor(donor_id=donor.pk, channel="online")
    assert not consents_in_force(registrant_of(donor))
    donor.refresh_from_db()
    assert donor.stands_there


def test_whom_the_branch_has_written_down_is_the_same_registrant_and_their_wish_stands(ground: Ground) -> None:
    wish = registered(ground, 7, person=somebody(7, document=cells(7)["证件号码"]))
    donor = brought_in(ground, 7, 姓名=somebody(7).name)
    assert registrant_of(donor).pk == registrant_of(wish).pk
    assert set(consents_in_force(registrant_of(wish))) >= {*STEM_CONSENTS, "registration"}


def test_a_donor_who_left_comes_back_as_the_same_person_with_what_is_known_of_them(ground: Ground) -> None:
    first = joined(ground, 3)
    withdraw_donor(donor_id=first.pk, channel="online")
    who = registrant_of(first)
    line = cells(3, 姓名=somebody(3).name, 手机号="13700009999", 住址="别处")
    row = applied(ground, line)
    assert (row.good_count, row.known_count, Registrant.objects.unscoped("test").count()) == (1, 1, 1)
    again = row.rows.get().donor
    assert again is not None
    assert registrant_of(again).pk == who.pk
    # What stands on an old paper is older than what the branch was told since.
    shown = reveal_donor(donor=again, purpose="核对", actor=ground.person("coordinator"))
    assert (shown.phone, shown.details["address"]) == (somebody(3).phone, somebody(3).address)


def test_who_was_brought_in_counts_as_joined_or_typed_in_no_published_year(ground: Ground) -> None:
    applied(ground, *(cells(at) for at in range(7)))
    brought(ground, "typed", 20)
    figures = {one.figure.value: one.source({}, today().year) for one in MEASURES if "marrow" in one.figure.value}
    assert {name: sum(found.values()) for name, found in figures.items()} == {
        "marrow_enrolled": 1, "marrow_typed": 1, "marrow_collected": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("from_status", "to_status"), [("", "enrolled"), ("sent", "typed"), ("", "sampled")])
def test_no_step_of_whom_was_brought_in_can_be_one_that_figures_count(
    ground: Ground, from_status: str, to_status: str
) -> None:
    event = DonorEvent.objects.get(donor=brought_in(ground))
    event.pk, event.from_status, event.to_status = None, from_status, to_status
    with pytest.raises(IntegrityError, match="donorevent_brought_in_as_typed"), transaction.atomic():
        event.save(force_insert=True)


# --- two people -----------------------------------------------------------------------------------------------------


def test_nobody_is_written_down_before_a_second_person_releases_the_file(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()))
    assert (row.status, row.good_count) == ("checked", 1)
    assert apply_intake(intake_id=row.pk, job=NoProgress()).status == "checked"
    assert not Donor.objects.unscoped("test").exists()
    assert not Registrant.objects.unscoped("test").exists()
    release_intake(intake_id=row.pk, actor=ground.person("head"))
    row = apply_intake(intake_id=row.pk, job=NoProgress())
    assert (row.status, row.released_by, verbs(row)) == (
        "applied", ground.person("head"), ["received", "checked", "released", "applied"],
    )  # fmt: skip


@pytest.mark.parametrize("login", ["clerk", "coordinator", "stranger", "province", "supervisor"])
def test_a_file_is_released_by_who_approves_exports_of_its_branch_alone(ground: Ground, login: str) -> None:
    row = checked(ground, csv_of(cells()))
    with pytest.raises((NotAllowed, NotFound)):
        release_intake(intake_id=row.pk, actor=ground.person(login))
    row.refresh_from_db()
    assert row.status == "checked"


def test_whoever_brought_a_file_never_releases_it_by_service_and_by_the_database(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()))
    with pytest.raises(IntegrityError, match="maker_is_not"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registries_donorintake SET status = 'applying', released_by_id = made_by_id, released_at = now()"
        )
    with pytest.raises(IntegrityError, match="once_released"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_donorintake SET status = 'applying'")
    DonorIntake.objects.unscoped("test").get(pk=row.pk)


def test_a_file_of_somebody_who_left_is_not_released(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()))
    clerk = ground.person("clerk")
    clerk.is_active = False
    clerk.save()
    with pytest.raises(NotAllowed, match="停用"):
        release_intake(intake_id=row.pk, actor=ground.person("head"))


def test_without_the_word_that_the_papers_are_kept_no_file_is_taken(ground: Ground) -> None:
    with pytest.raises(RegistryError) as told:
        opened(ground, csv_of(cells()), are_papers_kept=False)
    assert "are_papers_kept" in told.value.fields
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("login", ["head", "stranger", "province", "supervisor"])
def test_a_file_is_brought_by_who_keeps_and_reads_the_registries_of_the_branch(ground: Ground, login: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        opened(ground, csv_of(cells()), actor=ground.person(login))


# --- once -----------------------------------------------------------------------------------------------------------


def test_the_form_sent_twice_is_one_file_and_for_another_file_it_is_told(ground: Ground) -> None:
    key = uuid.uuid4()
    first, second = (opened(ground, csv_of(cells()), key=key) for _n in range(2))
    assert (first.pk, Job.objects.filter(kind__endswith="check_donor_intake").count()) == (second.pk, 1)
    with pytest.raises(WrongState, match="已经用过"):
        opened(ground, csv_of(cells(1)), key=key)
    # The bytes that nobody will ask for go with the night.
    assert StoredFile.objects.exclude(pk=first.file_id).filter(purge_on=today()).count() == 2


def test_the_same_bytes_are_told_and_may_come_again_once_they_were_dropped(ground: Ground) -> None:
    row = checked(ground, csv_of(cells()))
    with pytest.raises(SameIntake, match=row.number):
        opened(ground, csv_of(cells()))
    drop_intake(intake_id=row.pk, actor=ground.person("head"))
    assert opened(ground, csv_of(cells())).pk != row.pk


def test_jobs_that_run_twice_write_once(ground: Ground) -> None:
    row = released(ground, csv_of(cells(), cells(1)))
    for _n in range(2):
        check_intake(intake_id=row.pk, job=NoProgress())
        apply_intake(intake_id=row.pk, job=NoProgress())
    assert (DonorIntakeRow.objects.count(), Donor.objects.unscoped("test").count()) == (2, 2)


def test_a_worker_that_dies_in_the_middle_goes_on_and_brings_in_each_once(ground: Ground, monkeypatch: Any) -> None:
    monkeypatch.setattr(applying, "CHUNK", 3)
    row = released(ground, csv_of(*(cells(at) for at in range(8))))
    settled, calls = applying._settle, []

    def dies(*said: Any) -> None:
        settled(*said)
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError

    monkeypatch.setattr(applying, "_settle", dies)
    with pytest.raises(MemoryError):
        apply_intake(intake_id=row.pk, job=NoProgress())
    # The first three stand with all that is theirs, of the next three nothing does.
    assert (Donor.objects.unscoped("test").count(), DonorEvent.objects.count(), Consent.objects.count()) == (3, 3, 15)
    assert Registrant.objects.unscoped("test").count() == 3
    row = apply_intake(intake_id=row.pk, job=NoProgress())
    donors = Donor.objects.unscoped("test").order_by("pk")
    assert (row.status, row.good_count, donors.count(), DonorIntakeRow.objects.filter(donor=None).count()) == (
        "applied", 8, 8, 0,
    )  # fmt: skip
    # No number was lost with what was rolled back.
    assert [one.number[-8:] for one in donors] == [f"{at:08d}" for at in range(1, 9)]


def test_what_broke_off_is_begun_again_by_hand_and_nothing_else_is(ground: Ground) -> None:
    row = released(ground, csv_of(cells()))
    with pytest.raises(WrongState, match="没有中断"):
        resume_intake(intake_id=row.pk, actor=ground.person("clerk"))
    Job.objects.filter(kind__endswith="apply_donor_intake").update(status="failed", finished_at=now())
    job = resume_intake(intake_id=row.pk, actor=ground.person("head"))
    assert (job.params, Job.objects.filter(kind__endswith="apply_donor_intake").count()) == ({"intake": row.pk}, 2)


def test_who_joined_between_check_and_release_is_left_and_told(ground: Ground) -> None:
    line = cells(5, 姓名=somebody(5).name)
    row = released(ground, csv_of(line, cells(6)))
    there = joined(ground, 5)
    row = apply_intake(intake_id=row.pk, job=NoProgress())
    late = row.rows.get(outcome="late")
    assert (row.good_count, row.bad_count, late.content) == (1, 1, None)
    assert there.number in late.faults[0][1]


def test_two_files_of_the_same_people_bring_in_each_once(ground: Ground) -> None:
    first, second = (released(ground, csv_of(cells(), cells(at))) for at in (1, 2))
    rows = [apply_intake(intake_id=one.pk, job=NoProgress()) for one in (first, second)]
    assert [(one.good_count, one.bad_count) for one in rows] == [(2, 0), (1, 1)]
    assert Donor.objects.unscoped("test").count() == 3


def test_whom_somebody_else_writes_down_at_this_moment_is_found_by_the_next_try(
    ground: Ground, monkeypatch: Any
) -> None:
    row = released(ground, csv_of(cells()))
    looked, calls = applying.known_among, []

    def blind(*said: Any, **how: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise IntegrityError("registrant_once_in_a_branch")
        return looked(*said, **how)

    monkeypatch.setattr(applying, "known_among", blind)
    assert apply_intake(intake_id=row.pk, job=NoProgress()).good_count == 1
