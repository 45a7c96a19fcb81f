"""The application's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    """What banks and platforms say happened, line by line, against the books."""

    name = "reconciliation"
    verbose_name = _("银行对账")
