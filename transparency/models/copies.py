"""Where the log is known outside: the copy of its tiles, and the daily checkpoint that supervisors keep."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from transparency.models.log import LogCheckpoint


class LogMirror(models.Model):
    """How the copy of the log in `LOG_MIRROR_DIR` stands: one row, kept by whoever copies."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    directory = models.CharField(_("目录"), max_length=400)
    size = models.BigIntegerField(_("已复制长度"), default=0)
    copied_at = models.DateTimeField(_("复制时间"), null=True)
    problem = models.CharField(_("问题"), max_length=500, blank=True)
    problem_at = models.DateTimeField(_("问题时间"), null=True)

    class Meta:
        verbose_name = _("日志副本")
        verbose_name_plural = _("日志副本")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="logmirror_is_one_row")]

    def __str__(self) -> str:
        return self.directory


class DailyCheckpoint(models.Model):
    """The signed head of a day (Asia/Shanghai): once chosen it stays; sent to supervisors and shown in the feed.

    Append-only. The first tick of a day takes the newest; for a missed day, the last one signed before its end.
    """

    day = models.DateField(_("日期"), primary_key=True)
    checkpoint = models.ForeignKey(
        LogCheckpoint, verbose_name=_("检查点"), on_delete=models.PROTECT, related_name="days"
    )
    chosen_at = models.DateTimeField(_("选定时间"))

    class Meta:
        verbose_name = _("每日检查点")
        verbose_name_plural = _("每日检查点")

    def __str__(self) -> str:
        return f"{self.day} {self.checkpoint_id}"


class CheckpointDelivery(models.Model):
    """That a supervisor is sent a day's checkpoint: attempts, the last failure, and when it went."""

    daily = models.ForeignKey(
        DailyCheckpoint, verbose_name=_("每日检查点"), on_delete=models.PROTECT, related_name="deliveries"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("监事"), on_delete=models.PROTECT, related_name="+"
    )
    attempt_count = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    try_after = models.DateTimeField(_("下次尝试时间"), null=True)
    failure = models.CharField(_("未送达的原因"), max_length=120, blank=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True)

    class Meta:
        verbose_name = _("检查点送达")
        verbose_name_plural = _("检查点送达")
        constraints = [models.UniqueConstraint(fields=["daily", "person"], name="checkpointdelivery_once")]
        indexes = [
            models.Index(fields=["try_after"], name="checkpointdelivery_waiting", condition=models.Q(sent_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.daily_id} {self.person_id}"
