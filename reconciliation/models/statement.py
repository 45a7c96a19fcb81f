"""Statements: files in which a bank or platform says what happened on an account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from reconciliation.choices import COUNTING, BalanceSource, StatementStatus
from reconciliation.models.account import MONEY


class Statement(BranchLineage):
    """A statement of one account, from its file to its last line's decision. Sums in yuan.

    The file is P3 and lies sealed; the same bytes live once (SHA-256, dropped ones apart). Days of the period are both
    included. `known` lists lines that an earlier file held already, as [row of this file, number of the other
    statement, its line]: they are not taken a second time. `problems` are what keeps it from being taken up.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    account = models.ForeignKey(
        "reconciliation.DepositAccount", verbose_name=_("存款账户"), on_delete=models.PROTECT, related_name="statements"
    )
    status = models.CharField(_("状态"), max_length=12, choices=StatementStatus)
    file = models.ForeignKey("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    file_sha256 = models.CharField("SHA-256", max_length=64)
    layout_key = models.CharField(_("版式"), max_length=40, blank=True)
    fingerprint = models.CharField(_("表头指纹"), max_length=64, blank=True)
    mapping = models.JSONField(_("列对应"), default=dict)
    period_from = models.DateField(_("起"), null=True)
    period_to = models.DateField(_("止"), null=True)
    opening_balance = models.DecimalField(_("期初余额"), **MONEY, null=True)
    closing_balance = models.DecimalField(_("期末余额"), **MONEY, null=True)
    balance_source = models.CharField(_("余额来自"), max_length=8, choices=BalanceSource, blank=True, default="")
    declared = models.JSONField(_("文件自己写的合计"), default=dict)
    line_count = models.IntegerField(_("行数"), default=0)
    in_total = models.DecimalField(_("收入合计"), **MONEY, default=0)
    out_total = models.DecimalField(_("支出合计"), **MONEY, default=0)
    known = models.JSONField(_("别的流水里已有的行"), default=list)
    problems = models.JSONField(_("问题"), default=list)
    error = models.CharField(_("读取错误"), max_length=1000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("导入人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("导入时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("账户流水")
        verbose_name_plural = _("账户流水")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=StatementStatus.values), name="statement_status_known"),
            models.CheckConstraint(condition=Q(balance_source__in=BalanceSource.values), name="statement_source_known"),
            models.CheckConstraint(
                condition=~Q(status__in=COUNTING)
                | Q(
                    period_from__isnull=False,
                    period_to__isnull=False,
                    period_from__lte=F("period_to"),
                    opening_balance__isnull=False,
                    closing_balance__isnull=False,
                ),
                name="statement_counting_has_its_balances",
            ),
            models.UniqueConstraint(
                fields=["file_sha256"], condition=~Q(status=StatementStatus.DROPPED), name="statement_same_file_once"
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="statement_by_branch"),
            models.Index(fields=["account", "period_to"], name="statement_by_account"),
        ]

    def __str__(self) -> str:
        return self.number


class StatementEvent(models.Model):
    """One step of a statement: who moved it from where to where, when and why. Append-only by trigger."""

    statement = models.ForeignKey(Statement, verbose_name=_("流水"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=StatementStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("流水经过")
        verbose_name_plural = _("流水经过")

    def __str__(self) -> str:
        return f"{self.statement_id} {self.from_status} → {self.to_status}"


class StatementMapping(models.Model):
    """Which column is what in a layout that a person explained once, for a branch's next file with the same header."""

    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    fingerprint = models.CharField(_("表头指纹"), max_length=64)
    mapping = models.JSONField(_("列对应"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("确认人"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"))

    class Meta:
        verbose_name = _("流水版式")
        verbose_name_plural = _("流水版式")
        constraints = [
            models.UniqueConstraint(fields=["branch", "fingerprint"], name="statementmapping_once"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.fingerprint[:8]}"
