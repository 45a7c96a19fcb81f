"""`manage.py doctor`: settings, database, broker, processes, messages, fonts, keys, disk, clock, one line each."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.commands import FINE, WRONG, PortalCommand
from core.diagnosis import Finding, Level, examine


class Command(PortalCommand):
    """Exit status 0 when nothing is wrong, 1 when something is; `--json` prints one object."""

    help = str(gettext_lazy("检查设置、数据库、队列、后台进程、短消息、字体、密钥、磁盘和时钟"))
    # The checks of Django are one of the questions, and must not stop the others from being asked.
    requires_system_checks = []
    requires_right_keys = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--json`."""
        parser.add_argument("--json", action="store_true")

    def run(self, **options: Any) -> int:
        """Ask all questions and print the answers."""
        findings = examine()
        wrong = [finding for finding in findings if finding.level == Level.WRONG]
        if options["json"]:
            problems = [asdict(finding) for finding in findings if finding.level != Level.FINE]
            self.print_json({"ok": not wrong, "checked": len(findings), "problems": problems})
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        return WRONG if wrong else FINE

    def _line(self, finding: Finding) -> str:
        word, style = {
            Level.FINE: (_("正常"), self.style.SUCCESS),
            Level.ATTENTION: (_("注意"), self.style.WARNING),
            Level.WRONG: (_("错误"), self.style.ERROR),
        }[finding.level]
        remedy = f" → {finding.remedy}" if finding.remedy else ""
        return f"{style(word)}  {finding.subject}：{finding.text}{remedy}"
