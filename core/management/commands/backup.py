"""`manage.py backup DIR`: database and private files, sealed, while the portal runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.backup import make_backup
from core.commands import FINE, PortalCommand


class Command(PortalCommand):
    """Exit status 0: the backup is whole; 2: none was made, in one line."""

    help = "把数据库和私有文件加密备份到 DIR 下的一个新目录（门户可以在运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the directory and `--json`."""
        parser.add_argument("directory", type=Path, metavar="DIR", help="放备份的目录")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Make it and say where it lies."""
        say = (lambda line: self.stderr.write(line)) if options["json"] else self._say
        folder = make_backup(options["directory"].resolve(), say)
        if options["json"]:
            self.print_json({"backup": str(folder)})
        else:
            self._say(_("备份完成：%(folder)s") % {"folder": folder})
            self._say(_("备份要用 BACKUP_KEY 和 PORTAL_KEYS 才能恢复：请把两者另存别处。"))
        return FINE

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
