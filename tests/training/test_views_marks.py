"""The sheet of marks at the desk: typed once, never lost, never over what somebody else wrote."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.ground import Ground, joined, opened, version_of
from tests.training.pages import after, client_of, page, post
from tests.training.test_views_roster import shown
from training.choices import Presence, SessionStatus, Skill
from training.forms.held import plain, read_score, seen_from, seen_text
from training.models import Enrolment, ExamResult, Session
from training.services.attending import call_roll
from training.services.examining import Marks, Seen, record_results, sign_results, start_resit

pytestmark = pytest.mark.django_db


def class_of(ground: Ground, people: int, *, code: str = "first-aider") -> tuple[Session, list[Enrolment]]:
    """A session with an exam of theory and skills, not held yet."""
    session = opened(ground, version=version_of(code))
    return session, joined(session, people)


def called(ground: Ground, session: Session, *, absent: frozenset[int] = frozenset()) -> None:
    """Everybody is called up, in a clock that stands after the lesson."""
    for lesson in session.lessons.all():
        seated = Enrolment.objects.unscoped("test").filter(session=session, status="seated")
        roll = {one.pk: str(Presence.ABSENT if one.pk in absent else Presence.PRESENT) for one in seated}
        call_roll(session_id=session.pk, lesson_id=lesson.pk, marks=roll, actor=ground.person("lead"))


def typed(text: str, scores: dict[int, str], **more: str) -> dict[str, str]:
    """What a browser sends of a page on which these scores were typed."""
    return {**shown(text, "seen"), **{f"theory-{pk}": score for pk, score in scores.items()}, **more}


def test_thirty_scores_and_four_steps_are_a_class_from_roll_to_certificates(ground: Ground) -> None:
    session = opened(ground, seats=20)
    people = joined(session, 20)
    lead, issuer = client_of(ground, "lead"), client_of(ground, "issuer")
    number = session.number
    with after(session):
        roll = {**shown(page(lead, "desk_session_roll", number), "seen"), "lesson": session.lessons.get().pk}
        marks = post(lead, "desk_session_roll", number, **roll, all="present")
        assert "成绩 · " in marks
        sign = post(lead, "desk_session_marks", number, **typed(marks, {}), rest="passed")
        token = re.search(r'name="numbers" value="([^"]+)"', sign)
        assert token is not None
        assert "签字：合格 20 人，不合格 0 人，缺课 0 人" in sign
        assert "已签字" in post(lead, "desk_session_sign", number, numbers=token[1])
        confirm = page(issuer, "desk_session_issue", number)
        token = re.search(r'name="numbers" value="([^"]+)"', confirm)
        assert token is not None
        assert "发证 20 张，另有 0 人不能发" in confirm
        done = post(issuer, "desk_session_issue", number, numbers=token[1])
    assert "已发证 20 张" in done
    assert done.count("-Z0000") == len(people)
    session.refresh_from_db()
    assert session.status == SessionStatus.FINISHED


def test_marks_are_typed_row_by_row_and_summed_up(ground: Ground) -> None:
    session, (passed, failed, still_open, gone) = class_of(ground, 4)
    client, skills = client_of(ground, "lead"), version_of("first-aider").skills
    with after(session):
        called(ground, session, absent=frozenset({gone.pk}))
        text = page(client, "desk_session_marks", session.number)
        # Every field has a label of its own, and who was absent has none to fill.
        for one in (passed, failed, still_open):
            assert f'for="theory-{one.pk}"' in text
            assert all(f'for="skill-{one.pk}-{skill}"' in text for skill in skills)
        assert f'name="theory-{gone.pk}"' not in text
        sent = typed(text, {passed.pk: "８５．５", failed.pk: "59.9", still_open.pk: ""})
        sent |= {f"skill-{pk}-{skill}": "passed" for pk in (passed.pk, failed.pk) for skill in skills}
        sent[f"skill-{still_open.pk}-cpr"] = "passed"
        assert "已保存 3 人的成绩" in post(client, "desk_session_marks", session.number, **sent)
        text = page(client, "desk_session_marks", session.number)
    assert ExamResult.objects.get(enrolment=passed).theory == Decimal("85.5")
    assert ExamResult.objects.get(enrolment=passed).is_passed
    assert not ExamResult.objects.get(enrolment=failed).is_passed
    assert re.search(rf'name="resit" value="{failed.pk}"', text)
    assert not re.search(rf'name="resit" value="({passed.pk}|{still_open.pk}|{gone.pk})"', text)
    assert re.findall(r'tally__n">([0-9]+)', text) == ["4", "1", "1", "1", "1"]


@pytest.mark.parametrize("wrong", ["abc", "100.5", "-1", "85.55", "1e1", "101", "８５。", "1" * 12])
def test_a_wrong_mark_is_told_at_its_row_and_all_that_was_typed_stays(ground: Ground, wrong: str) -> None:
    session, (first, second) = class_of(ground, 2)
    client = client_of(ground, "lead")
    with after(session):
        called(ground, session)
        text = page(client, "desk_session_marks", session.number)
        sent = typed(text, {first.pk: "88", second.pk: wrong}, **{f"skill-{first.pk}-cpr": "failed"})
        again = post(client, "desk_session_marks", session.number, **sent)
    assert not ExamResult.objects.exists()
    assert f'href="#theory-{second.pk}"' in again
    assert f'id="error-{second.pk}"' in again
    assert f'id="error-{first.pk}"' not in again
    assert f'name="theory-{first.pk}" value="88"' in again
    assert f'value="{wrong}"' in again
    assert re.search(rf'name="skill-{first.pk}-cpr"[^§]*?value="failed" selected', again)


def test_marks_typed_while_somebody_signed_are_refused_with_a_sentence_and_stay_on_the_page(ground: Ground) -> None:
    session, (first, second) = class_of(ground, 2)
    client = client_of(ground, "second")
    whole = Marks(Decimal(90), frozenset(session.version.skills))
    with after(session):
        called(ground, session)
        lead = ground.person("lead")
        record_results(session_id=session.pk, marks={first.pk: whole, second.pk: whole}, actor=lead)
        text = page(client, "desk_session_marks", session.number)
        sign_results(session_id=session.pk, actor=lead)
        sent = typed(text, {first.pk: "77", second.pk: "90"})
        sent |= {f"skill-{pk}-{skill}": "passed" for pk in (first.pk, second.pk) for skill in session.version.skills}
        again = post(client, "desk_session_marks", session.number, **sent)
        assert "成绩已签字，不能再改" in again
        assert f'name="theory-{first.pk}" value="77"' in again
        assert "disabled" not in again
        # A page that is opened afterwards takes nothing.
        locked = page(client, "desk_session_marks", session.number)
        assert f'id="theory-{first.pk}"' in locked
        assert "disabled" in locked
    assert ExamResult.objects.get(enrolment=first).theory == 90


def test_two_tabs_do_not_write_over_each_other(ground: Ground) -> None:
    session, (first, second) = class_of(ground, 2)
    one, other = client_of(ground, "lead"), client_of(ground, "second")
    with after(session):
        called(ground, session)
        text = page(one, "desk_session_marks", session.number)
        assert text
        assert "已保存 1 人" in post(one, "desk_session_marks", session.number, **typed(text, {first.pk: "80"}))
        # The other tab still shows nothing for the first; it leaves that row alone and writes the second.
        assert "已保存 1 人" in post(other, "desk_session_marks", session.number, **typed(text, {second.pk: "70"}))
        assert ExamResult.objects.get(enrolment=first).theory == 80
        refused = post(other, "desk_session_marks", session.number, **typed(text, {first.pk: "60"}))
        assert "别人刚改过这个人的成绩" in refused
        assert f'name="theory-{first.pk}" value="60"' in refused
        assert ExamResult.objects.get(enrolment=first).theory == 80
        # The page now shows what stands; who sends it again means it.
        assert "已保存 1 人" in post(other, "desk_session_marks", session.number, **typed(refused, {first.pk: "60"}))
        assert ExamResult.objects.get(enrolment=first).theory == 60
        # Twice the same is no conflict.
        post(one, "desk_session_marks", session.number, **typed(text, {first.pk: "60"}))
    assert ExamResult.objects.count() == 2


def test_marks_of_an_attempt_do_not_slip_into_the_next(ground: Ground) -> None:
    session, (one,) = class_of(ground, 1)
    client, lead = client_of(ground, "lead"), ground.person("lead")
    with after(session):
        called(ground, session)
        record_results(session_id=session.pk, marks={one.pk: Marks(Decimal(10))}, actor=lead)
        text = page(client, "desk_session_marks", session.number)
        start_resit(session_id=session.pk, enrolment_id=one.pk, actor=lead)
        assert "别人刚改过" in post(client, "desk_session_marks", session.number, **typed(text, {one.pk: "99"}))
    assert [(row.attempt, row.theory) for row in ExamResult.objects.order_by("attempt")] == [(1, 10), (2, None)]


def test_who_failed_takes_a_resit_and_what_was_typed_for_others_is_saved_first(ground: Ground) -> None:
    session, (failed, other) = class_of(ground, 2)
    client, lead = client_of(ground, "lead"), ground.person("lead")
    with after(session):
        called(ground, session)
        record_results(session_id=session.pk, marks={failed.pk: Marks(Decimal(10))}, actor=lead)
        text = page(client, "desk_session_marks", session.number)
        sent = typed(text, {failed.pk: "10", other.pk: "91"}, resit=str(failed.pk))
        said = post(client, "desk_session_marks", session.number, **sent)
        assert "开始第 2 次考核" in said
        assert ExamResult.objects.get(enrolment=other).theory == 91
        assert "第 2 次" in said
        again = {**typed(said, {failed.pk: "20", other.pk: "91"}), "resit": str(failed.pk)}
        assert "最多补考 1 次" in post(client, "desk_session_marks", session.number, **again)
        for odd in ("0", "x", "9" * 40):
            response = client.post(f"/desk/training/sessions/{session.number}/marks/", {"resit": odd})
            assert response.status_code == 404


def test_the_rest_of_the_skills_passes_by_one_button_for_who_was_examined(ground: Ground) -> None:
    session, (first, second, third) = class_of(ground, 3)
    client = client_of(ground, "lead")
    with after(session):
        called(ground, session)
        text = page(client, "desk_session_marks", session.number)
        sent = typed(text, {first.pk: "80", second.pk: "81", third.pk: ""}, rest="passed")
        sent[f"skill-{second.pk}-carry"] = "failed"
        post(client, "desk_session_marks", session.number, **sent)
    assert ExamResult.objects.get(enrolment=first).is_passed
    assert ExamResult.objects.get(enrolment=second).skills_failed == [Skill.CARRY]
    assert not ExamResult.objects.filter(enrolment=third).exists()


def test_nobody_signs_while_a_mark_is_missing(ground: Ground) -> None:
    session, (first, second) = class_of(ground, 2)
    client, lead = client_of(ground, "lead"), ground.person("lead")
    with after(session):
        assert "还有 2 人没有点完名" in page(client, "desk_session_sign", session.number)
        called(ground, session)
        whole = Marks(Decimal(90), frozenset(session.version.skills))
        record_results(session_id=session.pk, marks={first.pk: whole, second.pk: Marks(Decimal(90))}, actor=lead)
        text = page(client, "desk_session_sign", session.number)
        assert "还有 1 人的成绩没有填完" in text
        assert 'name="numbers"' not in text
        again = post(client, "desk_session_sign", session.number, numbers="2-2-1-0-1-0")
        assert "还有 1 人的成绩没有填完" in again
    session.refresh_from_db()
    assert session.status == SessionStatus.OPEN


def test_others_than_instructors_and_officers_see_no_marks(ground: Ground) -> None:
    session, _people = class_of(ground, 1)
    url = f"/desk/training/sessions/{session.number}/marks/"
    assert client_of(ground, "auditor").get(url).status_code == 403
    assert client_of(ground, "stranger").get(url).status_code == 404


@given(st.decimals(0, 100, places=1))
def test_a_mark_is_read_as_it_is_written(theory: Decimal) -> None:
    assert read_score(plain(theory)) == theory
    assert read_score(f" {theory} 分 ") == theory
    assert "E" not in plain(theory)


@given(
    st.integers(0, 9),
    st.none() | st.decimals(0, 100, places=1),
    st.dictionaries(st.sampled_from(Skill.values), st.booleans()),
)
def test_what_a_page_showed_comes_back_from_its_hidden_field(
    attempt: int, theory: Decimal | None, skills: dict[str, bool]
) -> None:
    marks = Marks(
        theory,
        frozenset(skill for skill, is_passed in skills.items() if is_passed),
        frozenset(skill for skill, is_passed in skills.items() if not is_passed),
    )
    assert seen_from(seen_text(Seen(attempt, marks))) == Seen(attempt, marks)
