"""The keys of a running portal: whether they are those of its database, and their change (docs/personal-data.md)."""

from core.keys.fingerprints import KeyProblem, key_problems, record_keys, refuse_wrong_keys
from core.keys.resealing import stale_count
from core.keys.rotation import retire_old_keys, rotate_keys, unfinished_rotation

__all__ = [
    "KeyProblem",
    "key_problems",
    "record_keys",
    "refuse_wrong_keys",
    "retire_old_keys",
    "rotate_keys",
    "stale_count",
    "unfinished_rotation",
]
