"""Places of first aid: bases, venues and stations, and AEDs with their inspections."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import AedOwner, AedStanding, PlaceKind


class FirstAidPlaceQuerySet(BranchRowsQuerySet):
    """Places, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Those that are in use."""
        return self.filter(ended_on__isnull=True)._mark("public")


class FirstAidPlace(BranchLineage):
    """A base, venue or station of a branch, with what it offers; ended by a date, never deleted."""

    kind = models.CharField(_("类别"), max_length=12, choices=PlaceKind)
    name = models.CharField(_("名称"), max_length=80)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("地址"), max_length=200)
    opening_hours = models.CharField(_("开放时间"), max_length=120)
    phone = models.CharField(_("公开电话"), max_length=40, blank=True)
    capacity = models.PositiveSmallIntegerField(_("可容纳人数"), null=True)
    square_metres = models.PositiveIntegerField(_("面积（平方米）"), null=True)
    equipment = models.TextField(_("设备"), blank=True)
    started_on = models.DateField(_("启用日期"))
    ended_on = models.DateField(_("停用日期"), null=True)

    objects = FirstAidPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("救护场所")
        verbose_name_plural = _("救护场所")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PlaceKind.values), name="firstaidplace_kind_known"),
            models.UniqueConstraint(fields=["branch", "name"], name="firstaidplace_name_once"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="firstaidplace_ends_after"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "kind", "id"], name="firstaidplace_by_area", condition=Q(ended_on=None))
        ]

    def __str__(self) -> str:
        return self.name


class AedQuerySet(BranchRowsQuerySet):
    """AEDs, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Those that hang where they are said to."""
        return self.filter(withdrawn_on__isnull=True)._mark("public")

    def overdue(self, day: datetime.date) -> Self:
        """Those that nobody should rely on until somebody looked: faulty, run out, or not inspected in time."""
        return self.filter(
            Q(is_faulty=True) | Q(pads_expire_on__lte=day) | Q(battery_expires_on__lte=day) | Q(inspect_by__lt=day)
        )


class Aed(BranchLineage):
    """An automated external defibrillator where it hangs; withdrawn by a date, never deleted.

    `inspect_by` is the last inspection, or the day it was put up, and `inspection_days`; dates of pads and battery are
    the first day on which they no longer count. All change by inspections alone (services/aeds.py).
    """

    serial = models.CharField(_("设备序列号"), max_length=60)
    model = models.CharField(_("型号"), max_length=80)
    owner = models.CharField(_("投放单位类别"), max_length=12, choices=AedOwner)
    site = models.CharField(_("位置"), max_length=120)
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("地址"), max_length=200)
    opening_hours = models.CharField(_("可取用时间"), max_length=120)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    keeper = models.CharField(_("管理单位"), max_length=120)
    inspection_days = models.PositiveSmallIntegerField(_("巡检间隔（天）"), default=30)
    inspect_by = models.DateField(_("最迟巡检日期"))
    pads_expire_on = models.DateField(_("电极片到期日"))
    battery_expires_on = models.DateField(_("电池到期日"))
    is_faulty = models.BooleanField(_("故障"), default=False)
    put_up_on = models.DateField(_("投放日期"))
    withdrawn_on = models.DateField(_("撤除日期"), null=True)

    objects = AedQuerySet.as_manager()

    class Meta:
        verbose_name = _("AED")
        verbose_name_plural = _("AED")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "serial"], condition=Q(withdrawn_on__isnull=True), name="aed_hangs_in_one_place"
            ),
            models.CheckConstraint(condition=Q(owner__in=AedOwner.values), name="aed_owner_known"),
            models.CheckConstraint(
                condition=Q(inspection_days__gt=0, inspection_days__lte=366), name="aed_inspected_in_a_year"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "id"], name="aed_by_area", condition=Q(withdrawn_on=None)),
            models.Index(fields=["branch", "inspect_by"], name="aed_by_inspection", condition=Q(withdrawn_on=None)),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.serial}"

    def standing(self, day: datetime.date) -> AedStanding:
        """Whether it can be relied on, on a day."""
        if self.is_faulty:
            return AedStanding.FAULTY
        if min(self.pads_expire_on, self.battery_expires_on) <= day:
            return AedStanding.EXPIRED
        return AedStanding.INSPECTION_DUE if self.inspect_by < day else AedStanding.READY


class AedInspection(models.Model):
    """That somebody looked at an AED, and what they found; append-only by trigger."""

    aed = models.ForeignKey(Aed, verbose_name=_("AED"), on_delete=models.PROTECT, related_name="inspections")
    inspected_on = models.DateField(_("巡检日期"))
    is_faulty = models.BooleanField(_("故障"))
    pads_expire_on = models.DateField(_("电极片到期日"))
    battery_expires_on = models.DateField(_("电池到期日"))
    note = models.CharField(_("情况"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("巡检登记人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("AED 巡检")
        verbose_name_plural = _("AED 巡检")

    def __str__(self) -> str:
        return f"{self.aed_id} {self.inspected_on}"
