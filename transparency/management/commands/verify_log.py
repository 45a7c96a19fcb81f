"""Verify the public log: `manage.py verify_log [--checkpoint FILE …] [--mirror DIR] [--log-only] [--json]`."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import Error
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.commands import FINE, WRONG, PortalCommand
from core.errors import DomainError
from transparency.services.resuming import lost_subjects
from transparency.services.verifying_log import verify_log
from transparency.services.verifying_mirror import verify_mirror
from transparency.services.verifying_rows import verify_rows

SKIPPED = {
    "forgotten": gettext_lazy("盐已按要求销毁，证明不受影响"),
    "no_private_digest": gettext_lazy("记录里没有私有摘要，只比对了公开内容"),
    "unknown_kind": gettext_lazy("这个版本不认识的种类"),
    "unknown_schema": gettext_lazy("这个版本不认识的格式"),
    "lost": gettext_lazy("恢复备份后只在日志里有，账上没有"),
}


class Command(PortalCommand):
    """Check records, tiles and signed heads; 0: all agree, 1: what differs is printed, 2: could not run."""

    help = "核对公开日志：记录、瓦片和签名的检查点逐一相符；退出码 0 全部相符，1 有不符（列出位置），2 无法核对"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--checkpoint FILE`: a head kept elsewhere; `--mirror DIR`: a copy; `--log-only`: without the posted rows."""
        parser.add_argument(
            "--checkpoint", action="append", default=[], metavar="FILE", help="另处保存的检查点文件，可写多个"
        )
        parser.add_argument("--mirror", metavar="DIR", help="另处保存的日志副本目录（LOG_MIRROR_DIR）")
        parser.add_argument("--log-only", action="store_true", help="只核对日志本身，不与捐赠、记账等原始行比对")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Verify and print."""
        outside = [read_checkpoint(Path(name)) for name in options["checkpoint"]]
        try:
            found = verify_log(outside)
            problems, skipped = list(found.problems), Counter[str]()
            if options["mirror"]:
                problems += verify_mirror(Path(options["mirror"])).problems
            if not options["log_only"]:
                rows = verify_rows()
                problems += rows.problems
                skipped = rows.skipped
            lost = lost_subjects()
        except Error as error:
            raise DomainError("database_unavailable", _("数据库无法读取，没有核对，请先检查数据库。")) from error
        answer = {"ok": not problems, "checked": found.checked, "problems": problems, "skipped": dict(skipped)}
        if options["json"]:
            self.print_json({**answer, "lost": lost})
        else:
            self._say(answer, lost)
        return WRONG if problems else FINE

    def _say(self, answer: dict[str, Any], lost: list[str]) -> None:
        result = _("不符") if answer["problems"] else _("相符")
        self.stdout.write(_("公开日志 %(count)d 条：%(result)s") % {"count": answer["checked"], "result": result})
        for row in answer["problems"]:
            self.stdout.write("  " + "  ".join(f"{name}={value}" for name, value in row.items()))
        for reason, count in sorted(answer["skipped"].items()):
            words = {"count": count, "why": SKIPPED.get(reason, reason)}
            self.stdout.write(_("未比对 %(count)d 条：%(why)s") % words)
        if lost:
            words = {"count": len(lost), "numbers": "、".join(lost[:20]) + ("……" if len(lost) > 20 else "")}
            self.stdout.write(_("账目不完整：%(count)d 个编号在日志里有、恢复后没有：%(numbers)s") % words)


def read_checkpoint(path: Path) -> str:
    """The note in a file; DomainError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise DomainError("checkpoint_unreadable", _("检查点文件 %(path)s 读不出来。") % {"path": path}) from None
