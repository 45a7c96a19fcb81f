"""A pytest plugin that puts real servers behind the settings before Django reads them.

`bin/test` names throw-away servers in the environment; a bare `pytest` starts its own. Loaded with `-p tests.servers`.
"""

import atexit
import contextlib
import json
import os
import shutil
import sys
import tempfile

from core.crypto import new_keyring
from redcross_portal import local_services

_open = contextlib.ExitStack()
atexit.register(_open.close)

if not os.environ.get("DATABASE_SUPERUSER_URL"):
    urls = _open.enter_context(local_services.throwaway())
    os.environ.update(urls.environment())

_data_dir = tempfile.mkdtemp(prefix="portal-test-")
_open.callback(shutil.rmtree, _data_dir, ignore_errors=True)
# Names must resolve here even where a developer's own .env says something else.
os.environ.update(
    {
        "PORTAL_DATA_DIR": _data_dir,
        "SECRET_KEY": "only-for-tests-" + "0" * 40,
        "PORTAL_KEYS": json.dumps(new_keyring()),
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
