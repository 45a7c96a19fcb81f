"""Literal tables of the roster of duty."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyPart(models.TextChoices):
    """Which part of a day somebody is on duty."""

    DAY = "day", _("白天 8:00—20:00")
    NIGHT = "night", _("夜间 20:00—次日 8:00")


# The hour (Asia/Shanghai) at which each part begins; the night of a day ends the next morning.
PART_BEGINS: dict[str, int] = {DutyPart.DAY: 8, DutyPart.NIGHT: 20}
