"""Fetching files of donors who joined on paper for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from registries.models import DonorIntake

if TYPE_CHECKING:
    from accounts.models import User


def intake_for(person: User, number: str) -> DonorIntake:
    """A file that the person keeps or may release, by its number.

    Raises NotFound, also for one outside their branches.
    """
    found: DonorIntake | None = (
        DonorIntake.objects.visible_to_either(person)
        .select_related("branch", "file", "made_by", "released_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("intake_not_found", _("没有找到这份名单，或它不在您的范围内，请核对编号。"))
    return found
