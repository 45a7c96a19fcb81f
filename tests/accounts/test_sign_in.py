"""Signing in and out, as people do it."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts.services import create_person, disable_person, enable_person, unlock_person
from core.models import AuditEvent
from tests.accounts.conftest import PASSWORD

LOGIN = "/accounts/login/"


def _verbs() -> list[str]:
    return [
        verb.removeprefix("accounts.user.") for verb in AuditEvent.objects.order_by("id").values_list("verb", flat=True)
    ]


def _sign_in(client: Client, login: str = "jia.shili", password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def test_a_person_signs_in_with_login_and_password_and_comes_back_to_the_page(client, person):
    page = client.get("/desk/jobs/")
    assert page.status_code == 302
    assert page["Location"] == "/accounts/login/?next=/desk/jobs/"
    answer = _sign_in(client, next="/desk/jobs/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/jobs/")
    assert client.get("/desk/jobs/").status_code == 200
    assert "signed_in" in _verbs()


def test_the_login_may_be_typed_in_any_case(client, person):
    assert _sign_in(client, " Jia.SHILI ").status_code == 302


def test_nobody_is_sent_to_another_site_after_signing_in(client, person):
    assert _sign_in(client, next="https://example.com/desk/")["Location"] == "/desk/"


def test_a_wrong_password_says_so_without_telling_whether_the_login_exists(client, person):
    known = _sign_in(client, password="wrong-password").content.decode()
    unknown = _sign_in(client, login="nobody", password="wrong-password").content.decode()
    assert "登录名或密码不对" in known
    assert "登录名或密码不对" in unknown


def test_failures_are_audited_with_the_login_only_if_there_is_one(client, person):
    _sign_in(client, password="wrong-password")
    _sign_in(client, login="my-secret-typed-as-login", password="x")
    failed = AuditEvent.objects.filter(verb="accounts.user.sign_in_failed").order_by("id")
    assert [event.object_key for event in failed] == ["jia.shili", ""]
    kept = " ".join(str(row) for row in AccessAttempt.objects.values_list())
    assert "my-secret-typed-as-login" not in kept
    assert "wrong-password" not in kept


def test_one_signs_out_by_post_only(client, person):
    _sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/desk/jobs/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/desk/jobs/").status_code == 302
    assert "signed_out" in _verbs()


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "confirm-email/", "password/set/", "social/login/error/", "3rdparty/", "login/code/", ""],
)
def test_pages_of_the_library_that_are_not_used_do_not_exist(client, person, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    _sign_in(client)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_a_disabled_person_is_out_with_the_next_request_and_stays_out(client, person, keeper):
    _sign_in(client)
    disable_person(person=person, actor=keeper, reason="调离")
    assert client.get("/desk/jobs/").status_code == 302
    answer = _sign_in(client)
    assert answer["Location"] == "/accounts/inactive/"
    assert "已停用" in client.get(answer["Location"]).content.decode()


def test_a_session_from_before_a_disabling_does_not_revive(client, person, keeper):
    _sign_in(client)
    disable_person(person=person, actor=keeper, reason="调离")
    enable_person(person=person, actor=keeper)
    assert client.get("/desk/jobs/").status_code == 302
    assert _sign_in(client).status_code == 302


# Locking --------------------------------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_the_login_and_the_page_says_how_long_and_whom_to_call(client, person, settings):
    settings.PORTAL = {**settings.PORTAL, "phone": "0571-00000000"}
    answers = [_sign_in(client, password="wrong-password") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    page = answers[-1].content.decode()
    assert "15 分钟" in page
    assert "0571-00000000" in page
    assert answers[-1]["Retry-After"] == "900"
    assert _sign_in(client).status_code == 429, "the right password does not help while locked"
    assert _verbs().count("locked_out") == 1


def test_a_login_is_locked_from_all_addresses_and_its_office_is_not(client, person, keeper):
    for number in range(5):
        client.post(LOGIN, {"login": "jia.shili", "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert client.post(LOGIN, {"login": "jia.shili", "password": PASSWORD}, REMOTE_ADDR="10.9.9.9").status_code == 429
    same_office = client.post(LOGIN, {"login": "guan.shili", "password": PASSWORD}, REMOTE_ADDR="10.0.0.4")
    assert same_office.status_code == 302


def test_forty_colleagues_behind_one_address_can_each_mistype_once(client, db):
    for number in range(40):
        create_person(login=f"p{number}", name=f"示例{number}", actor=None, password=None)
    for number in range(40):
        answer = client.post(LOGIN, {"login": f"p{number}", "password": "wrong"}, REMOTE_ADDR="10.0.0.1")
        assert answer.status_code == 200


def test_a_login_that_nobody_has_locks_just_the_same(client, db):
    answers = [_sign_in(client, login="nobody", password="wrong") for _ in range(5)]
    assert answers[-1].status_code == 429


def test_an_unlocked_person_signs_in_at_once(client, person, keeper):
    for _ in range(7):
        _sign_in(client, password="wrong-password")
    unlock_person(person=person, actor=keeper)
    assert _sign_in(client).status_code == 302


def test_a_lock_ends_by_itself_and_trying_on_does_not_lengthen_it(client, person):
    for _ in range(8):
        _sign_in(client, password="wrong-password")
    attempt = AccessAttempt.objects.get()
    assert attempt.failures_since_start == 5
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time.replace(year=attempt.attempt_time.year - 1))
    assert _sign_in(client).status_code == 302


def test_a_sign_in_forgets_the_failures_before_it(client, person):
    for _ in range(3):
        for _ in range(4):
            _sign_in(client, password="wrong-password")
        assert _sign_in(client).status_code == 302
        client.post("/accounts/logout/")


# Where nothing may stand ----------------------------------------------------------------------------------------------


def test_the_log_holds_neither_passwords_nor_logins_that_failed(client, person, caplog):
    _sign_in(client, login="typed-by-mistake", password="another-secret")
    assert "another-secret" not in caplog.text
    assert "typed-by-mistake" not in caplog.text


def test_the_session_cookie_is_not_for_scripts(client, person):
    answer = _sign_in(client)
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
