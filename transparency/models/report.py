"""Report runs: a period's figures, frozen, set, checked and published."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI
from core.periods import parse_period
from organizations.models import BranchLineage, BranchRowsQuerySet
from transparency.choices import (
    ANNUAL_PART,
    BALANCE_PART,
    CAMPAIGN_KINDS,
    CERTIFICATES_PART,
    ENDS_PART,
    LESSONS_PART,
    REGISTRIES_PART,
    TRAINING_PART,
    USE_PART,
    FileRole,
    ReportKind,
    ReportPeriod,
    ReportScope,
    RunStatus,
)

# A year, quarter, month or day of the calendar, as core/periods.py writes it.
CALENDAR_PERIOD = r"^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2])(-[0-3][0-9])?)?$"


class ReportSchedule(models.Model):
    """A series of reports that a branch makes by the calendar; definitions.py says when each run falls due.

    A kind that is about campaigns: with `campaign` that one, without it every campaign of the branch, which then begins
    and ends by itself; `first_period` is the day from which on it is made.
    """

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("种类"), max_length=24, choices=ReportKind)
    scope = models.CharField(_("范围"), max_length=8, choices=ReportScope)
    campaign = models.ForeignKey(
        "donations.Campaign", verbose_name=_("募捐活动"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    period_kind = models.CharField(_("周期"), max_length=8, choices=ReportPeriod)
    first_period = models.CharField(_("首期"), max_length=10)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("报告日程")
        verbose_name_plural = _("报告日程")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "kind", "scope", "campaign", "period_kind"],
                name="reportschedule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(first_period__regex=CALENDAR_PERIOD), name="reportschedule_first_is_a_period"
            ),
            models.CheckConstraint(
                condition=Q(campaign__isnull=True) | Q(kind__in=CAMPAIGN_KINDS), name="reportschedule_campaign_fits"
            ),
            models.CheckConstraint(
                condition=Q(period_kind__in=ReportPeriod.values), name="reportschedule_period_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.kind} {self.scope}"


class ReportRunQuerySet(BranchRowsQuerySet):
    """Chainable filters over report runs."""

    def for_public_display(self) -> ReportRunQuerySet:
        """Published runs only: the door for public pages and API."""
        return self.filter(status=RunStatus.PUBLISHED)._mark("public")


class ReportRun(BranchLineage):
    """One version of one period's report of one branch, alone or with all below, or of one of its campaigns.

    It takes the public records with log indexes in `[log_from, log_to)`, the end of the run before it and its own, so
    the runs of a series (kind, branch, scope, campaign, length of the period) tile the log. `period_start` and
    `period_end` are the exact window; `issue` numbers bulletins of a campaign without gap (trigger). Who approves is
    neither the one who asked for it nor the one who checked it (CHECK); a run made by the calendar was asked for by
    nobody. Once approved it is signed by a worker and published; a trigger refuses both without the two people, and
    publication while a file lacks its signature. A published run never changes: a correction is a new version that
    names it. `signer` and `signer_sha256` (hex, over DER) tell the certificate.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    kind = models.CharField(_("种类"), max_length=24, choices=ReportKind)
    scope = models.CharField(_("范围"), max_length=8, choices=ReportScope)
    campaign = models.ForeignKey(
        "donations.Campaign", verbose_name=_("募捐活动"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    issue = models.PositiveIntegerField(_("期号"), null=True)
    period_kind = models.CharField(_("周期"), max_length=8, choices=ReportPeriod)
    period = models.CharField(_("期间"), max_length=10)
    period_start = models.DateTimeField(_("期间起"))
    period_end = models.DateTimeField(_("期间止"))
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    status = models.CharField(_("状态"), max_length=12, choices=RunStatus)
    log_from = models.BigIntegerField(_("日志起"), null=True)
    log_to = models.BigIntegerField(_("日志止"), null=True)
    frozen_at = models.DateTimeField(_("固定时间"), null=True)
    summary = models.JSONField(_("摘要"), default=dict)
    title = models.CharField(_("标题"), max_length=160)
    page_count = models.IntegerField(_("页数"), null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("发起人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("发起时间"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("复核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(_("复核时间"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)
    signer = models.CharField(_("签名人"), max_length=300, blank=True)
    signer_sha256 = models.CharField(_("签名证书 SHA-256"), max_length=64, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True)
    corrects = models.OneToOneField(
        "self", verbose_name=_("更正"), null=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    correction_note = models.CharField(_("更正说明"), max_length=500, blank=True)
    error = models.CharField(_("错误"), max_length=500, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("报告")
        verbose_name_plural = _("报告")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="reportrun_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="reportrun_kind_known"),
            models.CheckConstraint(condition=Q(scope__in=ReportScope.values), name="reportrun_scope_known"),
            models.UniqueConstraint(
                fields=["kind", "branch", "scope", "campaign", "period", "version"],
                name="reportrun_once_per_version",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["campaign", "issue", "version"],
                condition=Q(issue__isnull=False),
                name="reportrun_issue_once_per_version",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CAMPAIGN_KINDS, campaign__isnull=False)
                | (~Q(kind__in=CAMPAIGN_KINDS) & Q(campaign__isnull=True)),
                name="reportrun_campaign_fits",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReportKind.EMERGENCY_BULLETIN, issue__isnull=False, issue__gte=1)
                | (~Q(kind=ReportKind.EMERGENCY_BULLETIN) & Q(issue__isnull=True)),
                name="reportrun_bulletin_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(period_kind__in=ReportPeriod.values), name="reportrun_period_kind_known"
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="reportrun_window_has_length"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(requested_by=None) | ~Q(approved_by=F("requested_by")),
                name="reportrun_approver_is_not_requester",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(checked_by=None) | ~Q(approved_by=F("checked_by")),
                name="reportrun_approver_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.PUBLISHED) | Q(approved_by__isnull=False, published_at__isnull=False),
                name="reportrun_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(log_from__isnull=True, log_to__isnull=True) | Q(log_from__gte=0, log_to__gte=F("log_from")),
                name="reportrun_log_range",
            ),
            models.CheckConstraint(
                condition=(Q(version=1) & Q(corrects=None))
                | (Q(version__gt=1) & Q(corrects__isnull=False) & ~Q(correction_note="")),
                name="reportrun_correction_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-period_start", "-id"], name="reportrun_by_status"),
            models.Index(fields=["branch", "-period_start", "-id"], name="reportrun_by_branch"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def first_day(self) -> datetime.date:
        """The first day of the window in Asia/Shanghai: what happened before it is late (补报)."""
        return self.period_start.astimezone(SHANGHAI).date()

    @property
    def last_day(self) -> datetime.date:
        """The last day that the window touches."""
        return (self.period_end - datetime.timedelta(microseconds=1)).astimezone(SHANGHAI).date()

    @property
    def period_label(self) -> str:
        """The period as a person reads it: 2025年第1季度, 第 3 期（2025年1月20日）, 活动全程."""
        return period_label(self.period, self.issue)


def period_label(code: str, issue: int | None = None) -> str:
    """A stored period as a person reads it."""
    if code == ReportPeriod.WHOLE:
        return str(ReportPeriod.WHOLE.label)
    label = parse_period(code).label
    return label if issue is None else gettext("第 %(issue)s 期（%(day)s）") % {"issue": issue, "day": label}


class ReportWithdrawal(models.Model):
    """That a published report's files are no longer handed out, because a name must not stand in them. Append-only.

    Its hashes, figures and place in the history stay (trust.md, "Names in files"); a trigger asks for a published run.
    """

    run = models.OneToOneField(ReportRun, verbose_name=_("报告"), on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("理由"), max_length=500)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("撤下人"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("撤下时间"))

    class Meta:
        verbose_name = _("撤下的报告")
        verbose_name_plural = _("撤下的报告")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reportwithdrawal_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.run_id)


class ReportEvent(models.Model):
    """One step of a run: who moved it from where to where, when and why. Append-only by trigger."""

    run = models.ForeignKey(ReportRun, verbose_name=_("报告"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=RunStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("报告经过")
        verbose_name_plural = _("报告经过")

    def __str__(self) -> str:
        return f"{self.run_id} {self.from_status} → {self.to_status}"


class ReportFile(models.Model):
    """A file of a run, by its SHA-256. Append-only by trigger: a published file is never overwritten."""

    run = models.ForeignKey(ReportRun, verbose_name=_("报告"), on_delete=models.PROTECT, related_name="files")
    role = models.CharField(_("用途"), max_length=12, choices=FileRole)
    part = models.PositiveSmallIntegerField(_("册"), default=0)
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    first_row = models.IntegerField(_("首行"), null=True)
    last_row = models.IntegerField(_("末行"), null=True)

    class Meta:
        verbose_name = _("报告文件")
        verbose_name_plural = _("报告文件")
        constraints = [
            models.UniqueConstraint(fields=["run", "role", "part"], name="reportfile_once"),
            models.CheckConstraint(condition=Q(role__in=FileRole.values), name="reportfile_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.role} {self.part}"

    @property
    def title(self) -> str:
        """What it is called for its readers."""
        named = {
            (FileRole.CSV, 0): _("捐赠明细（CSV）"),
            (FileRole.CSV, USE_PART): _("使用明细（CSV）"),
            (FileRole.CSV, BALANCE_PART): _("资金收支总表（CSV）"),
            (FileRole.CSV, ANNUAL_PART): _("年度数字（CSV）"),
            (FileRole.CSV, CERTIFICATES_PART): _("证书明细（CSV）"),
            (FileRole.CSV, ENDS_PART): _("失效证书明细（CSV）"),
            (FileRole.CSV, LESSONS_PART): _("普及培训明细（CSV）"),
            (FileRole.CSV, TRAINING_PART): _("培训年报数字（CSV）"),
            (FileRole.CSV, REGISTRIES_PART): _("捐献工作年报数字（CSV）"),
            (FileRole.ROWS, USE_PART): _("固定的使用明细（JSONL）"),
        }
        label = str(named.get((FileRole(self.role), self.part)) or FileRole(self.role).label)
        if self.role == FileRole.SIGNED and self.part:
            label = gettext("明细分册（PDF，已签名）")
        elif self.role != FileRole.VOLUME:
            return label
        return gettext("%(title)s 第 %(part)s 册") % {"title": label, "part": self.part}
