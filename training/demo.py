"""First-aid training of the demo: instructors, a class that has its certificates, classes to sign up for, lessons."""

from __future__ import annotations

import datetime
import io
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from core.clock import SHANGHAI, frozen_at, now
from core.identifiers import id_check_digit
from organizations.models import Branch, Division
from training.choices import (
    STAFF_OF,
    AedOwner,
    Audience,
    CourseKind,
    InstructorGrade,
    KeyGroup,
    Measure,
    OrganisationKind,
    PlaceKind,
    PopulationBasis,
    Presence,
    Setting,
    Topic,
)
from training.models import CourseVersion, Enrolment, Instructor, Organisation, Session
from training.services.aeds import open_place, put_up_aed
from training.services.attending import call_roll
from training.services.counting import count_coverage
from training.services.enrolling import Person, sign_up
from training.services.examining import Marks, record_results, sign_results
from training.services.figures import record_population, set_target
from training.services.instructors import InstructorFacts, register_instructor
from training.services.issuing import issue_certificates
from training.services.mass_lessons import (
    MassLessonDraft,
    confirm_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    submit_mass_lesson,
)
from training.services.organisations import (
    NewOrganisation,
    OrganisationFacts,
    merge_organisation,
    record_size,
    register_organisation,
)
from training.services.rosters import add_person
from training.services.sessions import LessonPlan, SessionPlan, create_session, open_session

AREA = "330106"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
_GIVEN = "甲乙丙丁戊己庚辛壬癸"
# Schools and another body, with the number of their staff.
_BODIES = (
    (_("示例中学"), OrganisationKind.SCHOOL, 120),
    (_("示例中学（东校区）"), OrganisationKind.SCHOOL, 0),
    (_("示例第一小学"), OrganisationKind.SCHOOL, 85),
    (_("示例第二小学"), OrganisationKind.SCHOOL, 0),
    (_("示例公交公司"), OrganisationKind.TRANSPORT, 640),
)
_PLACE = _("示例路 1 号示例培训基地三楼教室")
# A made-up number: the source says so.
_INHABITANTS = 125_000
# A mass lesson each: days ago, person-times, setting, topic, group.
_LESSONS = (
    (40, 320, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT),
    (33, 85, Setting.COMMUNITY, Topic.AIRWAY, KeyGroup.NONE),
    (20, 150, Setting.COMPANY, Topic.TRAUMA, KeyGroup.WORKER),
    (12, 64, Setting.OFFICE, Topic.CPR_AED, KeyGroup.CADRE),
    (5, 210, Setting.SCHOOL, Topic.ACCIDENT, KeyGroup.TEACHER),
)


@dataclass(frozen=True)
class Team:
    """Who does the training of the demo: an officer plans and issues, an instructor teaches, examines and signs."""

    branch: Branch
    officer: User
    instructor: User
    lead: Instructor
    others: tuple[Instructor, ...]


def leave_training(branch: Branch, people: dict[str, User]) -> None:
    """Make it all, in the order of time up to now."""
    moment = now()
    with frozen_at(moment - datetime.timedelta(days=45)):
        team = make_team(branch, people["hangzhou.trainer"], people["hangzhou.instructor"])
    for ago, count, setting, topic, group in _LESSONS:
        with frozen_at(moment - datetime.timedelta(days=ago)):
            _mass_lesson(team, count, setting, topic, group)
    with frozen_at(moment - datetime.timedelta(days=20)):
        held = make_session(team, _("示例第 1 期心肺复苏班"), days=12, seats=30)
        join_session(held, 24)
    hold_session(team, held, failing=1)
    with frozen_at(held.lessons.latest("ends_at").ends_at + datetime.timedelta(days=2)):
        issue_certificates(session_id=held.pk, actor=team.officer)
    with frozen_at(moment - datetime.timedelta(days=12)):
        waiting = make_session(team, _("示例第 2 期心肺复苏班"), days=9, seats=20, hour=14)
        join_session(waiting, 18, first=40)
    hold_session(team, waiting, failing=2)
    join_session(make_session(team, _("示例第 3 期心肺复苏班"), days=10, seats=20), 12, first=80)
    join_session(
        make_session(team, _("示例救护员复训班"), days=15, seats=20, course="first-aider-refresher"), 6, first=160
    )
    join_session(make_session(team, _("示例周末班（已满）"), days=12, seats=6), 9, first=120)
    _promise(team)
    _aeds(team)
    _schools(team, moment)
    count_coverage()


