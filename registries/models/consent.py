"""What somebody consented to, and what they took back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registries.choices import PAPER_VERSION, Channel, ConsentAct, ConsentSubject


class Consent(models.Model):
    """One consent, or its withdrawal, which names it. Append-only by trigger.

    `text_version` names the text that was shown (services/consents.py). `recorded_by` is None where the person did it
    themselves by telephone and code. `signed_on` is the day on a paper of before the portal (PAPER_VERSION), which is
    kept in the branch's archive; who wrote it down here, and when, say `recorded_by` and `at`. Legal source:
    个人信息保护法 Arts. 14-16, 29.
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
    signed_on = models.DateField(_("原纸质同意书的签字日期"), null=True)

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
            models.CheckConstraint(
                condition=Q(act=ConsentAct.GIVEN, text_version=PAPER_VERSION, signed_on__isnull=False)
                | (~Q(act=ConsentAct.GIVEN, text_version=PAPER_VERSION) & Q(signed_on__isnull=True)),
                name="consent_on_paper_says_when",
            ),
        ]
        indexes = [models.Index(fields=["registrant", "subject", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.registrant_id} {self.subject} {self.act}"

    @property
    def version_shown(self) -> str:
        """The version as pages name it."""
        if self.text_version != PAPER_VERSION:
            return self.text_version
        if self.signed_on is None:
            return str(_("原纸质同意书"))
        return gettext("原纸质同意书，%(day)s 签") % {"day": self.signed_on.isoformat()}
