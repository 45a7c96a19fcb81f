"""Take a file of opening balances and submit it: `manage.py import_opening FILE --branch CODE --by LOGIN`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand, person_by_login
from core.errors import DomainError
from core.tables import LARGEST_BYTES
from ledger.services.opening import stage_opening, submit_opening
from ledger.services.opening_files import OpeningFileError
from organizations.selectors import branch_by_code


class Command(PortalCommand):
    """0: taken and submitted; 1: the file's rows are wrong, each is named; 2: could not run."""

    help = "读入期初余额文件（CSV 或 XLSX）并提交审核；另一人用 approve_opening 审核入账"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, whose books, who."""
        parser.add_argument("file", help="期初余额文件")
        parser.add_argument("--branch", required=True, help="红十字会编码")
        parser.add_argument("--by", required=True, help="制单人登录名")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def run(self, **options: Any) -> int:
        """Stage and submit."""
        person, branch, path = person_by_login(options["by"]), branch_by_code(options["branch"]), Path(options["file"])
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_BYTES + 1)
        except OSError as error:
            raise DomainError(
                "file_not_found", _("打不开文件 %(path)s，请核对路径和权限。") % {"path": path.name}
            ) from error
        try:
            with transaction.atomic():
                batch = stage_opening(branch=branch, name=path.name, data=data, actor=person)
                submit_opening(batch_id=batch.pk, actor=person)
        except OpeningFileError as error:
            for problem in error.problems or (error.message,):
                self.stderr.write(problem)
            if options["json"]:
                self.print_json({"batch": None, "problems": list(error.problems or (error.message,))})
            return WRONG
        if options["json"]:
            self.print_json({"batch": batch.pk, "rows": batch.line_count, "problems": []})
        else:
            self.stdout.write(
                _("第 %(pk)s 批期初余额共 %(count)s 行，已提交审核：approve_opening %(pk)s --by 另一人")
                % {"pk": batch.pk, "count": batch.line_count}
            )
        return FINE
