"""Load the demo into an empty portal, and print who can sign in: two small programs of the first run.

`python -m redcross_portal.supervisor.first_data load` exits 0 when the portal holds data at the end.
"""

import os
import sys

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.utils.translation import gettext as _


def load() -> None:
    """Load the demo when nobody has an account yet."""
    if get_user_model()._default_manager.exists():
        return
    if "load_demo" in get_commands():
        call_command("load_demo")
    else:
        sys.stdout.write(_("这个版本没有演示数据。") + "\n")


def logins() -> None:
    """Print the demo's people, where the demo offers it."""
    if "print_demo_logins" in get_commands():
        call_command("print_demo_logins")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    django.setup()
    {"load": load, "logins": logins}[sys.argv[1]]()
