"""What every management command of ours does alike: exit statuses, one clear line, one JSON object."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core.errors import DomainError, NotFound
from core.keys import refuse_wrong_keys

FINE, WRONG, COULD_NOT_RUN = 0, 1, 2


class PortalCommand(BaseCommand):
    """A command that ends with 0 (fine), 1 (checked and found wrong) or 2 (could not run, with one clear line).

    Subclasses write `run(**options) -> int`. A DomainError is the one line, and the JSON object
    where `--json` is given. None runs with keys that are not those of the database.
    """

    requires_right_keys = True

    def run(self, **options: Any) -> int:
        """Do the work and return the exit status."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and leave with the status."""
        try:
            if self.requires_right_keys:
                refuse_wrong_keys()
            status = self.run(**options)
        except DomainError as error:
            if options.get("json"):
                self.print_json(error.as_dict())
            self.stderr.write(error.message)
            status = COULD_NOT_RUN
        if status != FINE:
            sys.exit(status)

    def print_json(self, value: Any) -> None:
        """Print one JSON object."""
        self.stdout.write(json.dumps(value, ensure_ascii=False, default=str))


def person_by_login(login: str) -> Any:
    """Return the active person with a login; raises NotFound with a sentence."""
    person = get_user_model().objects.filter(login=login.strip().lower(), is_active=True).first()
    if person is None:
        raise NotFound("person_not_found", _("没有可用的登录名“%(login)s”，请核对 --by。") % {"login": login})
    return person
