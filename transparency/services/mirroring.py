"""Copying what was signed to a directory off the machine, after each signature, catching up by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from core.canonical import leaf_hash
from core.clock import now
from core.errors import DomainError
from transparency.merkle.tiles import WIDTH, MissingTile, level_sizes, width_at
from transparency.models import LogCheckpoint, LogMirror
from transparency.notes import Checkpoint, Verifier, parse_verifier
from transparency.selectors.public_log import (
    checkpoint_note,
    entry_bundle,
    latest_checkpoint,
    log_verifiers,
    tile_bytes,
    tree_of_size,
)
from transparency.services.mirror_files import (
    ANNOUNCED,
    CHECKPOINT,
    MirrorDiffers,
    MirrorFiles,
    entries_name,
    mirror_of_settings,
    tile_name,
    unpacked,
)
from transparency.services.restored import order_is_held

_log = logging.getLogger("portal.log")
# A run of copying ends after this, so that ticks stay short; the next goes on where it ended.
LONGEST_RUN_SECONDS = 20.0
_PROGRESS_EVERY = 256
# One run at a time, also of several workers: a session's advisory lock, which holds back no transaction.
_ONE_AT_A_TIME = 0x6C6F676D


def copy_log() -> bool:
    """Copy what was signed and is not in the copy yet; whether the copy is complete now.

    Where `LOG_MIRROR_DIR` is unset, or the log is held after a restore, nothing is done. Whatever goes wrong is written
    into the mirror's row (docs/log.md) and tried again at the next tick, for the log itself must go on; a difference
    stays until people have looked, for nothing is overwritten.
    """
    mirror = mirror_of_settings()
    newest = latest_checkpoint()
    if mirror is None or newest is None or order_is_held():
        return False
    with _alone() as is_alone:
        if not is_alone:
            return False
        try:
            is_complete = _copy(mirror, newest)
        except DomainError as error:
            return _note_problem(mirror, error.code, error.message)
        except (OSError, MissingTile) as error:
            return _note_problem(mirror, type(error).__name__, str(error))
        if is_complete:
            _note_copied(mirror, newest.size)
    return is_complete


def verifiers_of_log() -> list[Verifier]:
    """The keys that have signed checkpoints of this log."""
    return [parse_verifier(text) for text in log_verifiers()]


def _copy(mirror: MirrorFiles, newest: LogCheckpoint) -> bool:
    verifiers = verifiers_of_log()
    there = mirror.head(*verifiers)
    _check_goes_on(there, mirror.head(*verifiers, name=ANNOUNCED), newest)
    old_size = there.size if there else 0
    if old_size == newest.size:
        # Lines of witnesses may have come since.
        if mirror.read(CHECKPOINT) != checkpoint_note(newest).encode():
            mirror.replace(CHECKPOINT, checkpoint_note(newest).encode())
        mirror.remove(ANNOUNCED)
        return True
    mirror.replace(ANNOUNCED, newest.note.encode())
    if not _copy_leaves(mirror, old_size // WIDTH, newest.size):
        return False
    for level in range(1, len(level_sizes(newest.size))):
        last = (newest.size >> (8 * level)) // WIDTH
        for index in range((old_size >> (8 * level)) // WIDTH, last + 1):
            _put_tile(mirror, level, index, newest.size)
    mirror.flush()
    mirror.replace(CHECKPOINT, checkpoint_note(newest).encode())
    mirror.flush()
    mirror.remove(ANNOUNCED)
    mirror.end_progress()
    _remove_partials(mirror, old_size, newest.size)
    return True


def _check_goes_on(there: Checkpoint | None, announced: Checkpoint | None, newest: LogCheckpoint) -> None:
    for head in (there, announced):
        if head is not None and head.size > newest.size:
            message = _(
                "副本 %(size)d 条，多于本机签名的 %(own)d 条：本机是较早的备份。请运行 resume_log，不要改动副本。"
            )
            raise MirrorDiffers("log_behind_mirror", message % {"size": head.size, "own": newest.size})
        if head is not None and tree_of_size(head.size).root() != head.root:
            message = _("副本前 %(size)d 条与本机的公开日志不符：有一处被改过。请用 verify_log --mirror 查是哪一条。")
            raise MirrorDiffers("mirror_differs", message % {"size": head.size})


def _copy_leaves(mirror: MirrorFiles, first: int, size: int) -> bool:
    """Copy tiles of leaves with their records; False where the time is over before the last."""
    began, start = time.monotonic(), max(first, mirror.progress())
    if start > first and mirror.tile(0, start - 1) is None:
        start = first
    for index in range(start, (size + WIDTH - 1) // WIDTH):
        width = width_at(size, 0, index)
        bundle, tile = entry_bundle(index, width), tile_bytes(0, index, width)
        if bundle is None or tile is None or b"".join(map(leaf_hash, unpacked(bundle))) != tile:
            message = _("第 %(first)d 条起的记录与签名的哈希不符，没有写入副本。请用 verify_log 查是哪一条。")
            raise MirrorDiffers("record_changed", message % {"first": index * WIDTH})
        mirror.put(entries_name(index, width), bundle)
        mirror.put(tile_name(0, index, width), tile)
        if (index + 1) % _PROGRESS_EVERY == 0:
            mirror.note_progress(index + 1)
        if time.monotonic() - began > LONGEST_RUN_SECONDS and width == WIDTH:
            mirror.note_progress(index + 1)
            return False
    return True


def _put_tile(mirror: MirrorFiles, level: int, index: int, size: int) -> None:
    width = width_at(size, level, index)
    if not width:
        return
    data = tile_bytes(level, index, width)
    if data is None:
        raise MissingTile(tile_name(level, index, width))
    mirror.put(tile_name(level, index, width), data)


def _remove_partials(mirror: MirrorFiles, old_size: int, size: int) -> None:
    """Partial tiles go once the whole one is there (c2sp.org/tlog-tiles)."""
    for level in range(len(level_sizes(old_size))):
        index = (old_size >> (8 * level)) // WIDTH
        if width_at(size, level, index) == WIDTH:
            mirror.remove(f"{tile_name(level, index, WIDTH)}.p")
            if level == 0:
                mirror.remove(f"{entries_name(index, WIDTH)}.p")


def _note_copied(mirror: MirrorFiles, size: int) -> None:
    facts = {"directory": str(mirror.root), "size": size, "copied_at": now(), "problem": "", "problem_at": None}
    LogMirror.objects.update_or_create(pk=1, defaults=facts)


def _note_problem(mirror: MirrorFiles, code: str, message: str) -> bool:
    _log.error("the copy of the log is not kept (%s): %s", code, message)
    facts = {"directory": str(mirror.root), "problem": f"{code}: {message}"[:500], "problem_at": now()}
    LogMirror.objects.update_or_create(pk=1, defaults=facts)
    return False


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
