"""`manage.py check_keys`: whether the keys are those that the database was used with."""

from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, PortalCommand
from core.keys import record_keys


class Command(PortalCommand):
    """Exit status 0: they are (new ones are remembered); 2: one is missing or another, in one line."""

    help = "核对密钥与数据库用过的是否一致"

    def run(self, **options: Any) -> int:
        """Check and remember."""
        record_keys()
        if options["verbosity"] > 0:
            self.stdout.write(_("密钥与数据库一致。"))
        return FINE
