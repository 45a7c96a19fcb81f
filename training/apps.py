"""The application's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    """First-aid training: courses, sessions, who takes part, and certificates."""

    name = "training"
    verbose_name = _("应急救护培训")
