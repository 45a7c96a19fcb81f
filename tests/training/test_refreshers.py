"""Renewing: the nearest sessions, the offer in the reminder, the earlier certificate's number, figures at the desk."""

from __future__ import annotations

import csv
import datetime
import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import frozen_at, today
from organizations.models import Division
from tests.factories.people import branch_at, make_person
from tests.training.certified import certified
from tests.training.ground import (
    Ground,
    all_passed,
    held,
    id_number,
    make_instructor,
    make_plan,
    opened,
    somebody,
    version_of,
)
from tests.training.pages import client_of, page
from tests.training.telephones import asked, messages_sent, with_messages
from training.choices import CertificateStatus, ReissueReason
from training.models import Certificate, Enrolment, Session
from training.selectors.expiring import ExpiringFilter, expiring_counts, expiring_for, renewals_for
from training.selectors.public.refreshers import next_refresher, refreshers_near
from training.services.enrolling import Person, sign_up
from training.services.expiring import remind_holders
from training.services.issuing import issue_certificates, planned_issue
from training.services.sessions import create_session, open_session

pytestmark = pytest.mark.usefixtures("early_morning")

FIRST, AGAIN = "first-aider", "first-aider-refresher"


def refresher(ground: Ground, days: int = 20, **over: Any) -> Session:
    """A refresher that takes people."""
    day = today() + datetime.timedelta(days=days)
    return opened(ground, day=day, version=version_of(AGAIN), **over)


def first_aider(ground: Ground, serial: int = 0) -> Certificate:
    """Somebody who has a first-aider's certificate."""
    session = opened(ground, day=today(), version=version_of(FIRST))
    place = signed_up(session, somebody(serial))
    return issued(ground, session, place)


def signed_up(session: Session, person: Person) -> Enrolment:
    """Somebody gets a seat."""
    return sign_up(session_id=session.pk, person=person, key=uuid.uuid4()).enrolment


def issued(ground: Ground, session: Session, place: Enrolment) -> Certificate:
    """The class is held, and its one certificate issued."""
    held(ground, session, {place.pk: all_passed(session)})
    with frozen_at(session.lessons.get().ends_at + datetime.timedelta(hours=1)):
        given = issue_certificates(session_id=session.pk, actor=ground.person("issuer"))
    assert given.refused == ()
    return given.certificates[0]


def test_sessions_are_offered_by_nearness_and_day_and_by_what_renews_the_kind(ground: Ground) -> None:
    later, sooner = refresher(ground, 30), refresher(ground, 20)
    opened(ground, day=today() + datetime.timedelta(days=5))
    other = make_person("other", "training_officer", branch_at("330302"))
    teacher = make_instructor(branch_at("330302"))
    plan = make_plan(
        ground, day=today() + datetime.timedelta(days=3), version=version_of(AGAIN), branch=branch_at("330302"),
        area=Division.objects.get(code="330302"),
    )  # fmt: skip
    lessons = tuple(type(one)(one.starts_at, one.ends_at, (teacher,)) for one in plan.lessons)
    far = create_session(plan=type(plan)(**{**vars(plan), "lessons": lessons, "seats": 5}), actor=other)
    open_session(session_id=far.pk, actor=other)
    found = refreshers_near("first_aider", "330182")
    assert [one.number for one in found.here] == [sooner.number, later.number]
    assert [one.number for one in found.far] == [far.number]
    assert [one.number for one in refreshers_near("first_aider", "330106").city] == [sooner.number, later.number]
    nearest = next_refresher("first_aider", "330302")
    assert nearest is not None
    assert nearest.number == far.number
    shown = page(Client(), "training_refreshers_near", "first_aider", "330182")
    assert shown.index(sooner.number) < shown.index(later.number) < shown.index(far.number)


def test_the_page_needs_no_sign_in_and_refuses_what_it_cannot_read(ground: Ground) -> None:
    client = Client()
    assert "现在没有正在报名的复训班" in page(client, "training_refreshers")
    answer = client.get("/training/refreshers/", {"kind": "cpr_aed", "area": "330182"})
    assert answer["Location"] == "/training/refreshers/cpr_aed/330182/"
    assert client.get("/training/refreshers/club/330182/").status_code == 400
    assert client.get("/training/refreshers/cpr_aed/3301823/").status_code == 400


def test_the_reminder_offers_the_next_session_and_the_page_of_all(
    ground: Ground, settings: Any, tmp_path: Path
) -> None:
    with_messages(settings, tmp_path)
    (certificate,) = certified(ground)
    assert certificate.expires_on is not None
    moment = datetime.datetime.combine(
        certificate.expires_on - datetime.timedelta(days=30), datetime.time(4), datetime.UTC
    )
    with frozen_at(moment):
        offer = opened(ground, day=today() + datetime.timedelta(days=10))
        assert remind_holders() == 1
        values = messages_sent(".expiring")[0]["values"]
    assert values["session"] == offer.number
    assert values["page"] == "/training/refreshers/cpr_aed/330182/"
    assert Client().get(values["page"]).status_code == 200


def test_a_certificate_that_ends_leads_to_the_sessions_and_a_good_one_does_not(ground: Ground) -> None:
    (certificate,) = certified(ground)
    address, link = f"/certificates/{certificate.code}/", "/training/refreshers/cpr_aed/330182/"
    assert link not in Client().get(address).content.decode()
    assert certificate.expires_on is not None
    for days in (30, -30):
        day = certificate.expires_on - datetime.timedelta(days=days)
        with frozen_at(datetime.datetime.combine(day, datetime.time(4), datetime.UTC)):
            assert link in Client().get(address).content.decode()


