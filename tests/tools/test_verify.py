"""tools/verify.py, run as an auditor runs it: alone, on files that were downloaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.transparency.log_ground import grow
from transparency.merkle.tiles import WIDTH, index_path, level_sizes, width_at
from transparency.models import LogCheckpoint
from transparency.selectors.public_log import log_verifiers

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "verify.py"
STEPS = (1, 255, 44, 300)


def run(*arguments: Any) -> tuple[int, str]:
    """The exit status and what was said, in an interpreter that sees nothing of the portal."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, arguments)], capture_output=True, text=True, cwd="/", check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def fetch(client: Client, tmp_path: Path) -> Callable[..., Path]:
    """Save an address as a browser does, in a folder that mirrors the addresses."""

    def save(address: str, name: str = "") -> Path:
        response = client.get(address)
        assert response.status_code == 200, address
        path = tmp_path / (name or address.lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(response.content)
        return path

    return save


@pytest.fixture
def log(fetch: Callable[..., Path], tmp_path: Path) -> Path:
    """A log of 600 records, downloaded whole."""
    grow(*STEPS)
    fetch("/log/checkpoint")
    size = sum(STEPS)
    for level, count in enumerate(level_sizes(size)):
        for index in range((count + WIDTH - 1) // WIDTH):
            width = width_at(size, level, index)
            place = index_path(index) + ("" if width == WIDTH else f".p/{width}")
            fetch(f"/log/tile/{level}/{place}")
            if level == 0:
                fetch(f"/log/tile/entries/{place}")
    return tmp_path


@pytest.fixture
def key(log: Path) -> str:
    """The log's public key in one line."""
    (text,) = log_verifiers()
    return text


def test_a_downloaded_log_is_found_in_order_and_goes_on_from_each_head_that_was_kept(log: Path, key: str) -> None:
    kept = []
    for checkpoint in LogCheckpoint.objects.all():
        kept += ["--kept", log / f"kept{checkpoint.size}"]
        kept[-1].write_text(checkpoint.note)
    assert run("log", log, "--key", key, *kept)[0] == 0
    status, said = run("log", log / "log", "--key", key)
    assert (status, "共 600 条" in said) == (0, True)


@pytest.mark.parametrize(
    "name", ["log/tile/0/000", "log/tile/0/002.p/88", "log/tile/1/000.p/2", "log/tile/entries/001", "log/checkpoint"]
)
def test_no_byte_of_a_downloaded_log_can_be_changed_unseen(log: Path, key: str, name: str) -> None:
    path = log / name
    data = path.read_bytes()
    for at in (3, len(data) // 2, len(data) - 4):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert run("log", log, "--key", key)[0] == 1, at
    path.write_bytes(data[: len(data) // 2])
    assert run("log", log, "--key", key)[0] in (1, 2)
    path.unlink()
    status, said = run("log", log, "--key", key)
    assert (status, "没法核对" in said) == (2, True)


def test_a_record_with_its_proof_is_accepted_and_a_changed_one_is_not(
    log: Path, key: str, fetch: Callable[..., Path]
) -> None:
    for index in (0, 255, 256, 599):
        path = fetch(f"/api/v1/log/records/{index}/", f"record{index}.json")
        assert run("record", path, "--key", key)[0] == 0
    said = json.loads(path.read_text())
    for name, other in (
        ("record", said["record"].replace("599", "598")),
        ("index", 598),
        ("proof", said["proof"][:-1]),
        ("proof", [*said["proof"][:-1], said["leaf_hash"]]),
        ("checkpoint", said["checkpoint"].replace("\n600\n", "\n601\n")),
    ):
        path.write_text(json.dumps({**said, name: other}))
        assert run("record", path, "--key", key)[0] == 1, name
    path.write_text("{}")
    assert run("record", path, "--key", key)[0] == 2


def test_the_growth_of_the_log_is_shown_between_any_two_heads(log: Path, key: str, fetch: Callable[..., Path]) -> None:
    sizes = [sum(STEPS[: n + 1]) for n in range(len(STEPS))]
    for old in sizes:
        for new in (size for size in sizes if size >= old):
            path = fetch(f"/api/v1/log/consistency/?from={old}&size={new}", "growth.json")
            assert run("growth", path, "--key", key)[0] == 0, (old, new)
    path = fetch("/api/v1/log/consistency/?from=256", "growth.json")
    said = json.loads(path.read_text())
    for proof in (said["proof"][:-1], [*said["proof"], said["proof"][0]], said["proof"][::-1]):
        path.write_text(json.dumps({**said, "proof": proof}))
        assert run("growth", path, "--key", key)[0] == 1


def test_another_key_a_broken_one_and_one_in_a_file(log: Path, key: str) -> None:
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert run("log", log, "--key", other)[0] == 1
    assert run("log", log, "--key", key[:-3])[0] == 2
    (log / "keys.txt").write_text(f"{other}\n{key}\n")
    assert run("log", log, "--key", log / "keys.txt")[0] == 0
    assert run("record", log / "nothing.json", "--key", key)[0] == 2


def test_a_kept_head_that_the_log_does_not_lead_to_is_named(log: Path, key: str) -> None:
    checkpoint = LogCheckpoint.objects.get(size=600)
    (log / "log" / "checkpoint").write_text(LogCheckpoint.objects.get(size=300).note)
    (log / "kept").write_text(checkpoint.note)
    status, said = run("log", log, "--key", key, "--kept", log / "kept")
    assert (status, "被删掉了" in said) == (1, True)
