"""That the database came back from a backup, until the public log is known not to be forked by that."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RestoreMark(models.Model):
    """One restore; while it is open no public record gets its place.

    Records that were published after the backup may be known outside, and others in their places would be a second
    history (docs/log.md).
    """

    backup_id = models.UUIDField(_("备份标识"))
    backup_made_at = models.DateTimeField(_("备份时间"))
    restored_at = models.DateTimeField(_("恢复时间"))
    cleared_at = models.DateTimeField(_("解除时间"), null=True)
    cleared_by = models.CharField(_("解除人"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("恢复标记")
        verbose_name_plural = _("恢复标记")
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | ~Q(cleared_by=""), name="restoremark_cleared_by_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.restored_at:%Y-%m-%d %H:%M}"
