"""`manage.py load_divisions FILE.csv`: exit status 0 loaded, 1 the file is wrong (with its rows), 2 could not run."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils.translation import gettext as _

from organizations.services import DivisionsFileError, load_divisions


class Command(BaseCommand):
    """Loads administrative divisions; the same file again changes nothing."""

    help = "载入行政区划文件（code,name,level,parent_code，UTF-8）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether to answer in JSON."""
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--json", action="store_true", dest="as_json", help="只输出一个 JSON 对象")

    def handle(self, *, file: Path, as_json: bool, **options: Any) -> None:
        """Load, and say what changed."""
        try:
            result = load_divisions(path=file, actor=None)
        except DivisionsFileError as error:
            problems = [{"row": row, "field": "", "code": error.code, "message": what} for row, what in error.problems]
            self._answer({"ok": False, "problems": problems} if as_json else None, [error.message, *self._rows(error)])
            raise SystemExit(1) from None
        except OSError as error:
            self.stderr.write(_("读不了文件 %(file)s：%(why)s") % {"file": file, "why": error.strerror})
            raise SystemExit(2) from None
        except DatabaseError as error:
            self.stderr.write(_("数据库出错，没有载入：%(why)s") % {"why": str(error).strip().splitlines()[0]})
            raise SystemExit(2) from None
        line = _("新增 %(created)d，变更 %(changed)d，停用 %(closed)d，未变 %(unchanged)d。") % asdict(result)
        self._answer({"ok": True, **asdict(result), "problems": []} if as_json else None, [line])

    def _answer(self, answer: dict[str, Any] | None, lines: list[str]) -> None:
        if answer is not None:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for line in lines:
            (self.stdout if len(lines) == 1 else self.stderr).write(line)

    @staticmethod
    def _rows(error: DivisionsFileError) -> list[str]:
        return [_("第 %(row)d 行：%(what)s") % {"row": row, "what": what} for row, what in error.problems[:200]]
