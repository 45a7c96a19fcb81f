"""What a long-running process asks before it starts: whether the keys are those of its database."""

import os
import sys

import django
from django.apps import apps
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from core.errors import DomainError


def refuse_wrong_keys_at_start() -> None:
    """Leave with status 2 and one line where a key is missing or replaced; remember keys seen for the first time.

    A database that is away, or has no tables yet, is told of by others.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")
    if not apps.ready:
        django.setup()
    try:
        # By its name: the models can be imported only now.
        import_string("core.keys.record_keys")()
    except DomainError as error:
        sys.stderr.write(f"{error.message}\n")
        sys.exit(2)
    except DatabaseError:
        pass
    finally:
        # Workers are forked from here: each opens its own.
        connection.close()
