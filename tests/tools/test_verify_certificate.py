"""tools/verify_certificate.py, run as an employer runs it: alone, with keys that were saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from tests.training.certified import certified
from tests.training.ground import Ground, make_ground
from tests.training.test_certificates_credentials import tool
from training.models import Certificate

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "verify_certificate.py"


def run(*arguments: Any) -> tuple[int, str]:
    """The exit status and what was said, in an interpreter that sees nothing of the portal."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def ground(db: None) -> Ground:
    """The ground of training."""
    return make_ground()


@pytest.fixture
def certificate(ground: Ground) -> Certificate:
    """Somebody's certificate."""
    return certified(ground)[0]


@pytest.fixture
def keys(client: Client, db: None, tmp_path: Path) -> Path:
    """The keys as they were saved."""
    path = tmp_path / "keys.json"
    path.write_bytes(client.get("/certificates/keys.json").content)
    return path


def test_what_was_scanned_holds_without_the_portal(certificate: Certificate, keys: Path, tmp_path: Path) -> None:
    address = f"https://portal.example.org/certificates/{certificate.code}/#{certificate.payload}"
    saved = tmp_path / "scanned.txt"
    saved.write_text(address + "\n", encoding="utf-8")
    for given in (address, certificate.payload, saved):
        status, said = run(given, "--keys", keys)
        assert status == 0, said
        assert said.startswith("相符")
        assert certificate.number in said
    status, said = run(address, "--keys", keys, "--name", "赵 示例甲", "--number", certificate.number)
    assert status == 0, said
    assert "姓名相符" in said


def test_every_change_is_found(certificate: Certificate, keys: Path) -> None:
    parts = certificate.payload.split(".")
    changes = {1: "0" * 16, 2: "330182-2026-Z00000099", 3: "instructor", 4: "20200101", 5: "20990101", 6: "A" * 16}
    for place, value in changes.items():
        changed = ".".join(value if at == place else part for at, part in enumerate(parts))
        status, said = run(changed, "--keys", keys)
        assert (status, said.startswith("不符")) == (1, True), place
    other = "B" if parts[8][0] == "A" else "A"
    assert run(".".join([*parts[:8], other + parts[8][1:]]), "--keys", keys)[0] == 1


def test_another_name_number_or_day_is_said(certificate: Certificate, keys: Path) -> None:
    for option, value, word in (
        ("--name", "钱示例甲", "姓名"),
        ("--number", "330182-2026-Z00000099", "编号"),
        ("--on", "2099-01-01", "过期"),
        ("--on", "2001-01-01", "还没有发证"),
    ):
        status, said = run(certificate.payload, "--keys", keys, option, value)
        assert status == 1, said
        assert word in said
    assert run(certificate.payload, "--keys", keys, "--on", certificate.issued_on.isoformat())[0] == 0


def test_what_cannot_be_checked_is_no_verdict(certificate: Certificate, keys: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("{}", encoding="utf-8")
    for arguments in (
        (certificate.payload, "--keys", empty),
        (certificate.payload, "--keys", tmp_path / "none.json"),
        ("不是二维码", "--keys", keys),
        (certificate.payload.replace(".c1.", ".c9."), "--keys", keys),
        (certificate.payload, "--keys", keys, "--on", "明天"),
    ):
        status, said = run(*arguments)
        assert status == 2, said
        assert "没法核对" in said


def test_its_ed25519_is_that_of_the_library_and_takes_no_second_form() -> None:
    script = tool()
    for number in range(5):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
        public, message = key.public_key().public_bytes_raw(), b"message" * number
        signature = key.sign(message)
        assert script.is_signed(public, message, signature)
        assert not script.is_signed(public, message + b"x", signature)
        # The same signature with the order added to its second half (RFC 8032, 8.4).
        second = int.from_bytes(signature[32:], "little") + script.ORDER
        assert not script.is_signed(public, message, signature[:32] + second.to_bytes(32, "little"))
