"""A pytest plugin that puts real servers behind the settings before Django reads them.

`bin/test` names throw-away servers in the environment; a bare `pytest` starts its own. Loaded with `-p tests.servers`.
A suite that runs in several processes (tests/parallel.py) has one PostgreSQL, one Redis and one set of secrets,
named by the first process to the others. Each of the others has its own number of the Redis and its own data directory.
"""

import atexit
import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from core.crypto import new_keyring
from redcross_portal import local_services
from redcross_portal.first_secrets import new_certificate_keys, new_log_keys, new_report_key

# "gw0", "gw1", …: which of the processes side by side this is; nothing in the first, or where there is only one.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_open = contextlib.ExitStack()
atexit.register(_open.close)


def redis_number(url: str, number: int) -> str:
    """The address of another number of the same Redis."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()


def take_own_place(worker: str) -> None:
    """One of several: the first process's servers and secrets, but a number of its Redis and a directory of one's own.

    The directory lies in the first process's, which is removed with everything in it.
    """
    own = Path(os.environ["PORTAL_DATA_DIR"]) / worker
    own.mkdir()
    os.environ["PORTAL_DATA_DIR"] = str(own)
    # A process that takes the place of one that broke down counts on; the first process keeps number 0.
    number = int(worker.removeprefix("gw")) % 15 + 1
    os.environ["REDIS_URL"] = redis_number(os.environ["REDIS_URL"], number)


def make_place() -> None:
    """The first or only process: servers where none are named, a data directory, secrets."""
    if not os.environ.get("DATABASE_SUPERUSER_URL"):
        urls = _open.enter_context(local_services.throwaway())
        os.environ.update(urls.environment())
        os.environ.update(TEST_REDIS_IS_OURS="1", TEST_DATABASE_IS_OURS="1")
    data_dir = tempfile.mkdtemp(prefix="portal-test-")
    _open.callback(shutil.rmtree, data_dir, ignore_errors=True)
    log_keys = Path(data_dir) / "log_keys.json"
    log_keys.write_text(json.dumps(new_log_keys()), encoding="utf-8")
    report_key = Path(data_dir) / "report_key.pem"
    report_key.write_text(new_report_key(), encoding="utf-8")
    certificate_keys = Path(data_dir) / "certificate_keys.json"
    certificate_keys.write_text(json.dumps(new_certificate_keys()), encoding="utf-8")
    # The others find the template and each other by these.
    os.environ.update(
        {
            "TEST_RUN": str(os.getpid()),
            "TEST_RUN_DIR": data_dir,
            "PORTAL_DATA_DIR": data_dir,
            "PORTAL_KEYS": json.dumps(new_keyring()),
            "LOG_KEY_FILE": str(log_keys),
            "REPORT_KEY_FILE": str(report_key),
            "CERTIFICATE_KEY_FILE": str(certificate_keys),
            # Tests that are made from a set stand in the same order in all processes, in another in each run.
            "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", str(secrets.randbelow(2**32))),
        }
    )


if WORKER:
    take_own_place(WORKER)
else:
    make_place()

# Names must resolve here even where a developer's own .env says something else.
os.environ.update(
    {
        "SECRET_KEY": "only-for-tests-" + "0" * 40,
        "DEBUG": "0",
        "DEMO": "1",
        "SECURE_COOKIES": "0",
        "MFA_REQUIRED": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "API_RATE": "100000/min",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH", "")])),
    }
)
# Child processes (workers, servers under test) find the same interpreter.
os.environ["PORTAL_PYTHON"] = sys.executable
