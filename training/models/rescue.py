"""Rescue cases (救护员成功救人): reported, verified by a second person, told with consent."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField
from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import COUNTED_RESCUE, RescueKind, RescueStatus


class RescueQuerySet(BranchRowsQuerySet):
    """Rescue cases, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Those whose story is published."""
        return self.filter(status=RescueStatus.PUBLISHED)._mark("public")


class RescueCase(SealedModel, BranchLineage):
    """That somebody who was taught first aid saved somebody; of the saved person nothing is kept but how many.

    `rescuer` is sealed (P2) and shown as `shown_name`, in full only with the consent that `named_consent` names.
    `certificate` is theirs where they have one. `story` is public where `story_consent` says that the rescuer agreed.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=RescueStatus)
    happened_on = models.DateField(_("日期"))
    area = models.ForeignKey(
        "organizations.Division", verbose_name=_("所在县（市、区）"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("情形"), max_length=12, choices=RescueKind)
    saved_count = models.PositiveSmallIntegerField(_("获救人数"), default=1)
    with_aed = models.BooleanField(_("使用了 AED"), default=False)
    certificate = models.ForeignKey(
        "training.Certificate", verbose_name=_("救护证书"), null=True, on_delete=models.PROTECT, related_name="rescues"
    )
    rescuer = SealedTextField(_("救护员"), logical="training.rescuecase.rescuer", null=True)
    shown_name = models.CharField(_("公开显示"), max_length=60)
    evidence = models.ForeignKey(
        "core.StoredFile", verbose_name=_("佐证材料"), on_delete=models.PROTECT, related_name="+"
    )
    story = models.TextField(_("经过"), blank=True)
    story_consent = models.CharField(_("公开经过的同意版本"), max_length=20, blank=True)
    named_consent = models.CharField(_("公开姓名的同意版本"), max_length=20, blank=True)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("登记时间"))
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("核实人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("核实时间"), null=True)

    objects = RescueQuerySet.as_manager()

    class Meta:
        verbose_name = _("救人事例")
        verbose_name_plural = _("救人事例")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RescueStatus.values), name="rescuecase_status_known"),
            models.CheckConstraint(condition=Q(kind__in=RescueKind.values), name="rescuecase_kind_known"),
            models.CheckConstraint(condition=Q(saved_count__gt=0, saved_count__lte=50), name="rescuecase_count_sane"),
            models.CheckConstraint(
                condition=~Q(status__in=COUNTED_RESCUE) | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="rescuecase_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status=RescueStatus.PUBLISHED) | ~Q(story="") & ~Q(story_consent=""),
                name="rescuecase_published_with_consent",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="rescuecase_by_branch"),
            models.Index(
                fields=["-happened_on", "-id"], name="rescuecase_in_order", condition=Q(status=RescueStatus.PUBLISHED)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RescueEvent(models.Model):
    """One step of a rescue case: who moved it from where to where, when and why. Append-only by trigger."""

    case = models.ForeignKey(RescueCase, verbose_name=_("救人事例"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=RescueStatus)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("救人事例经过")
        verbose_name_plural = _("救人事例经过")

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_status} → {self.to_status}"
