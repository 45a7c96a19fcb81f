"""`manage.py restore DIR`: put a backup back, then verify."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from core.backup import restore_backup
from core.commands import FINE, WRONG, PortalCommand


class Command(PortalCommand):
    """Exit status 0: restored and verified; 1: restored, but a verification found something; 2: nothing was changed."""

    help = "从备份恢复数据库和私有文件并核对；门户已有数据时须 --force 并确认"
    # The database's keys are those of the backup, which are checked before anything is touched.
    requires_right_keys = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the directory, `--force`, `--confirm`."""
        parser.add_argument("directory", type=Path, metavar="DIR", help="一份备份的目录（portal-backup-…）")
        parser.add_argument("--force", action="store_true", help="替换门户里已有的全部数据")
        parser.add_argument("--confirm", metavar="NAME", help="与 --force 一起：数据库的名字，表示确认")

    def run(self, **options: Any) -> int:
        """Restore, verify, and say what is still to be done."""

        def confirm(name: str) -> bool:
            if options["confirm"] is None and sys.stdin.isatty():
                return (
                    input(_("将删除数据库 %(name)s 的全部内容。输入它的名字以确认：") % {"name": name}).strip() == name
                )
            return bool(options["confirm"] == name)

        manifest = restore_backup(
            options["directory"].resolve(), self._say, confirm=confirm if options["force"] else None
        )
        self._say(_("已恢复到 %(made_at)s 的备份：各表行数与备份时相同。") % {"made_at": manifest.made_at})
        status = FINE
        for command in settings.RESTORE_CHECKS:
            try:
                call_command(command, stdout=self.stdout, stderr=self.stderr)
            except SystemExit as left:
                status = WRONG
                self.stderr.write(_("%(command)s 发现不符（%(status)s）。") % {"command": command, "status": left.code})
        self._say(
            _(
                "公开日志现在停着，不给新记录排号，报告也不能生成。请核对外面已知的日志条数（已公开报告、监事留存的副本），"
            )
        )
        self._say(
            _(
                "再运行 bin/manage resume_log --by 登录名：有日志副本的加 --mirror 目录（LOG_MIRROR_DIR 会自动读），"
                "没有的写 --known-size 条数；见 docs/backup.md。"
            )
        )
        return status

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
