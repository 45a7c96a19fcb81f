"""Fetching exports for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from registries.models import Export

if TYPE_CHECKING:
    from accounts.models import User


def export_for(person: User, number: str) -> Export:
    """An export of a branch in which the person asks for such or decides on them; raises NotFound."""
    found: Export | None = (
        Export.objects.visible_to_either(person)
        .select_related("branch", "requested_by", "decided_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("export_not_found", _("没有找到这份导出，或它不在您的范围内，请核对编号。"))
    return found
