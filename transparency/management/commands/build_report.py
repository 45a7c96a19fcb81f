"""`manage.py build_report KIND --branch CODE --period 2025-01 [--campaign SLUG]`: set a report here and now."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.commands import FINE, PortalCommand, person_by_login
from core.errors import DomainError
from core.files import path_of
from core.progress import NoProgress
from organizations.selectors import branch_by_code
from transparency.choices import FileRole, ReportKind, ReportScope, RunStatus
from transparency.models import ReportRun
from transparency.selectors.reports import registries_of, report_files, training_of
from transparency.services.runs import make_run, render_run, request_report
from transparency.services.series import default_scope, read_campaign, read_kind, read_period


class Command(PortalCommand):
    """Makes the report of a finished period or campaign, or finds the one that is there; 0 set, 2 refused.

    With `--by` it is asked for by that person, who then may not publish it; without, as by the calendar.
    """

    help = "生成一份报告（固定数据并制作文件，不公开）；--out 把文件复制到一个目录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """As in the contract."""
        parser.add_argument("kind", metavar="KIND", help=_("报告种类：%s") % "、".join(ReportKind.values))
        parser.add_argument("--branch", required=True)
        parser.add_argument("--period", default="", help=_("2025、2025Q1、2025-01 或 2025-01-20；总结公示可以不写"))
        parser.add_argument("--campaign", default="", help=_("募捐活动的网址名，关于活动的报告才要"))
        parser.add_argument("--scope", choices=ReportScope.values, default="")
        parser.add_argument("--by", default="")
        parser.add_argument("--out", type=Path, default=None)
        parser.add_argument("--json", action="store_true")

    def run(self, **options: Any) -> int:
        """Make, set, copy, and say where everything is."""
        actor = person_by_login(options["by"]) if options["by"] else None
        run = self._made(actor, options)
        run = render_run(run_id=run.pk, job=NoProgress())
        if run.status not in (RunStatus.READY, RunStatus.PUBLISHED, RunStatus.DECLINED):
            raise DomainError(
                "report_not_set",
                _("报告 %(number)s 没有制作成功：%(error)s") % {"number": run.number, "error": run.error},
            )
        files = self._copied(run, options["out"])
        answer = {
            "number": run.number,
            "status": run.status,
            **_figures(run),
            "files": files,
        }
        if options["json"]:
            self.print_json(answer)
        else:
            counted = training_of(run) or registries_of(run)
            said = counted.words if counted else f"{answer['count']} {answer['amount']}"
            self.stdout.write(f"{run.number} {RunStatus(run.status).label} {said}")
            if use := answer.get("use"):
                self.stdout.write(f"  {use['opening']} + {use['in']} - {use['out']} = {use['closing']}")
            for one in files:
                self.stdout.write(f"  {one['sha256']}  {one['path']}")
        return FINE

    def _made(self, actor: User | None, options: dict[str, Any]) -> ReportRun:
        definition = read_kind(options["kind"])
        branch = branch_by_code(options["branch"])
        wanted = {"kind": options["kind"], "branch": branch, "scope": options["scope"] or default_scope(definition)}
        if actor is not None:
            return request_report(**wanted, period=options["period"], campaign=options["campaign"], actor=actor)
        campaign = read_campaign(definition, options["campaign"])
        return make_run(
            **wanted, period=read_period(definition, options["period"], campaign), campaign=campaign, actor=None
        )

    def _copied(self, run: ReportRun, out: Path | None) -> list[dict[str, Any]]:
        found = []
        for one in report_files(run):
            path = path_of(one.file.sha256)
            if out is not None and one.role != FileRole.ROWS:
                out.mkdir(parents=True, exist_ok=True)
                path = Path(shutil.copyfile(path, out / one.file.name))
            found.append({"role": one.role, "part": one.part, "sha256": one.file.sha256, "path": str(path)})
        return found


def _figures(run: ReportRun) -> dict[str, Any]:
    """The figures in the answer: those of money, or those of training or of the registries alone."""
    for part in ("training", "registries"):
        if part in run.summary:
            return {part: run.summary[part]}
    return {"count": run.summary["count"], "amount": run.summary["amount"], "use": run.summary.get("use")}
