"""The application's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpendingConfig(AppConfig):
    """Value on its way to use: transfers between branches, and payments."""

    name = "spending"
    verbose_name = _("款项使用")
