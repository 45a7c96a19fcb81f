#!/usr/bin/env python
"""The portal's command line: `bin/manage` runs it inside the virtual environment."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a management command with the portal's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