def test_a_refresher_renews_the_certificate_that_the_number_and_the_name_tell(ground: Ground) -> None:
    old = first_aider(ground)
    session = refresher(ground)
    person = somebody(0)
    # The same person by a new document.
    moved = Person(
        person.name, person.phone, "passport", "E12345678", datetime.date(1980, 1, 1), "", old.number.lower()
    )
    new = issued(ground, session, signed_up(session, moved))
    old.refresh_from_db()
    assert new.replaces_id == old.pk
    assert (old.status, new.reissue_reason) == (CertificateStatus.REPLACED, ReissueReason.REFRESHED)


def test_a_number_with_another_name_renews_nothing_and_the_reason_is_said(ground: Ground) -> None:
    old = first_aider(ground)
    session = refresher(ground)
    other = somebody(7)
    place = signed_up(session, Person(other.name, other.phone, "id_card", id_number(7), None, "", old.number))
    held(ground, session, {place.pk: all_passed(session)})
    planned = planned_issue(session)
    assert planned.people == ()
    assert old.number in planned.refused[0].reason
    old.refresh_from_db()
    assert old.status == CertificateStatus.VALID


def test_of_two_who_give_one_number_one_renews_it(ground: Ground) -> None:
    old, person = first_aider(ground), somebody(0)
    session = refresher(ground)
    born = datetime.date(1980, 1, 1)
    twins = [Person(person.name, f"1370000000{n}", "passport", f"E1234567{n}", born, "", old.number) for n in range(2)]
    places = [signed_up(session, one) for one in twins]
    held(ground, session, {one.pk: all_passed(session) for one in places})
    planned = planned_issue(session)
    assert (len(planned.people), len(planned.refused)) == (1, 1)


def test_where_there_is_no_refresher_the_course_renews_what_ends_soon_and_nothing_else(ground: Ground) -> None:
    (old,) = certified(ground)
    assert old.expires_on is not None
    fresh = opened(ground, day=today())
    place = signed_up(fresh, somebody(0))
    held(ground, fresh, {place.pk: all_passed(fresh)})
    assert "已有有效的" in planned_issue(fresh).refused[0].reason
    with frozen_at(
        datetime.datetime.combine(old.expires_on - datetime.timedelta(days=40), datetime.time(4), datetime.UTC)
    ):
        again = opened(ground, day=today() + datetime.timedelta(days=2))
        place = signed_up(again, somebody(0))
    new = issued(ground, again, place)
    assert new.replaces_id == old.pk


def test_only_a_refresher_asks_for_the_earlier_number(ground: Ground, settings: Any, tmp_path: Path) -> None:
    with_messages(settings, tmp_path)
    for phone, session, is_asked in (
        ("13800000001", refresher(ground), True),
        ("13800000002", opened(ground, hour=15), False),
    ):
        client = Client()
        asked(client, session.number, phone)
        shown = client.get(f"/training/{session.number}/sign-up/name/").content.decode()
        assert ("earlier_number" in shown) is is_asked


def test_the_desk_lists_who_ends_and_counts_who_signed_up_again_and_renewed(ground: Ground) -> None:
    old = first_aider(ground)
    certified(ground, 3, first=50)
    officer = ground.person("officer")
    assert old.expires_on is not None
    with frozen_at(
        datetime.datetime.combine(old.expires_on - datetime.timedelta(days=30), datetime.time(4), datetime.UTC)
    ):
        session = refresher(ground, 5)
        place = signed_up(session, somebody(0))
        wanted = ExpiringFilter(today(), today() + datetime.timedelta(days=60), kind="first_aider")
        (row,) = expiring_for(officer, wanted).rows
        assert (row.shown.number, row.is_signed_up, row.shown.shown_name) == (old.number, True, "赵**")
        assert [one[-1] for one in expiring_counts(officer, wanted)] == [1]
        assert expiring_for(ground.person("stranger"), wanted).rows == []
    issued(ground, session, place)
    with frozen_at(
        datetime.datetime.combine(old.expires_on + datetime.timedelta(days=3), datetime.time(4), datetime.UTC)
    ):
        renewal = next(one for one in renewals_for(officer) if one.kind == "first_aider")
        assert (renewal.ended, renewal.signed_up, renewal.renewed, str(renewal.rate)) == (1, 1, 1, "100.0")


def test_the_list_is_paged_and_its_file_has_numbers_alone(ground: Ground) -> None:
    certificates = certified(ground, 5)
    officer = ground.person("officer")
    last = max(one.expires_on for one in certificates if one.expires_on)
    wanted, cursor, found = ExpiringFilter(today(), last), "", []
    while True:
        got = expiring_for(officer, wanted, cursor, limit=2)
        found += [one.shown.number for one in got.rows]
        cursor = got.next_cursor
        if not cursor:
            break
    assert found == [one.number for one in certificates]
    client = client_of(ground, "officer")
    query = {"first": today().isoformat(), "last": last.isoformat()}
    shown = page(client, "desk_expiring", **query)
    assert certificates[0].number in shown
    assert "示例" not in certificates[0].shown_name
    response = client.get("/desk/training/expiring.csv", query)
    text = b"".join(response).decode("utf-8-sig")  # type: ignore[arg-type]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["county"], row["kind"], row["certificates"]) == ("330182", "cpr_aed", "5")
    assert certificates[0].number not in text
