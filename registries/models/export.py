"""Exports of registrants' data: asked for by one person, approved by another, watermarked, expiring, logged."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.choices import Right
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.papers import (
    DONOR_FIELDS,
    MOST_DAYS,
    MOST_DOWNLOADS,
    OF_DONORS,
    WISH_FIELDS,
    ExportField,
    ExportFormat,
    ExportList,
    ExportStatus,
)

if TYPE_CHECKING:
    from accounts.models import User

_DECIDED = [ExportStatus.APPROVED, ExportStatus.READY, ExportStatus.REFUSED, ExportStatus.ENDED]


class ExportRows(BranchRowsQuerySet):
    """Exports, opened for those who ask for such and those who decide on them."""

    def visible_to_either(self, person: User) -> Self:
        """The exports of the branches in which somebody holds EXPORT_REGISTRANTS or APPROVE_EXPORTS."""
        return self.visible_to(person, Right.EXPORT_REGISTRANTS) | self.visible_to(person, Right.APPROVE_EXPORTS)


class Export(BranchLineage):
    """One export of personal data of a branch (P3 in its file alone). What was asked for never changes (trigger).

    `purpose` names nobody. The file lies sealed, and is destroyed at `expires_at`, at most MOST_DAYS days after it was
    made. Who decides is another person than who asks. Legal source: 个人信息保护法 Arts. 6, 51, 56.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=ExportStatus)
    listed = models.CharField(_("名单"), max_length=12, choices=ExportList)
    columns = ArrayField(models.CharField(max_length=16, choices=ExportField), verbose_name=_("字段"))
    format = models.CharField(_("格式"), max_length=8, choices=ExportFormat)
    purpose = models.CharField(_("用途"), max_length=200)
    keep_days = models.PositiveSmallIntegerField(_("保留天数"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("申请人"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    file = models.OneToOneField(
        "core.StoredFile", verbose_name=_("文件"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    row_count = models.PositiveIntegerField(_("人数"), null=True)
    built_at = models.DateTimeField(_("生成时间"), null=True)
    expires_at = models.DateTimeField(_("到期时间"), null=True)
    download_count = models.PositiveSmallIntegerField(_("已下载次数"), default=0)

    objects = ExportRows.as_manager()

    class Meta:
        verbose_name = _("登记人资料导出")
        verbose_name_plural = _("登记人资料导出")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ExportStatus.values), name="export_status_known"),
            models.CheckConstraint(condition=Q(listed__in=ExportList.values), name="export_list_known"),
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="export_format_known"),
            models.CheckConstraint(
                condition=Q(columns__contained_by=ExportField.values) & ~Q(columns=[]), name="export_columns_known"
            ),
            models.CheckConstraint(
                condition=Q(listed__in=sorted(OF_DONORS), columns__contained_by=sorted(DONOR_FIELDS))
                | (~Q(listed__in=sorted(OF_DONORS)) & Q(columns__contained_by=sorted(WISH_FIELDS))),
                name="export_columns_of_its_list",
            ),
            models.CheckConstraint(condition=Q(keep_days__gte=1, keep_days__lte=MOST_DAYS), name="export_days_few"),
            models.CheckConstraint(condition=Q(download_count__lte=MOST_DOWNLOADS), name="export_downloads_few"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="export_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_DECIDED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="export_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=[ExportStatus.READY, ExportStatus.ENDED])
                    & Q(file__isnull=False, row_count__isnull=False, built_at__isnull=False, expires_at__isnull=False)
                )
                | (~Q(status__in=[ExportStatus.READY, ExportStatus.ENDED]) & Q(file__isnull=True, download_count=0)),
                name="export_ready_has_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="export_by_branch"),
            models.Index(fields=["expires_at"], condition=Q(status=ExportStatus.READY), name="export_expiring"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def job_key(self) -> str:
        """Under which its one job is found."""
        return f"registries-export:{self.pk}"


class ExportEvent(models.Model):
    """One step of an export, each download among them; append-only by trigger. `actor` None: the system's own work."""

    export = models.ForeignKey(Export, verbose_name=_("导出"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=ExportStatus)
    verb = models.CharField(_("事项"), max_length=24)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("导出经过")
        verbose_name_plural = _("导出经过")

    def __str__(self) -> str:
        return f"{self.export_id} {self.from_status} → {self.to_status}"
