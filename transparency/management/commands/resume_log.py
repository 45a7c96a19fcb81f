"""`manage.py resume_log --known-size N --by LOGIN`: let the public log go on after a restore."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand, person_by_login
from core.errors import DomainError
from transparency.services.restored import resume_order


class Command(PortalCommand):
    """Exit status 0: it goes on; 1: it would fork what is known outside; 2: could not run."""

    help = "从备份恢复后，让公开日志继续：--known-size 是外面已知的最大条数（已公开报告、监事留存的副本）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--known-size`, `--by`."""
        parser.add_argument("--known-size", type=int, required=True, help="外面已知的公开日志条数")
        parser.add_argument("--by", required=True, help="办理人的登录名")

    def run(self, **options: Any) -> int:
        """Resume, or say why not."""
        person = person_by_login(options["by"])
        try:
            size = resume_order(known_size=options["known_size"], by=person.login)
        except DomainError as error:
            if error.code != "log_would_fork":
                raise
            self.stderr.write(error.message)
            return WRONG
        self.stdout.write(_("公开日志从第 %(size)d 条继续。") % {"size": size})
        return FINE
