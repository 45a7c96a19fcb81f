"""Gifts of the demo whose giver nobody knows, and what people claim: names that nobody can have."""

from __future__ import annotations

from donations.permissions import gift_for
from donations.selectors.claims.pool import pooled_of
from donations.selectors.desk import GiftFilter, search_gifts
from donations.services.claims.asking import ClaimSaid, file_claim, keep_slip
from donations.services.claims.deciding import propose_claim
from donations.services.claims.pooling import KnownOfGift, pool_gifts, why_not_pooled
from transparency.demo.givers import PHONE
from transparency.demo.lists import ANONYMOUS, dice_for, person_name
from transparency.demo.people import Desk
from transparency.demo.work import made_up_paper

# As many as the public figure needs to be told, and one more.
WAITING = 6
TAILS = "{:04d}"


def leave_claims(desk: Desk, *, seed: int) -> None:
    """Put the newest gifts without a giver into the pool; one claim that was found and waits, one that fits nothing."""
    asked = GiftFilter(branch=desk.branch.code, name=ANONYMOUS)
    numbers = [gift.number for gift in search_gifts(desk.clerk, asked, limit=50).gifts]
    gifts = [gift for gift in (gift_for(desk.clerk, number) for number in numbers) if not why_not_pooled(gift)]
    dice = dice_for(seed, "claims")
    names = [person_name(dice) for _gift in gifts[:WAITING]]
    known = [
        KnownOfGift(gift, name, TAILS.format(number))
        for number, (gift, name) in enumerate(zip(gifts, names, strict=False), start=1)
    ]
    if not known:
        return
    pool_gifts(gifts=known, reason="示例：回单上没有联系方式。", actor=desk.clerk)
    gift, name = known[0].donation, known[0].payer_name
    right = ClaimSaid(desk.branch, name, gift.amount, gift.received_on, TAILS.format(1), "masked")
    wrong = ClaimSaid(desk.branch, person_name(dice), gift.amount, gift.received_on, "9999", "anonymous")
    claim = file_claim(said=right, phone=PHONE, slip=keep_slip(upload=made_up_paper())).claim
    file_claim(said=wrong, phone=PHONE, slip=keep_slip(upload=made_up_paper()))
    pooled = pooled_of(gift)
    if pooled is not None:
        propose_claim(claim_id=claim.pk, pooled=pooled, giver_kind="person", actor=desk.clerk)
