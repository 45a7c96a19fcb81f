"""Files exchanged with the national library of stem-cell donors, and what each of them changed."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import SealedModel, SealedTextField
from organizations.choices import Right
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.exchange import COUNTS_ONCE, MOST_FILE_DOWNLOADS, Direction, FileStatus, Outcome, Result
from registries.models.donor import Donor
from registries.models.sample import Sample, SampleBatch


class ExchangeFileRows(BranchRowsQuerySet):
    """Files, opened for those who keep the registries and, those that go out, for those who approve them."""

    def visible_to_either(self, person: User) -> Self:
        """The files of the branches in which somebody holds KEEP_REGISTRIES, or APPROVE_EXPORTS for one going out."""
        going = self.visible_to(person, Right.APPROVE_EXPORTS).filter(direction=Direction.OUT)
        return self.visible_to(person, Right.KEEP_REGISTRIES) | going


class ExchangeFile(BranchLineage):
    """A file that goes to the library or came from it (P3); its bytes lie sealed (core.files) and have a purge date.

    What it is stands by trigger; its state moves. `file_sha256` is of the bytes in clear, as sender and receiver
    compare them. `left_out` counts by reason who is not in a file that goes out; `refusal` is a sentence of ours. One
    that goes out is released by another person of the branch (`released_by`) before anybody is read for it.
    """

    number = models.CharField(_("文件编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    direction = models.CharField(_("方向"), max_length=4, choices=Direction)
    status = models.CharField(_("状态"), max_length=12, choices=FileStatus)
    batch = models.ForeignKey(
        SampleBatch, verbose_name=_("样本批次"), null=True, on_delete=models.PROTECT, related_name="exchange_files"
    )
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("文件"), null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    declared_rows = models.PositiveIntegerField(_("对方申报的行数"), null=True)
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    bad_count = models.PositiveIntegerField(_("有问题"), default=0)
    left_out = models.JSONField(_("没有报送的人数"), default=dict)
    refusal = models.CharField(_("不收的原因"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("经办人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("时间"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("确认人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("批准时间"), null=True)
    download_count = models.PositiveSmallIntegerField(_("已下载次数"), default=0)

    objects = ExchangeFileRows.as_manager()

    class Meta:
        verbose_name = _("交换文件")
        verbose_name_plural = _("交换文件")
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="exchangefile_direction_known"),
            models.CheckConstraint(condition=Q(status__in=FileStatus.values), name="exchangefile_status_known"),
            models.UniqueConstraint(
                fields=["branch", "file_sha256"],
                condition=Q(direction=Direction.IN, status__in=COUNTS_ONCE),
                name="exchangefile_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[FileStatus.APPLYING, FileStatus.APPLIED]) | Q(confirmed_by__isnull=False),
                name="exchangefile_applied_once_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[FileStatus.MAKING, FileStatus.READY])
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="exchangefile_made_once_released",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("made_by")),
                name="exchangefile_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(download_count__lte=MOST_FILE_DOWNLOADS), name="exchangefile_downloads_few"
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="exchangefile_by_branch")]

    def __str__(self) -> str:
        return self.number

    @property
    def filename(self) -> str:
        """What it is called when it leaves."""
        return f"{self.number}.csv"


class ExchangeFileEvent(models.Model):
    """One step of a file, downloads among them: who, when. Append-only by trigger."""

    exchange_file = models.ForeignKey(
        ExchangeFile, verbose_name=_("交换文件"), on_delete=models.PROTECT, related_name="events"
    )
    to_status = models.CharField(_("状态"), max_length=12, choices=FileStatus)
    verb = models.CharField(_("事项"), max_length=24)
    count = models.PositiveIntegerField(_("行数"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("交换文件经过")
        verbose_name_plural = _("交换文件经过")

    def __str__(self) -> str:
        return f"{self.exchange_file_id} {self.verb}"


class ExchangeSent(models.Model):
    """That a bag of a donor stands in a file that goes out; it is reported once.

    `is_void`: nobody fetched the file before it was given up or its days were over, so that the bag goes into the next
    one. Nothing else of a row changes, and that once (trigger).
    """

    exchange_file = models.ForeignKey(
        ExchangeFile, verbose_name=_("交换文件"), on_delete=models.PROTECT, related_name="sent"
    )
    sample = models.ForeignKey(Sample, verbose_name=_("血样"), on_delete=models.PROTECT, related_name="sent_in")
    is_void = models.BooleanField(_("没有报送出去"), default=False, db_default=False)

    class Meta:
        verbose_name = _("已报送的血样")
        verbose_name_plural = _("已报送的血样")
        constraints = [
            models.UniqueConstraint(fields=["sample"], condition=Q(is_void=False), name="exchangesent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_file_id} {self.sample_id}"


class ExchangeRow(SealedModel):
    """A row of a file that came in: whose, what, on which day, and what became of it.

    Of a row with a fault the line, field and code stand here and nothing that was written in it. `reference` is the
    library's number of a search (查询编号), sealed, and empty unless the row is, or is still to be, applied; for whom
    the search is, is not known here. What a row says stands
    by trigger; its outcome moves once, in the transaction of the change itself.
    """

    exchange_file = models.ForeignKey(
        ExchangeFile, verbose_name=_("交换文件"), on_delete=models.PROTECT, related_name="rows"
    )
    line = models.PositiveIntegerField(_("行号"))
    donor = models.ForeignKey(
        Donor, verbose_name=_("志愿者"), null=True, on_delete=models.PROTECT, related_name="exchange_rows"
    )
    result = models.CharField(_("结果"), max_length=16, choices=Result, blank=True)
    on = models.DateField(_("日期"), null=True)
    reference = SealedTextField(_("查询编号"), logical="registries.exchangerow.reference", purpose="wishes", null=True)
    outcome = models.CharField(_("处理"), max_length=8, choices=Outcome)
    fault = models.CharField(_("问题"), max_length=24, blank=True)
    field = models.CharField(_("哪一格"), max_length=20, blank=True)
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    done_at = models.DateTimeField(_("办理时间"), null=True)

    class Meta:
        verbose_name = _("交换文件的行")
        verbose_name_plural = _("交换文件的行")
        constraints = [
            models.UniqueConstraint(fields=["exchange_file", "line"], name="exchangerow_line_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="exchangerow_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.GOOD, Outcome.DONE, Outcome.DROPPED], fault="", donor__isnull=False)
                | Q(outcome__in=[Outcome.BAD, Outcome.LATE]) & ~Q(fault=""),
                name="exchangerow_fault_or_donor",
            ),
        ]
        indexes = [
            models.Index(
                fields=["exchange_file", "line"], name="exchangerow_to_apply", condition=Q(outcome=Outcome.GOOD)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_file_id}:{self.line}"
