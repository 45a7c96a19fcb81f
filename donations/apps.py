"""Gifts: from a list or a counter through a second person into the ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DonationsConfig(AppConfig):
    """Gifts: from a list or a counter through a second person into the ledger."""

    name = "donations"
    verbose_name = _("捐赠")
    default_auto_field = "django.db.models.BigAutoField"
