"""Long work as rows: the row is the truth, the broker only carries a hint."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import JobStatus


class Job(models.Model):
    """A piece of long work: what it is, how far it is, what came out.

    `params` and `result` hold keys and counts, never personal data. A worker holds a job by its `heartbeat_at`; the
    reaper queues a running job again when that is older than the limit, so nothing depends on the broker's redelivery.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("任务"), max_length=80)
    label = models.CharField(_("名称"), max_length=200)
    idempotency_key = models.CharField(_("幂等键"), max_length=160, unique=True)
    status = models.CharField(_("状态"), max_length=12, choices=JobStatus, default=JobStatus.QUEUED)
    stage = models.CharField(_("阶段"), max_length=60, blank=True)
    params = models.JSONField(_("参数"), default=dict)
    result = models.JSONField(_("结果"), default=dict)
    error = models.CharField(_("错误"), max_length=1000, blank=True)
    problem_file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("问题清单"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    link = models.CharField(_("结果页面"), max_length=200, blank=True)
    done_count = models.BigIntegerField(_("已完成"), default=0)
    total_count = models.BigIntegerField(_("总数"), null=True)
    attempt_count = models.PositiveSmallIntegerField(_("次数"), default=0)
    worker = models.CharField(_("执行进程"), max_length=120, blank=True)
    branch_code = models.CharField(_("红十字会编码"), max_length=32, blank=True)
    created_by_id = models.BigIntegerField(_("发起人编号"), null=True)
    created_at = models.DateTimeField(_("发起时间"))
    queued_at = models.DateTimeField(_("排队时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True)
    heartbeat_at = models.DateTimeField(_("最近心跳"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=JobStatus.values), name="job_status_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=[JobStatus.QUEUED, JobStatus.RUNNING])
                | models.Q(finished_at__isnull=False),
                name="job_ended_has_time",
            ),
            models.CheckConstraint(condition=models.Q(done_count__gte=0), name="job_done_count_not_negative"),
        ]
        indexes = [
            models.Index(fields=["created_by_id", "-created_at"], name="job_by_person"),
            models.Index(
                fields=["queued_at"],
                name="job_unfinished",
                condition=models.Q(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return self.label
