"""How signing in behaves here: allauth's hooks."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context, ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sealing import seal_secret, unseal_secret
from accounts.services import record_sign_in_act, set_own_password
from accounts.services.people import login_failure_key
from core.queue import enqueue_on_commit

# allauth tells of a change of the second factor by the notice it would send.
_FACTOR_VERBS = {
    "mfa/email/totp_activated": "second_factor_added",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; nobody signs up; every sign-in is audited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("登录名或密码不对，请重新输入。"),
        "too_many_login_attempts": _("输错次数太多，请稍后再试，或请系统管理员解锁。"),
        "enter_current_password": _("当前密码不对，请重新输入。"),
        "incorrect_password": _("密码不对，请重新输入。"),
        "incorrect_code": _("验证码不对，请等它换成下一个再输入。"),
        "rate_limited": _("操作太频繁，请稍后再试。"),
        "invalid_password_reset": _("链接已失效：可能已经用过，或超过了期限。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a failure, by the person's login if there is such a person, and never by what was typed."""
        typed = str(credentials.get("username") or "").strip().lower()
        record_sign_in_act("sign_in_failed", person=User.objects.filter(login=typed).first())

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, forget the failures before it, and audit it."""
        super().login(request, user)
        ratelimit.clear(request, action="login_failed", key=login_failure_key(user.login))
        record_sign_in_act("signed_in", person=user)

    def logout(self, request: HttpRequest) -> None:
        """Audit the sign-out and sign out."""
        if isinstance(request.user, User):
            record_sign_in_act("signed_out", person=request.user)
        super().logout(request)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Audit a disabled person's right password, and say what to do."""
        record_sign_in_act("sign_in_refused", person=user)
        return super().respond_user_inactive(request, user)

    def set_password(self, user: Any, password: str) -> None:
        """Set the password through the service."""
        set_own_password(person=user, password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to work."""
        return self.get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before something sensitive, unless the person has just signed in.

        allauth by itself would ask who signed in a moment ago, to set up the second factor, for the password twice.
        """
        records = get_authentication_records(context.request, context.request.user)
        just_now = bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not just_now and bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Leave it to a worker, so that the answer takes no longer for an address that somebody has.

        The task makes the link itself: no secret goes through the broker.
        """
        enqueue_on_commit(
            "accounts.tasks.send_password_mail", user.pk, self.request.build_absolute_uri("/").rstrip("/")
        )

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Audit changes of the second factor; no notice is sent."""
        if verb := _FACTOR_VERBS.get(template_prefix):
            record_sign_in_act(verb, person=user)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By login alone, the host name left out, so that `unlock_person` can forget it from anywhere.
        return login_failure_key(str(credentials.get("username") or ""))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of second factors at rest, and calls accounts by their login."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对。请核对手机时间是否准确，等验证码换成下一个再输入。"),
        "cannot_delete_authenticator": _("您的角色必须使用第二重验证，不能关闭。"),
    }

    def get_totp_label(self, user: Any) -> str:
        """The login: an e-mail address would stand on the telephone's screen."""
        return str(user.login)

    def encrypt(self, text: str) -> str:
        """Seal with the data key (AES-256-GCM)."""
        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Unseal."""
        return unseal_secret(encrypted_text)
