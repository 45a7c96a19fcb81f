"""Literal tables of reports and disclosures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    """Kinds of periodic reports; further kinds come with their issues."""

    MONTHLY_RECEIPTS = "monthly_receipts", _("月度捐赠接受公示")


class ReportScope(models.TextChoices):
    """Whose records a report takes."""

    ALONE = "alone", _("本级")
    BELOW = "below", _("含下级")


class RunStatus(models.TextChoices):
    """States of a report run."""

    FREEZING = "freezing", _("固定数据中")
    RENDERING = "rendering", _("制作中")
    READY = "ready", _("待审核")
    PUBLISHED = "published", _("已公开")
    DECLINED = "declined", _("未通过")
    FAILED = "failed", _("制作失败")


RUN_TRANSITIONS: dict[str, frozenset[str]] = {
    RunStatus.FREEZING: frozenset({RunStatus.RENDERING, RunStatus.FAILED}),
    RunStatus.RENDERING: frozenset({RunStatus.READY, RunStatus.FAILED}),
    RunStatus.FAILED: frozenset({RunStatus.FREEZING, RunStatus.RENDERING}),
    RunStatus.READY: frozenset({RunStatus.PUBLISHED, RunStatus.DECLINED}),
    RunStatus.DECLINED: frozenset(),
    RunStatus.PUBLISHED: frozenset(),
}


class FileRole(models.TextChoices):
    """What a report's file is."""

    PDF = "pdf", _("报告（PDF）")
    HTML = "html", _("报告（网页）")
    CSV = "csv", _("明细（CSV）")
    VOLUME = "volume", _("明细分册（PDF）")
    SNAPSHOT = "snapshot", _("固定数据（JSON）")
    ROWS = "rows", _("固定明细（JSONL）")


class RecordSection(models.TextChoices):
    """Sections of a periodic report (docs/reports.md)."""

    CURRENT = "current", _("本期")
    LATE = "late", _("补报")
    CORRECTIONS = "corrections", _("更正")


# The letter before the serial of a report's number.
REPORT_LETTER = "R"
