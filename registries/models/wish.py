"""What somebody wishes to become of their organs, tissue and body after death."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices import Channel, WishStatus
from registries.choices.papers import ReferenceReason


def whole_key(written: str) -> str:
    """A row's key as it is looked up: a UUID in its plain form."""
    return str(uuid.UUID(written))


class Wish(SealedModel, BranchLineage):
    """A registered wish, or refusal, of one person (P3). What it says never changes: a change is a new row.

    `registrant` holds the sealed `row_key` of whom it is, findable by the look-up key alone. `content` is JSON
    (services/wish_content.py): stance, items, purposes, executor, receiving unit, secrecy. `reference` is the number
    that the national system gave; what stands there decides. `is_known_there`: this one, or one that it took the place
    of, was handed over; withdrawn here, or without the consent to it, it stands there until `withdrawn_there_on`. Of
    one person one wish is in force in a branch. Legal source: 人体器官捐献和移植条例 Arts. 9, 13;
    宁波市遗体捐献条例 Arts. 10-11.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=WishStatus)
    registrant = SealedTextField(
        _("登记人"), logical="registries.wish.registrant", purpose="wishes", lookup=whole_key, null=True
    )
    registrant_digest = LookupDigestField()
    registrant_digest_next = LookupDigestField()
    content = SealedTextField(_("意愿"), logical="registries.wish.content", purpose="wishes", null=True)
    reference = SealedTextField(_("全国系统登记号"), logical="registries.wish.reference", purpose="wishes", null=True)
    handed_over_on = models.DateField(_("报送日期"), null=True)
    is_known_there = models.BooleanField(_("全国系统里有"), default=False)
    withdrawn_there_on = models.DateField(_("在全国系统撤回的日期"), null=True)
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    signed_on = models.DateField(_("签字日期"))
    replaces = models.OneToOneField(
        "self", verbose_name=_("变更前"), null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField(_("登记时间"))
    ended_at = models.DateTimeField(_("终止时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("志愿登记")
        verbose_name_plural = _("志愿登记")
        constraints = [
            *unique_lookup("registrant", "branch", name="wish_one_in_force", condition=Q(status=WishStatus.IN_FORCE)),
            models.CheckConstraint(condition=Q(status__in=WishStatus.values), name="wish_status_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="wish_channel_known"),
            models.CheckConstraint(
                condition=Q(status=WishStatus.IN_FORCE, ended_at__isnull=True)
                | (~Q(status=WishStatus.IN_FORCE) & Q(ended_at__isnull=False)),
                name="wish_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, registrant__isnull=False, content__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    ended_at__isnull=False,
                    registrant__isnull=True,
                    content__isnull=True,
                    reference__isnull=True,
                ),
                name="wish_whole_or_destroyed",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="wish_replaces_another"
            ),
            models.CheckConstraint(
                condition=Q(handed_over_on__isnull=True) | Q(is_known_there=True), name="wish_handed_over_is_known"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_there_on__isnull=True) | Q(is_known_there=True),
                name="wish_withdrawn_there_was_there",
            ),
        ]
        indexes = [
            models.Index(
                fields=["branch", "-id"],
                condition=Q(status=WishStatus.WITHDRAWN, is_known_there=True, withdrawn_there_on=None),
                name="wish_standing_there",
            ),
            # Those that are to be handed over are few among many: found without reading the many.
            *(
                models.Index(
                    fields=[level, "-id"],
                    name=f"wish_to_hand_over_{level}",
                    condition=Q(status=WishStatus.IN_FORCE, handed_over_on__isnull=True),
                )
                for level in ("branch", "city", "province")
            ),
            models.Index(fields=["branch", "status", "-id"], name="wish_by_branch"),
            models.Index(fields=["city", "status", "-id"], name="wish_by_city"),
            models.Index(fields=["province", "status", "-id"], name="wish_by_province"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_accompanied(self) -> bool:
        """Whether there is still somebody to be contacted about it (services/contacts.py)."""
        return self.status == WishStatus.IN_FORCE

    @property
    def is_there(self) -> bool:
        """Whether the national system has it still, as far as is known here."""
        return self.is_known_there and self.withdrawn_there_on is None

    @property
    def stands_there(self) -> bool:
        """Whether it was withdrawn here and still stands in the national system."""
        return self.status == WishStatus.WITHDRAWN and self.is_there and self.destroyed_at is None


class WishEvent(models.Model):
    """One step of a wish: who moved it from where to where, and when. Append-only by trigger."""

    wish = models.ForeignKey(Wish, verbose_name=_("志愿登记"), on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12, choices=WishStatus)
    verb = models.CharField(_("事项"), max_length=24)
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("更正原因"), max_length=16, choices=ReferenceReason, blank=True, default="")
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("志愿登记经过")
        verbose_name_plural = _("志愿登记经过")
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(channel=Channel.ONLINE) | Q(to_status=WishStatus.DEPARTED),
                name="wishevent_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(verb="reference_corrected") | Q(reason__in=ReferenceReason.values),
                name="wishevent_corrected_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.from_status} → {self.to_status}"
