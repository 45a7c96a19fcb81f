"""The secrets of a machine, made once: `python -m redcross_portal.first_secrets`."""

import base64
import fcntl
import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.crypto import KEY_BYTES, completed, new_keyring
from redcross_portal.environment import SettingError, StartError, data_dir, env_text, load_env_file

# Under these names the settings look for them; `core.crypto` reads the keyring.
SIGNING, KEYRING, BACKUP, LOG, REPORT = "secret_key", "keyring.json", "backup_key", "log_keys.json", "report_key.pem"
CERTIFICATE = "certificate_keys.json"
REPORT_KEY_BITS, REPORT_KEY_DAYS = 3072, 3653


def make_missing_secrets(directory: Path) -> list[str]:
    """Write the secrets that are not there yet (0600 in a 0700 directory); the names of those made.

    One that stands is never touched: without its keyring, what is encrypted in the database is lost. A keyring of an
    earlier version gets keys for the purposes that it did not know yet.
    """
    secrets_dir = directory / "secrets"
    try:
        secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = []
        texts: dict[str, Callable[[], str]] = {
            SIGNING: lambda: secrets.token_urlsafe(64),
            KEYRING: lambda: json.dumps(new_keyring()),
            LOG: lambda: json.dumps(new_log_keys()),
            REPORT: new_report_key,
            CERTIFICATE: lambda: json.dumps(new_certificate_keys()),
            BACKUP: lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii"),
        }
        for name, text_of in texts.items():
            if not (secrets_dir / name).exists():
                _write_once(secrets_dir / name, text_of())
                made.append(name)
        _complete_keyring(secrets_dir / KEYRING)
    except OSError as error:
        raise StartError(f"不能写入 {secrets_dir}（{error.strerror}）：请用当初建立它的用户运行") from None
    return made


def _complete_keyring(path: Path) -> None:
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        # What is wrong with it is said where it is used; nothing is written over it.
        return
    whole = completed(written) if isinstance(written, dict) and written else written
    if whole == written:
        return
    # A file, or where a link leads; whoever owned it owns it still. Two at once: the first one's keys count.
    path = path.resolve()
    owner, beside = path.stat(), path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with (path.parent / ".keyring.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if json.loads(path.read_text(encoding="utf-8")) != written:
            return
        _write_once(beside, json.dumps(whole))
        if os.geteuid() == 0:
            os.chown(beside, owner.st_uid, owner.st_gid)
        beside.replace(path)


def new_log_keys() -> dict[str, Any]:
    """A fresh key that signs the public log, in the form of LOG_KEY_FILE.

    The origin names the log for ever, so it is told apart from every other: LOG_ORIGIN (`host/log`, without scheme), or
    a random name under `.invalid` (RFC 2606) where none is set.
    """
    origin = env_text("LOG_ORIGIN", f"portal-{secrets.token_hex(8)}.invalid/log")
    if re.fullmatch(r"[^\s+/]+(/[^\s+/]+)*", origin) is None:
        raise SettingError("LOG_ORIGIN", f"值“{origin}”不对", "不带协议和末尾斜线的网址，如 portal.example.cn/log")
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
    return {"origin": origin, "active": ["k1"], "keys": {"k1": key}}


def new_certificate_keys() -> dict[str, Any]:
    """A fresh key that signs the QR of certificates, in the form of CERTIFICATE_KEY_FILE."""
    key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
    return {"active": "c1", "keys": {"c1": key}}


def new_report_key() -> str:
    """A fresh RSA key and a certificate that it signed itself, in the form of REPORT_KEY_FILE (PEM).

    The certificate names REPORT_SIGNER. Nobody vouches for it: readers know it by its SHA-256 alone, until one of a
    certification authority takes its place.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=REPORT_KEY_BITS)
    signer = env_text("REPORT_SIGNER", "红十字会信息公开门户")
    if not 0 < len(signer) <= 64:
        raise SettingError("REPORT_SIGNER", "长度不对", "1 至 64 个字，如 浙江省红十字会")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, signer)])
    today = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=REPORT_KEY_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode("ascii").rstrip("\n")


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
