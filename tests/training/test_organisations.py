"""The register of schools and other bodies: facts that stand, what counts for whom, few people on no page."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import User
from core.clock import frozen_at, now, today
from core.errors import NotFound
from core.identifiers import credit_check_digit
from organizations.models import Branch, Division
from tests.factories.people import branch_at, make_person
from tests.ledger.test_concurrency import at_once
from tests.training.ground import CODE, Ground, all_passed, held, joined, make_plan, opened
from tests.training.pages import client_of, page, post
from tests.training.test_mass_lessons import confirmed, draft_of
from training.choices import Audience, KeyGroup, Measure, OrganisationKind, OrganisationStep
from training.errors import TrainingError, WrongState
from training.models import (
    Certificate,
    Organisation,
    OrganisationCount,
    OrganisationFact,
    OrganisationSize,
    Session,
)
from training.permissions import organisation_for
from training.selectors.organisations import OrganisationFilter, organisation_detail, organisations_for
from training.selectors.public.schools import schools_of, stream_schools
from training.services.counting import count_coverage
from training.services.ending import revoke_certificate
from training.services.figures import set_target
from training.services.issuing import issue_certificates
from training.services.mass_lessons import create_mass_lesson
from training.services.organisations import (
    NewOrganisation,
    OrganisationFacts,
    add_alias,
    change_organisation,
    merge_organisation,
    record_size,
    register_organisation,
    separate_organisation,
)
from training.services.sessions import create_session

SCHOOL = OrganisationKind.SCHOOL
CREDIT = "12330182MB0000001"


def registered(ground: Ground, name: str = "示例中学", kind: str = SCHOOL, code: str = "") -> Organisation:
    """A body of the ground's county."""
    new = NewOrganisation(ground.branch, Division.objects.get(code=CODE), OrganisationFacts(name, kind, code))
    return register_organisation(new=new, actor=ground.person("officer"))


def sized(ground: Ground, body: Organisation, count: int, group: str = KeyGroup.TEACHER) -> OrganisationSize:
    """How many of a group a body has this year."""
    return record_size(
        organisation_id=body.pk, year=today().year, key_group=group, count=count, source="示例统计表",
        actor=ground.person("officer"),
    )  # fmt: skip


def taught(
    ground: Ground, count: int, name: str, group: str = KeyGroup.TEACHER, *, first: int = 0, days_ago: int = 30
) -> Session:
    """A class with so many people that was held for whom it names, and got its certificates."""
    day = today() - datetime.timedelta(days=days_ago)
    with frozen_at(now() - datetime.timedelta(days=days_ago + 7)):
        session = opened(ground, day=day, organisation=name, key_group=group)
        people = joined(session, count, first=first)
    held(ground, session, {one.pk: all_passed(session) for one in people})
    with frozen_at(session.lessons.get().ends_at + datetime.timedelta(hours=1)):
        issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    return session


def holders(body: Organisation, group: str = "") -> int:
    """The newest figure of people certified."""
    row = OrganisationCount.objects.filter(organisation=body, measure="holders", key_group=group, as_of=today())
    return row.values_list("count", flat=True).first() or 0


def test_a_body_is_kept_by_who_wrote_it_down_and_by_the_association_of_its_county(ground: Ground) -> None:
    city = make_person("city", "training_officer", branch_at("3301"))
    neighbour = make_person("neighbour", "training_officer", branch_at("330106"))
    area = Division.objects.get(code=CODE)
    new = NewOrganisation(branch_at("3301"), area, OrganisationFacts("示例 小学 (东区)", SCHOOL))
    body = register_organisation(new=new, actor=city)
    assert (body.branch.code, body.name) == ("3301", "示例 小学（东区）")
    assert register_organisation(new=new, actor=city).pk == body.pk
    said: dict[str, Any] = {"year": today().year, "key_group": "teacher", "count": 10, "source": "示例统计"}
    for actor in (city, ground.person("officer")):
        record_size(organisation_id=body.pk, **said, actor=actor)
        assert organisation_for(actor, body.pk) == body
    with pytest.raises(NotFound):
        record_size(organisation_id=body.pk, **said, actor=neighbour)
    with pytest.raises(NotFound):
        organisation_for(neighbour, body.pk)
    with pytest.raises(TrainingError) as caught:
        register_organisation(
            new=NewOrganisation(ground.branch, Division.objects.get(code="330302"), OrganisationFacts("别处", SCHOOL)),
            actor=ground.person("officer"),
        )
    assert list(caught.value.fields) == ["area"]


