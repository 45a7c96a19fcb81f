"""Sensitive values (P3): sealed in their rows, read through one logged door (docs/personal-data.md).

Models take their fields from `core.fields`; services take the rest from here.
"""

from core.sealed.digests import holds, look_up_digests, matching
from core.sealed.reading import open_for_work, open_many_for_work, reveal, reveal_many
from core.sealed.registry import SealedPlace, sealed_places
from core.sealed.writing import seal_into, seal_into_many

__all__ = [
    "SealedPlace",
    "holds",
    "look_up_digests",
    "matching",
    "open_for_work",
    "open_many_for_work",
    "reveal",
    "reveal_many",
    "seal_into",
    "seal_into_many",
    "sealed_places",
]
