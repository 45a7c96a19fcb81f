"""What published reports need of the private store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from core.models import StoredFile
from transparency.models import ReportFile


def kept_files(due: QuerySet[StoredFile], _holds: Any) -> Iterable[Any]:
    """Return the files of reports among those whose day has come: they stay whatever their day is."""
    return ReportFile.objects.filter(file__in=due).values_list("file", flat=True)
