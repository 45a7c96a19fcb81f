"""Loading administrative divisions from a file."""

import csv
import datetime
import io
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import today
from core.errors import DomainError
from organizations.choices import DIVISION_CODE_LENGTHS, DivisionLevel, Right
from organizations.models import Branch, Division
from organizations.permissions import require_anywhere

HEADER = ["code", "name", "level", "parent_code"]
# Rows that an error names; the rest are counted.
ROWS_NAMED = 20
LEVEL_OF_LENGTH: dict[int, str] = {length: level for level, length in DIVISION_CODE_LENGTHS.items()}
PARENT_LENGTH: dict[int, int] = dict(zip([4, 6, 9, 12], [2, 4, 6, 9], strict=True))


@dataclass(frozen=True)
class LoadResult:
    """How many divisions were new, changed (or came back), closed as the file no longer has them, or as before."""

    created: int
    changed: int
    closed: int
    unchanged: int


@dataclass(frozen=True)
class _Row:
    number: int
    code: str
    name: str
    level: str
    parent_code: str


class DivisionsFileError(DomainError):
    """The file cannot be loaded; `problems` lists (row, sentence), the header being row 1."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        self.problems = problems
        first = _("；").join(_("第 %(row)d 行：%(what)s") % {"row": row, "what": what} for row, what in problems[:3])
        message = _("区划文件有 %(n)d 处错误，没有载入任何一行。%(first)s") % {"n": len(problems), "first": first}
        super().__init__(
            "divisions_file_wrong", message, {str(row): what for row, what in reversed(problems[:ROWS_NAMED])}
        )


@transaction.atomic
def load_divisions(*, path: Path, actor: User | None) -> LoadResult:
    """Load a file `code,name,level,parent_code` (UTF-8): new rows are added, changed ones changed, missing ones closed.

    A division counts as missing where the file covers its province and level without it; it gets `valid_to` (today) and
    is never deleted. The same file again changes nothing and leaves no trace in the trail. Locks the table against
    other loads. Raises DivisionsFileError with row numbers, NotAllowed for a person without MANAGE_SYSTEM once there
    are branches (before, the set-up loads them), OSError where the file cannot be read.
    """
    if actor is not None and Branch.objects.exists():
        require_anywhere(actor, Right.MANAGE_SYSTEM)
    rows = _read(path)
    day = today()
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE organizations_division IN SHARE ROW EXCLUSIVE MODE")
        _copy(cursor, rows)
        changed = _count(cursor, _CHANGE, [])
        created = _count(cursor, _CREATE, [day])
        closed = _count(cursor, _CLOSE, [day])
        cursor.execute("DROP TABLE incoming_division")
    result = LoadResult(created, changed, closed, len(rows) - created - changed)
    if created or changed or closed:
        record_audit(
            "organizations.divisions.loaded",
            actor=actor,
            object_label=Division._meta.label_lower,
            object_key=path.name[:120],
            changed_fields=[name for name in ("created", "changed", "closed") if getattr(result, name)],
        )
    return result


# The row and the temporary table are compared as they are stored, so that a second load finds nothing to do.
_CHANGE = """
UPDATE organizations_division d
SET name = i.name, level = i.level, parent_id = NULLIF(i.parent_code, ''), valid_to = NULL, successor_id = NULL
FROM incoming_division i
WHERE d.code = i.code
  AND (d.name, d.level, COALESCE(d.parent_id, ''), d.valid_to IS NULL)
      IS DISTINCT FROM (i.name, i.level, i.parent_code, TRUE)
"""
# What comes with the first file of a province has stood since before our time; what comes later began when it came.
_CREATE = """
INSERT INTO organizations_division (code, name, level, parent_id, valid_from)
SELECT i.code, i.name, i.level, NULLIF(i.parent_code, ''),
       CASE WHEN EXISTS (
           SELECT 1 FROM organizations_division old WHERE left(old.code, 2) = left(i.code, 2) AND old.level = i.level
       ) THEN %s::date END
