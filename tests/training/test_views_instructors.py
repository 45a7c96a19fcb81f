"""Instructors and the catalogue at the desk, by pages alone."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from core.clock import SHANGHAI, frozen_at, now
from core.models import ReadLog
from tests.factories.people import branch_at, make_person
from tests.training.ground import Ground, lesson_times, make_instructor, make_plan, opened
from training.models import Absence, CourseVersion, Instructor
from training.selectors.instructors import InstructorFilter, instructors_page
from training.services.sessions import LessonPlan, create_session, open_session

PHONE = "13800000001"


def in_days(days: int) -> datetime.date:
    return (now() + datetime.timedelta(days=days)).astimezone(SHANGHAI).date()


def client_of(ground: Ground, login: str) -> Client:
    client = Client()
    client.force_login(ground.person(login), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, address: str, *args: Any, **values: Any) -> str:
    response = client.post(reverse(address, args=args), values, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def facts(**over: Any) -> dict[str, Any]:
    return {
        "name": "示例新师资",
        "grade": "second",
        "kinds": ["cpr_aed", "first_aider"],
        "qualified_from": "2024-01-01",
        "qualified_to": "",
        "yearly_hours": "16",
        "login": "",
        "phone": PHONE,
        "key": str(uuid.uuid4()),
        **over,
    }


def test_an_instructor_is_registered_changed_and_ended_by_pages(ground: Ground) -> None:
    officer = client_of(ground, "officer")
    sent = facts()
    saved = post(officer, "desk_instructor_new", **sent)
    assert "师资已登记" in saved
    assert PHONE not in saved
    post(officer, "desk_instructor_new", **sent)
    instructor = Instructor.objects.unscoped("test").get(name="示例新师资")
    assert "示例新师资" in page(officer, "desk_instructors")
    edit = page(officer, "desk_instructor_edit", instructor.pk)
    assert PHONE not in edit
    assert "删除已登记的手机号" in edit
    assert "没有这个登录名" in post(officer, "desk_instructor_edit", instructor.pk, **facts(login="nobody-has-it"))
    changed = post(officer, "desk_instructor_edit", instructor.pk, **facts(login="issuer", phone="", grade="first"))
    assert "一级应急救护师" in changed
    assert "已登记，加密保存" in changed
    gone = post(officer, "desk_instructor_edit", instructor.pk, **facts(phone="", forget_phone="on"))
    assert "未登记" in gone
    ended = post(officer, "desk_instructor_end", instructor.pk, on=in_days(0).isoformat(), reason="资格期满")
    assert "今天无效" in ended
    again = post(officer, "desk_instructor_end", instructor.pk, on=in_days(0).isoformat(), reason="资格期满")
    assert "已经在这一天或更早结束" in again


def test_the_list_tells_grades_kinds_and_those_whose_qualification_has_ended_apart(ground: Ground) -> None:
    third = make_instructor(ground.branch, name="示例第三")
    third.grade, third.kinds, third.qualified_to = "third", ["cpr_aed"], in_days(0)
    third.save()
    officer = client_of(ground, "officer")
    for query, is_there in (
        ({"state": "ended"}, True),
        ({"state": "valid"}, False),
        ({"grade": "third"}, True),
        ({"grade": "first"}, False),
        ({"kind": "cpr_aed"}, True),
        ({"kind": "instructor"}, False),
        ({"branch": "330182"}, True),
    ):
        assert ("示例第三" in page(officer, "desk_instructors", **query)) is is_there
    assert "还没有登记师资" in page(client_of(ground, "stranger"), "desk_instructors")


def test_pages_of_the_list_follow_each_other(ground: Ground) -> None:
    for n in range(3):
        make_instructor(ground.branch, name=f"示例{n}")
    officer = ground.person("officer")
    first = instructors_page(officer, InstructorFilter(), limit=3)
    second = instructors_page(officer, InstructorFilter(), first.next_cursor, limit=3)
    assert (len(first.rows), len(second.rows), second.next_cursor) == (3, 2, "")
    assert not {one.instructor.pk for one in first.rows} & {one.instructor.pk for one in second.rows}


def test_the_page_shows_the_lessons_to_come_and_those_taught_with_the_hours(ground: Ground) -> None:
    session = opened(ground)
    lead = ground.instructors["lead"]
    officer = client_of(ground, "officer")
    coming = page(officer, "desk_instructor", lead.pk)
    assert session.title in coming
    assert "还没有上过的课" in coming
    end = session.lessons.get().ends_at
    with frozen_at(end + datetime.timedelta(hours=1)):
        officer = client_of(ground, "officer")
        taught = page(officer, "desk_instructor", lead.pk)
        year = end.astimezone(SHANGHAI).year
        assert f"{year} 年上过的课" in taught
        assert "4.0" in taught
        assert "没有已排的课" in taught
        assert "这一年还没有上过的课" in page(officer, "desk_instructor", lead.pk, year=str(year - 1))
        assert "4.0" in page(officer, "desk_instructors")


def test_a_session_of_another_branch_is_named_to_the_instructor_alone(ground: Ground) -> None:
    city = make_person("city.officer", "training_officer", branch_at("3301"))
    lead = ground.instructors["lead"]
    plan = make_plan(
        ground,
        day=in_days(7),
        branch=branch_at("3301"),
        title="示例市级班",
        lessons=(LessonPlan(*lesson_times(in_days(7)), tuple(ground.instructors.values())),),
    )
    session = open_session(session_id=create_session(plan=plan, actor=city).pk, actor=city)
    seen_by_county = page(client_of(ground, "officer"), "desk_instructor", lead.pk)
    assert "其他红十字会的班" in seen_by_county
    assert "示例市级班" not in seen_by_county
    own = page(client_of(ground, "lead"), "desk_instructor", lead.pk)
    assert "示例市级班" in own
    assert session.number not in own
    # The city's officer sees the lesson with the names, and no link to a page that is not theirs.
    ground.people["city"] = city
    shown = page(client_of(ground, "city"), "desk_training_session", session.number)
    assert "示例师资" in shown
    assert reverse("desk_instructor", args=[lead.pk]) not in shown
    assert session.number in page(client_of(ground, "auditor"), "desk_instructor", lead.pk)


def test_times_in_which_they_cannot_teach_are_kept_by_pages(ground: Ground) -> None:
    lead = ground.instructors["lead"]
    own, officer = client_of(ground, "lead"), client_of(ground, "officer")
    day = in_days(7).isoformat()
    times = {"starts": f"{day}T08:00", "ends": f"{day}T18:00"}
    assert "不会再安排课" in post(own, "desk_absence_add", lead.pk, **times)
    assert "重叠" in post(officer, "desk_absence_add", lead.pk, starts=f"{day}T09:00", ends=f"{day}T10:00")
    assert "须晚于" in post(officer, "desk_absence_add", lead.pk, starts=f"{day}T20:00", ends=f"{day}T19:00")
    absence = Absence.objects.get()
    removed = post(officer, "desk_absence_remove", lead.pk, absence.pk)
    assert "又可以安排课" in removed
    assert Absence.objects.count() == 0
    url = reverse("desk_absence_add", args=[ground.instructors["second"].pk])
    assert own.post(url, times).status_code == 403
    assert client_of(ground, "stranger").post(url, times).status_code == 404


def test_pages_of_an_instructor_are_missing_for_strangers_and_refused_without_the_right(ground: Ground) -> None:
    pk = ground.instructors["lead"].pk
    for name in ("desk_instructor", "desk_instructor_edit", "desk_instructor_end"):
        url = reverse(name, args=[pk])
        assert client_of(ground, "stranger").get(url).status_code == 404
        assert client_of(ground, "second").get(url).status_code == (200 if name == "desk_instructor" else 403)
    assert client_of(ground, "second").post(reverse("desk_instructor_phone", args=[pk])).status_code == 403
    assert client_of(ground, "second").get(reverse("desk_instructor_new")).status_code == 403


def test_a_telephone_shows_once_for_a_purpose_and_not_without(committed_ground: Ground) -> None:
    officer = client_of(committed_ground, "officer")
    post(officer, "desk_instructor_new", **facts())
    pk = Instructor.objects.unscoped("test").get(name="示例新师资").pk
    assert PHONE not in post(officer, "desk_instructor_phone", pk, purpose="")
    assert ReadLog.objects.filter(field="phone").count() == 0
    assert PHONE in post(officer, "desk_instructor_phone", pk, purpose="通知调课")
    assert ReadLog.objects.get(field="phone").purpose == "通知调课"
    assert PHONE not in page(officer, "desk_instructor", pk)


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    ground: Ground, django_assert_max_num_queries: Any
) -> None:
    officer = client_of(ground, "officer")
    page(officer, "desk_instructors")
    with django_assert_max_num_queries(100) as few:
        page(officer, "desk_instructors")
    for n in range(10):
        make_instructor(ground.branch, name=f"示例{n}")
    with django_assert_max_num_queries(100) as many:
        page(officer, "desk_instructors")
    assert len(many) == len(few) <= 8


def test_the_catalogue_is_read_by_all_who_see_training_and_kept_by_the_province(ground: Ground) -> None:
    ground.people["keeper"] = make_person("keeper", "training_officer", branch_at("33"))
    keeper, officer = client_of(ground, "keeper"), client_of(ground, "officer")
    shown = page(officer, "desk_courses")
    assert "红十字救护员培训" in shown
    assert reverse("desk_course_version_new", args=["cpr-aed"]) not in shown
    assert officer.get(reverse("desk_course_version_new", args=["cpr-aed"])).status_code == 404
    assert client_of(ground, "auditor").get(reverse("desk_course_version_new", args=["cpr-aed"])).status_code == 403
    assert keeper.get(reverse("desk_course_version_new", args=["none"])).status_code == 404
    assert reverse("desk_course_version_new", args=["cpr-aed"]) in page(keeper, "desk_courses")
    asked = page(keeper, "desk_course_version_new", "cpr-aed")
    assert 'value="36"' in asked
    values = {
        "valid_from": in_days(-1).isoformat(),
        "hours": "6",
        "practice_hours": "4",
        "seats_most": "40",
        "trainees_per_instructor": "8",
        "missed_most": "0",
        "theory_pass": "",
        "skills": ["cpr", "aed"],
        "resits_most": "1",
        "validity_months": "24",
        "age_from": "14",
        "age_to": "",
        "syllabus": "示例大纲",
        "number": "2",
    }
    assert "不能早于今天" in post(keeper, "desk_course_version_new", "cpr-aed", **values)
    values["valid_from"] = in_days(30).isoformat()
    done = post(keeper, "desk_course_version_new", "cpr-aed", **values)
    assert "新版本已添加" in done
    assert "第 2 版" in done
    assert "新版本已添加" in post(keeper, "desk_course_version_new", "cpr-aed", **values)
    assert CourseVersion.objects.filter(course__code="cpr-aed").count() == 2
