"""Certificates that were printed before the portal, brought in from a file (docs/training.md)."""

from training.services.legacy.imports import confirm_import, drop_import, open_import, start_reading
from training.services.legacy.reading import HEADER
from training.services.legacy.writing import check_import, write_import

__all__ = ["HEADER", "check_import", "confirm_import", "drop_import", "open_import", "start_reading", "write_import"]
