"""Fetching wishes for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from registries.models import Wish

if TYPE_CHECKING:
    from accounts.models import User


def wish_for(person: User, number: str) -> Wish:
    """A wish that the person may see, by its number; raises NotFound, also for one outside their branches."""
    found: Wish | None = (
        Wish.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "replaces", "replaced_by", "registered_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("wish_not_found", _("没有找到这份登记，或它不在您的范围内，请核对编号。"))
    return found
