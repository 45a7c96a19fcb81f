"""Changing, forgetting and being given passwords."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail

from accounts.models import User
from accounts.services import (
    change_person,
    create_person,
    disable_person,
    issue_password_link,
    send_password_mail,
)
from accounts.tasks import send_password_mail as mail_task
from core.errors import DomainError
from core.models import AuditEvent
from tests.accounts.conftest import PASSWORD

NEW = "xin-de-da-xiang-19"


def _set_by(client, path, password=NEW):
    form = client.get(path, follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})


def _can_sign_in(client, login, password):
    client.post("/accounts/logout/")
    return client.post("/accounts/login/", {"login": login, "password": password}).status_code == 302


def test_changing_the_password_keeps_this_session_and_ends_the_others(client, person):
    other = type(client)()
    for browser in (client, other):
        browser.post("/accounts/login/", {"login": "jia.shili", "password": PASSWORD})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert client.get("/desk/jobs/").status_code == 200
    assert other.get("/desk/jobs/").status_code == 302
    assert AuditEvent.objects.filter(verb="accounts.user.password_changed", actor_login="jia.shili").count() == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"oldpassword": "no", "password1": NEW, "password2": NEW}, "当前密码不对"),
        ({"oldpassword": PASSWORD, "password1": NEW, "password2": NEW + "x"}, "两次输入的新密码不一样"),
        ({"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}, "不能和当前密码相同"),
        ({"oldpassword": PASSWORD, "password1": "123456789012", "password2": "123456789012"}, "数字"),
        ({"oldpassword": PASSWORD, "password1": "jia.shili1", "password2": "jia.shili1"}, "登录名"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(client, person, data, says):
    client.force_login(person)
    page = client.post("/accounts/password/change/", data)
    assert page.status_code == 200
    assert says in page.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_first_password_must_be_changed_before_anything_else(client, db):
    create_person(login="xin.ren", name="示例新", password=PASSWORD, must_change_password=True, actor=None)
    client.post("/accounts/login/", {"login": "xin.ren", "password": PASSWORD})
    for path in ("/desk/jobs/", "/accounts/2fa/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/password/change/")
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert client.get("/desk/jobs/").status_code == 200
    assert not User.objects.get(login="xin.ren").must_change_password


def test_a_link_sets_a_password_once(client, person, keeper):
    path = issue_password_link(person=person, actor=keeper)
    assert _set_by(client, path).status_code == 302
    assert _can_sign_in(client, "jia.shili", NEW)
    client.post("/accounts/logout/")
    again = client.get(path)
    assert "链接已失效" in again.content.decode()


def test_a_link_is_good_for_a_day_only(client, person, keeper, monkeypatch, settings):
    path = issue_password_link(person=person, actor=keeper)
    assert settings.PASSWORD_RESET_TIMEOUT == 86_400
    later = PasswordResetTokenGenerator()._now() + timedelta(seconds=86_401)
    # Django's generator reads its own clock; nothing else in the link tells the time.
    monkeypatch.setattr("django.contrib.auth.tokens.PasswordResetTokenGenerator._now", lambda self: later)
    assert "链接已失效" in client.get(path).content.decode()


def test_a_link_is_no_good_for_a_disabled_person(client, person, keeper):
    path = issue_password_link(person=person, actor=keeper)
    disable_person(person=person, actor=keeper, reason="调离")
    assert "链接已失效" in client.get(path).content.decode()
    with pytest.raises(DomainError, match="停用"):
        issue_password_link(person=User.objects.get(pk=person.pk), actor=keeper)


def test_the_key_of_a_link_does_not_stay_in_the_address(client, person, keeper):
    path = issue_password_link(person=person, actor=keeper)
    form = client.get(path, follow=True)
    assert form.redirect_chain[-1][0].endswith("-set-password/")
    assert 'name="referrer" content="no-referrer"' in form.content.decode()


def test_asking_for_a_link_by_mail_tells_nothing_about_who_has_an_account(
    client, person, broker, django_capture_on_commit_callbacks
):
    pages = []
    for address in ("jia@example.org", "nobody@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/accounts/password/reset/", {"email": address})
        assert answer["Location"] == "/accounts/password/reset/done/"
        pages.append(client.get(answer["Location"]).content)
    assert pages[0] == pages[1]
    assert mail.outbox == [], "the mail is a worker's work, so both answers take the same time"
    assert broker.llen("celery") == 1
    message = broker.lindex("celery", 0).decode()
    assert "jia@example.org" not in message


def test_the_worker_mails_a_link_that_works(client, person):
    mail_task(person.pk, "https://portal.example.org")
    (letter,) = mail.outbox
    assert letter.to == ["jia@example.org"]
    assert letter.subject == "设置登录密码"
    path = re.search(r"https://portal\.example\.org(\S+)", letter.body)[1]
    assert _set_by(client, path).status_code == 302
    assert _can_sign_in(client, "jia.shili", NEW)


def test_no_mail_goes_to_the_disabled_or_to_people_without_an_address(person, keeper):
    disable_person(person=person, actor=keeper, reason="调离")
    person.refresh_from_db()
    assert not send_password_mail(person=person, origin="https://portal.example.org")
    assert not send_password_mail(person=keeper, origin="https://portal.example.org")
    assert mail.outbox == []


def test_an_address_that_was_taken_away_gets_no_link_any_more(
    client, person, keeper, broker, django_capture_on_commit_callbacks
):
    issue_password_link(person=person, actor=keeper)
    change_person(person=person, name=person.name, email="neu@example.org", actor=keeper)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/password/reset/", {"email": "jia@example.org"})
    assert broker.llen("celery") == 0
