"""The second factor: set up, asked for, required by role."""

import base64
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from core.models import AuditEvent
from organizations.choices import SECOND_FACTOR_ROLES, Role
from tests.accounts.conftest import PASSWORD
from tests.factories.people import make_person, make_province


def _code(secret, ahead=0):
    counter = next(iter(yield_hotp_counters_from_time())) + ahead
    return format_hotp_value(hotp_value(secret, counter))


def _sign_in(client, login="jia.shili", password=PASSWORD):
    return client.post("/accounts/login/", {"login": login, "password": password})


def _set_up(client):
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"\b[A-Z2-7]{32}\b", page)[0]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": _code(secret)})
    return secret, page, answer


def _recovery_codes(client):
    return re.findall(r"<code>([0-9 -]{8,11})</code>", client.get("/accounts/2fa/recovery-codes/").content.decode())


def test_one_sets_up_a_telephone_and_gets_recovery_codes_to_print(client, person):
    _sign_in(client)
    _secret, page, answer = _set_up(client)
    assert 'src="data:image/svg+xml;base64,' in page
    picture = re.search(r"data:image/svg\+xml;base64,([^\"]+)", page)[1]
    assert b"<svg" in base64.b64decode(picture)
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    assert len(_recovery_codes(client)) == 10
    download = client.get("/accounts/2fa/recovery-codes/download/")
    assert "attachment" in download["Content-Disposition"]
    assert "jia.shili" in download.content.decode()


def test_the_policy_of_content_lets_the_picture_show_and_no_inline_script(client, person):
    _sign_in(client)
    answer = client.get("/accounts/2fa/totp/activate/")
    policy = answer["Content-Security-Policy"]
    assert "img-src 'self' data:" in policy
    assert "script-src 'self'" in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_signing_in_then_asks_for_the_code(client, person, django_capture_on_commit_callbacks):
    _sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        secret, *_ = _set_up(client)
    client.post("/accounts/logout/")
    answer = _sign_in(client)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/desk/jobs/").status_code == 302, "the password alone opens nothing"
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "验证码不对" in wrong.content.decode()
    right = client.post("/accounts/2fa/authenticate/", {"code": _code(secret, ahead=1)})
    assert right.status_code == 302
    assert client.get("/desk/jobs/").status_code == 200
    assert AuditEvent.objects.filter(verb="accounts.user.second_factor_failed").count() == 1
    assert AuditEvent.objects.filter(verb="accounts.user.second_factor_added").count() == 1


def test_a_recovery_code_works_once(client, person):
    _sign_in(client)
    _set_up(client)
    code = _recovery_codes(client)[0]
    for expected in (302, 200):
        client.post("/accounts/logout/")
        _sign_in(client)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_codes_cannot_be_tried_for_ever(client, person):
    _sign_in(client)
    secret, *_ = _set_up(client)
    client.post("/accounts/logout/")
    _sign_in(client)
    for _ in range(10):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    page = client.post("/accounts/2fa/authenticate/", {"code": _code(secret, ahead=1)})
    assert page.status_code == 200
    assert "输错次数太多" in page.content.decode()


def test_the_secret_is_sealed_at_rest(client, person):
    _sign_in(client)
    secret, *_ = _set_up(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept


def test_setting_up_asks_for_the_password_again_after_ten_minutes(client, person, monkeypatch):
    _sign_in(client)
    late = time.time() + 601
    monkeypatch.setattr("accounts.adapters.time.time", lambda: late)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.mark.parametrize("role", list(Role))
def test_roles_that_need_it_reach_nothing_before_it_is_set_up(client, db, required, role):
    person = make_person("yi.shili", role, make_province()["33"], password=PASSWORD)
    _sign_in(client, "yi.shili")
    answer = client.get("/desk/jobs/")
    if role not in SECOND_FACTOR_ROLES:
        assert answer.status_code == 200
        return
    assert answer["Location"] == "/accounts/2fa/totp/activate/"
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    assert client.get("/accounts/password/change/").status_code == 200
    assert client.get("/healthz").status_code == 200
    _set_up(client)
    assert client.get("/desk/jobs/").status_code == 200
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_the_way_out_is_open(client, db, required):
    make_person("yi.shili", Role.APPROVER, make_province()["33"], password=PASSWORD)
    _sign_in(client, "yi.shili")
    assert client.post("/accounts/logout/")["Location"] == "/"


def test_who_turns_it_off_must_set_it_up_again(client, db, required):
    make_person("yi.shili", Role.APPROVER, make_province()["33"], password=PASSWORD)
    _sign_in(client, "yi.shili")
    _set_up(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/desk/jobs/")["Location"] == "/accounts/2fa/totp/activate/"


def test_with_the_factor_a_page_costs_no_query_for_this_question(client, db, required, django_assert_max_num_queries):
    make_person("yi.shili", Role.APPROVER, make_province()["33"], password=PASSWORD)
    _sign_in(client, "yi.shili")
    _set_up(client)
    client.get("/desk/jobs/")
    # Session read and written, person, jobs, grants for the menu.
    with django_assert_max_num_queries(8) as queries:
        client.get("/desk/jobs/")
    assert not [query for query in queries.captured_queries if "mfa_authenticator" in query["sql"]]
