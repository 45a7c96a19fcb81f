"""Gifts that wait for their giver, and claims to them, for tests: names that nobody has."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

from PIL import Image

from accounts.models import User
from core.models import StoredFile
from donations.models import Donation, GiftClaim, UnidentifiedGift
from donations.services.claims.asking import ClaimSaid, file_claim, keep_slip
from donations.services.claims.pooling import KnownOfGift, pool_gifts
from organizations.models import Branch

PHONE, OTHER_PHONE = "13912345678", "13912345679"
NAME, TAIL = "甲示例乙", "4321"
DAY = datetime.date(2026, 1, 5)


def picture(colour: str = "red") -> io.BytesIO:
    """A photo."""
    target = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(target, "PNG")
    target.seek(0)
    target.name = "slip.png"
    return target


def slip(colour: str = "red") -> StoredFile:
    """A kept photo of a slip."""
    return keep_slip(upload=picture(colour))


def pooled(gift: Donation, actor: User, *, name: str = NAME, account: str = TAIL) -> UnidentifiedGift:
    """A gift put into the pool, with what its slip tells."""
    pool_gifts(gifts=[KnownOfGift(gift, name, account)], reason="示例：凭证上没有联系方式", actor=actor)
    return UnidentifiedGift.objects.unscoped("test").select_related("branch", "donation").get(donation=gift)


def said(branch: Branch, **over: Any) -> ClaimSaid:
    """What a claimant says who is right."""
    values: dict[str, Any] = {
        "branch": branch,
        "payer_name": NAME,
        "amount": Decimal("100.00"),
        "paid_on": DAY,
        "account": TAIL,
        "name_choice": "masked",
        **over,
    }
    return ClaimSaid(**values)


def claimed(branch: Branch, *, phone: str = PHONE, **over: Any) -> GiftClaim:
    """A claim that was filed."""
    return file_claim(said=said(branch, **over), phone=phone, slip=slip()).claim


def fresh(row: Any) -> Any:
    """A row as it stands."""
    return type(row).objects.unscoped("test").get(pk=row.pk)
