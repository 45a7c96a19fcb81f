"""The end of a session at the desk: signed, sent back, issued, finished; each by who may, each once."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from core.clock import frozen_at
from organizations.services import grant_role
from tests.factories.people import FOUNDED
from tests.ledger.test_concurrency import at_once
from tests.training.ground import Ground, all_passed, held, joined, opened, somebody
from tests.training.pages import after, client_of, page, post
from tests.training.test_triggers import signed
from training.choices import SessionStatus
from training.errors import WrongState
from training.models import Certificate, Enrolment, Session
from training.services.attending import call_roll
from training.services.examining import Marks, record_results, return_signature, sign_results
from training.services.issuing import issue_certificates
from training.services.rosters import add_person


def numbers(text: str) -> str:
    found = re.search(r'name="numbers" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def certificates(session: Session) -> list[Certificate]:
    return list(Certificate.objects.unscoped("test").filter(enrolment__session=session).order_by("number"))


def status(session: Session) -> str:
    return str(Session.objects.unscoped("test").get(pk=session.pk).status)


def ready(ground: Ground, people: int = 3) -> Session:
    """A session that is held and waits for its signature; the first was absent, the second failed."""
    session = opened(ground)
    first, second, *rest = joined(session, people)
    lead = ground.person("lead")
    with after(session):
        roll = {one.pk: "present" for one in (second, *rest)} | {first.pk: "absent"}
        call_roll(session_id=session.pk, lesson_id=session.lessons.get().pk, marks=roll, actor=lead)
        marks = {one.pk: all_passed(session) for one in rest}
        marks[second.pk] = Marks(failed=frozenset(session.version.skills))
        record_results(session_id=session.pk, marks=marks, actor=lead)
    return session


@pytest.mark.django_db
def test_the_signature_repeats_the_numbers_and_is_the_lead_instructors(ground: Ground) -> None:
    session = ready(ground)
    with after(session):
        text = page(client_of(ground, "lead"), "desk_session_sign", session.number)
        assert "签字：合格 1 人，不合格 1 人，缺课 1 人" in text
        other = page(client_of(ground, "second"), "desk_session_sign", session.number)
        assert "您不是本班的主讲师资" in other
        assert 'name="numbers"' not in other
        tried = post(client_of(ground, "second"), "desk_session_sign", session.number, numbers=numbers(text))
        assert "成绩须由本班的主讲师资签字" in tried
        assert client_of(ground, "officer").get(
            reverse("desk_session_sign", args=[session.number])
        ).status_code == 403  # fmt: skip
    assert status(session) == SessionStatus.OPEN


@pytest.mark.django_db
def test_numbers_that_changed_since_the_page_was_opened_are_not_signed(ground: Ground) -> None:
    session = ready(ground)
    client = client_of(ground, "lead")
    with after(session):
        before = numbers(page(client, "desk_session_sign", session.number))
        failed = Enrolment.objects.unscoped("test").get(session=session, place=2)
        record_results(session_id=session.pk, marks={failed.pk: all_passed(session)}, actor=ground.person("second"))
        again = post(client, "desk_session_sign", session.number, numbers=before)
        assert "数字和您打开页面时不同" in again
        assert status(session) == SessionStatus.OPEN
        assert "已签字" in post(client, "desk_session_sign", session.number, numbers=numbers(again))
        assert "成绩已签字" in post(client, "desk_session_sign", session.number, numbers=numbers(again))
    assert status(session) == SessionStatus.SIGNED


@pytest.mark.django_db
def test_a_signature_is_sent_back_with_a_reason_before_any_certificate(ground: Ground) -> None:
    session = signed(ground)
    issuer, lead = client_of(ground, "issuer"), client_of(ground, "lead")
    assert "必填" in post(issuer, "desk_session_return", session.number, reason="")
    assert "已退回" in post(issuer, "desk_session_return", session.number, reason="示例：二号成绩有误")
    assert status(session) == SessionStatus.CLOSED
    assert "现在不能办理" in page(issuer, "desk_session_return", session.number)
    with after(session):
        sign_results(session_id=session.pk, actor=ground.person("lead"))
        # Who signed takes it back themselves; another instructor does not.
        url = reverse("desk_session_return", args=[session.number])
        assert client_of(ground, "second").post(url, {"reason": "示例理由"}).status_code == 403
        assert "已退回" in post(lead, "desk_session_return", session.number, reason="示例：自己发现有误")
        sign_results(session_id=session.pk, actor=ground.person("lead"))
        issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert "现在不能办理" in page(issuer, "desk_session_return", session.number)


@pytest.mark.django_db
def test_only_what_was_signed_is_sent_back(ground: Ground) -> None:
    session = opened(ground)
    with pytest.raises(WrongState, match="没有签字"):
        return_signature(session_id=session.pk, actor=ground.person("issuer"), reason="示例理由")
    assert status(session) == SessionStatus.OPEN


@pytest.mark.django_db
def test_issuing_names_who_gets_none_and_goes_on_when_that_is_mended(ground: Ground) -> None:
    session = opened(ground)
    with_document = joined(session, 1)[0]
    without = add_person(
        session_id=session.pk,
        person=somebody(1, with_document=False),
        has_document_consent=False,
        actor=ground.person("officer"),
    ).enrolment
    held(ground, session, {one.pk: all_passed(session) for one in (with_document, without)})
    issuer = client_of(ground, "issuer")
    with after(session, hours=1):
        text = page(issuer, "desk_session_issue", session.number)
        assert "发证 1 张，另有 1 人不能发" in text
        assert "没有登记证件号码" in text
        done = post(issuer, "desk_session_issue", session.number, numbers=numbers(text))
        assert "已发证 1 张" in done
        assert certificates(session)[0].number in done
        assert "没有登记证件号码" in done
        assert status(session) == SessionStatus.SIGNED
        assert "现在没有可以发的证书" in page(issuer, "desk_session_issue", session.number)
        confirm = page(issuer, "desk_session_finish", session.number)
        assert "已发 1 张，1 人合格而没有证书" in confirm
        assert "已结班" in post(issuer, "desk_session_finish", session.number)
        assert "主讲师资签字后才能结班" in post(issuer, "desk_session_finish", session.number)
    assert status(session) == SessionStatus.FINISHED


@pytest.mark.django_db
def test_who_examined_is_told_so_and_issues_nothing(ground: Ground) -> None:
    session = signed(ground)
    lead = ground.person("lead")
    grant_role(person=lead, role="training_officer", branch=ground.branch, actor=None, valid_from=FOUNDED)
    client = client_of(ground, "lead")
    assert "您是本班的考官或签字人" in page(client, "desk_session_issue", session.number)
    other = page(client_of(ground, "issuer"), "desk_session_issue", session.number)
    assert "您是本班的考官或签字人" in post(client, "desk_session_issue", session.number, numbers=numbers(other))
    assert certificates(session) == []


@pytest.mark.django_db
def test_issue_sent_twice_issues_once(ground: Ground) -> None:
    session = signed(ground)
    client = client_of(ground, "issuer")
    token = numbers(page(client, "desk_session_issue", session.number))
    assert "已发证 2 张" in post(client, "desk_session_issue", session.number, numbers=token)
    again = post(client, "desk_session_issue", session.number, numbers=token)
    assert "已结班的不再重复发证" in again
    assert "看本班已发的证书" in again
    assert len(certificates(session)) == 2
    assert certificates(session)[0].number in page(client_of(ground, "auditor"), "desk_session_issued", session.number)


@pytest.mark.django_db
def test_a_numbers_field_that_is_missing_or_old_issues_nothing(ground: Ground) -> None:
    session = signed(ground)
    client = client_of(ground, "issuer")
    for token in ({}, {"numbers": "0"}):
        assert "数字和您打开页面时不同" in post(client, "desk_session_issue", session.number, **token)
    assert certificates(session) == []


def test_two_who_issue_at_once_issue_each_certificate_once(committed_ground: Ground) -> None:
    ground = committed_ground
    session = signed(ground)
    results = at_once(
        *(
            lambda login=login: issue_certificates(session_id=session.pk, actor=ground.person(login))
            for login in ("issuer", "officer")
        )
    )
    assert sorted(type(one).__name__ for one in results) == ["Issued", "WrongState"]
    assert [one.number[-8:] for one in certificates(session)] == ["00000001", "00000002"]
    assert status(session) == SessionStatus.FINISHED


def test_marks_saved_while_somebody_signs_are_in_before_it_or_refused(committed_ground: Ground) -> None:
    ground = committed_ground
    session = ready(ground)
    failed = Enrolment.objects.unscoped("test").get(session=session, place=2)
    moment = session.lessons.get().ends_at + datetime.timedelta(minutes=1)

    def sign() -> object:
        with frozen_at(moment):
            return sign_results(session_id=session.pk, actor=ground.person("lead"))

    def write() -> object:
        marks = {failed.pk: Marks(passed=frozenset(session.version.skills))}
        return record_results(session_id=session.pk, marks=marks, actor=ground.person("second"))

    first, second = at_once(sign, write)
    assert isinstance(first, Session)
    is_passed = failed.results.get().is_passed
    assert (second == 1 and is_passed) or (isinstance(second, WrongState) and not is_passed)
    assert failed.results.get().theory in (None, Decimal(0))