def test_a_credit_code_has_its_check_digit_and_stands_once(ground: Ground) -> None:
    good = CREDIT + credit_check_digit(CREDIT)
    wrong = CREDIT + ("0" if good[-1] != "0" else "1")
    with pytest.raises(TrainingError) as caught:
        registered(ground, code=wrong)
    assert list(caught.value.fields) == ["credit_code"]
    registered(ground, code=good.lower())
    with pytest.raises(TrainingError) as caught:
        registered(ground, name="示例二中", code=good)
    assert list(caught.value.fields) == ["credit_code"]
    with pytest.raises(TrainingError) as caught:
        registered(ground)
    assert list(caught.value.fields) == ["name"]


def test_facts_and_sizes_stand_and_the_row_says_only_what_they_say(ground: Ground) -> None:
    officer, body = ground.person("officer"), registered(ground)
    size = sized(ground, body, 80)
    change_organisation(
        organisation_id=body.pk, facts=OrganisationFacts("示例一中", SCHOOL), reason="更名", actor=officer
    )
    body.refresh_from_db()
    assert body.name == "示例一中"
    assert list(body.facts.order_by("pk").values_list("name", flat=True)) == ["示例中学", "示例一中"]
    for rows, change in (
        (Organisation.objects.unscoped("test").filter(pk=body.pk), {"name": "别的"}),
        (Organisation.objects.unscoped("test").filter(pk=body.pk), {"area": "330106"}),
        (OrganisationFact.objects.filter(organisation=body), {"name": "别的"}),
        (OrganisationSize.objects.filter(pk=size.pk), {"count": 1}),
    ):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            rows.update(**change)
    for rows in (OrganisationFact.objects.all(), OrganisationSize.objects.all()):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            rows._raw_delete("default")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"step": "merged", "reason": "示例"}, "organisationfact_merged_says_why"),
        ({"step": "alias"}, "organisationfact_alias_says_it"),
        ({"step": "changed", "name": ""}, "organisation_has_a_name"),
        ({"step": "changed", "credit_code": "12330182MB000000I0"}, "organisation_credit_code_form"),
        ({"step": "changed", "kind": "club"}, "organisation_kind_known"),
        ({"step": "merged", "reason": "示例", "into": "itself"}, "organisation_merged_into_another"),
    ],
)
def test_past_the_service_the_database_refuses(ground: Ground, values: dict[str, Any], constraint: str) -> None:
    body = registered(ground)
    if values.get("into"):
        values = {**values, "into": body}
    said = {"name": body.name, "kind": body.kind, "actor": ground.person("officer"), "at": now(), **values}
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        OrganisationFact.objects.create(organisation=body, **said)
    assert constraint in str(caught.value) or "organisation_merged_once" in str(caught.value)


def test_what_is_merged_counts_for_the_other_and_can_be_told_apart_again(ground: Ground) -> None:
    officer = ground.person("officer")
    one, two, three = (registered(ground, name) for name in ("示例中学", "示例一中", "示例中学东校区"))
    merge_organisation(organisation_id=two.pk, into_id=one.pk, reason="同一学校", actor=officer)
    merge_organisation(organisation_id=one.pk, into_id=three.pk, reason="同一学校", actor=officer)
    roots = Organisation.objects.unscoped("test").filter(pk__in=[one.pk, two.pk])
    assert set(roots.values_list("merged_into_id", flat=True)) == {three.pk}
    with pytest.raises(WrongState):
        sized(ground, two, 5)
    with pytest.raises(TrainingError):
        merge_organisation(organisation_id=three.pk, into_id=two.pk, reason="反过来", actor=officer)
    separate_organisation(organisation_id=two.pk, reason="不是同一学校", actor=officer)
    two.refresh_from_db()
    assert two.merged_into_id is None
    assert [one.step for one in two.facts.order_by("pk")] == [
        OrganisationStep.REGISTERED, OrganisationStep.MERGED, OrganisationStep.MERGED, OrganisationStep.SEPARATED,
    ]  # fmt: skip


def test_a_session_form_registers_who_is_new_and_finds_who_is_known(ground: Ground) -> None:
    officer, day = ground.person("officer"), today()
    closed = {"audience": Audience.CLOSED, "organisation_kind": SCHOOL}
    first = create_session(plan=make_plan(ground, day=day, organisation="示例中学", **closed), actor=officer)
    assert first.held_for is not None
    second = create_session(
        plan=make_plan(ground, day=day, hour=14, organisation=" 示例中学 ", audience=Audience.CLOSED), actor=officer
    )
    assert second.held_for_id == first.held_for_id
    text = create_session(
        plan=make_plan(ground, day=day, hour=18, organisation="某单位", audience=Audience.CLOSED), actor=officer
    )
    assert (text.held_for, text.organisation) == (None, "某单位")


def test_who_does_not_plan_registers_no_body_but_names_one(ground: Ground) -> None:
    lead = ground.person("lead")
    with pytest.raises(TrainingError) as caught:
        create_mass_lesson(draft=draft_of(ground, organisation="示例小学", organisation_kind=SCHOOL), actor=lead)
    assert list(caught.value.fields) == ["organisation_kind"]
    body = registered(ground, "示例小学")
    assert create_mass_lesson(draft=draft_of(ground, organisation="示例小学"), actor=lead).held_for == body


