"""What the public asks of a branch: registering on site, a talk, a sample, a visit, a call."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_phone
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.requests import (
    OPEN_REQUESTS,
    DayPart,
    DeclineReason,
    RequestKind,
    RequestStatus,
    RequestSubject,
)


class Request(SealedModel, BranchLineage):
    """A request made on a public page, by a telephone that was shown by a code; who made it is P3 and sealed.

    `details` is JSON: organisation, address. `place` is where it is held, sealed since it may be a home.
    `ended_at` and `destroyed_at` say when it was over and when all of the person was emptied.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(_("来自"), max_length=12, choices=RequestSubject)
    kind = models.CharField(_("事项"), max_length=12, choices=RequestKind)
    status = models.CharField(_("状态"), max_length=12, choices=RequestStatus)
    name = SealedTextField(_("联系人"), logical="registries.request.name", purpose="identity", null=True)
    phone = SealedTextField(
        _("手机号"), logical="registries.request.phone", purpose="identity", lookup=normalise_phone, null=True
    )
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    details = SealedTextField(_("单位和地址"), logical="registries.request.details", purpose="identity", null=True)
    people_count = models.PositiveIntegerField(_("人数"), null=True)
    first_day = models.DateField(_("希望的日子"))
    second_day = models.DateField(_("另一个日子"), null=True)
    part = models.CharField(_("时段"), max_length=12, choices=DayPart)
    consent_version = models.CharField(_("同意文本版本"), max_length=20)
    arranged_on = models.DateField(_("安排的日子"), null=True)
    arranged_time = models.TimeField(_("安排的时间"), null=True)
    place = SealedTextField(_("地点"), logical="registries.request.place", purpose="identity", null=True)
    decline_reason = models.CharField(_("不能安排的原因"), max_length=16, choices=DeclineReason, blank=True)
    created_at = models.DateTimeField(_("提出时间"))
    ended_at = models.DateTimeField(_("办结时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("捐献预约")
        verbose_name_plural = _("捐献预约")
        constraints = [
            models.CheckConstraint(condition=Q(subject__in=RequestSubject.values), name="request_subject_known"),
            models.CheckConstraint(condition=Q(kind__in=RequestKind.values), name="request_kind_known"),
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="request_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=OPEN_REQUESTS, ended_at__isnull=True)
                | (~Q(status__in=OPEN_REQUESTS) & Q(ended_at__isnull=False)),
                name="request_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[RequestStatus.ACCEPTED, RequestStatus.DONE]) | Q(arranged_on__isnull=False),
                name="request_arranged_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.DECLINED, decline_reason__in=DeclineReason.values)
                | (~Q(status=RequestStatus.DECLINED) & Q(decline_reason="")),
                name="request_declined_says_why",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, name__isnull=False, phone__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    ended_at__isnull=False,
                    name__isnull=True,
                    phone__isnull=True,
                    details__isnull=True,
                    place__isnull=True,
                ),
                name="request_whole_or_destroyed",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "status", "-id"], name="request_by_branch"),
            models.Index(fields=["city", "status", "-id"], name="request_by_city"),
            models.Index(fields=["province", "status", "-id"], name="request_by_province"),
            models.Index(fields=["ended_at"], name="request_to_destroy", condition=Q(destroyed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in OPEN_REQUESTS


class RequestEvent(models.Model):
    """One step of a request: from where to where, by whom (None: the person themselves). Append-only by trigger."""

    request = models.ForeignKey(Request, verbose_name=_("预约"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=RequestStatus)
    verb = models.CharField(_("事项"), max_length=24)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("捐献预约经过")
        verbose_name_plural = _("捐献预约经过")

    def __str__(self) -> str:
        return f"{self.request_id} {self.from_status} → {self.to_status}"
