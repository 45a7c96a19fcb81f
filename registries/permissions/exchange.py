"""Fetching files of the national library for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from registries.models import ExchangeFile

if TYPE_CHECKING:
    from accounts.models import User


def exchange_file_for(person: User, number: str) -> ExchangeFile:
    """A file that the person keeps or, going out, may release, by its number.

    Raises NotFound, also for one outside their branches.
    """
    found: ExchangeFile | None = (
        ExchangeFile.objects.visible_to_either(person)
        .select_related("branch", "batch", "file", "made_by", "confirmed_by", "released_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("exchange_not_found", _("没有找到这份文件，或它不在您的范围内，请核对编号。"))
    return found
