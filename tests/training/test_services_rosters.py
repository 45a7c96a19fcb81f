"""Rosters brought in by the desk: good lines go on, each bad one has its reason, nothing is lost or doubled."""

from __future__ import annotations

import datetime
import io
import uuid
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import today
from core.documents import DocumentKind
from core.errors import DomainError, NotAllowed, NotFound
from core.identifiers import id_check_digit
from core.models import AuditEvent, ReadLog, StoredFile
from core.sealed import open_for_work
from core.tables import read_table
from tests.training.ground import Ground, all_passed, held, id_number, joined, opened, somebody
from training.choices import Audience, Channel, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Learner, Session
from training.services.enrolling import DOCUMENT_CONSENT_VERSION, Person, cancel_enrolment, sign_up
from training.services.identifying import add_document, reveal_roster
from training.services.issuing import issue_certificates
from training.services.roster_files import (
    keep_problems,
    open_problems,
    read_roster_file,
    read_roster_text,
    roster_template,
)
from training.services.roster_workbook import workbook_of
from training.services.rosters import MOST_ROWS, Outcome, RosterRow, add_person, enrol_roster
from training.services.sessions import close_session

pytestmark = pytest.mark.django_db

HEAD = "姓名\t证件类型\t证件号码\t手机\t单位\t出生日期"


def brought(ground: Ground, session: Session, text: str, *, login: str = "officer") -> list[Outcome]:
    return enrol_roster(
        session_id=session.pk,
        rows=read_roster_text(text),
        has_document_consent=True,
        actor=ground.person(login),
    )


def line(serial: int, **over: str) -> str:
    person = somebody(serial)
    cells = {
        "name": person.name,
        "kind": "",
        "document": person.document,
        "phone": person.phone,
        "unit": "示例小学",
        "born": "",
        **over,
    }
    return "\t".join(cells.values())


def reasons(outcomes: list[Outcome]) -> list[str]:
    return [one.reason for one in outcomes]


def test_a_roster_gives_every_line_a_seat_in_its_order(ground: Ground) -> None:
    session = opened(ground, seats=5)
    outcomes = brought(ground, session, "\n".join([HEAD, line(1), "", line(2)]))
    assert reasons(outcomes) == ["", ""]
    assert [one.row.number for one in outcomes] == [2, 4]
    rows = Enrolment.objects.unscoped("test").filter(session=session).order_by("place")
    assert [(one.status, one.channel, one.unit) for one in rows] == [("seated", "roster", "示例小学")] * 2
    assert [open_for_work(one, "name", work="test") for one in rows] == [somebody(1).name, somebody(2).name]
    assert all(one.learner_id and one.document_consent == DOCUMENT_CONSENT_VERSION for one in rows)
    session.refresh_from_db()
    assert session.seated_count == 2


WRONG_CHECK = id_number(3)[:-1] + ("1" if id_number(3)[-1] != "1" else "2")
BAD_LINES: dict[str, tuple[str, str]] = {
    "wrong check digit": (line(3, document=WRONG_CHECK), "校验位"),
    "too short": (line(3, document="33018219800101"), "类型"),
    "15 digits": (line(3, document="330182800101003"), "15 位的旧身份证号已停用"),
    "no such day": (
        line(3, document=(first := "33018219800230003") + id_check_digit(first)),
        "出生日期不存在",
    ),
    "under age": (line(3, document=id_number(3, "20200101")), "未满 14 周岁"),
    "passport of no form": (line(3, kind="护照", document="E1", born="1980-01-01"), "护照号码应为"),
    "permit of no form": (line(3, kind="港澳台通行证", document="X12345678", born="1980-01-01"), "港澳台通行证应为"),
    "officer of no form": (line(3, kind="军官证", document="1", born="1980-01-01"), "军官证号码应为"),
    "passport without a birthday": (line(3, kind="护照", document="E12345678"), "没有出生日期"),
    "passport of a child": (
        line(3, kind="护照", document="E12345678", born=f"{today().year - 5}-01-01"),
        "未满 14 周岁",
    ),
    "unknown kind": (line(3, kind="图书证"), "认不出证件类型"),
    "birthday of no form": (line(3, kind="护照", document="E12345678", born="去年"), "认不出出生日期"),
    "name missing": (line(3, name=""), "请填写与证件一致的姓名"),
    "name of one character": (line(3, name="示"), "请填写与证件一致的姓名"),
    "telephone missing": (line(3, phone=""), "11 位手机号码"),
    "telephone of no form": (line(3, phone="12345"), "11 位手机号码"),
}


