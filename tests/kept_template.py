"""The migrated template, kept between runs as a dump under var/: whoever has none, or runs in CI, migrates instead."""

import contextlib
import hashlib
import os
import subprocess
from pathlib import Path

from core.backup.programs import program, server_version

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-template"
# Everything that a migrated database comes from; another content of any of it is another template.
SOURCES = (
    "*/migrations/*.py", "*/sql/*.sql", "*/models/*.py", "*/models.py", "*/management/commands/*.py", "*/settings.py",
    "requirements/base.txt",
)  # fmt: skip
# Of branches between which one goes back and forth.
MOST_KEPT = 3


def kept() -> Path:
    """Where the dump of this tree's template lies, or would."""
    digest = hashlib.sha256(server_version().encode())
    for path in sorted(found for pattern in SOURCES for found in ROOT.glob(pattern)):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return FOLDER / f"{digest.hexdigest()}.dump"


def may_be_used() -> bool:
    """Only on a server of our own, whose roles are always the same, and never where the migrations are on trial."""
    return bool(os.environ.get("TEST_DATABASE_IS_OURS")) and not os.environ.get("CI")


def restore(dump: Path, url: str) -> None:
    """Fill an empty database with a dump."""
    subprocess.run(
        [program("pg_restore"), "--exit-on-error", "--single-transaction", "--dbname", url, dump], check=True
    )


def keep(dump: Path, url: str) -> None:
    """Keep a dump for the next run; a directory that may not be written is no reason to fail."""
    with contextlib.suppress(OSError):
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = dump.with_suffix(f".{os.getpid()}")
        subprocess.run([program("pg_dump"), "--format", "custom", "--file", part, "--dbname", url], check=True)
        part.replace(dump)
        by_age = sorted(FOLDER.glob("*.dump"), key=lambda path: path.stat().st_mtime)
        for old in by_age[:-MOST_KEPT]:
            old.unlink()
