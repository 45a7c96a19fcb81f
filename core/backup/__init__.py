"""Backups of the whole portal, sealed with a key of their own, and their way back (docs/backup.md)."""

from core.backup.making import make_backup
from core.backup.manifest import read_manifest, verify_parts
from core.backup.restoring import restore_backup

__all__ = ["make_backup", "read_manifest", "restore_backup", "verify_parts"]