def make_team(branch: Branch, officer: User, instructor: User) -> Team:
    """The team of an association: made, or as it was made for an earlier year."""
    before = list(Instructor.objects.unscoped("demo").filter(branch=branch).order_by("pk"))
    if before:
        return Team(branch, officer, instructor, before[0], tuple(before[1:]))
    kinds, since = tuple(CourseKind.values), datetime.date(2024, 1, 1)

    def made(name: str, grade: str, login: str = "") -> Instructor:
        facts = InstructorFacts(name, grade, kinds, since, yearly_hours=20, is_name_public=True, login=login)
        return register_instructor(branch=branch, facts=facts, actor=officer)

    lead = made(_("示例师资甲"), InstructorGrade.FIRST, instructor.login)
    others = (made(_("示例师资乙"), InstructorGrade.SECOND), made(_("示例师资丙"), InstructorGrade.ASSISTANT))
    return Team(branch, officer, instructor, lead, others)


def make_session(
    team: Team,
    title: str,
    *,
    days: int,
    seats: int,
    hour: int = 9,
    area: str = AREA,
    group: str = KeyGroup.NONE,
    course: str = "cpr-aed",
    school: Organisation | None = None,
) -> Session:
    """A class of one lesson in so many days, open to sign up for, or held for a school's teachers."""
    day = (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()
    start = datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)
    teachers = (team.lead, *team.others)[: -(-seats // 10)]
    plan = SessionPlan(
        branch=team.branch,
        version=CourseVersion.objects.select_related("course").get(course__code=course, number=1),
        title=title,
        area=Division.objects.get(code=area),
        place=str(_PLACE),
        seats=seats,
        lessons=(LessonPlan(start, start + datetime.timedelta(hours=3), teachers),),
        contact="0571-00000000",
        **{"key_group": group, **_held_for(school)},
    )
    session = create_session(plan=plan, actor=team.officer)
    return open_session(session_id=session.pk, actor=team.officer)


def join_session(session: Session, count: int, *, first: int = 0) -> None:
    """So many made-up people sign up, counted from the first on."""
    for n in range(first, first + count):
        sign_up(session_id=session.pk, person=_person(n), key=uuid.uuid4())


def _person(n: int) -> Person:
    name = f"{_SURNAMES[n % len(_SURNAMES)]}示例{_GIVEN[n // len(_SURNAMES) % len(_GIVEN)]}"
    number = f"{AREA}1985{n % 12 + 1:02d}{n % 28 + 1:02d}{n:03d}"
    return Person(name, f"139{n:08d}", "id_card", number + id_check_digit(number))


def _held_for(school: Organisation | None) -> dict[str, Any]:
    """What a plan says of a class that is held for a school's teachers."""
    if school is None:
        return {}
    return {"audience": Audience.CLOSED, "organisation": school.name, "key_group": KeyGroup.TEACHER}


def hold_session(team: Team, session: Session, *, failing: int) -> None:
    """Call the roll, write the marks and sign, just after the last lesson; the last of the roster fail."""
    with frozen_at(session.lessons.latest("ends_at").ends_at + datetime.timedelta(minutes=20)):
        seated = list(Enrolment.objects.unscoped("demo").filter(session=session, status="seated").order_by("place"))
        roll = dict.fromkeys((one.pk for one in seated), str(Presence.PRESENT))
        for lesson in session.lessons.all():
            call_roll(session_id=session.pk, lesson_id=lesson.pk, marks=roll, actor=team.instructor)
        skills = frozenset(session.version.skills)
        theory = Decimal(90) if session.version.theory_pass is not None else None
        good = Marks(theory=theory, passed=skills)
        bad = Marks(theory=theory, passed=skills - {"cpr"}, failed=frozenset({"cpr"}))
        marks = {one.pk: bad if place >= len(seated) - failing else good for place, one in enumerate(seated)}
        record_results(session_id=session.pk, marks=marks, actor=team.instructor)
        sign_results(session_id=session.pk, actor=team.instructor)


def _mass_lesson(team: Team, count: int, setting: str, topic: str, group: str) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (640, 400), "#dfe7ec").save(photo, "PNG")
    photo.seek(0)
    draft = MassLessonDraft(
        branch=team.branch,
        held_on=now().astimezone(SHANGHAI).date(),
        area=Division.objects.get(code=AREA),
        place=_("示例会场"),
        topic=topic,
        setting=setting,
        minutes=60,
        audience_count=count,
        key_group=group,
        instructor=team.lead,
        evidence=keep_evidence(upload=photo, actor=team.instructor),
    )
    lesson = create_mass_lesson(draft=draft, actor=team.instructor)
    submit_mass_lesson(lesson_id=lesson.pk, actor=team.instructor)
    confirm_mass_lesson(lesson_id=lesson.pk, actor=team.officer)


def _promise(team: Team) -> None:
    """What the rates are of, and what was promised for the year."""
    year = now().astimezone(SHANGHAI).year
    record_population(
        branch=team.branch,
        year=year - 1,
        basis=PopulationBasis.RESIDENT,
        count=_INHABITANTS,
        source=_("示例统计公报（虚构数字）"),
        actor=team.officer,
    )
    for measure, count in ((Measure.AUDIENCE, 1_000), (Measure.ISSUED, 60)):
        set_target(
            branch=team.branch,
            year=year,
            measure=measure,
            kind="",
            count=count,
            document=_("示例民生实事项目文件"),
            actor=team.officer,
        )


def _schools(team: Team, moment: datetime.datetime) -> None:
    """Schools and a bus company with their numbers, and one class held for a school."""
    area = Division.objects.get(code=AREA)
    source, year = _("示例统计表（虚构数字）"), moment.astimezone(SHANGHAI).year
    bodies = {}
    for name, kind, staff in _BODIES:
        new = NewOrganisation(team.branch, area, OrganisationFacts(str(name), kind))
        body = register_organisation(new=new, actor=team.officer)
        if staff:
            record_size(
                organisation_id=body.pk,
                year=year,
                key_group=STAFF_OF[kind],
                count=staff,
                source=source,
                actor=team.officer,
            )
        bodies[str(name)] = body
    school, double = (bodies[str(name)] for name, _kind, _staff in _BODIES[:2])
    merge_organisation(organisation_id=double.pk, into_id=school.pk, reason=_("同一学校，重复登记"), actor=team.officer)
    set_target(
        branch=team.branch,
        year=year,
        measure=Measure.SCHOOL_STAFF,
        kind="",
        count=30,
        document=_("示例学校急救教育工作方案"),
        actor=team.officer,
    )
    with frozen_at(moment - datetime.timedelta(days=30)):
        closed = make_session(team, _("示例中学教师心肺复苏班"), days=8, seats=20, hour=18, school=school)
        roster = [_person(n) for n in range(200, 216)]
        for person in roster:
            add_person(session_id=closed.pk, person=person, has_document_consent=True, actor=team.officer)
    hold_session(team, closed, failing=1)
    with frozen_at(closed.lessons.latest("ends_at").ends_at + datetime.timedelta(days=1)):
        issue_certificates(session_id=closed.pk, actor=team.officer)


def _aeds(team: Team) -> None:
    """One that was inspected, one whose inspection is late, and a base."""
    day, area = now().astimezone(SHANGHAI).date(), Division.objects.get(code=AREA)
    later = day + datetime.timedelta(days=500)
    for place, (site, ago) in enumerate(((_("示例车站二楼候车厅北侧"), 20), (_("示例体育馆东门服务台"), 45))):
        facts = {
            "site": site,
            "area": area,
            "address": _("示例路 8 号"),
            "opening_hours": _("每天 6:00 至 22:00"),
            "phone": "0571-00000000",
            "keeper": _("示例场馆管理处"),
            "owner": AedOwner.RED_CROSS,
            "model": _("示例 A1"),
            "serial": f"S000{place}",
            "put_up_on": day - datetime.timedelta(days=ago),
            "inspection_days": 30,
            "pads_expire_on": later,
            "battery_expires_on": later,
        }
        put_up_aed(branch=team.branch, facts=facts, actor=team.officer)
    base = {
        "kind": PlaceKind.BASE,
        "name": _("示例救护培训基地"),
        "area": area,
        "address": str(_PLACE),
        "opening_hours": _("周一至周五 9:00 至 17:00"),
        "phone": "0571-00000000",
        "capacity": 60,
        "square_metres": 300,
        "equipment": _("模拟人 20 具\nAED 训练机 6 台"),
        "started_on": day - datetime.timedelta(days=300),
    }
    open_place(branch=team.branch, facts=base, actor=team.officer)
