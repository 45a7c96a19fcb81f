"""Literal tables of reports and disclosures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReportKind(models.TextChoices):
    """Kinds of reports; what each is stands in definitions.py."""

    MONTHLY_RECEIPTS = "monthly_receipts", _("月度捐赠收支公示")
    QUARTERLY_RECEIPTS = "quarterly_receipts", _("季度捐赠收支公示")
    ANNUAL_FINANCE = "annual_finance", _("年度捐赠资金财务收支报告")
    SYSTEM_TABLE = "system_table", _("系统三级汇总表")
    CAMPAIGN_PROGRESS = "campaign_progress", _("募捐活动进展公示")
    CAMPAIGN_FINAL = "campaign_final", _("募捐活动总结公示")
    EMERGENCY_BULLETIN = "emergency_bulletin", _("应急募捐每日通报")
    ANNUAL_WORK = "annual_work", _("年度工作报告")
    TRAINING_YEARBOOK = "training_yearbook", _("应急救护培训年报")
    REGISTRIES_YEARBOOK = "registries_yearbook", _("捐献工作年报")


# Kinds that are about one campaign; the database holds that they name it.
CAMPAIGN_KINDS: tuple[str, ...] = (
    ReportKind.CAMPAIGN_PROGRESS, ReportKind.CAMPAIGN_FINAL, ReportKind.EMERGENCY_BULLETIN,
)  # fmt: skip


class ReportPeriod(models.TextChoices):
    """How long a stretch a report covers; the first four are those of core/periods.py."""

    DAY = "day", _("每日")
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季")
    YEAR = "year", _("每年")
    WHOLE = "whole", _("活动全程")


class ReportScope(models.TextChoices):
    """Whose records a report takes."""

    ALONE = "alone", _("本级")
    BELOW = "below", _("含下级")


class RunStatus(models.TextChoices):
    """States of a report run."""

    FREEZING = "freezing", _("固定数据中")
    RENDERING = "rendering", _("制作中")
    READY = "ready", _("待复核")
    CHECKED = "checked", _("待批准")
    APPROVED = "approved", _("已批准，签名中")
    PUBLISHED = "published", _("已公开")
    DECLINED = "declined", _("未通过")
    FAILED = "failed", _("制作失败")


RUN_TRANSITIONS: dict[str, frozenset[str]] = {
    RunStatus.FREEZING: frozenset({RunStatus.RENDERING, RunStatus.FAILED}),
    RunStatus.RENDERING: frozenset({RunStatus.READY, RunStatus.FAILED}),
    RunStatus.FAILED: frozenset({RunStatus.FREEZING, RunStatus.RENDERING}),
    RunStatus.READY: frozenset({RunStatus.CHECKED, RunStatus.DECLINED}),
    RunStatus.CHECKED: frozenset({RunStatus.APPROVED, RunStatus.DECLINED}),
    RunStatus.APPROVED: frozenset({RunStatus.PUBLISHED, RunStatus.DECLINED}),
    RunStatus.DECLINED: frozenset(),
    RunStatus.PUBLISHED: frozenset(),
}


class FileRole(models.TextChoices):
    """What a report's file is. `PDF` and `VOLUME` are the files as they were set, `SIGNED` the same with a signature.

    `SIGNED` has part 0 for the report and the volumes' own parts.
    """

    SIGNED = "signed", _("报告（PDF，已签名）")
    PDF = "pdf", _("报告（PDF，签名前）")
    HTML = "html", _("报告（网页）")
    CSV = "csv", _("明细（CSV）")
    VOLUME = "volume", _("明细分册（PDF，签名前）")
    CHECKPOINT = "checkpoint", _("公开日志检查点")
    SNAPSHOT = "snapshot", _("固定数据（JSON）")
    ROWS = "rows", _("固定明细（JSONL）")
    OPINION = "opinion", _("审计报告（PDF）")


# Among the files of one role: the rows of use, and receipts and use as a table. Part 0 are the gifts.
USE_PART = 1
BALANCE_PART = 2
# The figures of an annual report as a table.
ANNUAL_PART = 3
# A training yearbook: certificates by number, those that ended, mass lessons, and its figures as a table.
CERTIFICATES_PART, ENDS_PART, LESSONS_PART, TRAINING_PART = 4, 5, 6, 7
# A registries yearbook: its figures, row by row.
REGISTRIES_PART = 8


class RecordSection(models.TextChoices):
    """Sections of a periodic report (docs/reports.md)."""

    CURRENT = "current", _("本期")
    LATE = "late", _("补报")
    CORRECTIONS = "corrections", _("更正")


class UseSection(models.TextChoices):
    """Sections of the rows of use of a periodic report, in their order (docs/reports.md)."""

    PAYMENTS = "payments", _("支出")
    TRANSFERS = "transfers", _("拨付")
    OTHERS = "others", _("变更用途、期初和其他")
    LATE = "late", _("补报")
    CORRECTIONS = "corrections", _("更正")


# The letter before the serial of a report's number.
REPORT_LETTER = "R"


class AnomalyRule(models.TextChoices):
    """What is looked for in a run's records before it may be published."""

    TINY_AMOUNT = "tiny_amount", _("疑似测试的小额")
    TEST_NAME = "test_name", _("捐赠人名称疑似测试")
    FUTURE_DATE = "future_date", _("捐赠日期晚于入账日期")
    BEFORE_FUND = "before_fund", _("捐赠日期早于资金池设立")
    LONG_AGO = "long_ago", _("捐赠日期与入账日期相隔过久")
    SAME_GIFT = "same_gift", _("同人同日同额重复")
    ROUND_TRIP = "round_trip", _("冲正后短期内又登记同一笔")
    BACK_AND_FORTH = "back_and_forth", _("同额款项短期内一进一出")
    FAR_OUTSIDE = "far_outside", _("金额远离该资金池常见数额")
    TOTAL_JUMP = "total_jump", _("合计比上期骤增骤减")


