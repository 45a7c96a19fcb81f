"""Django's migrate, followed by the application role's rights."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands.migrate import Command as MigrateCommand

from core.migrating import quick_states


class Command(MigrateCommand):
    """Bring the tables up to date as their owner, then grant the application's role what it needs and no more."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then apply the grants (not for plans and checks, which change nothing)."""
        with quick_states():
            super().handle(*args, **options)
        if not (options.get("plan") or options.get("check_unapplied")):
            call_command("apply_grants", stderr=self.stderr)
