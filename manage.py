#!/usr/bin/env python
"""The portal's command line: `bin/manage` runs it inside the virtual environment."""

import sys

from redcross_portal.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
