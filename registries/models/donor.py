"""Stem-cell donors: recruitment drives, who joined, and each of their steps."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices import Channel
from registries.choices.donors import AGEING, ENDED, DonorStatus
from registries.choices.intake import BROUGHT_IN
from registries.models.wish import whole_key


class Drive(BranchLineage):
    """A recruitment drive (招募活动) at which people join. Nobody is named here."""

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("活动名称"), max_length=80)
    place = models.CharField(_("地点"), max_length=120)
    held_on = models.DateField(_("活动日期"))
    planned_count = models.PositiveIntegerField(_("计划人数"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("建立人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("建立时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("招募活动")
        verbose_name_plural = _("招募活动")
        constraints = [models.CheckConstraint(condition=Q(planned_count__gt=0), name="drive_plans_somebody")]
        indexes = [models.Index(fields=["branch", "-id"], name="drive_by_branch")]

    def __str__(self) -> str:
        return self.name


# The lists of work of selectors/donors.py: by which day each is read, and which rows stand in its indexes.
_LISTS: dict[str, tuple[str, Q]] = {
    "donor_to_sample": ("sample_from", Q(status=DonorStatus.ENROLLED)),
    "donor_to_send": ("stepped_on", Q(status=DonorStatus.SAMPLED)),
    "donor_to_ask": ("stepped_on", Q(status__in=[DonorStatus.MATCHED, DonorStatus.REMOBILISING])),
    "donor_matched_lost": (
        "unreached_on",
        Q(status__in=[DonorStatus.MATCHED, DonorStatus.REMOBILISING], unreached_on__isnull=False),
    ),
    "donor_to_recover": ("unreached_on", Q(ended_at__isnull=True, unreached_on__isnull=False)),
    "donor_to_follow_up": ("follow_up_on", Q(ended_at__isnull=True, follow_up_on__isnull=False)),
    "donor_deferral": ("deferred_until", Q(ended_at__isnull=True, deferred_until__isnull=False)),
    "donor_ageing": ("ages_out_month", Q(status__in=sorted(AGEING))),
    "donor_to_schedule": ("fit_on", Q(status=DonorStatus.MEDICAL, fit_on__isnull=False)),
    "donor_standing": (
        "stepped_on",
        Q(ended_at__isnull=False, is_known_there=True, removed_there_on__isnull=True),
    ),
}


class Donor(SealedModel, BranchLineage):
    """One person's way as a stem-cell donor of a branch (P3); no typing value and no patient stands here or elsewhere.

    `registrant` is the sealed `row_key` of who it is, as a wish has it. `answers` is JSON, health question to yes or
    no; `deferral_reason` a code: both under the keys of wishes. `kin` is JSON, two people to ring (name, relation,
    phone), `paper` of who joined before the portal JSON, the number of the agreement and of the bag (paper, bag):
    all under the keys of identity. A birthday is not kept in clear: `ages_out_month` is the first day of the month
    in which somebody gets too old to give, enough for a list of work and shared by thousands; the very day is
    looked at sealed when it matters. `sample_from` is the first day after the reflection, `stepped_on` the day of
    the last step, `fit_on` stands from a medical examination until its date is set, `unreached_on` while nobody is
    reached after a match, or who is matched is lost. `gives_no_more`: followed up, never asked again. `coordinator`
    goes along from a match to the collection. `is_called` is whether the consent to be rung is in force, for the
    lists by which people are rung. `is_known_there`: reported to the national library in a file, or typed there;
    who left still stands there until `removed_there_on`, also when the library was told (`told_there_on`). Legal
    source: 红十字会法 Art. 11; 个人信息保护法 Arts. 15, 28-29.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=DonorStatus)
    registrant = SealedTextField(
        _("登记人"), logical="registries.donor.registrant", purpose="wishes", lookup=whole_key, null=True
    )
    registrant_digest = LookupDigestField()
    registrant_digest_next = LookupDigestField()
    answers = SealedTextField(_("健康询问"), logical="registries.donor.answers", purpose="wishes", null=True)
    deferral_reason = SealedTextField(
        _("暂缓原因"), logical="registries.donor.deferral_reason", purpose="wishes", null=True
    )
    kin = SealedTextField(_("亲友联系方式"), logical="registries.donor.kin", purpose="identity", null=True)
    paper = SealedTextField(_("原纸质同意书"), logical="registries.donor.paper", purpose="identity", null=True)
    drive = models.ForeignKey(
        Drive, verbose_name=_("招募活动"), null=True, on_delete=models.PROTECT, related_name="donors"
    )
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    enrolled_on = models.DateField(_("报名日期"))
    sample_from = models.DateField(_("可采样日期"))
    ages_out_month = models.DateField(_("到龄月份"))
    stepped_on = models.DateField(_("最近办理日期"))
    typed_on = models.DateField(_("入库日期"), null=True)
    deferred_until = models.DateField(_("暂缓至"), null=True)
    unreached_on = models.DateField(_("未联系上日期"), null=True)
    fit_on = models.DateField(_("体检合格日期"), null=True)
    follow_up_on = models.DateField(_("下次随访日期"), null=True)
    is_called = models.BooleanField(_("可以电话联系"), default=True, db_default=True)
    gives_no_more = models.BooleanField(_("不再捐献"), default=False, db_default=False)
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("协调员"), null=True, on_delete=models.PROTECT, db_index=False,
        related_name="+",
    )  # fmt: skip
    is_known_there = models.BooleanField(_("全国资料库里有"), default=False, db_default=False)
    told_there_on = models.DateField(_("告知全国资料库的日期"), null=True)
    removed_there_on = models.DateField(_("全国资料库删除的日期"), null=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    enrolled_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("退库时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("造血干细胞志愿者")
        verbose_name_plural = _("造血干细胞志愿者")
        constraints = [
            *unique_lookup("registrant", "branch", name="donor_one_in_force", condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(condition=Q(status__in=DonorStatus.values), name="donor_status_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="donor_channel_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(ENDED), ended_at__isnull=False)
                | (~Q(status__in=sorted(ENDED)) & Q(ended_at__isnull=True)),
                name="donor_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, registrant__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    ended_at__isnull=False,
                    registrant__isnull=True,
                    answers__isnull=True,
                    deferral_reason__isnull=True,
                    kin__isnull=True,
                    paper__isnull=True,
                ),
                name="donor_whole_or_destroyed",
            ),
            models.CheckConstraint(condition=Q(ages_out_month__day=1), name="donor_no_birthday"),
            models.CheckConstraint(
                condition=Q(told_there_on__isnull=True, removed_there_on__isnull=True)
                | Q(ended_at__isnull=False, is_known_there=True),
                name="donor_removed_there_was_there",
            ),
        ]
        # One partial index for each list of work (selectors/donors.py), in the order in which the list is read.
        indexes = [
            models.Index(fields=["branch", "-id"], name="donor_by_branch"),
            models.Index(
                fields=["coordinator", "id"], name="donor_of_coordinator",
                condition=Q(ended_at__isnull=True, coordinator__isnull=False),
            ),
            # A list of work is read in the order of its day by who sees one branch, a city or the province: without the
            # last two all rows of a list would be sorted for each page of it.
            *(
                models.Index(fields=[level, day, "id"], name=f"{name}_{level}", condition=condition)
                for name, (day, condition) in _LISTS.items()
                for level in ("branch", "city", "province")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def is_accompanied(self) -> bool:
        """Whether there is still somebody to be contacted about it (services/contacts.py)."""
        return self.ended_at is None

    @property
    def stands_there(self) -> bool:
        """Whether somebody left here and still stands in the national library."""
        return self.ended_at is not None and self.is_known_there and self.removed_there_on is None


class DonorEvent(models.Model):
    """One step of a donor: who moved it from where to where, on which day. Append-only by trigger.

    `verb` says what was done, `until` the day that was named with it, `reference` the number of the letter or receipt
    that shows it. No reason and nothing of health stands here.
    """

    donor = models.ForeignKey(Donor, verbose_name=_("志愿者"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=DonorStatus)
    verb = models.CharField(_("事项"), max_length=24)
    on = models.DateField(_("日期"))
    until = models.DateField(_("至"), null=True)
    reference = models.CharField(_("文号或回执号"), max_length=60, blank=True, default="", db_default="")
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("志愿者经过")
        verbose_name_plural = _("志愿者经过")
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(channel=Channel.ONLINE) | Q(to_status=DonorStatus.DECEASED),
                name="donorevent_by_somebody",
            ),
            # Neither joining nor typing of a year in which they were written down: figures count those steps.
            models.CheckConstraint(
                condition=~Q(verb=BROUGHT_IN)
                | Q(from_status="", to_status=DonorStatus.TYPED, until__isnull=False, actor__isnull=False),
                name="donorevent_brought_in_as_typed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.from_status} → {self.to_status}"
