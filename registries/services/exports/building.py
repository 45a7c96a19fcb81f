"""Making the file of an approved export: read in batches, each person logged, watermarked, sealed as it is written."""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI, now
from core.exporting import CSV_CONTENT_TYPE, XLSX_CONTENT_TYPE, stream_csv
from core.files import store_file
from core.models import StoredFile
from core.retention.rules import destroy_file
from core.streamed_workbooks import TextSheet, stream_workbook
from registries.choices.papers import ExportField, ExportFormat, ExportList, ExportStatus
from registries.errors import RegistryError, WrongState
from registries.models import Export
from registries.services.exports.asking import require_requester
from registries.services.exports.moving import lock_export, move_export
from registries.services.exports.sources import SOURCES, batch_of

if TYPE_CHECKING:
    from core.jobs import JobHandle

BATCH_ROWS, CHECK_ROWS = 500, 5000
# Somebody may withdraw while the file is made; then it is made again.
MOST_TRIES = 3
_SECRECY = gettext_lazy(
    "含敏感个人信息：只能用于上述用途，不得转发；只和本人谈登记的事，不对家人和他人提起；用完立即删除。每一行印有申请人，名单上每个人都留有查看记录。"
)


def build_export(*, export_id: int, job: JobHandle) -> None:
    """Make the file of an approved export; the body of its job. Not in a transaction.

    Every value is read for whoever asked, each with a row of the read log, before it is written. Whoever left the list
    before the file was done is not in it: where that happened meanwhile, it is made anew. Memory stays flat.
    Raises NotAllowed where who asked may no longer, WrongState, RegistryError.
    """
    export = Export.objects.unscoped("one known export").select_related("branch", "requested_by").get(pk=export_id)
    if export.status == ExportStatus.READY:
        return
    if export.status != ExportStatus.APPROVED:
        raise WrongState("export_not_approved", _("这份导出已取消，没有生成文件。"))
    require_requester(export)
    for _try in range(MOST_TRIES):
        file, people = _written(export, job)
        try:
            if _finished(export_id, file, people, job):
                return
        except Exception:
            destroy_file(file.pk)
            raise
        # It holds somebody who left; at once, not by its date.
        destroy_file(file.pk)
    raise RegistryError("export_unquiet", _("生成期间一再有人撤回或变更登记，没有生成文件，请稍后重新执行。"))


def watermark(export: Export) -> str:
    """What stands beside each row: who asked, which export, which day."""
    day = now().astimezone(SHANGHAI)
    return _("%(login)s · %(number)s · %(day)s") % {
        "login": export.requested_by.login,
        "number": export.number,
        "day": f"{day:%Y-%m-%d}",
    }


def _written(export: Export, job: JobHandle) -> tuple[StoredFile, array[int]]:
    """The sealed file, and the ids of the rows in it: eight bytes for each."""
    people = array("q")
    expires_on = (now() + datetime.timedelta(days=export.keep_days)).astimezone(SHANGHAI).date()
    with translation.override("zh-hans"):
        columns = [str(ExportField(one).label) for one in export.columns]
        header = [str(SOURCES[export.listed].number_label), *columns, _("水印")]
        rows = _rows(export, job, people)
        if export.format == ExportFormat.CSV:
            stream, ending, kind = stream_csv(header, rows), "csv", CSV_CONTENT_TYPE
        else:
            sheets = [
                TextSheet(_("说明"), [_("项目"), _("内容")], _head_rows(export)),
                TextSheet(_("名单"), header, rows),
            ]
            stream, ending, kind = stream_workbook(sheets), "xlsx", XLSX_CONTENT_TYPE
        stored = store_file(
            stream,
            name=f"{export.number}.{ending}",
            content_type=kind,
            data_class=StoredFile.DataClass.SENSITIVE,
            actor=export.requested_by,
            # Ended by the minute (fetching.end_exports); by the day where that did not come about.
            purge_on=expires_on + datetime.timedelta(days=1),
        )
    return stored, people


def _head_rows(export: Export) -> list[list[str]]:
    return [
        [_("导出编号"), export.number],
        [_("红十字会"), export.branch.name],
        [_("名单"), str(ExportList(export.listed).label)],
        [_("用途"), export.purpose],
        [_("申请人"), f"{export.requested_by} {export.requested_by.login}"],
        [_("批准人"), str(export.decided_by)],
        [_("生成时间"), f"{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}"],
        [_("保密要求"), str(_SECRECY)],
    ]  # fmt: skip


def _rows(export: Export, job: JobHandle, people: array[int]) -> Iterator[list[str]]:
    mark, last, source = watermark(export), 0, SOURCES[export.listed]
    while True:
        found = list(source.rows(export).filter(pk__gt=last).order_by("pk").select_related("branch")[:BATCH_ROWS])
        if not found:
            return
        last = found[-1].pk
        for pk, row in batch_of(export, source, found):
            people.append(pk)
            yield [*row, mark]
        job.progress(len(people), stage=_("读取"))


def _finished(export_id: int, file: StoredFile, people: array[int], job: JobHandle) -> bool:
    """Put the file to its export, unless somebody in it left meanwhile. Locks the export."""
    with transaction.atomic():
        export = lock_export(export_id)
        if export.status == ExportStatus.APPROVED and _somebody_left(export, people):
            return False
        moment = now()
        fields: dict[str, Any] = {
            "file": file,
            "row_count": len(people),
            "built_at": moment,
            "expires_at": moment + datetime.timedelta(days=export.keep_days),
        }
        move_export(export, ExportStatus.READY, verb="built", actor=None, **fields)
        job.finish(result={"count": len(people)}, message=_("已生成 %(n)d 人的文件。") % {"n": len(people)})
    return True


def _somebody_left(export: Export, people: array[int]) -> bool:
    """Whether somebody in the file left its list meanwhile, or took a consent back that the list asks for."""
    source = SOURCES[export.listed]
    for at in range(0, len(people), CHECK_ROWS):
        batch = list(people[at : at + CHECK_ROWS])
        found = list(source.rows(export).filter(pk__in=batch))
        if len(found) < len(batch) or len(source.people_of(export, found)) < len(batch):
            return True
    return False
