"""Changing the keys while the portal runs: begin, carry out in small steps, finish; later retire the old ones."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.crypto import PURPOSES, Keyring, Purpose, keyring
from core.errors import DomainError
from core.keys.fingerprints import record_keys
from core.keys.keyfile import add_keys, following_id, key_file, take_out_keys
from core.keys.lookups import rotate_lookups
from core.keys.resealing import reseal_all, stale_count
from core.models import KeyFingerprint, KeyRotation, LookupKeys

Say = Callable[[str], None]
# Advisory lock of the whole rotation, held by its session.
_ONE_AT_A_TIME = 7_301_002
_PAUSE_SECONDS = 0.5
_SAY_EVERY_SECONDS = 2.0


def unfinished_rotation() -> KeyRotation | None:
    """Return the rotation that was begun and is not finished; None when there is none."""
    return KeyRotation.objects.filter(finished_at__isnull=True).first()


def rotate_keys(say: Say) -> int:
    """Take new keys into use and seal everything anew; return how many values do not open and were left.

    Where the keys stand in a file, new ones are made there; where they stand in the environment, those that are active
    there are taken, and all processes must have been restarted with them before. A rotation that was broken off is
    taken up again. Locks: one rotation at a time; rows for the length of a batch. Raises DomainError
    `rotation_running`, `no_new_keys`, `targets_not_active`.
    """
    with _alone():
        rotation = unfinished_rotation() or _begin()
        say(_("新密钥：%(keys)s") % {"keys": rotation})
        _activate(rotation)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            horizon = int(cursor.fetchone()[0])
        if "lookup" in rotation.targets:
            _carry_out_lookups(rotation.targets["lookup"], say)
        for purpose in PURPOSES:
            if purpose in rotation.targets and purpose != "lookup":
                _carry_out(purpose, horizon, say)
        broken = sum(stale_count(purpose) for purpose in PURPOSES if purpose in rotation.targets)
        if not broken:
            _finish(rotation)
    return broken


def retire_old_keys(say: Say) -> dict[Purpose, list[str]]:
    """Take the keys that nothing is sealed with any longer out of use, and out of the file where there is one.

    Returns their ids by purpose; where the keys stand in the environment they may be taken out there afterwards.
    Raises DomainError `rotation_unfinished`, `keys_in_use` with how many values are still under old keys.
    """
    with _alone():
        if unfinished_rotation() is not None:
            raise DomainError("rotation_unfinished", _("上一次轮换还没有完成，请先再运行一次 rotate_keys。"))
        old = _old_keys(keyring())
        for purpose in old:
            if count := stale_count(purpose):
                message = _("用途 %(purpose)s 还有 %(count)d 个值由旧密钥加密，请先运行 rotate_keys。")
                raise DomainError("keys_in_use", message % {"purpose": purpose, "count": count})
        state = LookupKeys.objects.values_list("current", "following").first()
        if set(state or ()) & set(old.get("lookup", ())):
            raise DomainError("keys_in_use", _("查找密钥还在使用，请先运行 rotate_keys。"))
        with transaction.atomic():
            names = [f"{purpose}/{key_id}" for purpose, key_ids in old.items() for key_id in key_ids]
            KeyFingerprint.objects.filter(name__in=names).update(retired_at=now())
            if names:
                record_audit(
                    "core.keys.retired", actor=None, object_label="core.keys", object_key=", ".join(names)[:120]
                )
        if old and key_file() is not None:
            take_out_keys(old)
        for name in names:
            say(_("已停用：%(name)s") % {"name": name})
    return old


def _begin() -> KeyRotation:
    ring = keyring()
    record_keys()
    if key_file() is not None:
        targets = {purpose: following_id(ring.of(purpose).active, ring.of(purpose).by_id) for purpose in PURPOSES}
    else:
        targets = {purpose: ring.of(purpose).active for purpose in PURPOSES if len(ring.of(purpose).by_id) > 1}
    if not targets or not (key_file() or _has_work(ring)):
        raise DomainError(
            "no_new_keys",
            _("PORTAL_KEYS 中没有新的密钥：请在各用途的 keys 里加一把新编号的密钥并设为 active，重启各进程后再运行。"),
        )
    with transaction.atomic():
        rotation = KeyRotation.objects.create(targets=targets, started_at=now())
        record_audit("core.keys.rotation_begun", actor=None, object_label="core.keys", object_key=str(rotation))
    return rotation


def _has_work(ring: Keyring) -> bool:
    state = LookupKeys.objects.values_list("current", "following").first()
    lookups = state is not None and set(state) != {ring.lookup.active}
    return lookups or any(stale_count(purpose) for purpose in PURPOSES if purpose != "lookup")


def _activate(rotation: KeyRotation) -> None:
    ring = keyring()
    if any(ring.of(purpose).active != rotation.targets[purpose] for purpose in PURPOSES if purpose in rotation.targets):
        if key_file() is None:
            raise DomainError(
                "targets_not_active",
                _("正在进行的轮换用的是 %(keys)s，请把它们在 PORTAL_KEYS 中设为 active 后再运行。")
                % {"keys": rotation},
            )
        add_keys(rotation.targets)
    record_keys()


def _carry_out_lookups(target: str, say: Say) -> None:
    progress = _Progress(say)
    for place, count in rotate_lookups(target, lambda: progress.now_and_then(_("等待正在写入的事务结束"))):
        progress.count(f"{place}.digest", count)
    progress.end()


def _carry_out(purpose: Purpose, horizon: int, say: Say) -> None:
    """Rounds until nothing is left and no transaction runs that began before the new key was in use."""
    progress = _Progress(say)
    while True:
        settled = _oldest_running() >= horizon
        broken = 0
        for place, count, bad in reseal_all(purpose):
            progress.count(place, count)
            broken += bad
        left = stale_count(purpose)
        if settled and left <= broken:
            progress.end()
            return
        progress.now_and_then(_("等待正在写入的事务结束"))
        time.sleep(_PAUSE_SECONDS)


def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _finish(rotation: KeyRotation) -> None:
    with transaction.atomic():
        KeyRotation.objects.filter(pk=rotation.pk, finished_at__isnull=True).update(finished_at=now())
        record_audit("core.keys.rotation_finished", actor=None, object_label="core.keys", object_key=str(rotation))


def _old_keys(ring: Keyring) -> dict[Purpose, list[str]]:
    found = {purpose: sorted(set(ring.of(purpose).by_id) - {ring.of(purpose).active}) for purpose in PURPOSES}
    return {purpose: key_ids for purpose, key_ids in found.items() if key_ids}


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise DomainError("rotation_running", _("另一个轮换正在进行，请等它结束。"))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])


class _Progress:
    """Says how far it is, every two seconds at most, and the sums at the end."""

    def __init__(self, say: Say) -> None:
        self._say, self._counts, self._said = say, Counter[str](), time.monotonic()

    def count(self, place: str, count: int) -> None:
        """Add to a place's sum."""
        self._counts[place] += count
        self.now_and_then(f"{place}：{self._counts[place]}")

    def now_and_then(self, line: str) -> None:
        """Say a line unless one was said just now."""
        if time.monotonic() - self._said >= _SAY_EVERY_SECONDS:
            self._said = time.monotonic()
            self._say(line)

    def end(self) -> None:
        """Say the sums."""
        for place, count in sorted(self._counts.items()):
            self._say(_("%(place)s：%(count)d 个值已换用新密钥") % {"place": place, "count": count})
