"""Verify the books: `manage.py verify_ledger [--json]`."""

from argparse import ArgumentParser
from typing import Any

from django.db import Error
from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand
from core.errors import DomainError
from ledger.services.verifying import verify_books


class Command(PortalCommand):
    """Ask every rule of the ledger; 0: all hold, 1: the offending rows are printed, 2: could not run."""

    help = "核对款物账：每条规则返回违反它的行；退出码 0 全部相符，1 有不符（列出各行），2 无法核对"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json`: one JSON object."""
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Verify and print."""
        try:
            found = verify_books()
        except Error as error:
            raise DomainError("database_unavailable", _("数据库无法读取，没有核对，请先检查数据库。")) from error
        problems = [{"check": name, **row} for name, rows in found.items() for row in rows]
        if options["json"]:
            self.print_json({"ok": not problems, "checked": len(found), "problems": problems})
        else:
            self._print(found)
        return WRONG if problems else FINE

    def _print(self, found: dict[str, list[dict[str, Any]]]) -> None:
        for name, rows in found.items():
            self.stdout.write(_("%(name)s：%(result)s") % {"name": name, "result": _("不符") if rows else _("相符")})
            for row in rows:
                self.stdout.write("  " + "  ".join(f"{field}={value}" for field, value in row.items()))
