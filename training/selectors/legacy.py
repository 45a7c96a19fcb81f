"""Imports of old certificates, for the people of their branches."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from training.models import LegacyImport

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 50


def imports_for(person: User) -> list[LegacyImport]:
    """The newest imports of the person's branches. One query."""
    rows = LegacyImport.objects.visible_to(person, Right.ISSUE_CERTIFICATES)
    return list(rows.select_related("branch", "created_by", "confirmed_by").order_by("-pk")[:SHOWN])


def import_for(person: User, key: uuid.UUID) -> LegacyImport:
    """One import that the person may see; raises NotFound, also for one outside their branches. One query."""
    rows = LegacyImport.objects.visible_to(person, Right.ISSUE_CERTIFICATES)
    found: LegacyImport | None = (
        rows.select_related("branch", "created_by", "confirmed_by", "problem_file").filter(key=key).first()
    )
    if found is None:
        raise NotFound("legacy_not_found", _("没有找到这次导入，或它不在您的范围内。"))
    return found
