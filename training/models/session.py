"""Sessions (培训班): a course held for a number of people, lesson by lesson."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import PUBLIC_SESSION, Audience, KeyGroup, SessionStatus


class SessionQuerySet(BranchRowsQuerySet):
    """Sessions, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """What the public may see: sessions for everybody that were opened."""
        return self.filter(status__in=PUBLIC_SESSION, audience=Audience.PUBLIC)._mark("public")


class Session(BranchLineage):
    """One class of a course. Its seats are counted by trigger and never more than `seats` (CHECK).

    `queue_last` is the last place given in the order of signing up. Between `sign_up_from` and `sign_up_until` the
    public may sign up. `organisation` is the name of a school or company as it was written, `held_for` its place in the
    register; `held_at` the base in which it is held. `maker_ids` has everybody who planned it.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=SessionStatus)
    version = models.ForeignKey(
        "training.CourseVersion", verbose_name=_("课程版本"), on_delete=models.PROTECT, related_name="sessions"
    )
    title = models.CharField(_("班名"), max_length=80)
    audience = models.CharField(_("对象"), max_length=12, choices=Audience)
    key_group = models.CharField(_("重点人群"), max_length=12, choices=KeyGroup, default=KeyGroup.NONE)
    organisation = models.CharField(_("学校或单位"), max_length=120, blank=True)
    held_for = models.ForeignKey(
        "training.Organisation",
        verbose_name=_("登记的学校或单位"),
        null=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.ForeignKey(
        "training.FirstAidPlace",
        verbose_name=_("培训基地"),
        null=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    place = models.CharField(_("上课地点"), max_length=200)
    contact = models.CharField(_("咨询电话"), max_length=40, blank=True)
    contract = models.ForeignKey(
        "training.ServiceContract",
        verbose_name=_("购买服务合同"),
        null=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    seats = models.PositiveSmallIntegerField(_("名额"))
    seated_count = models.PositiveSmallIntegerField(_("已占名额"), default=0)
    waiting_count = models.PositiveIntegerField(_("候补人数"), default=0)
    queue_last = models.PositiveIntegerField(_("报名顺序"), default=0)
    sign_up_from = models.DateTimeField(_("报名开始"), null=True)
    sign_up_until = models.DateTimeField(_("报名截止"), null=True)
    starts_on = models.DateField(_("开班日期"))
    ends_on = models.DateField(_("结束日期"))
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("签字人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("签字时间"), null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("培训班")
        verbose_name_plural = _("培训班")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SessionStatus.values), name="session_status_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="session_audience_known"),
            models.CheckConstraint(condition=Q(key_group__in=KeyGroup.values), name="session_key_group_known"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="session_has_seats"),
            models.CheckConstraint(condition=Q(seated_count__lte=F("seats")), name="session_not_over_capacity"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(audience=Audience.PUBLIC) | ~Q(organisation=""), name="session_closed_names_its_unit"
            ),
            models.CheckConstraint(
                condition=Q(held_for__isnull=True) | ~Q(organisation=""), name="session_held_for_whom_it_names"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[SessionStatus.SIGNED, SessionStatus.FINISHED])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="session_signed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-starts_on", "-id"], name="session_by_branch"),
            models.Index(
                fields=["area", "starts_on", "id"],
                name="session_public_by_area",
                condition=Q(status=SessionStatus.OPEN, audience=Audience.PUBLIC),
            ),
            models.Index(
                fields=["starts_on", "id"],
                name="session_public_in_order",
                condition=Q(status=SessionStatus.OPEN, audience=Audience.PUBLIC),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def free_seats(self) -> int:
        """Seats that nobody has; whoever waits comes before whoever asks now."""
        return 0 if self.waiting_count else self.seats - self.seated_count


class Lesson(models.Model):
    """One meeting of a session, usually half a day."""

    session = models.ForeignKey(Session, verbose_name=_("培训班"), on_delete=models.PROTECT, related_name="lessons")
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))

    class Meta:
        verbose_name = _("课次")
        verbose_name_plural = _("课次")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "starts_at"], name="lesson_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="lesson_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.starts_at:%Y-%m-%d %H:%M}"


class SessionEvent(models.Model):
    """One step of a session: who moved it from where to where, when and why. Append-only by trigger."""

    session = models.ForeignKey(Session, verbose_name=_("培训班"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=SessionStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("培训班经过")
        verbose_name_plural = _("培训班经过")

    def __str__(self) -> str:
        return f"{self.session_id} {self.from_status} → {self.to_status}"
