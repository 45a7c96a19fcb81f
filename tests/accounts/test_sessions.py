"""The end of sessions."""

from datetime import UTC, datetime, timedelta

from django.contrib.sessions.models import Session

from accounts.services import end_sessions
from core.clock import frozen_at
from core.models import AuditEvent
from tests.accounts.conftest import PASSWORD

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PAGE = "/desk/jobs/"


def _sign_in(client):
    client.post("/accounts/login/", {"login": "jia.shili", "password": PASSWORD})


def _at(client, minutes, **headers):
    with frozen_at(START + timedelta(minutes=minutes)):
        return client.get(PAGE, headers=headers)


def test_a_session_lasts_as_long_as_one_works(client, person):
    with frozen_at(START):
        _sign_in(client)
    for minutes in (0, 29, 58, 87):
        assert _at(client, minutes).status_code == 200


def test_a_session_ends_after_the_idle_time_and_the_sign_in_page_says_why(client, person, settings):
    assert settings.SESSION_IDLE_MINUTES == 30
    with frozen_at(START):
        _sign_in(client)
        client.get(PAGE)
    answer = _at(client, 31)
    assert answer["Location"] == "/accounts/login/?next=/desk/jobs/&ended=1"
    page = client.get(answer["Location"]).content.decode()
    assert "登录已结束" in page
    assert AuditEvent.objects.filter(verb="accounts.user.session_ended", object_key="jia.shili").count() == 1
    back = client.post("/accounts/login/", {"login": "jia.shili", "password": PASSWORD, "next": PAGE})
    assert back["Location"] == PAGE


def test_a_page_that_asks_by_itself_does_not_keep_a_session_alive(client, person):
    with frozen_at(START):
        _sign_in(client)
        client.get(PAGE)
    assert _at(client, 20, **{"HX-Request": "true"}).status_code == 200
    assert _at(client, 31, **{"HX-Request": "true"}).status_code == 302


def test_a_click_that_htmx_sends_is_an_act_of_the_person(client, person):
    with frozen_at(START):
        _sign_in(client)
        client.get(PAGE)
    assert _at(client, 20, **{"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/"}).status_code == 200
    assert _at(client, 45).status_code == 200


def test_a_session_that_the_store_has_dropped_is_explained_as_well(client, person):
    _sign_in(client)
    Session.objects.all().delete()
    client.session.delete()
    answer = client.get(PAGE)
    assert "ended=1" in answer["Location"]


def test_who_never_signed_in_is_told_of_no_end(client, db):
    assert client.get(PAGE)["Location"] == "/accounts/login/?next=/desk/jobs/"


def test_ending_all_sessions_reaches_every_browser(client, person, keeper):
    _sign_in(client)
    other = type(client)()
    _sign_in(other)
    end_sessions(person=person, actor=keeper)
    assert client.get(PAGE).status_code == 302
    assert other.get(PAGE).status_code == 302


def test_a_stored_session_holds_no_more_than_the_idle_time(client, person, settings):
    _sign_in(client)
    assert client.session.get_expiry_age() == 60 * settings.SESSION_IDLE_MINUTES
    assert client.session.get_expire_at_browser_close()