def test_people_classes_and_lessons_count_by_group_and_old_texts_by_the_name(ground: Ground) -> None:
    # Written before anybody registered the school.
    taught(ground, 3, "示例中", KeyGroup.STUDENT, first=50, days_ago=10)
    body = registered(ground)
    add_alias(organisation_id=body.pk, alias="示例中", actor=ground.person("officer"))
    taught(ground, 6, "示例中学")
    confirmed(ground, organisation="示例中学", key_group=KeyGroup.STUDENT)
    count_coverage()
    assert (holders(body), holders(body, "teacher"), holders(body, "student")) == (9, 6, 3)
    sized(ground, body, 60)
    detail = organisation_detail(body, ground.person("officer"))
    teachers = next(one for one in detail.groups if one.key_group == KeyGroup.TEACHER)
    students = next(one for one in detail.groups if one.key_group == KeyGroup.STUDENT)
    assert (str(teachers.rate), students.rate, students.audience) == ("10.0", None, 120)
    assert (len(detail.sessions), len(detail.lessons), detail.holders) == (2, 1, 9)


def test_whose_certificate_was_revoked_is_no_holder_of_the_body(ground: Ground) -> None:
    body = registered(ground)
    session = taught(ground, 6, "示例中学")
    first = Certificate.objects.unscoped("test").filter(enrolment__session=session).first()
    assert first is not None
    revoke_certificate(certificate_id=first.pk, reason="mistake", note="示例说明", actor=ground.person("issuer"))
    count_coverage()
    assert holders(body, "teacher") == 5


def test_the_register_is_paged_by_county_and_name_and_seen_in_scope(ground: Ground) -> None:
    names = ["丙中学", "乙中学", "甲中学"]
    for name in names:
        registered(ground, name)
    officer, found, after = ground.person("officer"), [], None
    while True:
        got = organisations_for(officer, OrganisationFilter(), after=after, limit=2)
        found += [one.organisation.name for one in got.rows]
        after = got.next_after
        if after is None:
            break
    assert sorted(found) == sorted(names)
    assert len(found) == len(names)
    assert organisations_for(ground.person("stranger"), OrganisationFilter()).rows == []
    assert len(organisations_for(officer, OrganisationFilter(q="甲")).rows) == 1


def figures(ground: Ground, counts: dict[str, list[tuple[str, int, int]]]) -> None:
    """Write schools with staff and people certified straight down, by county."""
    for code, schools in counts.items():
        branch = Branch.objects.filter(code=code).first()
        assert branch is not None
        for name, staff, certified_count in schools:
            body = Organisation.objects.create(
                **Organisation.lineage_of(branch), area_id=code, name=name, kind=SCHOOL,
                created_by=ground.person("officer"), created_at=now(),
            )  # fmt: skip
            OrganisationFact.objects.create(
                organisation=body, step="registered", name=name, kind=SCHOOL, actor=ground.person("officer"), at=now()
            )
            sized(ground, body, staff) if code == CODE else OrganisationSize.objects.create(
                organisation=body, year=today().year, key_group="teacher", count=staff, source="示例统计",
                recorded_by=ground.person("officer"), recorded_at=now(),
            )  # fmt: skip
            OrganisationCount.objects.create(
                as_of=today(), organisation=body, measure="holders", year=0, key_group="teacher", count=certified_count
            )


def test_no_page_together_with_the_others_gives_few_people_away(ground: Ground) -> None:
    figures(
        ground,
        {
            "330106": [("甲校", 50, 3)],
            "330182": [("乙校", 90, 20), ("丙校", 80, 30)],
            "330302": [("丁校", 70, 40), ("戊校", 60, 11)],
        },
    )
    pages = {code: schools_of(code, kind=SCHOOL, year=today().year) for code in ("33", "3301", "330106", "330182")}
    rows = {(code, one.name): one.certified for code, found in pages.items() for one in found.rows}
    assert pages["33"].whole.certified == 104
    # 330106 has three; its city's other county is hidden on every page, and so is a school of that, which one by lot.
    assert pages["330106"].whole.certified is None
    assert rows["330106", "甲校"] is None
    assert pages["330182"].whole.certified is None
    assert (rows["330182", "乙校"], rows["330182", "丙校"]) in {(None, 30), (20, None)}
    assert pages["3301"].whole.certified == 53
    assert all(one.rate is None for found in pages.values() for one in found.rows if one.certified is None)
    lines = list(stream_schools("", kind=SCHOOL, year=today().year))
    assert {one["certified"] for one in lines if one["area"] in ("330106",)} == {None}
    assert {one["name"] for one in lines if one["level"] == "body"} == {"甲校", "乙校", "丙校", "丁校", "戊校"}


