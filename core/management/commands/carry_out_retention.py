"""`manage.py carry_out_retention [--dry-run] [--json]`: destroy what is due by the table of retention."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand
from core.retention import all_terms, carry_out


class Command(PortalCommand):
    """Exit status 0: done; 1: something could not be destroyed; 2: could not run."""

    help = "按保存期限表销毁到期的个人信息；--dry-run 只列出到期数量"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--dry-run`, `--json`."""
        parser.add_argument("--dry-run", action="store_true", help="只列出，不销毁")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Carry it out and print a line for each rule."""
        run = carry_out(is_dry=options["dry_run"])
        if options["json"]:
            self.print_json({"dry_run": run.is_dry, "results": run.results})
        else:
            names = {term.key: term.data for term in all_terms()}
            for result in run.results:
                line = _("%(data)s：到期 %(due)d，销毁 %(destroyed)d，暂缓 %(held)d，失败 %(failed)d")
                self.stdout.write(line % {**result, "data": names[result["term"]]})
        return WRONG if any(result["failed"] for result in run.results) else FINE
