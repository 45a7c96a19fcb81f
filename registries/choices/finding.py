"""By what somebody is found at the desk."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SoughtBy(models.TextChoices):
    """What was typed into the one box."""

    NUMBER = "number", _("登记编号")
    PHONE = "phone", _("电话")
    DOCUMENT = "document", _("证件号码")


# A family shares a telephone; more than this is nobody's household, and no list to leaf through.
MOST_FOUND = 20
