"""Value: units, funds, accounts, entries and movements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Value: units, funds, accounts, entries and movements."""

    name = "ledger"
    verbose_name = _("款物账")
    default_auto_field = "django.db.models.BigAutoField"