# Why each is looked for: the practical or legal reason, as publishers read it.
ANOMALY_REASONS: dict[str, StrOrPromise] = {
    AnomalyRule.TINY_AMOUNT: _("不足 1 元的捐赠多为支付接口的测试；真实小额也要据实说明。"),
    AnomalyRule.TEST_NAME: _("名称像系统测试留下的；名称本身不在这里显示。"),
    AnomalyRule.FUTURE_DATE: _("款项不可能在入账之后才收到，多为日期录错。"),
    AnomalyRule.BEFORE_FUND: _("资金池设立前的款项不应记在它名下。"),
    AnomalyRule.LONG_AGO: _("相隔超过一年，多为年份录错；慈善法第七十七条以下要求及时公开。"),
    AnomalyRule.SAME_GIFT: _("同一笔可能经两个批次登记了两次。"),
    AnomalyRule.ROUND_TRIP: _("反复冲正再登记会使累计数失真。"),
    AnomalyRule.BACK_AND_FORTH: _("同额来回划转会虚增收支，须有依据。"),
    AnomalyRule.FAR_OUTSIDE: _("与中位数相差一千倍以上，常见于元与万元混淆。"),
    AnomalyRule.TOTAL_JUMP: _("合计与上期相差十倍以上，须说明原因。"),
}

# The facts of a finding in words.
FACT_LABELS: dict[str, StrOrPromise] = {
    "amount": _("金额（元）"),
    "quantity": _("数额"),
    "median": _("中位数（元）"),
    "previous": _("上期（元）"),
    "period": _("上期期间"),
    "same": _("相同笔数"),
    "first": _("其中首笔"),
    "reversed": _("已冲正的"),
    "reversed_on": _("冲正日期"),
    "received_on": _("捐赠日期"),
    "posted_on": _("入账日期"),
    "opened_on": _("设立日期"),
    "other": _("对应记账单"),
    "on": _("发生日期"),
    "other_on": _("对方日期"),
}


class FileVerdict(models.TextChoices):
    """What is said of a file that somebody holds against the published reports (docs/verify.md)."""

    VALID = "valid", _("是本平台公开的原件")
    SUPERSEDED = "superseded", _("是原件，但已有更正版")
    WITHDRAWN = "withdrawn", _("是原件，但已停止提供")
    UNSIGNED = "unsigned_draft", _("是签名以前的文件")
    NOT_PUBLISHED = "not_published", _("是本平台的文件，但没有公开过")
    CHANGED = "changed", _("与原件不同，被改动过")
    NOT_OURS = "not_ours", _("不是本平台公开的文件")
