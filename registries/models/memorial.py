"""Places of remembrance, what takes place there, and who comes."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_phone
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.memorial import WEEKDAYS, BookingStatus, OccasionKind, OccasionStatus, Part, Visitor


class MemorialPlaceQuerySet(BranchRowsQuerySet):
    """Places, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Those that are open."""
        return self.filter(closed_on__isnull=True)._mark("public")


class MemorialPlace(BranchLineage):
    """A place of remembrance (缅怀场所); closed by a date and opened anew, never deleted; open ones differ by name.

    `visit_seats` is how many people may come in half a day, 0 where nobody need book; `visit_weekdays` the days on
    which visits are taken, 1 for Monday to 7. Legal source: 人体器官捐献和移植条例 Art. 14.
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=80)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("地址"), max_length=200)
    opening_hours = models.CharField(_("开放时间"), max_length=120)
    directions = models.TextField(_("怎么去"), blank=True)
    description = models.TextField(_("介绍"), blank=True)
    phone = models.CharField(_("公开电话"), max_length=40, blank=True)
    visit_seats = models.PositiveSmallIntegerField(_("每半天可预约人数"), default=0)
    visit_weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("可预约的日子"), default=list)
    opened_on = models.DateField(_("启用日期"))
    closed_on = models.DateField(_("停用日期"), null=True)

    objects = MemorialPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("缅怀场所")
        verbose_name_plural = _("缅怀场所")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"], condition=Q(closed_on__isnull=True), name="memorialplace_name_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="memorialplace_closes_after",
            ),
            models.CheckConstraint(
                condition=Q(visit_weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="memorialplace_weekdays_known"
            ),
        ]
        indexes = [models.Index(fields=["area", "id"], name="memorialplace_by_area", condition=Q(closed_on=None))]

    def __str__(self) -> str:
        return self.name

    @property
    def visit_days(self) -> str:
        """The weekdays on which visits are taken, in words."""
        return _("、").join(str(label) for day, label in WEEKDAYS if day in self.visit_weekdays)


class OccasionQuerySet(BranchRowsQuerySet):
    """Occasions, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Gatherings at places that are open, a cancelled one too, so that nobody comes in vain."""
        return self.filter(kind=OccasionKind.GATHERING, place__closed_on__isnull=True)._mark("public")


class MemorialOccasion(BranchLineage):
    """What people come for on a day: a gathering, or half a day of visits, whose row the first booking makes.

    Half a day of visits that was closed by the desk is a row that was called off before anybody booked; it may be
    opened again, which a gathering may not.
    `taken_count` is the sum of those who are booked and never passes `seats` (CHECK).
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(MemorialPlace, verbose_name=_("场所"), on_delete=models.PROTECT, related_name="occasions")
    kind = models.CharField(_("类别"), max_length=12, choices=OccasionKind)
    status = models.CharField(_("状态"), max_length=12, choices=OccasionStatus, default=OccasionStatus.PLANNED)
    on = models.DateField(_("日期"))
    part = models.CharField(_("半天"), max_length=12, choices=Part, blank=True)
    starts_at = models.TimeField(_("开始时间"), null=True)
    title = models.CharField(_("名称"), max_length=80, blank=True)
    text = models.TextField(_("说明"), blank=True)
    seats = models.PositiveIntegerField(_("名额"))
    taken_count = models.PositiveIntegerField(_("已预约人数"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("安排人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("安排时间"))

    objects = OccasionQuerySet.as_manager()

    class Meta:
        verbose_name = _("缅怀活动")
        verbose_name_plural = _("缅怀活动")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OccasionStatus.values), name="occasion_status_known"),
            models.CheckConstraint(condition=Q(taken_count__lte=F("seats")), name="occasion_not_over_capacity"),
            models.UniqueConstraint(
                fields=["place", "on", "part"], condition=Q(kind=OccasionKind.VISIT), name="occasion_visit_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=OccasionKind.VISIT, part__in=Part.values, title="")
                | Q(kind=OccasionKind.GATHERING, part="", created_by__isnull=False, starts_at__isnull=False)
                & ~Q(title=""),
                name="occasion_is_one_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["on", "id"], name="occasion_by_day", condition=Q(kind=OccasionKind.GATHERING)),
            models.Index(fields=["branch", "kind", "-on"], name="occasion_by_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.title or self.part}"

    @property
    def free_seats(self) -> int:
        """How many people more may come."""
        return max(0, self.seats - self.taken_count)

    @property
    def is_planned(self) -> bool:
        """Whether it takes place."""
        return self.status == OccasionStatus.PLANNED


class MemorialBooking(SealedModel, BranchLineage):
    """That somebody comes, with how many; name and telephone (P3: kin of donors) are destroyed 30 days after the day.

    A telephone has one booking in force of an occasion. `consent_version` is the text that was shown.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, editable=False)
    occasion = models.ForeignKey(
        MemorialOccasion, verbose_name=_("缅怀活动"), on_delete=models.PROTECT, related_name="bookings"
    )
    status = models.CharField(_("状态"), max_length=12, choices=BookingStatus)
    visitor = models.CharField(_("来者"), max_length=12, choices=Visitor)
    party_size = models.PositiveSmallIntegerField(_("人数"))
    name = SealedTextField(_("姓名"), logical="registries.memorialbooking.name", purpose="identity", null=True)
    phone = SealedTextField(
        _("手机号"), logical="registries.memorialbooking.phone", purpose="identity", lookup=normalise_phone, null=True
    )
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    consent_version = models.CharField(_("同意的文本版本"), max_length=24)
    booked_at = models.DateTimeField(_("预约时间"))
    ended_at = models.DateTimeField(_("取消时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("缅怀预约")
        verbose_name_plural = _("缅怀预约")
        constraints = [
            *unique_lookup("phone", "occasion", name="booking_once", condition=Q(status=BookingStatus.BOOKED)),
            models.CheckConstraint(condition=Q(status__in=BookingStatus.values), name="booking_status_known"),
            models.CheckConstraint(condition=Q(party_size__gt=0, party_size__lte=50), name="booking_size_sane"),
            models.CheckConstraint(
                condition=Q(status=BookingStatus.BOOKED, ended_at__isnull=True)
                | Q(status=BookingStatus.CANCELLED, ended_at__isnull=False),
                name="booking_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, name__isnull=False, phone__isnull=False)
                | Q(destroyed_at__isnull=False, name__isnull=True, phone__isnull=True),
                name="booking_whole_or_destroyed",
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="booking_by_branch")]

    def __str__(self) -> str:
        return self.number
