"""The audit trail: who did what, when, to which object."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One act of one person or of the system; append-only by trigger.

    Holds names of changed fields and never their values, so that no personal data enters the trail (PIPL Art. 51).
    `actor_id` is a bare number and `branch_code` a bare code: the ground floor has no foreign key upward.
    """

    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(_("操作人编号"), null=True)
    actor_login = models.CharField(_("操作人"), max_length=150, blank=True)
    verb = models.CharField(_("动作"), max_length=80)
    object_label = models.CharField(_("对象"), max_length=80, blank=True)
    object_key = models.CharField(_("对象编号"), max_length=120, blank=True)
    branch_code = models.CharField(_("红十字会编码"), max_length=32, blank=True)
    changed_fields = ArrayField(models.CharField(max_length=60), verbose_name=_("改动字段"), default=list)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    address = models.GenericIPAddressField(_("来源地址"), null=True)

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        indexes = [
            models.Index(fields=["object_label", "object_key", "-id"], name="audit_by_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["branch_code", "-id"], name="audit_by_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_login} {self.verb} {self.object_label} {self.object_key}"
