"""The roster and the roll at the desk, by pages alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from core.clock import frozen_at
from core.models import ReadLog
from tests.training.ground import Ground, id_number, joined, make_instructor, make_plan, opened, somebody, version_of
from tests.training.pages import after, client_of, page, post
from tests.training.test_services_rosters import HEAD, line
from training.choices import CheckIn, EnrolmentStatus
from training.models import Attendance, Enrolment, Session
from training.services.attending import scan_in
from training.services.enrolling import cancel_enrolment
from training.services.rosters import add_person
from training.services.sessions import LessonPlan, create_session, open_session

pytestmark = pytest.mark.django_db


def enrolments(session: Session) -> list[Enrolment]:
    rows: list[Enrolment] = list(Enrolment.objects.unscoped("test").filter(session=session).order_by("place"))
    return rows


def shown(text: str, prefix: str) -> dict[str, str]:
    """The hidden fields of a page that begin with a prefix, as a browser would send them back."""
    return dict(re.findall(rf'name="({prefix}-\d+)" value="([^"]*)"', text))


def test_a_roster_is_pasted_and_its_bad_lines_come_back_as_a_file(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "officer")
    assert "名册里还没有人" in page(client, "desk_session_roster", session.number)
    text = "\n".join([HEAD, line(1), line(2, phone="1")])
    assert "单独同意" in post(client, "desk_session_roster_import", session.number, pasted=text)
    assert not enrolments(session)
    said = post(client, "desk_session_roster_import", session.number, pasted=text, document_consent="on")
    assert "登记了 1 人，1 行没有登记" in said
    assert "11 位手机号码" in said
    assert somebody(1).name not in said
    assert id_number(2) not in said
    link = re.search(r"/roster/problems/[0-9a-f-]+/", said)
    assert link is not None
    url = reverse("desk_session_roster", args=[session.number]).removesuffix("roster/") + link[0].removeprefix("/")
    assert client.get(url).status_code == 405
    response = client.post(url)
    assert response["X-Content-Type-Options"] == "nosniff"
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert rows[1][0] == somebody(2).name
    assert rows[0][6] == "原因"
    assert client_of(ground, "issuer").post(url).status_code == 404
    assert client_of(ground, "stranger").post(url).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "二选一"),
        ({"file": b"PK\x03\x04broken", "document_consent": "on"}, "不是可读的 CSV 或 XLSX"),
        ({"file": b"", "document_consent": "on"}, "文件是空的"),
        ({"file": b"x" * (2 * 1024 * 1024 + 1)}, "超过 2 MB"),
        ({"pasted": "甲\t乙"}, "没有找到表头"),
        ({"pasted": "姓名\n" + "\n".join(f"示例{n}" for n in range(301))}, "一次最多 300 人"),
        ({"pasted": "x" * 200_001}, "200000"),
    ],
)
def test_odd_files_get_a_sentence_at_their_field(ground: Ground, sent: dict[str, Any], words: str) -> None:
    session, client = opened(ground), client_of(ground, "officer")
    if "file" in sent:
        sent = {**sent, "file": io.BytesIO(sent["file"])}
        sent["file"].name = "示例.xlsx"
    assert words in post(client, "desk_session_roster_import", session.number, **sent)
    assert not enrolments(session)


def test_the_template_is_a_workbook(ground: Ground) -> None:
    response = client_of(ground, "officer").get(reverse("desk_roster_template"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert next(iter(book.active.values)) == tuple(HEAD.split("\t"))


def test_names_are_masked_until_somebody_says_what_for(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "officer")
    joined(session, 3)
    text = page(client, "desk_session_roster", session.number)
    assert "赵**" in text
    assert somebody(0).name not in text
    assert somebody(0).phone not in text
    asked = post(client, "desk_session_roster", session.number, reveal="1", purpose="")
    assert somebody(0).name not in asked
    assert not ReadLog.objects.filter(reader_login="officer").exists()
    told = post(client, "desk_session_roster", session.number, reveal="1", purpose="示例：通知上课")
    assert all(somebody(n).name in told and somebody(n).phone in told for n in range(3))
    assert ReadLog.objects.filter(reader_login="officer", purpose="示例：通知上课").count() == 6
    assert somebody(0).name not in page(client, "desk_session_roster", session.number)
    auditor = client_of(ground, "auditor")
    assert "赵**" in page(auditor, "desk_session_roster", session.number)
    url = reverse("desk_session_roster", args=[session.number])
    assert auditor.post(url, {"reveal": "1", "purpose": "示例用途"}).status_code == 403
    assert client_of(ground, "stranger").get(url).status_code == 404


def test_one_person_is_put_on_and_taken_off_with_a_reason(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "officer")
    one = {"name": "示例甲", "phone": "13800000001", "document_kind": "id_card", "document": id_number(1)}
    assert "单独同意" in post(client, "desk_session_person_new", session.number, **one)
    assert "已登记为 1 号" in post(client, "desk_session_person_new", session.number, **one, document_consent="on")
    assert "没有重复登记" in post(client, "desk_session_person_new", session.number, **one, document_consent="on")
    place = enrolments(session)[0]
    assert "必填" in post(client, "desk_session_place_cancel", session.number, place.pk, reason="")
    assert "已取消 1 号" in post(client, "desk_session_place_cancel", session.number, place.pk, reason="示例：来电取消")
    assert "已经取消" in post(client, "desk_session_place_cancel", session.number, place.pk, reason="示例理由")
    assert "已取消的 1 人" in page(client, "desk_session_roster", session.number)


def test_a_document_is_added_on_the_roster(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "officer")
    joined_one = add_person(
        session_id=session.pk,
        person=somebody(1, with_document=False),
        has_document_consent=False,
        actor=ground.person("officer"),
    ).enrolment
    said = {"document_kind": "id_card", "document": id_number(1)}
    assert "单独同意" in post(client, "desk_session_place_document", session.number, joined_one.pk, **said)
    wrong = post(
        client,
        "desk_session_place_document",
        session.number,
        joined_one.pk,
        **{**said, "document": "123"},
        document_consent="on",
    )
    assert "身份证号码应为 18 位" in wrong
    assert "已加密登记" in post(
        client, "desk_session_place_document", session.number, joined_one.pk, **said, document_consent="on"
    )
    assert "已登记证件" in page(client, "desk_session_place_document", session.number, joined_one.pk)


def test_an_enrolment_of_another_session_is_not_found_here(ground: Ground) -> None:
    session, other, client = opened(ground), opened(ground, hour=14), client_of(ground, "officer")
    one = joined(other, 1)[0]
    for name in ("desk_session_place_cancel", "desk_session_place_document"):
        assert client.get(reverse(name, args=[session.number, one.pk])).status_code == 404


# The roll


def test_a_roll_is_saved_at_once_and_scans_are_shown(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    first, second, third = joined(session, 3)
    lesson = session.lessons.get()
    with frozen_at(lesson.starts_at):
        scan_in(lesson_id=lesson.pk, enrolment_id=first.pk)
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        assert "扫码签到 到课" in text
        sent = {
            **shown(text, "seen"),
            "lesson": lesson.pk,
            f"presence-{first.pk}": "present",
            f"presence-{second.pk}": "late",
        }
        assert "保存了 1 人" in post(client, "desk_session_roll", session.number, **sent)
        # What the code said and the instructor left as it was stays a scan.
        assert Attendance.objects.get(enrolment=first).method == CheckIn.SCAN
        assert Attendance.objects.get(enrolment=second).presence == "late"
        assert not Attendance.objects.filter(enrolment=third).exists()
        text = page(client, "desk_session_roll", session.number)
        sent = {**shown(text, "seen"), "lesson": lesson.pk, f"presence-{third.pk}": "absent", "all": "present"}
        assert "保存了 1 人" in post(client, "desk_session_roll", session.number, **sent)
    assert [one.presence for one in Attendance.objects.order_by("enrolment__place")] == ["present", "late", "absent"]


def test_the_button_for_all_needs_no_javascript_and_leads_on_to_the_marks(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    joined(session, 4)
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        assert 'name="all" value="present"' in text
        sent = {**shown(text, "seen"), "lesson": session.lessons.get().pk, "all": "present"}
        response = client.post(reverse("desk_session_roll", args=[session.number]), sent)
    assert response["Location"] == reverse("desk_session_marks", args=[session.number])
    assert Attendance.objects.filter(presence="present", method=CheckIn.ROLL).count() == 4


def test_who_cancels_during_the_roll_is_named_and_nothing_chosen_is_lost(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    first, second = joined(session, 2)
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        cancel_enrolment(enrolment_id=second.pk, actor=ground.person("officer"), reason="示例：来电取消")
        late = add_person(
            session_id=session.pk, person=somebody(9), has_document_consent=True, actor=ground.person("officer")
        ).enrolment
        sent = {
            **shown(text, "seen"),
            "lesson": session.lessons.get().pk,
            f"presence-{first.pk}": "late",
            f"presence-{second.pk}": "present",
        }
        again = post(client, "desk_session_roll", session.number, **sent)
        assert "对不上，可能有人已取消报名" in again
        assert "2 号 钱**" in again
        assert re.search(rf'name="presence-{first.pk}" value="late" checked', again)
        assert not Attendance.objects.exists()
        # The new page is sent as it stands; who came meanwhile is still open, and is not made present by the button.
        sent = {**shown(again, "seen"), "lesson": session.lessons.get().pk, f"presence-{first.pk}": "late"}
        assert f"seen-{second.pk}" not in sent
        assert f"seen-{late.pk}" in sent
        assert "保存了 1 人" in post(client, "desk_session_roll", session.number, **sent)


def test_the_button_for_all_says_nothing_of_who_came_onto_the_roster_meanwhile(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    joined(session, 1)
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        late = add_person(
            session_id=session.pk, person=somebody(5), has_document_consent=True, actor=ground.person("officer")
        ).enrolment
        sent = {**shown(text, "seen"), "lesson": session.lessons.get().pk, "all": "present"}
        post(client, "desk_session_roll", session.number, **sent)
    assert not Attendance.objects.filter(enrolment=late).exists()


def test_names_at_the_roll_are_shown_for_a_purpose_and_what_was_chosen_stays(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    one = joined(session, 1)[0]
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        sent = {**shown(text, "seen"), "lesson": session.lessons.get().pk, f"presence-{one.pk}": "late"}
        told = post(client, "desk_session_roll", session.number, **sent, reveal="1", purpose="示例：课堂点名")
        by_enter = post(client, "desk_session_roll", session.number, **sent, enter="1", purpose="示例：课堂点名")
    for answer in (told, by_enter):
        assert somebody(0).name in answer
        assert re.search(r'value="late" checked', answer)
    assert not Attendance.objects.exists()


def test_a_lesson_that_lies_ahead_is_not_called(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    one = joined(session, 1)[0]
    assert "还没有开始" in page(client, "desk_session_roll", session.number)
    sent = {"lesson": session.lessons.get().pk, f"presence-{one.pk}": "present", f"seen-{one.pk}": ""}
    assert "还没有开始" in post(client, "desk_session_roll", session.number, **sent)
    assert not Attendance.objects.exists()


def two_days(ground: Ground) -> Session:
    day = opened(ground).starts_on
    start = make_plan(ground, day=day, hour=14).lessons[0]
    second = make_plan(ground, day=day, hour=18).lessons[0]
    plan = make_plan(
        ground,
        day=day,
        lessons=(
            LessonPlan(start.starts_at, start.ends_at, start.instructors),
            LessonPlan(second.starts_at, second.ends_at, second.instructors),
        ),
        version=version_of("first-aider"),
    )
    session = create_session(plan=plan, actor=ground.person("officer"))
    return open_session(session_id=session.pk, actor=ground.person("officer"))


def test_each_lesson_has_its_own_roll_and_the_first_leads_to_the_next(ground: Ground) -> None:
    session, client = two_days(ground), client_of(ground, "lead")
    joined(session, 2)
    first, second = session.lessons.all()
    with after(session):
        text = page(client, "desk_session_roll", session.number)
        assert f'name="lesson" value="{first.pk}"' in text
        url = reverse("desk_session_roll", args=[session.number])
        response = client.post(url, {**shown(text, "seen"), "lesson": first.pk, "all": "present"})
        assert response["Location"] == f"{url}?lesson={second.pk}"
        assert "2/2" in page(client, "desk_session_roll", session.number)
        text = page(client, "desk_session_roll", session.number, lesson=str(second.pk))
        response = client.post(url, {**shown(text, "seen"), "lesson": second.pk, "all": "present"})
        assert response["Location"] == reverse("desk_session_marks", args=[session.number])


@pytest.mark.parametrize("lesson", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_lesson_that_is_none_of_the_session_is_refused(ground: Ground, lesson: str) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    one = joined(session, 1)[0]
    with after(session):
        sent = {"lesson": lesson, f"presence-{one.pk}": "present", f"seen-{one.pk}": ""}
        assert "这次课不在本班中" in post(client, "desk_session_roll", session.number, **sent)
        for odd in (
            {f"presence-{one.pk}": "sleeping"},
            {"presence-99999999999999999999": "present"},
            {"presence-x": "1"},
        ):
            post(client, "desk_session_roll", session.number, lesson=session.lessons.get().pk, **odd)
    assert not Attendance.objects.exists()


def test_the_sheet_for_paper_has_names_after_a_purpose_alone(ground: Ground) -> None:
    session, client = opened(ground), client_of(ground, "lead")
    joined(session, 2)
    assert somebody(0).name not in page(client, "desk_session_sheet", session.number)
    assert somebody(0).name not in post(client, "desk_session_sheet", session.number, reveal="1", purpose="")
    printed = post(client, "desk_session_sheet", session.number, reveal="1", purpose="示例：现场签到")
    assert somebody(0).name in printed
    assert "学员签到表" in printed
    assert ReadLog.objects.filter(reader_login="lead", field="name").count() == 2
    assert ReadLog.objects.filter(field="phone", reader_login="lead").count() == 0


def test_fifty_people_cost_as_many_queries_as_five(ground: Ground, budget: Callable[[str], Any]) -> None:
    session, client = opened(ground, seats=50, lessons=crowd(ground)), client_of(ground, "officer")
    joined(session, 50)
    with after(session):
        for name in ("roster", "roll", "marks"):
            page(client, f"desk_session_{name}", session.number)
            with budget(f"desk_session_{name}"):
                page(client, f"desk_session_{name}", session.number)
    assert all(one.status == EnrolmentStatus.SEATED for one in enrolments(session))


def crowd(ground: Ground) -> tuple[LessonPlan, ...]:
    """A lesson with instructors enough for fifty."""
    day = make_plan(ground, day=opened(ground).starts_on, hour=14).lessons[0]
    more = tuple(make_instructor(ground.branch) for _n in range(3))
    return (LessonPlan(day.starts_at, day.ends_at, (*day.instructors, *more)),)


def test_the_roll_leads_to_the_code_that_is_shown_in_the_classroom(ground: Ground) -> None:
    session = opened(ground)
    joined(session, 1)
    lesson = session.lessons.get()
    address = reverse("desk_training_qr", kwargs={"number": session.number, "lesson_id": lesson.pk})
    assert f'href="{address}"' in page(client_of(ground, "lead"), "desk_session_roll", session.number)
