"""Posted gifts whose giver nobody knows, and who it turned out to be."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import account_tail, normalise_payer
from donations.choices import DonorKind, PoolState
from organizations.models import BranchLineage, BranchRowsQuerySet


class UnidentifiedGift(SealedModel, BranchLineage):
    """A posted gift that waits for its giver, with what the slip or statement told (P3, sealed).

    The money stands in the books from the first day; `amount` (yuan) and `received_on` are the gift's (trigger), so
    that the pool is searched without it. What is known may be emptied after its time and is else not changed.
    """

    donation = models.OneToOneField(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="unidentified"
    )
    state = models.CharField(_("状态"), max_length=12, choices=PoolState)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    received_on = models.DateField(_("捐赠日期"))
    payer_name = SealedTextField(
        _("凭证上的付款人"), logical="donations.unidentifiedgift.payer_name", lookup=normalise_payer, null=True
    )
    payer_name_digest = LookupDigestField()
    payer_name_digest_next = LookupDigestField()
    account = SealedTextField(
        _("付款账号末四位"), logical="donations.unidentifiedgift.account", lookup=account_tail, null=True
    )
    account_digest = LookupDigestField()
    account_digest_next = LookupDigestField()
    entered_at = models.DateTimeField(_("列入时间"))
    ended_at = models.DateTimeField(_("离开时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("待认领捐赠")
        verbose_name_plural = _("待认领捐赠")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PoolState.values), name="unidentified_state_known"),
            models.CheckConstraint(
                condition=Q(state=PoolState.OPEN, ended_at__isnull=True)
                | (~Q(state=PoolState.OPEN) & Q(ended_at__isnull=False)),
                name="unidentified_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "received_on", "id"], name="unidentified_by_age", condition=Q(state="open")),
            models.Index(fields=["amount", "received_on"], name="unidentified_by_sum", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} {self.state}"


class PoolEvent(models.Model):
    """One step of a gift into or out of the pool: who, when, why. Append-only by trigger."""

    pooled = models.ForeignKey(
        UnidentifiedGift, verbose_name=_("待认领捐赠"), on_delete=models.PROTECT, related_name="events"
    )
    from_state = models.CharField(_("原状态"), max_length=12, blank=True)
    to_state = models.CharField(_("新状态"), max_length=12, choices=PoolState)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("待认领经过")
        verbose_name_plural = _("待认领经过")

    def __str__(self) -> str:
        return f"{self.pooled_id} {self.from_state} → {self.to_state}"


class GiverIdentity(SealedModel, BranchLineage):
    """Who the giver of a gift turned out to be: a sealed row beside the posted one, by two people (CHECK).

    At most one stands for a gift (`undone_at` is null). It is never changed but for its undoing, by two people as well,
    whose `undo_note` is the 更正说明 (民政部令第81号, Art. 16).
    """

    donation = models.ForeignKey(
        "donations.Donation", verbose_name=_("捐赠"), on_delete=models.PROTECT, related_name="identities"
    )
    claim = models.OneToOneField(
        "donations.GiftClaim", verbose_name=_("认领"), on_delete=models.PROTECT, related_name="identity"
    )
    name = SealedTextField(_("捐赠人"), logical="donations.giveridentity.name", lookup=normalise_payer, null=True)
    name_digest = LookupDigestField()
    name_digest_next = LookupDigestField()
    kind = models.CharField(_("捐赠人类别"), max_length=12, choices=DonorKind)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("核对人"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("复核人"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("确认时间"))
    undo_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("提出更正人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_asked_at = models.DateTimeField(_("提出更正时间"), null=True)
    undo_note = models.CharField(_("更正说明"), max_length=300, blank=True)
    # Whether the wrong name had been shown in public: then the note is public as well.
    undo_is_public = models.BooleanField(_("更正说明公开"), default=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准更正人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("更正时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("认领确认")
        verbose_name_plural = _("认领确认")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[DonorKind.PERSON, DonorKind.ORGANISATION]), name="giveridentity_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(name__isnull=False) | Q(undone_at__isnull=False), name="giveridentity_has_a_name"
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("proposed_by")), name="giveridentity_confirmed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True) | ~Q(undone_by=F("undo_asked_by")),
                name="giveridentity_undone_by_another",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False, undo_asked_by__isnull=False) & ~Q(undo_note=""),
                name="giveridentity_undone_says_who_and_why",
            ),
            models.UniqueConstraint(
                fields=["donation"], condition=Q(undone_at__isnull=True), name="giveridentity_one_per_gift"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donation_id}"
