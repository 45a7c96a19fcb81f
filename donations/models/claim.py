"""Claims: somebody says that an unidentified gift is theirs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import account_tail, normalise_payer, normalise_phone
from donations.choices import OPEN_CLAIM, ClaimState, DeclineReason, DonorKind, NameChoice, PhotoProblem
from organizations.models import BranchLineage, BranchRowsQuerySet

_OPEN = Q(state__in=sorted(OPEN_CLAIM))


class GiftClaim(SealedModel, BranchLineage):
    """What a claimant said of their gift (P3, sealed), to the branch that they named; `amount` in yuan.

    Who paid cash has no account. What was said stands (trigger); a photo is replaced while one is asked for. `code` is
    random, 80 bits, and opens nothing without a code sent to the telephone. After its time all that is sealed is
    emptied (services/claims/purging).
    """

    code = models.CharField(_("认领编号"), max_length=16, db_collation="C")
    state = models.CharField(_("状态"), max_length=12, choices=ClaimState)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(_("付款日期"))
    payer_name = SealedTextField(
        _("付款人"), logical="donations.giftclaim.payer_name", lookup=normalise_payer, null=True
    )
    payer_name_digest = LookupDigestField(db_index=False)
    payer_name_digest_next = LookupDigestField(db_index=False)
    account = SealedTextField(
        _("付款账号末四位"), logical="donations.giftclaim.account", lookup=account_tail, null=True
    )
    account_digest = LookupDigestField(db_index=False)
    account_digest_next = LookupDigestField(db_index=False)
    phone = SealedTextField(_("手机号"), logical="donations.giftclaim.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    slip = models.ForeignKey(
        "core.StoredFile", verbose_name=_("凭证照片"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name_choice = models.CharField(_("公开方式"), max_length=12, choices=NameChoice)
    consent_version = models.CharField(_("同意文本版本"), max_length=20)
    asked_at = models.DateTimeField(_("提出时间"))
    due_on = models.DateField(_("应答复日期"))
    pooled = models.ForeignKey(
        "donations.UnidentifiedGift",
        verbose_name=_("待认领捐赠"),
        null=True,
        on_delete=models.PROTECT,
        related_name="claims",
    )
    giver_kind = models.CharField(_("捐赠人类别"), max_length=12, choices=DonorKind, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("核对人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("核对时间"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("办理人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True)
    decline_reason = models.CharField(_("未能确认的原因"), max_length=12, choices=DeclineReason, blank=True)
    photo_problem = models.CharField(_("照片的问题"), max_length=12, choices=PhotoProblem, blank=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("认领")
        verbose_name_plural = _("认领")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="giftclaim_code_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{16}$"), name="giftclaim_code_form"),
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="giftclaim_state_known"),
            models.CheckConstraint(condition=Q(name_choice__in=NameChoice.values), name="giftclaim_name_choice_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="giftclaim_amount_positive"),
            models.CheckConstraint(
                condition=~_OPEN | Q(payer_name__isnull=False, phone__isnull=False, ended_at__isnull=True),
                name="giftclaim_open_is_whole",
            ),
            models.CheckConstraint(condition=_OPEN | Q(ended_at__isnull=False), name="giftclaim_ended_says_when"),
            models.CheckConstraint(
                condition=~Q(state__in=[ClaimState.PROPOSED, ClaimState.CONFIRMED, ClaimState.UNDONE])
                | Q(pooled__isnull=False, proposed_by__isnull=False, giver_kind__in=["person", "organisation"]),
                name="giftclaim_proposed_names_its_gift",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ClaimState.CONFIRMED, ClaimState.UNDONE])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="giftclaim_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.DECLINED) | Q(decline_reason__in=DeclineReason.values),
                name="giftclaim_declined_says_why",
            ),
        ]
        indexes = [models.Index(fields=["branch", "due_on", "id"], name="giftclaim_open", condition=_OPEN)]

    def __str__(self) -> str:
        return self.code

    @property
    def number(self) -> str:
        """What the audit trail and the read log call it."""
        return self.code


class ClaimEvent(models.Model):
    """One step of a claim: who moved it from where to where, when and why. Append-only by trigger."""

    claim = models.ForeignKey(GiftClaim, verbose_name=_("认领"), on_delete=models.PROTECT, related_name="events")
    from_state = models.CharField(_("原状态"), max_length=12, blank=True)
    to_state = models.CharField(_("新状态"), max_length=12, choices=ClaimState)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("认领经过")
        verbose_name_plural = _("认领经过")

    def __str__(self) -> str:
        return f"{self.claim_id} {self.from_state} → {self.to_state}"
