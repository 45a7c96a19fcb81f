"""What somebody consented to, and what they took back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registries.choices import Channel, ConsentAct, ConsentSubject


class Consent(models.Model):
    """One consent, or its withdrawal, which names it. Append-only by trigger.

    `text_version` names the text that was shown (services/consents.py). `recorded_by` is None where the person did it
    themselves by telephone and code. Legal source: 个人信息保护法 Arts. 14-16, 29.
    """

    registrant = models.ForeignKey(
        "registries.Registrant", verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="consents"
    )
    subject = models.CharField(_("同意事项"), max_length=16, choices=ConsentSubject)
    act = models.CharField(_("行为"), max_length=12, choices=ConsentAct)
    text_version = models.CharField(_("文本版本"), max_length=20)
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    withdraws = models.OneToOneField(
        "self", verbose_name=_("撤回的同意"), null=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("同意")
        verbose_name_plural = _("同意")
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=ConsentSubject.values), name="consent_subject_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="consent_channel_known"),
            models.CheckConstraint(
                condition=Q(act=ConsentAct.GIVEN, withdraws__isnull=True)
                | Q(act=ConsentAct.WITHDRAWN, withdraws__isnull=False),
                name="consent_withdrawal_names_it",
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(channel=Channel.ONLINE), name="consent_recorded_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["registrant", "subject", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.registrant_id} {self.subject} {self.act}"
