"""`manage.py ask_witnesses [--json]`: ask the witnesses of the settings to cosign the newest head."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand
from core.errors import DomainError
from transparency.services.witnessing import ask_witnesses


class Command(PortalCommand):
    """Exit status 0: all have signed it; 1: some have not, one line each; 2: none is named in the settings."""

    help = "请设置 LOG_WITNESS_URLS 里的见证方为最新的检查点签名"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json`: one JSON object."""
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Ask and print."""
        asked = ask_witnesses()
        if not asked:
            message = _("没有设置 LOG_WITNESS_URLS，或公开日志还没有签名的检查点，没有询问任何见证方。")
            raise DomainError("no_witnesses", message)
        problems = [
            {"name": one.name, "outcome": one.outcome} for one in asked if one.outcome not in ("cosigned", "has")
        ]
        if options["json"]:
            self.print_json({"ok": not problems, "checked": len(asked), "problems": problems})
        else:
            for one in asked:
                self.stdout.write(f"{one.name}  {one.size}  {one.outcome}")
        return WRONG if problems else FINE