@pytest.mark.parametrize(("bad", "reason"), list(BAD_LINES.values()), ids=list(BAD_LINES))
def test_a_bad_line_gets_its_reason_and_the_good_ones_go_on(ground: Ground, bad: str, reason: str) -> None:
    session = opened(ground)
    outcomes = brought(ground, session, "\n".join([HEAD, line(1), bad, line(2)]))
    assert [bool(one) for one in reasons(outcomes)] == [False, True, False]
    assert reason in outcomes[1].reason
    assert Enrolment.objects.unscoped("test").filter(session=session).count() == 2
    # Nothing of who was refused stays behind, the number of a document least of all.
    assert Learner.objects.count() == 2
    assert all(one.row.person.document not in one.reason for one in outcomes if one.row.person.document)


def test_all_that_is_wrong_with_a_line_is_said_at_once(ground: Ground) -> None:
    outcome = brought(ground, opened(ground), "\n".join([HEAD, line(3, name="", phone="1", document=WRONG_CHECK)]))[0]
    assert all(words in outcome.reason for words in ("姓名", "手机", "校验位"))


def test_who_stands_twice_in_a_file_is_taken_once_and_named_by_row(ground: Ground) -> None:
    session = opened(ground)
    same_document = line(1, name="示例别名", phone="13900000000")
    same_phone = line(1, document="")
    outcomes = brought(ground, session, "\n".join([HEAD, line(1), same_document, same_phone]))
    assert reasons(outcomes) == ["", *["与第 2 行是同一个人，只登记一次。"] * 2]
    assert Enrolment.objects.unscoped("test").filter(session=session).count() == 1


def test_a_line_that_was_wrong_does_not_stand_in_the_way_of_its_correction(ground: Ground) -> None:
    outcomes = brought(ground, opened(ground), "\n".join([HEAD, line(1, phone="1"), line(1)]))
    assert [bool(one) for one in reasons(outcomes)] == [True, False]


def test_a_roster_said_twice_gives_nobody_a_second_place(ground: Ground) -> None:
    session = opened(ground)
    text = "\n".join([HEAD, line(1), line(2), line(3, document="")])
    brought(ground, session, text)
    assert all("已在本班名册中" in one for one in reasons(brought(ground, session, text)))
    session.refresh_from_db()
    assert session.seated_count == 3


def test_who_is_there_without_a_document_is_told_to_add_it(ground: Ground) -> None:
    session = opened(ground)
    brought(ground, session, "\n".join([HEAD, line(1, document="")]))
    assert "补登记" in brought(ground, session, "\n".join([HEAD, line(1)]))[0].reason


def test_who_waits_in_the_queue_is_not_written_down_again(ground: Ground) -> None:
    session = opened(ground, seats=1)
    joined(session, 2)
    assert "候补名单" in brought(ground, session, "\n".join([HEAD, line(1)]))[0].reason


def test_beyond_the_last_seat_lines_are_handed_back(ground: Ground) -> None:
    session = opened(ground, seats=2)
    outcomes = brought(ground, session, "\n".join([HEAD, *(line(n) for n in range(4))]))
    assert reasons(outcomes) == ["", "", *["名额已满（2 人）。"] * 2]
    assert Learner.objects.count() == 2


def test_names_that_were_spaced_out_are_joined_and_foreign_ones_are_not(ground: Ground) -> None:
    session = opened(ground)
    brought(ground, session, "\n".join([HEAD, line(1, name="赵 示"), line(2, name="Anna  Example")]))
    rows = Enrolment.objects.unscoped("test").filter(session=session).order_by("place")
    assert [open_for_work(one, "name", work="test") for one in rows] == ["赵示", "Anna Example"]


