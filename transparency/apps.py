"""What the public and auditors read: pages, reports, open data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransparencyConfig(AppConfig):
    """What the public and auditors read: pages, reports, open data."""

    name = "transparency"
    verbose_name = _("公开")
    default_auto_field = "django.db.models.BigAutoField"
