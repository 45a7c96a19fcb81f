"""The file that holds the keys, where there is one: adding and taking out keys so that running processes see it."""

import base64
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.crypto import KEY_BYTES, KeyringError, Purpose, keyring, load_keyring, read_key_file


def key_file() -> Path | None:
    """The file; None where the keys stand in the environment."""
    return settings.PORTAL_KEYS if isinstance(settings.PORTAL_KEYS, Path) else None


def following_id(key_id: str, taken: Mapping[str, Any]) -> str:
    """Return the next id of the same form that is not taken: k1 → k2, spring → spring-2."""
    found = re.fullmatch(r"(.*?)([0-9]+)", key_id)
    stem, number = (found[1], int(found[2])) if found else (f"{key_id}-", 1)
    while f"{stem}{number}" in taken or f"{stem}{number}" == key_id:
        number += 1
    return f"{stem}{number}"


def add_keys(targets: Mapping[str, str]) -> None:
    """Make these ids the active ones of their purposes, with new random keys where they are not there yet."""

    def change(raw: dict[str, Any]) -> None:
        for purpose, key_id in targets.items():
            part = raw if purpose == "data" else raw[purpose]
            part["keys"].setdefault(key_id, base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii"))
            part["active"] = key_id

    _rewrite(change)


def take_out_keys(old: Mapping[Purpose, list[str]]) -> None:
    """Take keys out of the file."""

    def change(raw: dict[str, Any]) -> None:
        for purpose, key_ids in old.items():
            part = raw if purpose == "data" else raw[purpose]
            for key_id in key_ids:
                del part["keys"][key_id]

    _rewrite(change)


def _rewrite(change: Callable[[dict[str, Any]], None]) -> None:
    path = key_file()
    if path is None:
        raise KeyringError("keys_in_environment", _("密钥写在环境变量 PORTAL_KEYS 中，只能由您在那里改动。"))
    path = path.resolve()
    raw = read_key_file(path)
    change(raw)
    load_keyring(raw)
    # Written beside and renamed: a reader sees the old file or the new one, also after a crash.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        status = path.stat()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            file.write(json.dumps(raw) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _flush_directory(path.parent)
    except OSError as error:
        message = _("密钥文件 %(path)s 写不进去（%(reason)s），没有改动。")
        raise KeyringError("key_file_not_written", message % {"path": path, "reason": error.strerror}) from None
    finally:
        beside.unlink(missing_ok=True)
    keyring()


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