FROM incoming_division i
WHERE NOT EXISTS (SELECT 1 FROM organizations_division d WHERE d.code = i.code)
"""
_CLOSE = """
UPDATE organizations_division d SET valid_to = %s
WHERE d.valid_to IS NULL
  AND (left(d.code, 2), d.level) IN (SELECT left(code, 2), level FROM incoming_division)
  AND NOT EXISTS (SELECT 1 FROM incoming_division i WHERE i.code = d.code)
"""


def _copy(cursor: CursorWrapper, rows: list[_Row]) -> None:
    """Put the rows into a temporary table with COPY."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows((row.code, row.name, row.level, row.parent_code) for row in rows)
    buffer.seek(0)
    cursor.execute(
        "CREATE TEMPORARY TABLE incoming_division"
        " (code text PRIMARY KEY, name text NOT NULL, level text NOT NULL, parent_code text NOT NULL) ON COMMIT DROP"
    )
    # An empty parent is a text here, not a NULL.
    cursor.copy_expert("COPY incoming_division FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (parent_code))", buffer)
    cursor.execute("ANALYZE incoming_division")


def _count(cursor: CursorWrapper, sql: str, params: list[datetime.date]) -> int:
    cursor.execute(sql, params)
    return int(cursor.rowcount)


def _read(path: Path) -> list[_Row]:
    """Read and check the file; all problems are found before any is told."""
    problems: list[tuple[int, str]] = []
    rows: list[_Row] = []
    for number, cells in enumerate(_lines(path)[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(HEADER):
            problems.append((number, _("应有 4 列，实有 %(n)d 列。") % {"n": len(cells)}))
            continue
        rows.append(_Row(number, *(cell.strip() for cell in cells)))
    if not rows and not problems:
        problems.append((1, _("文件里没有区划，只有表头。")))
    known = {row.code for row in rows} | set(Division.objects.filter(valid_to=None).values_list("code", flat=True))
    seen: dict[str, int] = {}
    for row in rows:
        problem = _problem(row, known, seen)
        if problem:
            problems.append((row.number, problem))
        seen.setdefault(row.code, row.number)
    if problems:
        raise DivisionsFileError(sorted(problems))
    return rows


def _lines(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DivisionsFileError([(1, _("文件不是 UTF-8 编码，请另存为 UTF-8 的 CSV。"))]) from error
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise DivisionsFileError([(1, _("文件不是有效的 CSV，请检查引号和分隔符。"))]) from error
    if not lines or [cell.strip() for cell in lines[0]] != HEADER:
        raise DivisionsFileError([(1, _("表头应为 code,name,level,parent_code。"))])
    return lines


def _problem(row: _Row, known: set[str], seen: dict[str, int]) -> str:
    """The first thing wrong with a row, or nothing."""
    level = LEVEL_OF_LENGTH.get(len(row.code))
    if not (row.code.isascii() and row.code.isdigit()) or level is None:
        return _("代码“%(code)s”应为 2、4、6、9 或 12 位数字。") % {"code": row.code[:20]}
    if row.level not in DivisionLevel.values or row.level != level:
        return _("代码 %(code)s 有 %(n)d 位，级别应为 %(level)s，文件写的是“%(found)s”。") % {
            "code": row.code,
            "n": len(row.code),
            "level": level,
            "found": row.level[:20],
        }
    if not row.name or len(row.name) > 60:
        return _("名称应有 1 到 60 个字。")
    if row.code in seen:
        return _("代码 %(code)s 与第 %(row)d 行重复。") % {"code": row.code, "row": seen[row.code]}
    return _parent_problem(row, known)


def _parent_problem(row: _Row, known: set[str]) -> str:
    wanted = row.code[: PARENT_LENGTH.get(len(row.code), 0)]
    if row.parent_code != wanted:
        return _("上级代码应为“%(wanted)s”，文件写的是“%(found)s”。") % {
            "wanted": wanted,
            "found": row.parent_code[:20],
        }
    if wanted and wanted not in known:
        return _("上级 %(wanted)s 不在文件里，也没有载入过。") % {"wanted": wanted}
    return ""
