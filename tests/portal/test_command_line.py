"""What a person sees at manage.py: servers when needed, one line when it cannot start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from redcross_portal.command_line import WITHOUT_SERVERS, command_of
from redcross_portal.environment import BASE_DIR
from redcross_portal.first_secrets import make_missing_secrets

MANAGE = str(BASE_DIR / "manage.py")


def _manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, MANAGE, *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["manage.py"], "help"),
        (["manage.py", "migrate"], "migrate"),
        (["manage.py", "migrate", "--help"], "help"),
        (["manage.py", "--version"], "help"),
    ],
)
def test_help_is_recognised_wherever_it_is_asked_for(argv: list[str], command: str) -> None:
    assert command_of(argv) == command


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEBUG", "vielleicht"), ("DATABASE_URL", "mysql://h/d"), ("SESSION_IDLE_MINUTES", "0"), ("PORTAL_KEYS", "{")],
)
def test_a_wrong_setting_stops_a_command_with_one_line_and_status_2(
    clean_environment: dict[str, str], data_dir: Path, name: str, value: str
) -> None:
    make_missing_secrets(data_dir)
    done = _manage({**clean_environment, name: value}, "check")
    assert done.returncode == 2
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_machine_without_secrets_is_told_how_to_make_them(clean_environment: dict[str, str]) -> None:
    done = _manage(clean_environment, "check")
    assert done.returncode == 2
    assert "make setup" in done.stderr


def test_reading_code_starts_no_server(clean_environment: dict[str, str], data_dir: Path) -> None:
    make_missing_secrets(data_dir)
    assert "makemigrations" in WITHOUT_SERVERS
    done = _manage(clean_environment, "check")
    assert done.returncode == 0, done.stderr
    assert not (data_dir / "services").exists()


def test_a_command_brings_up_servers_and_tables_and_stops_them_again(
    clean_environment: dict[str, str], data_dir: Path
) -> None:
    make_missing_secrets(data_dir)
    script = (
        "from django.db import connection; cursor = connection.cursor();"
        "cursor.execute('SELECT current_user, count(*) FROM django_migrations GROUP BY 1'); print(cursor.fetchone())"
    )
    done = _manage(clean_environment, "shell", "--no-imports", "-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("('portal_app', ")
    place = json.loads((data_dir / "services" / "place.json").read_text(encoding="utf-8"))
    assert not Path(place["socket_dir"]).exists()
    assert not (data_dir / "services" / "state" / "postgres" / "postmaster.pid").exists()


def test_secrets_are_made_once_and_closed_to_others(data_dir: Path) -> None:
    assert make_missing_secrets(data_dir) == [
        "secret_key",
        "keyring.json",
        "log_keys.json",
        "report_key.pem",
        "certificate_keys.json",
        "backup_key",
    ]
    before = {path.name: path.read_bytes() for path in (data_dir / "secrets").iterdir()}
    assert make_missing_secrets(data_dir) == []
    assert {path.name: path.read_bytes() for path in (data_dir / "secrets").iterdir()} == before
    assert (data_dir / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (data_dir / "secrets").iterdir()} == {0o600}


def test_a_command_with_servers_of_its_own_passes_on_its_status(clean_environment: dict[str, str]) -> None:
    script = "import os, sys; print(os.environ['PORTAL_DATA_DIR'], os.environ['DATABASE_SUPERUSER_URL']); sys.exit(7)"
    argv = [sys.executable, "-m", "redcross_portal.local_services", sys.executable, "-c", script]
    done = subprocess.run(argv, env=clean_environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    directory, url = done.stdout.split()
    assert directory != clean_environment["PORTAL_DATA_DIR"]
    assert not Path(directory).exists()
    assert url.startswith("postgresql://portal_superuser@/portal?host=/")


def test_servers_that_are_named_are_used_as_they_are(clean_environment: dict[str, str]) -> None:
    named = {"DATABASE_URL": "postgresql://u@db.example.org/portal", "REDIS_URL": "redis://r.example.org/0"}
    script = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], 'DATABASE_OWNER_URL' in os.environ)"
    argv = [sys.executable, "-m", "redcross_portal.local_services", sys.executable, "-c", script]
    environment = {**clean_environment, **named}
    done = subprocess.run(argv, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [*named.values(), "False"]
