"""Steps of campaigns, ways to give, agreements and changes of use."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppealEvent(models.Model):
    """One step of a subject: who moved it from where to where, when and why. Append-only by trigger.

    Exactly one of the four subjects is set (CHECK in sql/campaign.sql).
    """

    campaign = models.ForeignKey(
        "donations.Campaign", verbose_name=_("募捐活动"), null=True, on_delete=models.PROTECT, related_name="events"
    )
    channel = models.ForeignKey(
        "donations.GivingChannel",
        verbose_name=_("捐赠方式"),
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    agreement = models.ForeignKey(
        "donations.Agreement", verbose_name=_("捐赠协议"), null=True, on_delete=models.PROTECT, related_name="events"
    )
    change = models.ForeignKey(
        "donations.ChangeOfUse", verbose_name=_("变更用途"), null=True, on_delete=models.PROTECT, related_name="events"
    )
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12)
    label = models.CharField(_("办理"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("募捐事项经过")
        verbose_name_plural = _("募捐事项经过")

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
