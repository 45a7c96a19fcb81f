"""Verify report files: `manage.py verify_report FILE.pdf [FILE …] [--json]`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import Error
from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand
from core.errors import DomainError
from transparency.services.verifying_reports.verifying import FilesVerified, verify_files


class Command(PortalCommand):
    """Say what each file is and check its report; 0: original, newest, whole; 1: what is wrong; 2: could not run."""

    help = (
        "核对报告文件：是不是原件、有没有改动、是不是最新版，并核对存储、公开记录、公开日志和数字；"
        "退出码 0 相符，1 有问题（逐条列出），2 无法核对"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`FILE …`: the main report, its volumes, or any other file of reports; `--json`: one JSON object."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="报告文件，可写多个；分册请按册序写")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Verify and print."""
        try:
            found = verify_files([Path(name) for name in options["files"]])
        except Error as error:
            raise DomainError("database_unavailable", _("数据库无法读取，没有核对，请先检查数据库。")) from error
        if options["json"]:
            self.print_json(found.as_dict())
        else:
            self._tell(found)
        return WRONG if found.problems else FINE

    def _tell(self, found: FilesVerified) -> None:
        for name, one in found.files:
            self.stdout.write(f"{name}：{one.label}")
            self.stdout.write(f"  {one.why}")
            for difference in one.differences:
                self.stdout.write(f"  - {difference}")
            self.stdout.write(f"  {one.advice}")
            if one.right is not None:
                self.stdout.write(f"  {one.right.title}  {one.right.url}  SHA-256 {one.right.sha256}")
        for note in found.notes:
            self.stdout.write(_("说明：%(note)s") % {"note": note})
        for problem in found.problems:
            self.stdout.write(_("问题：%(check)s  %(message)s") % problem)
        self.stdout.write(_("有问题") if found.problems else _("全部相符"))
