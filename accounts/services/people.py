"""Making people, and what administrators do to their accounts."""

import re

from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import EmailTaken, LoginTaken, NothingToDo, NotOnOneself
from accounts.models import User
from core.audit import record_audit
from core.errors import DomainError

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]*")


@transaction.atomic
def create_person(
    *,
    login: str,
    name: str,
    email: str = "",
    actor: User | None,
    password: str | None = None,
    must_change_password: bool = False,
    is_staff: bool = False,
) -> User:
    """Make a person who can sign in once a password is set (`issue_password_link`); `actor` None is the system.

    `password` is for commands and demo data; `is_staff` opens the administrators' site and gives no right in the
    domain. Raises LoginTaken, EmailTaken, DomainError for a login or name that is not one.
    """
    login, name, email = login.strip().lower(), name.strip(), email.strip().lower()
    _check_login(login)
    _check_name(name)
    _check_email(email, person=None)
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                login,
                password,
                name=name,
                email=email,
                must_change_password=must_change_password,
                is_staff=is_staff,
            )
    except IntegrityError as error:
        raise LoginTaken from error
    fields = ["login", "name", *(["email"] if email else []), *(["is_staff"] if is_staff else [])]
    record_audit("accounts.user.created", actor=actor, obj=person, object_key=person.login, changed_fields=fields)
    return person


@transaction.atomic
def change_person(*, person: User, name: str, email: str, actor: User) -> User:
    """Change a person's name and e-mail address. Locks the row. Raises EmailTaken, DomainError."""
    locked = _locked(person)
    name, email = name.strip(), email.strip().lower()
    _check_name(name)
    _check_email(email, person=locked)
    changed = [field for field, value in (("name", name), ("email", email)) if getattr(locked, field) != value]
    if not changed:
        return locked
    locked.name, locked.email = name, email
    locked.save(update_fields=changed)
    if "email" in changed:
        # What allauth remembers of the old address would still take a reset of the password.
        EmailAddress.objects.filter(user_id=locked.pk).delete()
    record_audit("accounts.user.changed", actor=actor, obj=locked, object_key=locked.login, changed_fields=changed)
    return locked


@transaction.atomic
def disable_person(*, person: User, actor: User, reason: str) -> User:
    """Take a person's access away; open sessions end with their next request. Locks the row.

    Raises NotOnOneself, NothingToDo, DomainError for a missing reason.
    """
    if person.pk == actor.pk:
        raise NotOnOneself
    if not reason.strip():
        raise DomainError("reason_missing", _("请写明停用的理由，例如“调离”。"), {"reason": _("请写明理由。")})
    locked = _locked(person)
    if not locked.is_active:
        raise NothingToDo(_("此账号已经停用。"))
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    _raise_epoch(locked)
    record_audit(
        "accounts.user.disabled",
        actor=actor,
        obj=locked,
        object_key=locked.login,
        changed_fields=["is_active"],
        reason=reason.strip(),
    )
    return locked


@transaction.atomic
def enable_person(*, person: User, actor: User) -> User:
    """Give a disabled person access again; sessions from before stay ended. Locks the row. Raises NothingToDo."""
    locked = _locked(person)
    if locked.is_active:
        raise NothingToDo(_("此账号没有停用。"))
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    record_audit(
        "accounts.user.enabled", actor=actor, obj=locked, object_key=locked.login, changed_fields=["is_active"]
    )
    return locked


@transaction.atomic
def unlock_person(*, person: User, actor: User) -> int:
    """Forget a person's failed attempts, so that they can sign in now; returns how many records there were."""
    count = reset(username=person.login)
    for key in (login_failure_key(person.login), f"mfa-auth-user-{person.pk}"):
        ratelimit.clear(None, app="allauth.account", action="login_failed", key=key)
    record_audit("accounts.user.unlocked", actor=actor, obj=person, object_key=person.login)
    return int(count)


@transaction.atomic
def reset_second_factor(*, person: User, actor: User, reason: str) -> User:
    """Remove a person's second factor and recovery codes (telephone lost) and end their sessions. Locks the row.

    Whoever needs one sets up a new one at the next sign-in. Raises NotOnOneself, NothingToDo, DomainError for a missing
    reason: how the person proved who they are.
    """
    if person.pk == actor.pk:
        raise NotOnOneself
    if not reason.strip():
        raise DomainError(
            "reason_missing", _("请写明怎样核实了本人身份，例如“当面核对工作证”。"), {"reason": _("请写明理由。")}
        )
    locked = _locked(person)
    gone, _per_model = Authenticator.objects.filter(user_id=locked.pk).delete()
    if not gone:
        raise NothingToDo(_("此账号没有设置第二重验证。"))
    _raise_epoch(locked)
    record_audit(
        "accounts.second_factor.reset", actor=actor, obj=locked, object_key=locked.login, reason=reason.strip()
    )
    return locked


@transaction.atomic
def end_sessions(*, person: User, actor: User | None, reason: str = "") -> None:
    """End all sessions of a person with their next request."""
    _raise_epoch(_locked(person))
    record_audit("accounts.user.sessions_ended", actor=actor, obj=person, object_key=person.login, reason=reason)


def _locked(person: User) -> User:
    return User.objects.select_for_update().get(pk=person.pk)


def _raise_epoch(person: User) -> None:
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])


def login_failure_key(login: str) -> str:
    """The name under which failures of a login are counted by allauth (`AccountAdapter`)."""
    return f"login:{login.strip().lower()}"


def _check_login(login: str) -> None:
    if not _LOGIN.fullmatch(login) or len(login) > 60:
        raise DomainError(
            "login_not_plain",
            _("登录名只能用小写英文字母、数字和 . _ -，以字母或数字开头，最多 60 个字符，例如 jiande.clerk。"),
            {"login": _("请只用小写英文字母、数字和 . _ -。")},
        )
    if User.objects.filter(login=login).exists():
        raise LoginTaken


def _check_name(name: str) -> None:
    if not name or len(name) > 60:
        raise DomainError("name_missing", _("请填写姓名，最多 60 个字。"), {"name": _("请填写姓名，最多 60 个字。")})


def _check_email(email: str, *, person: User | None) -> None:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError as error:
        raise DomainError(
            "email_wrong", _("邮箱地址不对，请检查；没有邮箱可以留空。"), {"email": _("邮箱地址不对。")}
        ) from error
    others = User.objects.filter(email__iexact=email)
    if person is not None:
        others = others.exclude(pk=person.pk)
    if others.exists():
        raise EmailTaken
