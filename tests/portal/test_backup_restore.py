"""Backup and restore at the command line, with private servers: as whoever runs the tests, and as an ordinary user."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from redcross_portal.environment import BASE_DIR
from redcross_portal.local_services import locations, postgres, redis
from tests.portal.test_local_services import _python_for_others

LIST = (
    Path(os.environ.get("SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    / "hubei-2020"
    / "donate08.xls"
)
POST = """
import datetime, os
from pathlib import Path
from tests.donations.ground import make_ground
from transparency.services.sequencing import sequence_records
ground = make_ground()
batch = ground.read_file(Path(os.environ["LIST"]), default_on=datetime.date(2020, 2, 1))
ground.post(batch)
sequence_records()
"""
FACTS = """
import json
from django.db.models import Count, Sum
from core.backup.making import count_rows
from donations.models import Donation
from ledger.models import Movement
gifts = Donation.objects.unscoped("test").order_by().aggregate(n=Count("pk"), total=Sum("amount"))
rows = count_rows()
rows = {name: rows[name] for name in rows if name not in ("core_auditevent", "core_restoremark")}
moved = Movement.objects.aggregate(total=Sum("quantity"))["total"]
print("FACTS" + json.dumps([gifts["n"], str(gifts["total"]), str(moved), rows]))
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["me", "ordinary"])
def place(request: pytest.FixtureRequest, clean_environment: dict[str, str]) -> Iterator[tuple[Path, Run]]:
    """A data directory, and `manage.py` run on it by one account."""
    if request.param == "ordinary" and os.geteuid() != 0:
        pytest.skip("an ordinary user runs all the tests of this file as itself")
    directory = Path(tempfile.mkdtemp(prefix="rcp-test-"))
    directory.chmod(0o755)
    environment = {**clean_environment, "PORTAL_DATA_DIR": str(directory / "var"), "HOME": str(directory), "DEBUG": "1"}
    python, account = sys.executable, {}
    if request.param == "ordinary":
        os.chown(directory, 1000, 1000)
        found = _python_for_others()
        assert found is not None, "no interpreter here that an ordinary user can run"
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        python, account = found, {"user": 1000, "group": 1000, "extra_groups": []}
        # Of Python 3.11 before 3.11.3, redis wants a package that the locked ones leave out.
        (directory / "older").mkdir(mode=0o755)
        (directory / "older" / "async_timeout.py").write_text("from asyncio import timeout\n", encoding="utf-8")
        environment["PYTHONPATH"] = f"{BASE_DIR}:{packages}:{directory / 'older'}"

    def run(*argv: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run Python with arguments to its end."""
        return subprocess.run(
            [python, *argv],
            cwd="/",
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
            **account,  # type: ignore[call-overload]
        )

    try:
        yield directory, run
    finally:
        if (directory / "var" / "services" / "place.json").exists():
            found_place = locations.find_place(directory / "var")
            redis.stop(found_place)
            postgres.stop(found_place)
            shutil.rmtree(found_place.socket_dir, ignore_errors=True)
        shutil.rmtree(directory)


def test_a_portal_is_backed_up_destroyed_and_restored_by_commands(place: tuple[Path, Run]) -> None:
    directory, run = place
    # A published list where it is at hand; another account has no virtual environment to read old workbooks with.
    is_real = LIST.is_file() and directory.stat().st_uid == os.geteuid()
    gifts = directory / (LIST.name if is_real else "list.csv")
    if is_real:
        shutil.copyfile(LIST, gifts)
    else:
        rows = [f"2026-01-0{1 + number % 9},示例{number},{number + 1}.05," for number in range(300)]
        gifts.write_text("\n".join(["捐赠日期,捐赠人,金额,备注", *rows]) + "\n", encoding="utf-8")
    gifts.chmod(0o644)
    manage = str(BASE_DIR / "manage.py")

    def fine(*argv: str, **more: str) -> str:
        done = run(manage, *argv, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run("-m", "redcross_portal.first_secrets").returncode == 0
    fine("migrate", "--noinput", "--verbosity", "0")
    fine("shell", "--no-imports", "-c", POST, LIST=str(gifts))
    fine("check_keys")
    before = _facts(fine)
    assert before[0] > 100
    # An unfinished portal is no target, and the data stays.
    backups = directory / "backups"
    folder = Path(json.loads(fine("backup", str(backups), "--json"))["backup"])
    refused = run(manage, "restore", str(folder))
    assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (2, 1)
    assert _facts(fine) == before
    # The machine is lost; what was kept apart are the backup and the secrets.
    shutil.rmtree(directory / "var" / "services")
    shutil.rmtree(directory / "var" / "files")
    said = fine("restore", str(folder))
    assert "各表行数与备份时相同" in said
    assert _facts(fine) == before
    assert "不符" not in fine("verify_ledger")
    assert json.loads(run(manage, "doctor", "--json").stdout)["checked"] > 5


def _facts(fine: Callable[..., str]) -> list[object]:
    said = fine("shell", "--no-imports", "-c", FACTS)
    facts: list[object] = json.loads(said[said.index("FACTS") + 5 :])
    return facts
