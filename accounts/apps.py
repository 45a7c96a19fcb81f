"""The user and the ways to sign in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The user and the ways to sign in."""

    name = "accounts"
    verbose_name = _("账号")
    default_auto_field = "django.db.models.BigAutoField"
