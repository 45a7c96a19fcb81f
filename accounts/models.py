"""The person who signs in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; people come in through `accounts.services`, which also audits."""

    use_in_migrations = True

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by login, whatever its case."""
        return self.get(login__iexact=username)

    def create_user(self, login: str, password: str | None = None, **fields: Any) -> User:
        """Make a person with a hashed password (None: cannot sign in until one is set)."""
        user = self.model(login=login.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, login: str, password: str | None = None, **fields: Any) -> User:
        """Make a system administrator (who sees no donor's name by that alone)."""
        return self.create_user(login, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff, an auditor, a supervisor or an administrator; the public has no account.

    What a person may do comes from role grants (`organizations.RoleGrant`), never from `is_staff`, which only opens the
    administrators' site.
    """

    login = models.CharField(
        _("登录名"), max_length=60, unique=True, error_messages={"unique": _("已有这个登录名，请换一个。")}
    )
    name = models.CharField(_("姓名"), max_length=60)
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("可登录"), default=True)
    is_staff = models.BooleanField(_("系统管理员"), default=False)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)
    session_epoch = models.PositiveIntegerField(_("会话批次"), default=0)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(login__regex=r"^[a-z0-9][a-z0-9._-]*$"), name="user_login_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.login

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, and bound to `session_epoch` too: raising that ends every session of the person at once."""
        return salted_hmac(
            "accounts.User.session", f"{self.session_epoch}:{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()
