"""Certificates that were printed before the portal: files of them, brought in once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import LegacyStatus


class LegacyImport(BranchLineage):
    """A file of old certificates: checked by a job, confirmed by a second person (CHECK), written by another job.

    The file lies sealed and is read anew for writing, so that no list of people is kept anywhere else. `file_sha256`
    comes in once, unless it was dropped or could not be read. `problem_file` names rows by number, and no person.
    """

    key = models.UUIDField(_("标识"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=LegacyStatus)
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    file_sha256 = models.CharField("SHA-256", max_length=64)
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    good_count = models.PositiveIntegerField(_("可导入"), default=0)
    bad_count = models.PositiveIntegerField(_("有问题"), default=0)
    problem_file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("问题清单"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    error = models.CharField(_("原因"), max_length=1000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("上传时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("复核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("复核时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("历史证书导入")
        verbose_name_plural = _("历史证书导入")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LegacyStatus.values), name="legacyimport_status_known"),
            models.UniqueConstraint(
                fields=["file_sha256"],
                condition=~Q(status__in=[LegacyStatus.DROPPED, LegacyStatus.UNREADABLE]),
                name="legacyimport_file_once",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("created_by")),
                name="legacyimport_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[LegacyStatus.WRITING, LegacyStatus.DONE]) | Q(confirmed_by__isnull=False),
                name="legacyimport_written_once_confirmed",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="legacyimport_by_branch")]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def number(self) -> str:
        """What the audit trail calls it."""
        return f"{self.branch_id}-L{self.pk}"
