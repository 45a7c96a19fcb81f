"""Givers after the gift: how to reach them, what they ask, what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_phone
from donations.choices import FeedbackChannel, RequestKind, RequestStatus
from organizations.models import BranchLineage, BranchRowsQuerySet


class GiverContact(SealedModel, BranchLineage):
    """The telephone that a giver left with a gift: by it, and a code sent to it, the giver sees the gift at /my/."""

    donation = models.OneToOneField(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="contact"
    )
    phone = SealedTextField(_("手机号"), logical="donations.givercontact.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠人联系方式")
        verbose_name_plural = _("捐赠人联系方式")

    def __str__(self) -> str:
        return f"{self.donation_id}"


class GiverRequest(SealedModel, BranchLineage):
    """What a giver asks about a gift, and the answer by its day (红十字会法 Art. 21). Texts are sealed."""

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="requests"
    )
    kind = models.CharField(_("事项"), max_length=12, choices=RequestKind)
    status = models.CharField(_("状态"), max_length=12, choices=RequestStatus)
    text = SealedTextField(_("内容"), logical="donations.giverrequest.text", null=True)
    asked_at = models.DateTimeField(_("提出时间"))
    due_on = models.DateField(_("应答复日期"))
    answer = SealedTextField(_("答复"), logical="donations.giverrequest.answer", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("答复人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠人请求")
        verbose_name_plural = _("捐赠人请求")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="giverrequest_status_known"),
            models.CheckConstraint(condition=Q(kind__in=RequestKind.values), name="giverrequest_kind_known"),
            models.CheckConstraint(
                condition=~Q(status=RequestStatus.ANSWERED)
                | Q(answered_by__isnull=False, ended_at__isnull=False, answer__isnull=False),
                name="giverrequest_answered_has_its_answer",
            ),
            models.UniqueConstraint(
                fields=["donation", "kind"], condition=Q(status=RequestStatus.OPEN), name="giverrequest_one_open_a_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "due_on"], name="giverrequest_open", condition=Q(status=RequestStatus.OPEN))
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.kind}"


class GiverFeedback(BranchLineage):
    """That a giver was told what became of a gift: when, how and what (红十字会法 Art. 21). Append-only by trigger."""

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="feedbacks"
    )
    told_on = models.DateField(_("反馈日期"))
    channel = models.CharField(_("方式"), max_length=12, choices=FeedbackChannel)
    summary = models.CharField(_("内容摘要"), max_length=300)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐赠反馈")
        verbose_name_plural = _("捐赠反馈")
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=FeedbackChannel.values), name="giverfeedback_channel_known")
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.told_on}"
