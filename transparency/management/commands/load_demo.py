"""`manage.py load_demo`: fill an empty portal with made-up work of two years."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.commands import FINE, PortalCommand
from core.errors import DomainError
from transparency.demo.calendar import SCALES
from transparency.demo.loading import demo_is_there, is_empty, load


class Command(PortalCommand):
    """`load_demo [--seed N] [--scale small|province]`; 0 loaded or there already, 2 refused."""

    help = "在空库中装入演示数据：浙江 102 个红十字会、人员、两年虚构捐赠、月度报告（仅限 DEBUG 打开时）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The same seed makes the same gifts; `province` makes about 100,000."""
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--scale", choices=sorted(SCALES), default="small")

    def run(self, **options: Any) -> int:
        """Load, or say why not."""
        if not settings.DEBUG:
            raise DomainError("demo_refused", _("演示数据只能装入试用环境：DEBUG 没有打开，没有装入。"))
        if demo_is_there():
            self.stdout.write(_("演示数据已经在库里，没有改动。"))
            return FINE
        if not is_empty():
            raise DomainError("database_not_empty", _("数据库里已有数据，演示数据只能装入空库，没有装入。"))
        made = load(seed=options["seed"], scale=SCALES[options["scale"]], tell=self._tell)
        self.stdout.write(
            _("已装入：红十字会 %(branches)d 个，捐赠 %(gifts)d 笔，月度报告 %(runs)d 期，公开 %(number)s；核对相符。")
            % {
                "branches": made.branch_count,
                "gifts": made.gift_count,
                "runs": made.run_count,
                "number": made.published,
            }
        )
        return FINE

    def _tell(self, what: str) -> None:
        self.stdout.write(f"  {what}")
        self.stdout.flush()