def test_two_of_one_name_with_nothing_else_are_asked_apart(ground: Ground) -> None:
    session = opened(ground, audience=Audience.CLOSED, organisation="示例小学")
    bare = "示例同名\t\t\t\t\t"
    outcomes = brought(ground, session, "\n".join([HEAD, bare, bare, "示例另名\t\t\t\t\t"]))
    assert [bool(one) for one in reasons(outcomes)] == [False, True, False]
    assert "第 2 行同名" in outcomes[1].reason
    assert "已有同名的人" in brought(ground, session, "\n".join([HEAD, bare]))[0].reason


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("身份证", DocumentKind.ID_CARD),
        ("居民身份证（二代）", DocumentKind.ID_CARD),
        ("", DocumentKind.ID_CARD),
    ],
)
def test_kinds_of_documents_are_known_by_what_people_call_them(ground: Ground, written: str, kind: str) -> None:
    session = opened(ground)
    assert reasons(brought(ground, session, "\n".join([HEAD, line(1, kind=written)]))) == [""]
    assert Learner.objects.get().document_kind == kind


def test_a_passport_with_its_birthday_goes_on_and_the_birthday_is_not_kept(ground: Ground) -> None:
    session = opened(ground)
    for serial, born in enumerate(("1980-01-31", "1980/1/31", "1980年1月31日", "19800131", "1980.1.31"), start=1):
        bad = line(serial, kind="护照", document=f"E1234567{serial}", born=born)
        assert reasons(brought(ground, session, "\n".join([HEAD, bad]))) == [""], born


def test_documents_are_taken_with_consent_alone(ground: Ground) -> None:
    session = opened(ground)
    rows = read_roster_text("\n".join([HEAD, line(1)]))
    with pytest.raises(TrainingError) as refused:
        enrol_roster(session_id=session.pk, rows=rows, has_document_consent=False, actor=ground.person("officer"))
    assert set(refused.value.fields) == {"document_consent"}
    without = read_roster_text("\n".join([HEAD, line(1, document="")]))
    enrol_roster(session_id=session.pk, rows=without, has_document_consent=False, actor=ground.person("officer"))
    assert Enrolment.objects.unscoped("test").get().document_consent == ""


def test_a_roster_is_brought_in_by_planners_of_the_branch_while_it_is_open(ground: Ground) -> None:
    session = opened(ground)
    text = "\n".join([HEAD, line(1)])
    with pytest.raises(NotAllowed):
        brought(ground, session, text, login="lead")
    with pytest.raises(NotFound):
        brought(ground, session, text, login="stranger")
    close_session(session_id=session.pk, actor=ground.person("officer"))
    assert reasons(brought(ground, session, text)) == [""]
    held(ground, session, {one.pk: all_passed(session) for one in Enrolment.objects.unscoped("test")})
    with pytest.raises(WrongState, match="成绩已签字"):
        brought(ground, session, text)


def test_the_trail_says_how_many_and_no_name_and_nobody_reads_a_document(ground: Ground) -> None:
    session = opened(ground)
    brought(ground, session, "\n".join([HEAD, line(1), line(2, phone="1")]))
    said = AuditEvent.objects.get(verb="training.roster.enrolled")
    assert said.reason == "1/2"
    assert not ReadLog.objects.filter(field="document").exists()
    whole = repr(list(AuditEvent.objects.values()))
    assert all(text not in whole for text in (somebody(1).name, id_number(1), somebody(1).phone))


# Reading


def test_the_head_is_found_under_a_title_by_whatever_its_columns_are_called() -> None:
    text = "示例小学培训名册\n\n序号\t姓 名*\t身份证号（必填）\t联系电话\t班级\n1\t赵示例\t1\t138\t三班"
    row = read_roster_text(text)[0]
    assert (row.number, row.person.name, row.person.document, row.person.phone, row.person.unit) == (
        4,
        "赵示例",
        "1",
        "138",
        "三班",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有找到表头"),
        ("甲\t乙\n1\t2", "没有找到表头"),
        (HEAD, "名册里没有人"),
        (
            "\n".join([HEAD, *(f"示例{n}" for n in range(MOST_ROWS + 1))]),
            f"有 {MOST_ROWS + 1} 人，一次最多 {MOST_ROWS}",
        ),
    ],
)
def test_what_is_no_roster_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        read_roster_text(text)
    assert set(refused.value.fields) == {"pasted"}


