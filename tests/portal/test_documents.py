"""What is written about settings and commands is what there is."""

import re
import shutil
import subprocess

import pytest

from redcross_portal.environment import BASE_DIR

READERS = re.compile(
    r'env_(?:text|int|day|bool|list|path|url|secret|keys|database|redis|gateway|template)\(\s*"([A-Z_]+)"'
)
# Set by the programs themselves, never by a person.
INTERNAL = {"PORTAL_PROCESS"}


def _read_by_the_code() -> set[str]:
    sources = (BASE_DIR / "redcross_portal").rglob("*.py")
    return {name for path in sources for name in READERS.findall(path.read_text(encoding="utf-8"))} - INTERNAL


def test_each_setting_stands_in_the_example_and_in_the_documentation() -> None:
    names = _read_by_the_code()
    assert {"SECRET_KEY", "DATABASE_URL", "PORT", "SESSION_IDLE_MINUTES"} <= names
    example = set(re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    documented = set(re.findall(r"`([A-Z_]+)`", (BASE_DIR / "docs/settings.md").read_text(encoding="utf-8")))
    assert names - example == set()
    assert names - documented == set()


def test_the_example_holds_no_value_that_would_be_used_unseen() -> None:
    lines = (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_each_command_of_the_makefile_is_explained_and_calls_one_script() -> None:
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE)) == targets
    for script in re.findall(r"@(bin/[a-z-]+|\.ci/run)", makefile):
        assert (BASE_DIR / script).stat().st_mode & 0o111, script
    make = shutil.which("make") or "make"
    said = subprocess.run([make, "help"], cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target}" in said for target in targets)


@pytest.mark.parametrize("name", ["base", "dev", "local"])
def test_locks_hold_versions_and_hashes_and_no_address(name: str) -> None:
    text = (BASE_DIR / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_containers_have_no_default_secret() -> None:
    text = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "PORTAL_KEYS", "POSTGRES_PASSWORD", "PORTAL_OWNER_PASSWORD", "PORTAL_APP_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name
