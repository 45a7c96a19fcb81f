"""`manage.py resume_log --by LOGIN [--mirror DIR] [--checkpoint FILE …] [--known-size N]`: go on after a restore."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand, person_by_login
from core.errors import DomainError
from transparency.management.commands.verify_log import read_checkpoint
from transparency.services.mirror_files import MirrorFiles, mirror_of_settings
from transparency.services.resuming import resume_log

_FORKS = ("log_would_fork", "mirror_incomplete")


class Command(PortalCommand):
    """Exit status 0: it goes on; 1: it would fork what is known outside; 2: could not run."""

    help = "从备份恢复后，让公开日志接着已签名的内容继续：用日志副本（--mirror，默认 LOG_MIRROR_DIR）补回缺少的记录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--known-size`, `--mirror`, `--checkpoint`, `--by`."""
        parser.add_argument("--known-size", type=int, default=0, help="外面已知的公开日志条数（报告、监事留存的副本）")
        parser.add_argument("--mirror", metavar="DIR", help="日志副本的目录，不写为 LOG_MIRROR_DIR")
        parser.add_argument(
            "--checkpoint", action="append", default=[], metavar="FILE", help="另处保存的检查点文件，可写多个"
        )
        parser.add_argument("--by", required=True, help="办理人的登录名")

    def run(self, **options: Any) -> int:
        """Resume, or say why not."""
        person = person_by_login(options["by"])
        mirror = MirrorFiles(Path(options["mirror"])) if options["mirror"] else mirror_of_settings()
        kept = [read_checkpoint(Path(name)) for name in options["checkpoint"]]
        if mirror is None and not kept and not options["known_size"]:
            raise DomainError("nothing_known", _("请写明外面已知的条数 --known-size，或 --mirror、--checkpoint。"))
        try:
            done = resume_log(known_size=options["known_size"], by=person.login, mirror=mirror, kept=kept)
        except DomainError as error:
            if error.code not in _FORKS:
                raise
            self.stderr.write(error.message)
            return WRONG
        if done.taken:
            self.stdout.write(_("从副本补回 %(count)d 条记录。") % {"count": done.taken})
        self.stdout.write(_("公开日志从第 %(size)d 条继续。") % {"size": done.size})
        if done.lost:
            self.stdout.write(
                _("账目没有完全恢复：以下 %(count)d 项在公开日志里有、账上没有，请按原始凭证重新登记：")
                % {"count": len(done.lost)}
            )
            for subject in done.lost:
                self.stdout.write(f"  {subject}")
        return FINE