def as_workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_and_a_csv_are_read_like_what_is_pasted() -> None:
    cells = line(1).split("\t")
    pasted = read_roster_text(f"{HEAD}\n{line(1)}")[0].person
    assert read_roster_file(as_workbook(HEAD.split("\t"), cells))[0].person == pasted
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        text = "\n".join([HEAD.replace("\t", ","), ",".join(cells)])
        assert read_roster_file(text.encode(encoding))[0].person == pasted
    # A telephone typed as a number, a birthday as a day.
    cells[3], cells[5] = 13800000001, datetime.date(1980, 1, 31)
    typed = read_roster_file(as_workbook(HEAD.split("\t"), cells))[0].person
    assert (typed.phone, typed.born_on) == ("13800000001", datetime.date(1980, 1, 31))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.4", "不是可读的"),
        (b"\xd0\xcf\x11\xe0rest", "不是可读的"),
        (b"PK\x03\x04broken", "不是可读的"),
        (b"x" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
        ("姓名\n".encode() + b"\n" * 3000, "超过 2000 行"),
        (as_workbook(["姓名", "证件号码"], ["赵示例", 3.30182198001010e17]), "超过 15 位"),
    ],
    ids=["empty", "pdf", "old workbook", "broken", "huge", "long", "rounded"],
)
def test_broken_and_huge_files_get_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        read_roster_file(data)
    assert set(refused.value.fields) == {"file"}


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_whatever_is_pasted_is_read_or_refused_with_a_sentence(text: str) -> None:
    with suppress(TrainingError):
        rows = read_roster_text(f"姓名\t手机\t出生日期\n{text}")
        assert 0 < len(rows) <= MOST_ROWS
        assert all(any(one.cells.values()) for one in rows)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_is_uploaded_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(DomainError, match="。"):
        read_roster_file(data)
    with pytest.raises(DomainError, match="。"):
        read_roster_file(b"PK\x03\x04" + data)


_CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30)


