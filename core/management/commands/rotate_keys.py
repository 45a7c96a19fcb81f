"""`manage.py rotate_keys`: new keys while the portal runs; `--retire` takes old ones out of use afterwards."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand
from core.keys import retire_old_keys, rotate_keys


class Command(PortalCommand):
    """Exit status 0: all is under the new keys; 1: some values do not open and were left; 2: could not run."""

    help = "在门户运行时换用新密钥，可中断后重新运行；--retire 停用已无数据使用的旧密钥"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--retire`."""
        parser.add_argument("--retire", action="store_true", help="停用旧密钥")

    def run(self, **options: Any) -> int:
        """Rotate or retire."""
        if options["retire"]:
            old = retire_old_keys(self._say)
            self._say(_("没有可停用的旧密钥。") if not old else _("以前的备份仍需要这些旧密钥才能打开，请随备份保存。"))
            return FINE
        broken = rotate_keys(self._say)
        if broken:
            self.stderr.write(_("有 %(count)d 个值解不开，没有改动：请从备份核对后再运行。") % {"count": broken})
            return WRONG
        self._say(_("全部换用新密钥。请另行备份新的密钥，然后用 rotate_keys --retire 停用旧密钥。"))
        return FINE

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