def test_who_is_certified_where_the_number_of_staff_is_unknown_is_in_no_share(ground: Ground) -> None:
    registered(ground)
    body = registered(ground, "示例二中")
    taught(ground, 6, "示例中学")
    taught(ground, 6, "示例二中", first=50, days_ago=10)
    sized(ground, body, 40)
    count_coverage()
    found = schools_of(CODE, kind=SCHOOL, year=today().year)
    assert (found.whole.known, found.whole.sized, found.whole.staff, found.whole.certified) == (2, 1, 40, 6)
    assert (found.whole.covered, str(found.whole.rate)) == (2, "15.0")


def test_the_target_of_school_staff_is_percent_and_stands_beside_the_share(ground: Ground) -> None:
    officer, year = ground.person("officer"), today().year
    said: dict[str, Any] = {"branch": ground.branch, "year": year, "kind": "", "document": "示例文件", "actor": officer}
    with pytest.raises(TrainingError) as caught:
        set_target(measure=Measure.SCHOOL_STAFF, count=101, **said)
    assert list(caught.value.fields) == ["count"]
    set_target(measure=Measure.SCHOOL_STAFF, count=80, **said)
    registered(ground)
    assert "持证率 80%（示例文件）" in page(Client(), "training_schools", area=CODE)


def test_the_pages_read_in_a_fixed_number_of_queries(ground: Ground, django_assert_max_num_queries: Any) -> None:
    figures(ground, {"330182": [(f"第{n}小学", 50, 10) for n in range(30)]})
    with django_assert_max_num_queries(9):
        schools_of("33", kind=SCHOOL, year=today().year)
    with django_assert_max_num_queries(6):
        organisations_for(ground.person("officer"), OrganisationFilter())


def test_the_desk_registers_sizes_renames_merges_and_exports(ground: Ground) -> None:
    client = client_of(ground, "officer")
    sent = {"branch": CODE, "area": CODE, "name": "示例中学", "kind": "school", "credit_code": "", "key": ""}
    assert "desk/training/organisations" in page(client, "desk_organisations")
    body = registered(ground)
    other = registered(ground, "示例一中")
    assert "本县（市、区）已登记同名单位" in post(
        client, "desk_organisation_new", **{**sent, "key": "0e7d4e4c-74f6-4c1f-8b8c-0b0d5f8ce2a1"}
    )
    said = post(
        client, "desk_organisation_size", body.pk, key_group="teacher", year=today().year, count=80, source="示例统计表"
    )
    assert "人数已登记" in said
    said = post(client, "desk_organisation_merge", other.pk, into=body.pk, reason="同一学校")
    assert "已并入" in said
    response = client.get("/desk/training/organisations/export.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert [(one["name"], one["size"], one["rate"]) for one in rows] == [("示例中学", "80", "0.0")]
    with pytest.raises(NotFound):
        organisation_for(ground.person("stranger"), body.pk)


def test_an_unreadable_filter_says_which(ground: Ground) -> None:
    assert Client().get("/training/coverage/schools/", {"kind": "club"}).status_code == 400
    assert Client().get("/training/coverage/schools/", {"area": "99"}).status_code == 400
    assert Client().get("/training/coverage/schools/", {"year": "1900"}).status_code == 400


def test_two_merges_at_once_leave_no_circle(committed_ground: Ground) -> None:
    ground, officer = committed_ground, committed_ground.person("officer")
    for n in range(4):
        one, two = registered(ground, f"甲{n}中学"), registered(ground, f"乙{n}中学")
        results = at_once(*(merging(old, into, officer) for old, into in ((one, two), (two, one))))
        assert sorted(isinstance(each, TrainingError | WrongState) for each in results) == [False, True]
        found = Organisation.objects.unscoped("test").filter(pk__in=[one.pk, two.pk])
        assert list(found.values_list("merged_into_id", flat=True)).count(None) == 1


def merging(old: Organisation, into: Organisation, officer: User) -> Callable[[], Organisation]:
    """A merge that waits to be called."""
    return lambda: merge_organisation(organisation_id=old.pk, into_id=into.pk, reason="同一学校", actor=officer)


def test_one_name_typed_twice_at_once_is_one_body(committed_ground: Ground) -> None:
    ground, officer = committed_ground, committed_ground.person("officer")
    day = today()

    def planning(hour: int) -> Callable[[], Session]:
        plan = make_plan(ground, day=day, hour=hour, organisation="示例新校", organisation_kind=SCHOOL)
        return lambda: create_session(plan=plan, actor=officer)

    sessions = at_once(planning(8), planning(13))
    assert all(isinstance(one, Session) for one in sessions), sessions
    assert len({one.held_for_id for one in sessions}) == 1
