"""The claims' part of the table of retention: what is over loses everything sealed, and its photo."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from core.retention.rules import destroy_file
from core.retention.terms import Asked, HoldKind, Outcome, Term
from core.sealed import seal_into
from donations.choices import ClaimState, DeclineReason, PoolState
from donations.models import ClaimEvent, GiftClaim, GiverIdentity, UnidentifiedGift
from donations.services.claims.moving import lock_claim, lock_pooled, move_claim
from donations.services.claims.telling import tell_answered

# Days from the end of a claim; of one that was confirmed the gift keeps name and telephone, the claim nothing.
ENDED_DAYS, CONFIRMED_DAYS, UNANSWERED_DAYS = 180, 731, 60
_LABEL = "donations.giftclaim"


def decline_unanswered(asked: Asked) -> Outcome:
    """Decline claims whose better photo did not come within 60 days; what they hold goes afterwards."""
    before = _day_before(asked.today, UNANSWERED_DAYS)
    waiting = GiftClaim.objects.unscoped("retention").filter(state=ClaimState.INCOMPLETE).order_by("pk")
    old = [claim for claim in waiting if _asked_last(claim) < before]
    free = [claim for claim in old if claim.code not in asked.holds.of(_LABEL)]
    if not asked.is_dry:
        for found in free:
            with transaction.atomic():
                claim = lock_claim(found.pk)
                if claim.state == ClaimState.INCOMPLETE:
                    reason = _("60 天没有补充照片，自动答复")
                    facts = {"decline_reason": DeclineReason.NO_ANSWER}
                    move_claim(claim, ClaimState.DECLINED, actor=None, reason=reason, **facts)
                    tell_answered(claim)
    return Outcome(due=len(old), destroyed=0 if asked.is_dry else len(free), held=len(old) - len(free))


def purge_ended(asked: Asked) -> Outcome:
    """Empty claims that ended 180 days ago without a gift, destroy their photos, and the names taken by mistake."""
    over = (ClaimState.DECLINED, ClaimState.WITHDRAWN, ClaimState.UNDONE)
    before = _day_before(asked.today, ENDED_DAYS)
    if not asked.is_dry:
        undone = GiverIdentity.objects.unscoped("retention").filter(undone_at__lt=before, name__isnull=False)
        for identity in undone:
            with transaction.atomic():
                identity.save(update_fields=seal_into(identity, name=None))
    return _purge(Q(state__in=over, ended_at__lt=before), asked)


def purge_confirmed(asked: Asked) -> Outcome:
    """Empty claims that were confirmed two years ago, and what the slips of their gifts told."""
    before = _day_before(asked.today, CONFIRMED_DAYS)
    outcome = _purge(Q(state=ClaimState.CONFIRMED, ended_at__lt=before), asked)
    pooled = UnidentifiedGift.objects.unscoped("retention").exclude(state=PoolState.OPEN).filter(ended_at__lt=before)
    rows = pooled.filter(Q(payer_name__isnull=False) | Q(account__isnull=False))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not asked.is_dry:
        for key in keys:
            with transaction.atomic():
                row = lock_pooled(key)
                if row.state != PoolState.OPEN:
                    row.save(update_fields=seal_into(row, payer_name=None, account=None))
    done = 0 if asked.is_dry else len(keys)
    return Outcome(outcome.due + len(keys), outcome.destroyed + done, outcome.held, outcome.failed)


def _purge(which: Q, asked: Asked) -> Outcome:
    due = GiftClaim.objects.unscoped("retention").filter(which, phone__isnull=False).order_by("pk")
    found = list(due.values_list("pk", "code"))
    free = [pk for pk, code in found if code not in asked.holds.of(_LABEL)]
    failed = 0
    if not asked.is_dry:
        failed = sum(not _emptied(pk) for pk in free)
    done = 0 if asked.is_dry else len(free) - failed
    return Outcome(due=len(found), destroyed=done, held=len(found) - len(free), failed=failed)


def _emptied(pk: int) -> bool:
    claim = GiftClaim.objects.unscoped("retention").get(pk=pk)
    if not destroy_file(claim.slip_id):
        return False
    with transaction.atomic():
        claim = lock_claim(pk)
        claim.save(update_fields=seal_into(claim, payer_name=None, account=None, phone=None))
    return True


def _asked_last(claim: GiftClaim) -> datetime.datetime:
    event = ClaimEvent.objects.filter(claim=claim, to_state=ClaimState.INCOMPLETE).order_by("-pk").first()
    return event.at if event is not None else claim.asked_at


def _is_claim(code: str) -> bool:
    return GiftClaim.objects.unscoped("retention").filter(code=code).exists()


def _day_before(today: datetime.date, days: int) -> datetime.datetime:
    return datetime.datetime.combine(today - datetime.timedelta(days=days), datetime.time(), SHANGHAI)


TERMS: tuple[Term, ...] = (
    Term(
        "donations.claims_unanswered",
        "P3",
        gettext_lazy("等待补充照片的认领"),
        gettext_lazy("核对认领"),
        gettext_lazy("60 天没有补充即答复未能确认"),
        "个人信息保护法 第十九条",
        decline_unanswered,
    ),
    Term(
        "donations.claims_ended",
        "P3",
        gettext_lazy("未能确认、撤回或更正的认领：姓名、账号后四位、手机号、凭证照片"),
        gettext_lazy("答复认领人的疑问"),
        gettext_lazy("办结后 180 天"),
        "个人信息保护法 第十九条、第四十七条",
        purge_ended,
        HoldKind(_LABEL, gettext_lazy("认领"), _is_claim),
    ),
    Term(
        "donations.claims_confirmed",
        "P3",
        gettext_lazy("已确认认领的账号后四位和照片；已离开待认领的捐赠凭证上的付款人和账号后四位"),
        gettext_lazy("确认有误时更正"),
        gettext_lazy("确认或离开后两年（捐赠人姓名随捐赠长期保存）"),
        "个人信息保护法 第十九条；公益事业捐赠法 第二十一条",
        purge_confirmed,
    ),
)
