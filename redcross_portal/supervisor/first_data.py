"""Load the demo into an empty portal, and print who can sign in: two small programs of the first run.

`python -m redcross_portal.supervisor.first_data load` exits 0 when the portal holds data at the end, and NO_DEMO
where this version of the portal has no demo.
"""

import os
import sys

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands

NO_DEMO = 3


def load() -> int:
    """Load the demo when nobody has an account yet."""
    if get_user_model()._default_manager.exists():
        return 0
    if "load_demo" not in get_commands():
        return NO_DEMO
    call_command("load_demo")
    return 0


def logins() -> int:
    """Print the demo's people, where the demo offers it."""
    if "print_demo_logins" in get_commands():
        call_command("print_demo_logins")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    django.setup()
    sys.exit({"load": load, "logins": logins}[sys.argv[1]]())
