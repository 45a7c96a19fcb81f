"""Setting passwords, and the links that let a person set one."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.errors import DomainError


@transaction.atomic
def set_own_password(*, person: User, password: str) -> None:
    """Set the password that the person chose, which ends the duty to change it and all other sessions.

    The caller has checked the password against the validators. Locks the row.
    """
    locked = User.objects.select_for_update().get(pk=person.pk)
    locked.set_password(password)
    locked.must_change_password = False
    locked.save(update_fields=["password", "must_change_password"])
    # The object in the caller's hand goes on into the session.
    person.password, person.must_change_password = locked.password, False
    record_audit(
        "accounts.user.password_changed",
        actor=locked,
        obj=locked,
        object_key=locked.login,
        changed_fields=["password"],
    )


@transaction.atomic
def issue_password_link(*, person: User, actor: User | None) -> str:
    """Make the path of a page on which the person sets a password: good once, for PASSWORD_RESET_TIMEOUT seconds.

    To be handed over in person, for people without e-mail. The path is a secret: shown once, never stored or logged.
    Raises DomainError for a disabled person.
    """
    if not person.is_active:
        raise DomainError("person_disabled", _("此账号已停用，请先启用，再给设置密码的链接。"))
    record_audit("accounts.user.password_link_issued", actor=actor, obj=person, object_key=person.login)
    return password_path(person)


def password_path(person: User) -> str:
    """The path of the page to set a password with a fresh token; the token dies with the password it was made for."""
    uid, key = user_pk_to_url_str(person), default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})


def send_password_mail(*, person: User, origin: str) -> bool:
    """Send a person the link to set a password; `origin` is the portal's address without a slash at its end.

    Says whether it was sent: not to the disabled, nor to people without an address.
    """
    if not person.is_active or not person.email:
        return False
    context = {
        "person": person,
        "link": origin + password_path(person),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        "portal": settings.PORTAL,
    }
    body = render_to_string("account/email/password_link.txt", context)
    send_mail(_("设置登录密码"), body, settings.DEFAULT_FROM_EMAIL, [person.email])
    record_audit("accounts.user.password_mail_sent", actor=None, obj=person, object_key=person.login)
    return True
