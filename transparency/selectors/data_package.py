"""The data package of a published report, made of its stored files when it is asked for."""

from __future__ import annotations

import tempfile
from typing import BinaryIO

from django.utils import translation
from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.files import path_of
from core.money import format_yuan, yuan
from transparency.choices import (
    ANNUAL_PART,
    BALANCE_PART,
    CERTIFICATES_PART,
    ENDS_PART,
    LESSONS_PART,
    REGISTRIES_PART,
    TRAINING_PART,
    USE_PART,
    FileRole,
)
from transparency.models import ReportFile, ReportRun
from transparency.rendering.package import PackageFile, PackageHead, write_package
from transparency.selectors.reports import registries_of, training_of

# A package up to this size stays in memory.
IN_MEMORY_BYTES = 8 << 20
_TABLES = {
    0: "gifts.csv", USE_PART: "use.csv", BALANCE_PART: "balance.csv", ANNUAL_PART: "annual.csv",
    CERTIFICATES_PART: "certificates.csv", ENDS_PART: "ends.csv", LESSONS_PART: "lessons.csv",
    TRAINING_PART: "training.csv",
    REGISTRIES_PART: "registries.csv",
}  # fmt: skip
_NAMES = {FileRole.SNAPSHOT: "snapshot.json", FileRole.CHECKPOINT: "checkpoint.txt"}


def data_package(run: ReportRun, *, homepage: str) -> BinaryIO:
    """The ZIP of a published report's tables, frozen figures and head of the log, from its start; one query.

    `homepage` is the full address of the report's page. The caller closes it. The same run gives the same bytes.
    """
    if run.frozen_at is None:
        raise ValueError(f"run {run.pk} is not frozen")
    stored = (
        ReportFile.objects.filter(run=run, role__in=[FileRole.CSV, *_NAMES])
        .select_related("file")
        .order_by("role", "part")
    )
    with translation.override("zh-hans"):
        files = [PackageFile(_name_of(one), one.title, path_of(one.file.sha256)) for one in stored]
        head = PackageHead(
            name=f"report-{run.number}-v{run.version}",
            title=f"{run.branch.name}{run.title}",
            homepage=homepage,
            as_of=run.frozen_at.astimezone(SHANGHAI),
            facts=_facts(run, homepage),
        )
        package = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it
        write_package(package, head, files)  # type: ignore[arg-type]
    package.seek(0)
    return package  # type: ignore[return-value]


def _name_of(file: ReportFile) -> str:
    role = FileRole(file.role)
    return _NAMES.get(role) or _TABLES[file.part]


def _figures(run: ReportRun) -> tuple[str, str]:
    if (training := training_of(run)) is not None:
        return _("培训"), training.words
    if (registries := registries_of(run)) is not None:
        return _("捐献登记"), registries.words
    words = {"count": run.summary["count"], "amount": format_yuan(yuan(run.summary["amount"]))}
    return _("捐赠"), _("%(count)s 笔，%(amount)s") % words


def _facts(run: ReportRun, homepage: str) -> list[tuple[str, str]]:
    frozen = run.frozen_at.astimezone(SHANGHAI) if run.frozen_at else None
    return [
        (_("编号"), _("%(number)s　第 %(version)s 版") % {"number": run.number, "version": run.version}),
        (_("发布单位"), f"{run.branch.name}（{run.get_scope_display()}）"),
        (_("期间"), run.period),
        (
            _("取数范围"),
            _("公开日志第 %(first)s 条至第 %(last)s 条（不含）") % {"first": run.log_from, "last": run.log_to},
        ),
        (_("数据截至"), f"{frozen:%Y-%m-%d %H:%M:%S}（北京时间）"),
        _figures(run),
        (_("报告页面"), homepage),
        (_("核对"), _("表中各行之和应等于报告 PDF 里的合计；PDF 的签名和公开日志的核对方法见报告页面")),
    ]
