"""The ground floor: subjects without a domain noun that two apps or more use."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Money, periods, audit trail, outbox, jobs, numbers, files."""

    name = "core"
    verbose_name = _("基础")
    default_auto_field = "django.db.models.BigAutoField"
