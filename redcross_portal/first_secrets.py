"""The secrets of a machine, made once: `python -m redcross_portal.first_secrets`."""

import base64
import json
import os
import secrets
import sys
from pathlib import Path

from core.crypto import KEY_BYTES, new_keyring
from redcross_portal.environment import StartError, data_dir, load_env_file

# Under these names the settings look for them; `core.crypto` reads the keyring.
SIGNING, KEYRING, BACKUP = "secret_key", "keyring.json", "backup_key"


def make_missing_secrets(directory: Path) -> list[str]:
    """Write the secrets that are not there yet (0600 in a 0700 directory); the names of those made.

    One that stands is never touched: without its keyring, what is encrypted in the database is lost.
    """
    secrets_dir = directory / "secrets"
    try:
        secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = []
        texts = {
            SIGNING: secrets.token_urlsafe(64),
            KEYRING: json.dumps(new_keyring()),
            BACKUP: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii"),
        }
        for name, text in texts.items():
            if not (secrets_dir / name).exists():
                _write_once(secrets_dir / name, text)
                made.append(name)
    except OSError as error:
        raise StartError(f"不能写入 {secrets_dir}（{error.strerror}）：请用当初建立它的用户运行") from None
    return made


def _write_once(path: Path, text: str) -> None:
    # Written beside and linked into place: never half a secret, and never over one that came in between.
    new = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()


def main() -> int:
    """Make the missing secrets of the portal's data directory."""
    try:
        load_env_file()
        make_missing_secrets(data_dir())
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