@given(st.lists(st.tuples(_CELLS, _CELLS), max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_goes_into_a_workbook_comes_out_of_it_and_no_cell_is_a_formula(rows: list[tuple[str, str]]) -> None:
    made = workbook_of("示例", [("甲", 10), ("乙", 20)], rows)
    book = openpyxl.load_workbook(io.BytesIO(made))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" or cell.data_type == "inlineStr" for cell in cells)
    table = read_table(made, most_rows=20)
    assert table[0] == ["甲", "乙"]
    for written, found in zip(rows, table[1:], strict=True):
        for text, cell in zip(written, found, strict=True):
            assert cell.removeprefix("'") == text.strip().removeprefix("'")


def test_the_template_is_a_roster_without_people() -> None:
    assert read_table(roster_template(), most_rows=5) == [HEAD.split("\t")]
    with pytest.raises(DomainError, match="没有人"):
        read_roster_file(roster_template())


# The way back


def test_the_lines_that_got_no_place_come_back_whole_with_the_reason_and_sealed(
    ground: Ground, private_files: Any, settings: Any
) -> None:
    session = opened(ground)
    outcomes = brought(ground, session, "\n".join([HEAD, line(1), line(2, phone="12345"), line(3, kind="图书证")]))
    kept = keep_problems(session=session, outcomes=outcomes, actor=ground.person("officer"))
    assert kept is not None
    assert kept.is_sealed
    assert kept.purge_on == today() + datetime.timedelta(days=7)
    on_disk = b"".join(path.read_bytes() for path in settings.PRIVATE_FILES_DIR.rglob("*") if path.is_file())
    assert on_disk
    assert all(text.encode() not in on_disk for text in (somebody(2).name, id_number(2)))
    source = open_problems(session=session, file_id=kept.pk, actor=ground.person("officer"))
    table = read_table(source.read(), most_rows=10)
    assert table[0] == [*HEAD.split("\t"), "原因"]
    assert table[1][:6] == line(2, phone="12345").split("\t")
    assert "11 位手机号码" in table[1][6]
    assert table[2][1] == "图书证"
    read = ReadLog.objects.get(object_label="core.storedfile")
    assert (read.reader_login, read.purpose) == ("officer", "更正名册中没有登记的行")
    # Corrected, the same file goes on.
    table[1][3], table[2][1] = somebody(2).phone, "身份证"
    again = enrol_roster(
        session_id=session.pk,
        rows=read_roster_file(as_workbook(*table)),
        has_document_consent=True,
        actor=ground.person("officer"),
    )
    assert reasons(again) == ["", ""]


def test_nobody_else_opens_those_lines_nor_by_another_session(ground: Ground, private_files: Any) -> None:
    session, other = opened(ground), opened(ground, hour=14)
    outcomes = brought(ground, session, "\n".join([HEAD, line(2, phone="1")]))
    kept = keep_problems(session=session, outcomes=outcomes, actor=ground.person("officer"))
    assert kept is not None
    for at, login in ((session, "issuer"), (other, "officer")):
        with pytest.raises(NotFound):
            open_problems(session=at, file_id=kept.pk, actor=ground.person(login))


def test_a_roster_without_bad_lines_keeps_nothing(ground: Ground, private_files: Any) -> None:
    session = opened(ground)
    outcomes = brought(ground, session, "\n".join([HEAD, line(1)]))
    assert keep_problems(session=session, outcomes=outcomes, actor=ground.person("officer")) is None
    assert not StoredFile.objects.exists()


_LINES = st.lists(
    st.one_of(
        st.integers(0, 5).map(line),
        st.integers(0, 5).map(lambda n: line(n, document="")),
        st.integers(0, 5).map(lambda n: line(n, phone="1")),
        st.integers(0, 5).map(lambda n: line(n, document=WRONG_CHECK)),
        st.just("\t\t\t\t示例\t"),
    ),
    min_size=1,
    max_size=10,
)


@given(text=_LINES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_line_has_one_outcome_and_no_person_two_places(ground: Ground, text: list[str]) -> None:
    with transaction.atomic():
        session = opened(ground, seats=4)
        rows = read_roster_text("\n".join([HEAD, *text]))
        outcomes = enrol_roster(
            session_id=session.pk, rows=rows, has_document_consent=True, actor=ground.person("officer")
        )
        assert [one.row for one in outcomes] == rows
        new = [one.enrolment.pk for one in outcomes if not one.reason and one.enrolment]
        there = Enrolment.objects.unscoped("test").filter(session=session)
        assert sorted(new) == sorted(there.values_list("pk", flat=True))
        assert len(new) == sum(not one.reason for one in outcomes) <= 4
        learners = [one.learner_id for one in there if one.learner_id]
        assert len(set(learners)) == len(learners)
        assert Learner.objects.count() == len(learners)
        again = enrol_roster(
            session_id=session.pk, rows=rows, has_document_consent=True, actor=ground.person("officer")
        )
        assert all(one.reason for one in again)
        transaction.set_rollback(True)


# One person at a time


def test_one_person_is_put_on_the_roster_at_the_desk_once(ground: Ground) -> None:
    session = opened(ground)
    for is_new in (True, False):
        place = add_person(
            session_id=session.pk, person=somebody(1), has_document_consent=True, actor=ground.person("officer")
        )
        assert place.is_new is is_new
    assert place.enrolment.channel == Channel.DESK
    with pytest.raises(TrainingError) as refused:
        add_person(
            session_id=session.pk, person=somebody(2), has_document_consent=False, actor=ground.person("officer")
        )
    assert set(refused.value.fields) == {"document_consent"}


def test_who_has_a_place_already_leaves_no_further_document_behind(ground: Ground) -> None:
    session = opened(ground)
    first = sign_up(session_id=session.pk, person=somebody(1, with_document=False), key=uuid.uuid4())
    assert first.is_new
    again = sign_up(session_id=session.pk, person=somebody(1), key=uuid.uuid4())
    by_desk = add_person(
        session_id=session.pk, person=somebody(1), has_document_consent=True, actor=ground.person("officer")
    )
    assert [again.is_new, by_desk.is_new] == [False, False]
    assert {again.enrolment.pk, by_desk.enrolment.pk} == {first.enrolment.pk}
    assert not Learner.objects.exists()


def documented(ground: Ground, enrolment: Enrolment, **over: Any) -> Enrolment:
    said: dict[str, Any] = {"document_kind": "id_card", "document": id_number(7), "has_document_consent": True, **over}
    return add_document(enrolment_id=enrolment.pk, actor=ground.person("officer"), **said)


def test_a_document_is_added_later_with_its_own_consent(ground: Ground) -> None:
    session = opened(ground)
    one = add_person(
        session_id=session.pk,
        person=somebody(1, with_document=False),
        has_document_consent=False,
        actor=ground.person("officer"),
    ).enrolment
    for wrong, field in (
        ({"has_document_consent": False}, "document_consent"),
        ({"document": WRONG_CHECK}, None),
        ({"document": id_number(7, "20200101")}, "document"),
        ({"document_kind": "passport", "document": "E12345678"}, "born_on"),
        (
            {"document_kind": "passport", "document": "E12345678", "born_on": datetime.date(today().year - 3, 1, 1)},
            "born_on",
        ),
    ):
        with pytest.raises(DomainError) as refused:
            documented(ground, one, **wrong)
        assert field is None or set(refused.value.fields) == {field}
    assert not Learner.objects.exists()
    done = documented(ground, one)
    assert done.learner is not None
    assert done.document_consent == DOCUMENT_CONSENT_VERSION
    with pytest.raises(WrongState, match="已登记证件"):
        documented(ground, one)


def test_a_document_of_somebody_else_in_the_class_is_not_taken(ground: Ground) -> None:
    session = opened(ground)
    joined(session, 1, first=7)
    one = add_person(
        session_id=session.pk,
        person=somebody(1, with_document=False),
        has_document_consent=False,
        actor=ground.person("officer"),
    ).enrolment
    with pytest.raises(TrainingError, match="1 号的人名下") as refused:
        documented(ground, one)
    assert set(refused.value.fields) == {"document"}
    cancel_enrolment(enrolment_id=one.pk, reason="示例", actor=ground.person("officer"))
    with pytest.raises(WrongState, match="已经取消"):
        documented(ground, one)


def test_a_document_added_after_the_signature_brings_the_certificate(ground: Ground) -> None:
    session = opened(ground)
    one = add_person(
        session_id=session.pk,
        person=somebody(1, with_document=False),
        has_document_consent=False,
        actor=ground.person("officer"),
    ).enrolment
    held(ground, session, {one.pk: all_passed(session)})
    first = issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert (len(first.certificates), len(first.refused)) == (0, 1)
    documented(ground, one)
    second = issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert (len(second.certificates), len(second.refused)) == (1, 0)
    session.refresh_from_db()
    assert session.status == SessionStatus.FINISHED


def test_names_are_shown_for_a_purpose_to_who_may_and_each_is_logged(ground: Ground) -> None:
    session = opened(ground)
    people = joined(session, 3)
    with pytest.raises(DomainError, match="用途"):
        reveal_roster(session=session, enrolments=people, purpose=" ", actor=ground.person("lead"))
    with pytest.raises(NotAllowed):
        reveal_roster(session=session, enrolments=people, purpose="示例用途", actor=ground.person("auditor"))
    assert not ReadLog.objects.filter(reader_id__isnull=False).exists()
    known = reveal_roster(
        session=session, enrolments=people, purpose="示例点名", actor=ground.person("lead"), with_phones=True
    )
    assert [known[one.pk].name for one in people] == [somebody(n).name for n in range(3)]
    logged = ReadLog.objects.filter(reader_login="lead", purpose="示例点名")
    assert sorted(logged.values_list("field", flat=True)) == ["name"] * 3 + ["phone"] * 3
    assert set(logged.values_list("object_key", flat=True)) == {one.code for one in people}
    assert "示例" not in repr(known)


def test_a_person_of_a_roster_is_never_printed(ground: Ground) -> None:
    row = RosterRow(2, Person("赵示例", "13800000001"), {"name": "赵示例"})
    assert "赵示例" not in repr(row) + repr(Outcome(row, reason="示例"))
