"""Mass lessons: two people, evidence, corrections that stay to be read, and the figures made of them."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client

from core.clock import now, today
from core.errors import NotFound
from core.lots import lots_of
from core.models import PublicRecord
from organizations.models import Division
from tests.factories.people import branch_at, make_person
from tests.permissions.training_objects import PAPER
from tests.training.ground import CODE, Ground
from tests.training.pages import client_of, page, post
from training.choices import (
    MASS_LESSON_TRANSITIONS,
    KeyGroup,
    MassLessonStatus,
    Measure,
    PopulationBasis,
    Setting,
    Topic,
)
from training.errors import OwnWork, TrainingError, WrongState
from training.models import CoverageCount, MassLesson, Population
from training.selectors.public.coverage import coverage_of
from training.selectors.public.lessons import public_lessons, stream_lessons
from training.services import hiding
from training.services.counting import count_coverage
from training.services.figures import record_population, set_target
from training.services.hiding import hide_few_people
from training.services.mass_lessons import (
    MassLessonDraft,
    _move,
    cancel_mass_lesson,
    change_mass_lesson,
    confirm_mass_lesson,
    correct_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    return_mass_lesson,
    submit_mass_lesson,
)


def draft_of(ground: Ground, **over: object) -> MassLessonDraft:
    """A lesson before 120 in a school yesterday."""
    said = {
        "branch": ground.branch,
        "held_on": today() - datetime.timedelta(days=1),
        "area": Division.objects.get(code=CODE),
        "place": "示例中学报告厅",
        "topic": Topic.CPR_AED,
        "setting": Setting.SCHOOL,
        "minutes": 90,
        "audience_count": 120,
        "key_group": KeyGroup.STUDENT,
        "evidence": keep_evidence(upload=io.BytesIO(PAPER), actor=ground.person("lead")),
    }
    return MassLessonDraft(**{**said, **over})  # type: ignore[arg-type]


def confirmed(ground: Ground, **over: object) -> MassLesson:
    """A lesson that the instructor wrote down and the officer confirmed."""
    lesson = create_mass_lesson(draft=draft_of(ground, **over), actor=ground.person("lead"))
    submit_mass_lesson(lesson_id=lesson.pk, actor=ground.person("lead"))
    return confirm_mass_lesson(lesson_id=lesson.pk, actor=ground.person("officer"))


def test_a_mass_lesson_counts_after_a_second_person_confirmed_it(ground: Ground) -> None:
    lesson = create_mass_lesson(draft=draft_of(ground), actor=ground.person("officer"))
    submit_mass_lesson(lesson_id=lesson.pk, actor=ground.person("officer"))
    assert public_lessons(branch_at("33")).rows == []
    with pytest.raises(OwnWork):
        confirm_mass_lesson(lesson_id=lesson.pk, actor=ground.person("officer"))
    confirm_mass_lesson(lesson_id=lesson.pk, actor=ground.person("issuer"))
    assert [one.number for one in public_lessons(branch_at("33")).rows] == [lesson.number]
    record = PublicRecord.objects.get(kind="mass_lesson", object_id=lesson.pk)
    assert '"audience":120' in record.record
    assert "示例中学" not in record.record


def test_whoever_changed_it_is_one_of_its_makers(ground: Ground) -> None:
    lesson = create_mass_lesson(draft=draft_of(ground), actor=ground.person("lead"))
    change_mass_lesson(lesson_id=lesson.pk, draft=draft_of(ground, minutes=60), actor=ground.person("issuer"))
    submit_mass_lesson(lesson_id=lesson.pk, actor=ground.person("lead"))
    with pytest.raises(OwnWork):
        confirm_mass_lesson(lesson_id=lesson.pk, actor=ground.person("issuer"))


def test_without_evidence_nothing_is_submitted_and_a_change_keeps_what_was_uploaded(ground: Ground) -> None:
    lead = ground.person("lead")
    bare = create_mass_lesson(draft=draft_of(ground, evidence=None), actor=lead)
    with pytest.raises(TrainingError, match="佐证"):
        submit_mass_lesson(lesson_id=bare.pk, actor=lead)
    lesson = create_mass_lesson(draft=draft_of(ground), actor=lead)
    change_mass_lesson(lesson_id=lesson.pk, draft=draft_of(ground, evidence=None, minutes=30), actor=lead)
    lesson.refresh_from_db()
    assert (lesson.minutes, lesson.evidence_id is None) == (30, False)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"held_on": datetime.date(2100, 1, 1)}, "held_on"),
        ({"place": "  "}, "place"),
        ({"audience_count": 0}, "audience_count"),
        ({"audience_count": 20_001}, "audience_count"),
        ({"minutes": 0}, "minutes"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ground: Ground, over: dict[str, object], field: str) -> None:
    with pytest.raises(TrainingError) as caught:
        create_mass_lesson(draft=draft_of(ground, **over), actor=ground.person("lead"))
    assert list(caught.value.fields) == [field]


def test_the_same_form_sent_twice_is_one_lesson(ground: Ground) -> None:
    draft = draft_of(ground)
    first = create_mass_lesson(draft=draft, actor=ground.person("lead"))
    assert create_mass_lesson(draft=draft, actor=ground.person("lead")).pk == first.pk
    assert MassLesson.objects.unscoped("test").count() == 1


def test_a_correction_takes_the_place_of_the_old_one_and_both_stay(ground: Ground) -> None:
    old = confirmed(ground)
    lead, officer = ground.person("lead"), ground.person("officer")
    draft = draft_of(ground, audience_count=102)
    with pytest.raises(TrainingError):
        correct_mass_lesson(lesson_id=old.pk, draft=draft, note=" ", actor=lead)
    new = correct_mass_lesson(lesson_id=old.pk, draft=draft, note="多数了一排座位", actor=lead)
    assert correct_mass_lesson(lesson_id=old.pk, draft=draft, note="多数了一排座位", actor=lead).pk == new.pk
    with pytest.raises(WrongState):
        correct_mass_lesson(lesson_id=old.pk, draft=draft_of(ground), note="再来一次", actor=lead)
    old.refresh_from_db()
    assert old.status == MassLessonStatus.CONFIRMED
    submit_mass_lesson(lesson_id=new.pk, actor=lead)
    confirm_mass_lesson(lesson_id=new.pk, actor=officer)
    rows = list(stream_lessons(branch_at("33")))
    assert {(row["number"], row["status"], row["corrected_by"]) for row in rows} == {
        (old.number, "corrected", new.number),
        (new.number, "confirmed", ""),
    }
    count_coverage(as_of=today() + datetime.timedelta(days=1))
    whole = coverage_of(branch_at("33"), year=old.held_on.year).whole
    assert whole.audience == 102


def test_a_returned_one_is_mended_and_a_cancelled_one_counts_nowhere(ground: Ground) -> None:
    lead, officer = ground.person("lead"), ground.person("officer")
    lesson = create_mass_lesson(draft=draft_of(ground), actor=lead)
    submit_mass_lesson(lesson_id=lesson.pk, actor=lead)
    with pytest.raises(TrainingError):
        return_mass_lesson(lesson_id=lesson.pk, actor=officer, reason="")
    return_mass_lesson(lesson_id=lesson.pk, actor=officer, reason="照片看不清")
    cancel_mass_lesson(lesson_id=lesson.pk, actor=lead, reason="重复登记")
    assert list(stream_lessons(branch_at("33"))) == []


def in_state(ground: Ground, state: str) -> MassLesson:
    """A lesson brought into a state by the services."""
    lead, officer = ground.person("lead"), ground.person("officer")
    lesson = create_mass_lesson(draft=draft_of(ground), actor=lead)
    if state == MassLessonStatus.CANCELLED:
        return cancel_mass_lesson(lesson_id=lesson.pk, actor=lead)
    if state != MassLessonStatus.DRAFT:
        lesson = submit_mass_lesson(lesson_id=lesson.pk, actor=lead)
    if state == MassLessonStatus.RETURNED:
        return return_mass_lesson(lesson_id=lesson.pk, actor=officer, reason="照片看不清")
    if state in (MassLessonStatus.CONFIRMED, MassLessonStatus.CORRECTED):
        lesson = confirm_mass_lesson(lesson_id=lesson.pk, actor=officer)
    if state == MassLessonStatus.CORRECTED:
        new = correct_mass_lesson(lesson_id=lesson.pk, draft=draft_of(ground), note="写错日期", actor=lead)
        submit_mass_lesson(lesson_id=new.pk, actor=lead)
        confirm_mass_lesson(lesson_id=new.pk, actor=officer)
        lesson.refresh_from_db()
    return lesson


@pytest.mark.parametrize("old", MassLessonStatus.values)
def test_the_mover_knows_the_moves_of_the_table_and_no_others(ground: Ground, old: str) -> None:
    lesson = in_state(ground, old)
    assert lesson.status == old
    for new in MassLessonStatus.values:
        confirming = {"confirmed_by": ground.person("officer"), "confirmed_at": now()} if new == "confirmed" else {}
        lesson.refresh_from_db()
        with transaction.atomic():
            if new in MASS_LESSON_TRANSITIONS[old]:
                _move(lesson, new, actor=ground.person("officer"), **confirming)
                assert MassLesson.objects.unscoped("test").get(pk=lesson.pk).status == new
            else:
                with pytest.raises(WrongState):
                    _move(lesson, new, actor=ground.person("officer"), **confirming)
            transaction.set_rollback(True)


def test_a_confirmed_lesson_stands_in_the_database(ground: Ground) -> None:
    lesson = confirmed(ground)
    rows = MassLesson.objects.unscoped("test").filter(pk=lesson.pk)
    for change in ({"audience_count": 1000}, {"held_on": today()}, {"confirmed_by": ground.person("issuer")}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db)
    with pytest.raises(IntegrityError), transaction.atomic():
        MassLesson.objects.unscoped("test").filter(
            pk=create_mass_lesson(draft=draft_of(ground), actor=ground.person("lead")).pk
        ).update(confirmed_by=ground.person("lead"))


def test_rates_name_their_denominator_and_the_newest_row_counts(ground: Ground) -> None:
    officer, year = ground.person("officer"), today().year
    confirmed(ground)
    count_coverage(as_of=today() + datetime.timedelta(days=1))
    terms = {"branch": ground.branch, "year": year, "basis": PopulationBasis.RESIDENT, "actor": officer}
    assert coverage_of(ground.branch, year=year).whole.audience_rate is None
    record_population(**terms, count=4_000, source="示例市统计公报（写错）")  # type: ignore[arg-type]
    record_population(**terms, count=40_000, source="示例市统计公报")  # type: ignore[arg-type]
    whole = coverage_of(ground.branch, year=year).whole
    assert whole.residents is not None
    assert (whole.residents.count, whole.residents.source, whole.audience_rate) == (
        40_000, "示例市统计公报", Decimal("0.30"),
    )  # fmt: skip
    assert coverage_of(ground.branch, year=year, basis=PopulationBasis.REGISTERED).whole.audience_rate is None
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Population.objects.update(count=1)


def test_a_target_shows_how_far_it_is_kept(ground: Ground) -> None:
    year = today().year
    confirmed(ground)
    count_coverage(as_of=today() + datetime.timedelta(days=1))
    terms = {
        "branch": ground.branch,
        "year": year,
        "measure": Measure.AUDIENCE,
        "kind": "",
        "actor": ground.person("officer"),
    }
    set_target(**terms, count=1_000, document="示例民生实事文件")  # type: ignore[arg-type]
    set_target(**terms, count=240, document="示例民生实事文件（调整）")  # type: ignore[arg-type]
    (one,) = coverage_of(ground.branch, year=year).targets
    assert (one.target, one.done, one.rate, one.is_changed) == (240, 120, Decimal("50.0"), True)


def test_counting_again_gives_the_same_figures(ground: Ground) -> None:
    confirmed(ground)
    day = today() + datetime.timedelta(days=1)
    fields = ("branch__code", "measure", "year", "kind", "key_group", "count")
    count_coverage(as_of=day)
    first = sorted(CoverageCount.objects.values_list(*fields))
    assert first
    count_coverage(as_of=day)
    assert sorted(CoverageCount.objects.values_list(*fields)) == first


def test_pages_show_the_figures_and_files_carry_the_same(ground: Ground, client: Client) -> None:
    lesson = confirmed(ground)
    count_coverage(as_of=today() + datetime.timedelta(days=1))
    year = lesson.held_on.year
    page = client.get("/training/coverage/", {"branch": "3301", "year": year})
    assert page.status_code == 200
    assert "120" in page.content.decode()
    rows = client.get("/training/lessons/", {"branch": "3301", "year": year}).content.decode()
    assert lesson.number in rows
    assert "示例中学" not in rows
    csv = b"".join(client.get("/training/coverage.csv", {"branch": "3301", "year": year})).decode("utf-8-sig")  # type: ignore[arg-type]
    assert f'"{CODE}","建德市红十字会"' in csv
    assert client.get("/training/coverage/", {"year": "abc"}).status_code == 400
    assert client.get("/training/coverage/", {"branch": "9999"}).status_code == 404


def test_the_desk_writes_one_down_from_its_form(ground: Ground, client: Client) -> None:
    client.force_login(ground.person("lead"))
    page = client.get("/desk/training/mass/new/")
    said = {
        "key": page.context["form"]["key"].value(), "branch": CODE, "held_on": "2026-01-05", "area": CODE,
        "place": "示例广场", "setting": "community", "topic": "airway", "key_group": "none", "organisation": "",
        "audience_count": "80", "minutes": "45", "instructor": str(ground.instructors["lead"].pk),
    }  # fmt: skip
    evidence = io.BytesIO(PAPER)
    evidence.name = "示例.pdf"
    answer = client.post("/desk/training/mass/new/", {**said, "evidence": evidence}, follow=True)
    assert answer.status_code == 200
    lesson = MassLesson.objects.unscoped("test").get()
    assert (lesson.audience_count, lesson.evidence is not None) == (80, True)
    client.post(f"/desk/training/mass/{lesson.number}/submit/", follow=True)
    stranger = Client()
    stranger.force_login(ground.person("stranger"))
    assert stranger.get(f"/desk/training/mass/{lesson.number}/").status_code == 404
    officer = Client()
    officer.force_login(ground.person("officer"))
    evidence_page = officer.get(f"/desk/training/mass/{lesson.number}/evidence/")
    assert b"".join(evidence_page) == PAPER  # type: ignore[arg-type]
    officer.post(f"/desk/training/mass/{lesson.number}/confirm/", follow=True)
    lesson.refresh_from_db()
    assert lesson.status == MassLessonStatus.CONFIRMED


@pytest.mark.parametrize("seed", range(8))
def test_numbers_of_people_below_five_are_not_shown(ground: Ground, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Which number goes with it is drawn by lot: another county's, or the city's own, which stands on no page.
    monkeypatch.setattr(hiding, "lots_of", lambda purpose: lots_of(f"{purpose} {seed}"))
    day = today() + datetime.timedelta(days=1)
    rows = [("330182", 3), ("330106", 9), ("3301", 40)]
    CoverageCount.objects.bulk_create(
        CoverageCount(as_of=day, branch=branch_at(code), measure="holders", year=0, count=count, is_hidden=False)
        for code, count in rows
    )
    hide_few_people(day)
    found = coverage_of(branch_at("3301"), year=2026)
    shown = {one.branch.code: one.holders for one in found.below}
    assert shown["330182"] is None
    assert (shown["330106"], found.whole.holders) in ((None, 40), (9, 40), (9, None))
    assert found.holders_below is None


def test_strangers_to_the_branch_write_nothing(ground: Ground) -> None:
    stranger = make_person("elsewhere", "training_officer", branch_at("3303"))
    with pytest.raises(NotFound):
        create_mass_lesson(draft=draft_of(ground), actor=stranger)
    assert MassLesson.objects.unscoped("test").count() == 0


def test_the_only_branch_is_chosen_already_and_what_was_held_is_not(ground: Ground) -> None:
    form = page(client_of(ground, "lead"), "desk_mass_lesson_new")
    assert re.search(rf'<option value="{ground.branch.code}"\s+selected', form)
    for name in ("setting", "topic"):
        first = re.search(rf'<select name="{name}".*?<option value="([^"]*)"', form, re.S)
        assert first is not None
        assert first[1] == ""


def test_a_file_that_was_chosen_beside_a_mistake_is_asked_for_again(ground: Ground) -> None:
    paper = SimpleUploadedFile("现场.png", PAPER, "image/png")
    answer = post(client_of(ground, "lead"), "desk_mass_lesson_new", evidence=paper)
    assert "刚才选的文件没有保存，请重新选择。" in answer
    assert "刚才选的文件" not in post(client_of(ground, "lead"), "desk_mass_lesson_new")


def test_what_is_few_in_a_county_follows_from_no_page_above_beside_or_below_it(ground: Ground) -> None:
    """A county with three, another with ten, and their city: as the pages and the file show them."""
    day = today()
    city, other = branch_at("3301"), branch_at("330106")
    rows = [
        (ground.branch, 3, KeyGroup.TEACHER), (other, 10, KeyGroup.TEACHER), (city, 13, KeyGroup.TEACHER),
        (branch_at("33"), 13, KeyGroup.TEACHER),
    ]  # fmt: skip
    for branch, count, group in rows:
        for key_group in (group, ""):
            CoverageCount.objects.create(
                as_of=day, branch=branch, measure=Measure.ISSUED, year=day.year, key_group=key_group, count=count,
                is_hidden=False,
            )  # fmt: skip
    hide_few_people(day)
    shown = {one.code: coverage_of(one, year=day.year) for one in (branch_at("33"), city, other, ground.branch)}
    assert shown[ground.branch.code].whole.issued is None
    assert shown["330106"].whole.issued is None
    assert [row.issued for row in shown["3301"].below] == [None, None]
    assert shown["3301"].whole.issued == 13
    assert shown["3301"].own is not None
    assert shown["3301"].own.issued is None
    groups = {code: [row.issued for row in each.groups] for code, each in shown.items()}
    assert groups[ground.branch.code] == groups["330106"] == [None]
