"""What the retention did, and what is held back from it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One night's destruction of what was due, or a look at what is due; `results` holds counts and no values.

    `results` is a list of `{"term", "due", "destroyed", "held", "failed"}`. Append-only by trigger.
    """

    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"))
    is_dry = models.BooleanField(_("只查看"))
    results = models.JSONField(_("结果"), default=list)

    class Meta:
        verbose_name = _("到期销毁记录")
        verbose_name_plural = _("到期销毁记录")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class RetentionHold(models.Model):
    """An object that is kept beyond its time while it is disputed (个人信息保护法 Art. 47).

    Lifting is a change of the row; nothing is deleted. People stand as bare numbers and logins: no foreign key upward.
    """

    object_label = models.CharField(_("对象种类"), max_length=80)
    object_key = models.CharField(_("对象编号"), max_length=120)
    reason = models.CharField(_("理由"), max_length=200)
    placed_by_id = models.BigIntegerField(_("登记人编号"))
    placed_by_login = models.CharField(_("登记人"), max_length=150)
    placed_at = models.DateTimeField(_("登记时间"))
    lifted_by_login = models.CharField(_("解除人"), max_length=150, blank=True)
    lifted_at = models.DateTimeField(_("解除时间"), null=True)

    class Meta:
        verbose_name = _("暂缓销毁")
        verbose_name_plural = _("暂缓销毁")
        constraints = [
            models.UniqueConstraint(
                fields=["object_label", "object_key"],
                condition=Q(lifted_at__isnull=True),
                name="retentionhold_once_per_object",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="retentionhold_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.object_label} {self.object_key}"
